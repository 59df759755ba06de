"""The shapes of sessions: what is said of one, each command, and what is answered."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.contracts.sessions import SessionMove, SessionRule, SessionState
from services.notify.domain.sessions.details import Attendance, Details, Official, Ratings
from services.notify.domain.sessions.session import Session
from services.runtime.input.fields import Building, Code, InstantField, ManyLines, Tuples
from services.runtime.input.public import PublicLine, PublicLines
from services.runtime.input.queries import Choices, Codes, MomentField
from services.runtime.web.lists.paging import Page, page_of

LONGEST_TITLE, LONGEST_PLACE, LONGEST_REASON, LONGEST_MINUTES = 120, 200, 1_000, 20_000
EARLIEST, LATEST = 2000, 2100
MOST_PEOPLE, MOST_SLOTS, MOST_PRESENT = 200, 500, 100_000
_MANY = validate.Length(max=MOST_PEOPLE)


def _said(words: str) -> dict[str, str]:
    return {"description": words}


def in_reach(moment: date) -> None:
    """Raises ValidationError for a day or an instant that no calendar of ours can count from."""
    if not EARLIEST <= moment.year <= LATEST:
        raise ValidationError(f"a year from {EARLIEST} to {LATEST}")


class OfficialBody(Building):
    """A head of a department by office."""

    shape = Official
    department = Code(40, required=True)
    title = PublicLine(60, required=True, metadata=_said("The office, such as 局长; no name of a person."))


class DetailsBody(Building):
    """A session as it is planned."""

    shape = Details
    kind = Code(40, required=True, metadata=_said("A kind of session of the catalogue."))
    title = PublicLine(LONGEST_TITLE, required=True)
    at = InstantField(required=True, validate=in_reach)
    ends = InstantField(load_default=None, allow_none=True, validate=in_reach)
    brand = PublicLine(60, load_default=None, allow_none=True)
    theme = PublicLine(LONGEST_TITLE, load_default=None, allow_none=True)
    station = Code(60, load_default=None, allow_none=True)
    area = Code(60, load_default=None, allow_none=True)
    place = PublicLine(LONGEST_PLACE, load_default=None, allow_none=True)
    slots = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MOST_SLOTS))
    deputies = Tuples(Code(40), load_default=(), validate=_MANY)
    departments = Tuples(Code(40), load_default=(), validate=_MANY)
    officials = Tuples(fields.Nested(OfficialBody), load_default=(), validate=_MANY)


class AnnouncementBody(Schema):
    """A session is announced; `reason` where that is later than its kind asks for."""

    reason = PublicLines(LONGEST_REASON, load_default=None, allow_none=True)


class PostponementBody(Schema):
    """Another time, or none until one is known."""

    reason = PublicLines(LONGEST_REASON, required=True)
    at = InstantField(load_default=None, allow_none=True, validate=in_reach)
    ends = InstantField(load_default=None, allow_none=True, validate=in_reach)


class CancellationBody(Schema):
    """A session will not be held."""

    reason = PublicLines(LONGEST_REASON, required=True)


class HoldingBody(Schema):
    """Who was at a session; deputies who scanned its code count without being named."""

    deputies = Tuples(Code(40), load_default=(), validate=_MANY)
    officials = Tuples(fields.Nested(OfficialBody), load_default=(), validate=_MANY)
    observers = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MOST_PRESENT))
    visitors = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MOST_PRESENT))
    reason = PublicLines(LONGEST_REASON, load_default=None, allow_none=True)

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        reason = data.pop("reason")
        return {"came": Attendance(**data), "reason": reason}


class MinutesBody(Schema):
    """The minutes of a session."""

    minutes = ManyLines(LONGEST_MINUTES, required=True)
    reason = PublicLines(LONGEST_REASON, load_default=None, allow_none=True)


class FollowingBody(AnnouncementBody):
    """What came of a session has ended; `reason` where something has not."""


class ClosingBody(AnnouncementBody):
    """A session is closed; `reason` where its kind is to be rated and it was not."""


class RatingsBody(Schema):
    """How many of those present rated it how."""

    satisfied = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_PRESENT))
    basically_satisfied = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_PRESENT))
    dissatisfied = fields.Integer(required=True, strict=True, validate=validate.Range(0, MOST_PRESENT))

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"ratings": Ratings(**data)}


class SessionQuery(Page):
    """What a list of sessions can be narrowed to; `at` puts the earliest first, `-at` the latest."""

    kind = Codes("session_kinds", load_default=None)
    station = Codes("stations", load_default=None)
    plan = fields.String(load_default=None)
    state = Choices(SessionState, load_default=None)
    since = MomentField(data_key="from", load_default=None, metadata=_said("at or after"))
    until = MomentField(data_key="to", load_default=None, metadata=_said("before; a date includes its day"))
    sort = fields.String(load_default="-at", validate=validate.OneOf(("at", "-at")))


class BrokenShape(Schema):
    """A rule that a session did not meet, and why."""

    rule = fields.String(required=True, validate=validate.OneOf(list(SessionRule)))
    reason = fields.String(required=True)


class OfficialShape(Schema):
    """A head of a department by office."""

    department = fields.String(required=True)
    title = fields.String(required=True)


class RatingsShape(Schema):
    """How many of those present rated it how."""

    satisfied = fields.Integer(required=True)
    basically_satisfied = fields.Integer(required=True)
    dissatisfied = fields.Integer(required=True)


class SessionShape(Schema):
    """A session: when, where, who is asked to come and who came, and the rules that it broke. Minutes are for staff."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(SessionState)))
    at = fields.AwareDateTime(required=True)
    ends = fields.AwareDateTime(required=True, allow_none=True)
    brand = fields.String(required=True, allow_none=True)
    theme = fields.String(required=True, allow_none=True)
    plan = fields.String(required=True, allow_none=True)
    nominal = fields.Date(required=True, allow_none=True)
    planned_day = fields.Date(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)
    slots = fields.Integer(required=True)
    deputies = fields.List(fields.String(), required=True)
    departments = fields.List(fields.String(), required=True)
    officials = fields.List(fields.Nested(OfficialShape), required=True)
    deputies_present = fields.List(fields.String(), required=True)
    observers = fields.Integer(required=True)
    visitors = fields.Integer(required=True)
    irregular = fields.List(fields.Nested(BrokenShape), required=True)
    announced = fields.AwareDateTime(required=True, allow_none=True)
    held = fields.AwareDateTime(required=True, allow_none=True)
    minutes_due = fields.AwareDateTime(required=True, allow_none=True)
    minuted = fields.AwareDateTime(required=True, allow_none=True)
    minutes = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    ratings = fields.Nested(RatingsShape, required=True, allow_none=True)
    updated = fields.AwareDateTime(required=True)
    moves = fields.List(fields.String(validate=validate.OneOf(list(SessionMove))), required=True)


SessionPage = page_of("SessionPage", "A page of sessions, by time.", SessionShape)


def session_answer(session: Session, moves: tuple[SessionMove, ...] | None) -> dict[str, object]:
    """A session as a `SessionShape`: with its minutes and what can be done now for staff, without for everybody else (None)."""
    return {
        "id": session.id, "kind": session.kind, "title": session.title, "state": str(session.state), "at": session.at,
        "ends": session.ends, "brand": session.brand, "theme": session.theme, "plan": session.plan, "nominal": session.nominal,
        "planned_day": session.planned_day,
        "station": session.station, "area": session.area, "place": session.place, "slots": session.slots,
        "deputies": session.deputies, "departments": session.departments,
        "officials": [{"department": each.department, "title": each.title} for each in session.officials],
        "deputies_present": session.deputies_present, "observers": session.observers, "visitors": session.visitors,
        "irregular": [{"rule": str(each.rule), "reason": each.reason} for each in session.irregular],
        "announced": session.announced, "held": session.held, "minutes_due": session.minutes_due, "minuted": session.minuted,
        "minutes": None if moves is None else session.minutes, "reason": session.reason,
        "ratings": session.ratings and {
            "satisfied": session.ratings.satisfied, "basically_satisfied": session.ratings.basically_satisfied,
            "dissatisfied": session.ratings.dissatisfied,
        },
        "updated": session.updated, "moves": [str(move) for move in moves or ()],
    }  # fmt: skip
