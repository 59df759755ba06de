"""The shapes of plans of sessions."""

from __future__ import annotations

import re

from marshmallow import Schema, fields, validate

from services.notify.domain.sessions.plan import Every, Plan, PlannedDay
from services.notify.schemas.sessions.sessions import (
    LONGEST_PLACE,
    LONGEST_TITLE,
    MOST_PEOPLE,
    MOST_SLOTS,
    OfficialBody,
    OfficialShape,
    in_reach,
)
from services.runtime.input.fields import Building, Code, Tuples
from services.runtime.input.public import PublicLine
from services.runtime.input.queries import Codes
from services.runtime.web.lists.paging import Page, page_of

MOST_DATES, LONGEST_MINUTES_LONG = 400, 24 * 60
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
_MANY = validate.Length(max=MOST_PEOPLE)


def _said(words: str) -> dict[str, str]:
    return {"description": words}


class PlannedDayBody(Building):
    """A day of a yearly list of themes."""

    shape = PlannedDay
    day = fields.Date(required=True, validate=in_reach)
    theme = PublicLine(LONGEST_TITLE, load_default=None, allow_none=True)


class PlanBody(Building):
    """A plan as it is set up; a change puts it in place of all that was known before."""

    shape = Plan
    title = PublicLine(LONGEST_TITLE, required=True)
    kind = Code(40, required=True, metadata=_said("A kind of session of the catalogue."))
    rule = fields.Enum(Every, by_value=True, required=True)
    weekday = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 7), metadata=_said("1 is Monday."),
    )  # fmt: skip
    day = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 31),
        metadata=_said("Of the month; the last day of a month that has no such day."),
    )  # fmt: skip
    dates = Tuples(fields.Nested(PlannedDayBody), load_default=(), validate=validate.Length(max=MOST_DATES))
    begins = fields.Date(required=True, data_key="from", validate=in_reach)
    until = fields.Date(load_default=None, allow_none=True, validate=in_reach)
    shift = fields.String(load_default="next", validate=validate.OneOf(("next", "previous", "none")))
    time = fields.String(
        required=True,
        validate=validate.Regexp(TIME, error="a time of day such as 09:00"),
        metadata=_said("Of the day, such as 09:00."),
    )
    length = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(5, LONGEST_MINUTES_LONG),
        metadata=_said("How long a session takes, in minutes."),
    )  # fmt: skip
    brand = PublicLine(60, load_default=None, allow_none=True)
    station = Code(60, load_default=None, allow_none=True)
    area = Code(60, load_default=None, allow_none=True)
    place = PublicLine(LONGEST_PLACE, load_default=None, allow_none=True)
    slots = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MOST_SLOTS))
    deputies = Tuples(Code(40), load_default=(), validate=_MANY)
    departments = Tuples(Code(40), load_default=(), validate=_MANY)
    officials = Tuples(fields.Nested(OfficialBody), load_default=(), validate=_MANY)


class PlanQuery(Page):
    """What the list of plans can be narrowed to."""

    station = Codes("stations", load_default=None)


class PlannedDayShape(Schema):
    """A day of a yearly list of themes."""

    day = fields.Date(required=True)
    theme = fields.String(required=True, allow_none=True)


class PlanShape(Schema):
    """A plan of sessions, and up to which day its sessions are made."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)
    rule = fields.String(required=True, validate=validate.OneOf(list(Every)))
    weekday = fields.Integer(required=True, allow_none=True)
    day = fields.Integer(required=True, allow_none=True)
    dates = fields.List(fields.Nested(PlannedDayShape), required=True)
    begins = fields.Date(required=True, data_key="from")
    until = fields.Date(required=True, allow_none=True)
    shift = fields.String(required=True)
    time = fields.String(required=True)
    length = fields.Integer(required=True, allow_none=True)
    brand = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)
    slots = fields.Integer(required=True)
    deputies = fields.List(fields.String(), required=True)
    departments = fields.List(fields.String(), required=True)
    officials = fields.List(fields.Nested(OfficialShape), required=True)
    made_until = fields.Date(required=True, allow_none=True)
    updated = fields.AwareDateTime(required=True)


PlanPage = page_of("PlanPage", "A page of plans, by code.", PlanShape)


def plan_answer(plan: Plan) -> dict[str, object]:
    """A plan as a `PlanShape`."""
    return {
        "code": plan.code, "title": plan.title, "kind": plan.kind, "rule": str(plan.rule), "weekday": plan.weekday, "day": plan.day,
        "dates": [{"day": each.day, "theme": each.theme} for each in plan.dates], "from": plan.begins, "until": plan.until,
        "shift": plan.shift, "time": plan.time, "length": plan.length, "brand": plan.brand, "station": plan.station,
        "area": plan.area, "place": plan.place, "slots": plan.slots, "deputies": plan.deputies, "departments": plan.departments,
        "officials": [{"department": each.department, "title": each.title} for each in plan.officials],
        "made_until": plan.made_until, "updated": plan.updated,
    }  # fmt: skip
