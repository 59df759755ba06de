"""The shapes of what is entrusted to people: what they are asked, what they do, what they see."""

from __future__ import annotations

from typing import Final, get_args

from marshmallow import Schema, fields, validate

from services.contracts.messages.values import Contact
from services.contracts.people.duties import CareState, HopState
from services.contracts.words.vocabulary import HOLDERS
from services.intake.schemas.bodies import SubmitterSchema
from services.runtime.input.fields import Code
from services.runtime.input.queries import Codes
from services.runtime.web.lists.paging import Page, page_of

LONGEST_CODE: Final = 40
#: What a desk is looked at for: hops to confirm, hops that may be passed on, opinions to take, to feed back, and to wait for.
DESKS: Final = ("relay", "pass", "take", "feedback", "wait")


class DeputyNamed(Schema):
    """The deputy who is asked."""

    deputy = Code(LONGEST_CODE, required=True)


class DeputyPerhaps(Schema):
    """The deputy to whom it goes, where it goes to one."""

    deputy = Code(LONGEST_CODE, load_default=None, allow_none=True)


class FeedbackBody(Schema):
    """How the voter was told."""

    how = fields.String(required=True, validate=validate.OneOf(get_args(Contact)))


class CareShape(Schema):
    """Where the care of an opinion stands: whose it is, what is to be done by when."""

    opinion = fields.String(required=True)
    deputy = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(list(CareState)))
    asked = fields.AwareDateTime(required=True)
    at = fields.AwareDateTime(required=True)
    owes = fields.String(required=True, allow_none=True)
    due = fields.AwareDateTime(required=True, allow_none=True)
    how = fields.String(required=True, allow_none=True)


class HopShape(Schema):
    """A hop of a relay: whom it names, until when it is to be confirmed, when it was, and who is told then."""

    opinion = fields.String(required=True)
    number = fields.Integer(required=True)
    holder = fields.String(required=True, validate=validate.OneOf(list(HOLDERS)))
    code = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(list(HopState)))
    told = fields.AwareDateTime(required=True)
    due = fields.AwareDateTime(required=True)
    at = fields.AwareDateTime(required=True, allow_none=True)
    then = fields.String(required=True, allow_none=True)


class EntrustedQuery(Page):
    """Which desk is looked at."""

    duty = fields.String(load_default="take", validate=validate.OneOf(DESKS))


class EntrustedShape(Schema):
    """An opinion on a desk; `id` is that of the hop or the care."""

    id = fields.String(required=True)
    opinion = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    duty = fields.String(required=True, validate=validate.OneOf(DESKS))
    since = fields.AwareDateTime(required=True)
    due = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)


EntrustedPage = page_of("EntrustedPage", "A page of what is on a desk, the oldest first.", EntrustedShape)


class BroughtQuery(Page):
    """Which stations are looked at."""

    station = Codes("stations", load_default=None)


class BroughtShape(Schema):
    """An opinion that came through a station; the title is empty where its sender typed it and did not want it to be seen."""

    opinion = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True)
    topic = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    submitted = fields.AwareDateTime(required=True)
    department = fields.String(required=True, allow_none=True)
    deputy = fields.String(required=True, allow_none=True)
    care = fields.String(required=True, allow_none=True, validate=validate.OneOf(list(CareState)))
    holder = fields.String(required=True, allow_none=True, validate=validate.OneOf(list(HOLDERS)))
    hop = fields.String(required=True, allow_none=True, validate=validate.OneOf(list(HopState)))


BroughtPage = page_of("BroughtPage", "A page of what came through a station, the newest first.", BroughtShape)


class EntrustedPromise(Schema):
    """What was promised about it."""

    department = fields.String(required=True, allow_none=True)
    what = fields.String(required=True)
    due = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)


class EntrustedFile(Schema):
    """An opinion as those see it to whom it was entrusted; who told it, for the deputy who took it up alone."""

    opinion = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    topic = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    submitted = fields.AwareDateTime(required=True)
    department = fields.String(required=True, allow_none=True)
    reply = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    promises = fields.List(fields.Nested(EntrustedPromise), required=True)
    care = fields.Nested(CareShape, required=True, allow_none=True)
    relay = fields.List(fields.Nested(HopShape), required=True)
    submitter = fields.Nested(SubmitterSchema, required=True, allow_none=True)
