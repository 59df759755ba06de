"""The shapes of bookings."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.sessions import SessionState
from services.intake.domain.sessions.booking import BookingState, Visitor
from services.intake.schemas.making import Made
from services.runtime.input.fields import MailboxField, ManyLines, OneLine, TelephoneField

LONGEST_NAME, LONGEST_ABOUT = 100, 2_000


class BookingBody(Made):
    """Who wants to come, and how they are told that the session moves: by telephone or e-mail, one of which is needed."""

    made = Visitor
    name = OneLine(LONGEST_NAME, required=True)
    phone = TelephoneField(load_default=None, allow_none=True)
    email = MailboxField(validate=validate.Length(max=320), load_default=None, allow_none=True)
    about = ManyLines(LONGEST_ABOUT, load_default=None, allow_none=True, metadata={"description": "What they want to speak about."})


class BookingShape(Schema):
    """A booking as the holder of its receipt sees it."""

    id = fields.String(required=True)
    receipt = fields.String(required=True)
    session = fields.String(required=True)
    title = fields.String(required=True)
    at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "When the session begins; null while no new time is known."},
    )
    session_state = fields.String(
        required=True, validate=validate.OneOf(list(SessionState)), metadata={"description": "Where the session stands."}
    )
    place = fields.String(required=True, allow_none=True, metadata={"description": "Where the session is held."})
    slot = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(BookingState)))
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class SlotShape(Schema):
    """A slot, and whether its visitor has come."""

    session = fields.String(required=True)
    slot = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(BookingState)))


class VisitorShape(Schema):
    """A booking as the host sees it; nothing of the visitor once they were erased."""

    slot = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(BookingState)))
    made = fields.AwareDateTime(required=True, metadata={"description": "When the booking was made."})
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    about = fields.String(required=True, allow_none=True, metadata={"description": "What they want to speak about."})


class VisitorList(Schema):
    """Who has booked, by slot, and how many slots there are."""

    session = fields.String(required=True)
    slots = fields.Integer(required=True)
    items = fields.List(fields.Nested(VisitorShape), required=True)


class BookingErased(Schema):
    """Whether there was anybody to erase."""

    session = fields.String(required=True)
    persons = fields.Integer(required=True)
