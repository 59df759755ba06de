"""The shape of each section of the catalogue: which keys, which are required, what may stand in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.contracts.catalogue.model import (
    CHANNELS,
    DEADLINE_KINDS,
    DUTIES,
    HOLDER,
    LADDER_KINDS,
    LANGUAGES,
    LEVELS,
    OCCASIONS,
    RECIPIENTS,
)
from services.contracts.catalogue.values import DurationField, channels, known_zone, one_of, text, texts, written_spans
from services.contracts.messages.values import Outcome

DEPARTMENT_CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
CODE = re.compile(r"[a-z][a-z0-9-]{0,59}")
#: Codes that stand in addresses and statistics as words do.
WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")
MOST_TIMES, MOST_MONTHS, MOST_PRESENT = 50, 120, 1000
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class DepartmentSchema(Schema):
    """One department."""

    name = text()
    name_en = text()
    channels = channels()
    head_approval = fields.Boolean()
    queue = fields.Boolean()
    digest = fields.Boolean()
    language = one_of(*LANGUAGES, required=False)


class PersonSchema(Schema):
    """Somebody who is told beside the departments' own channels."""

    name = text()
    name_en = text()
    roles = fields.List(one_of(*RECIPIENTS), validate=validate.Length(min=1))
    departments = texts()
    channels = channels(required=True)
    digest = fields.Boolean()
    language = one_of(*LANGUAGES, required=False)

    @validates_schema(skip_on_field_errors=True)
    def _names_departments(self, person: dict[str, Any], **_: Any) -> None:
        if "department" in person.get("roles", ["department"]) and not person.get("departments"):
            raise ValidationError("name it when standing for a department", "departments")


class TopicSchema(Schema):
    """One topic."""

    name = text()
    name_en = text()
    department = text()
    difficulty = text()
    keywords = texts(required=True, validate=validate.Length(min=1))
    co_handlers = texts()
    aliases = texts()


class AreaSchema(Schema):
    """One area."""

    name = text()
    name_en = text()
    parent = text(required=False)


class StationSchema(Schema):
    """One station; `qr` has to be hard to guess."""

    name = text()
    area = text()
    parent = text(required=False)
    qr = text(required=False, validate=validate.Regexp(r"^[A-Za-z0-9_-]{10,40}$", error="10 to 40 letters, digits, - and _"))


class ChecklistEntrySchema(Schema):
    """One item of a checklist."""

    name = text()
    name_en = text()


class ChecklistSchema(Schema):
    """What stations are checked for; `central` ones only those that have others below them."""

    name = text()
    name_en = text()
    central = fields.Boolean()
    items = fields.Dict(
        keys=fields.String(validate=validate.Regexp(CODE.pattern + r"\Z")), values=fields.Nested(ChecklistEntrySchema),
        required=True, validate=validate.Length(min=1),
    )  # fmt: skip


class SessionKindSchema(Schema):
    """One kind of session with people, and what it has to meet."""

    name = text()
    name_en = text()
    least_deputies = fields.Integer(strict=True, validate=validate.Range(0, MOST_PRESENT))
    least_officials = fields.Integer(strict=True, validate=validate.Range(0, MOST_PRESENT))
    notice = DurationField()
    minutes = DurationField()
    evaluate = fields.Boolean()
    open = fields.Boolean()


class DifficultySchema(Schema):
    """One difficulty, with a duration for every kind of deadline."""

    name = text()
    name_en = text()
    deadlines = fields.Nested(
        Schema.from_dict({kind: DurationField(required=True) for kind in DEADLINE_KINDS}, name="DeadlinesSchema"),
        required=True,
    )


class RungSchema(Schema):
    """One rung of the ladder."""

    name = text()
    name_en = text()
    of = one_of(*LADDER_KINDS)
    action = one_of("reminder", "card", "supervision")
    to = fields.List(one_of(*RECIPIENTS, HOLDER), required=True, validate=validate.Length(min=1))
    before = DurationField()
    after = DurationField()
    half = fields.Boolean()
    card = one_of("yellow", "red", required=False)
    upon = one_of(*OCCASIONS, required=False)
    difficulties = texts(validate=validate.Length(min=1))
    repeat = DurationField()
    raises = fields.Boolean()
    times = fields.Integer(strict=True, validate=validate.Range(2, MOST_TIMES))

    @validates_schema(skip_on_field_errors=True)
    def _hangs_together(self, rung: dict[str, Any], **_: Any) -> None:
        if sum(bool(rung.get(when)) for when in ("half", "before", "after", "upon")) != 1:
            raise ValidationError("a rung needs exactly one of half, before, after and upon")
        if (rung["action"] == "card") != ("card" in rung):
            raise ValidationError("card names the colour of a rung whose action is card, and of no other", "card")
        if rung.get("raises") and rung["action"] != "supervision":
            raise ValidationError("only a rung whose action is supervision raises a case a level", "raises")
        if "upon" in rung and rung["of"] != OCCASIONS[rung["upon"]]:
            raise ValidationError(f"upon {rung['upon']} is of {OCCASIONS[rung['upon']]}", "of")
        if rung["of"] == "evaluation" and "upon" not in rung:
            raise ValidationError("a rung of evaluation needs upon: nobody can be late with a rating", "of")

    @validates_schema(skip_on_field_errors=True)
    def _is_for_its_holder(self, rung: dict[str, Any], **_: Any) -> None:
        if rung["of"] not in DUTIES:
            if HOLDER in rung["to"]:
                raise ValidationError(f"only a rung of {', '.join(DUTIES)} has a holder to write to", "to")
        elif rung["action"] != "reminder" or "difficulties" in rung:
            raise ValidationError(f"a rung of {rung['of']} reminds, whatever the difficulty of the case", "of")
        elif "department" in rung["to"]:
            raise ValidationError(f"{rung['of']} is no duty of a department; name the holder", "to")

    @validates_schema(skip_on_field_errors=True)
    def _repeats_within_bounds(self, rung: dict[str, Any], **_: Any) -> None:
        if "repeat" in rung and "after" not in rung:
            raise ValidationError("only a rung after the deadline can repeat", "repeat")
        if "repeat" in rung and rung["action"] != "reminder":
            raise ValidationError("only a reminder can repeat", "repeat")
        if "repeat" in rung and "times" not in rung:
            raise ValidationError("repeat needs times: how often it fires in all", "repeat")
        if "times" in rung and "repeat" not in rung:
            raise ValidationError("times needs repeat: how far apart they are", "times")


class ReasonSchema(Schema):
    """One reason to decline an opinion."""

    name = text()
    name_en = text()
    advice = text()
    advice_en = text()


class ClosureSchema(Schema):
    """Why the place is closed on one day."""

    name = text()
    name_en = text()


class OfficeHoursSchema(Schema):
    """When reminders may go out."""

    spans = texts(required=True, validate=written_spans)
    every_day = fields.Boolean()


class StatisticsSchema(Schema):
    """How rates are published."""

    ranking_minimum = fields.Integer(strict=True, validate=validate.Range(min=1))


class LimitsSchema(Schema):
    """How often something may happen before more happens, and how far ahead a reply may promise."""

    extensions = fields.Integer(strict=True, validate=validate.Range(min=0))
    pauses = fields.Integer(strict=True, validate=validate.Range(min=0))
    reworks = fields.Integer(strict=True, validate=validate.Range(min=1))
    transfers = fields.Integer(strict=True, validate=validate.Range(min=1))
    dissatisfied = fields.Integer(strict=True, validate=validate.Range(min=1))
    promise_months = fields.Integer(strict=True, validate=validate.Range(1, MOST_MONTHS))


DutiesSchema = Schema.from_dict({duty: DurationField() for duty in DUTIES}, name="DutiesSchema")


class LearningSchema(Schema):
    """How sure routing has to be, and what becomes of what it is less sure of."""

    threshold = fields.Float(validate=validate.Range(0, 1))
    doubtful = one_of("review", "fallback", "likeliest", required=False)


class PlaceSchema(Schema):
    """Everything of the catalogue that is not a section of coded entries."""

    name = text()
    name_en = text()
    timezone = text(validate=known_zone)
    office_hours = fields.Nested(OfficeHoursSchema, required=True)
    fallback_department = text()
    fallback_difficulty = text()
    acceptance = fields.Nested(
        Schema.from_dict({channel: one_of("automatic", "review") for channel in CHANNELS}, name="AcceptanceSchema"),
        required=True,
    )
    letters = fields.Nested(Schema.from_dict({outcome.value: text() for outcome in Outcome}, name="LettersSchema"), required=True)
    statistics = fields.Nested(StatisticsSchema)
    limits = fields.Nested(LimitsSchema)
    learning = fields.Nested(LearningSchema)
    duties = fields.Nested(DutiesSchema)
    level = one_of(*LEVELS, required=False)


PLACE = PlaceSchema()
SECTIONS: Mapping[str, tuple[Schema, re.Pattern[str], bool]] = {
    "departments": (DepartmentSchema(), DEPARTMENT_CODE, True),
    "people": (PersonSchema(), CODE, False),
    "topics": (TopicSchema(), CODE, True),
    "areas": (AreaSchema(), CODE, True),
    "stations": (StationSchema(), CODE, True),
    "checklists": (ChecklistSchema(), CODE, False),
    "session_kinds": (SessionKindSchema(), WORD, False),
    "difficulties": (DifficultySchema(), CODE, True),
    "ladder": (RungSchema(), CODE, True),
    "decline_reasons": (ReasonSchema(), CODE, True),
    "closures": (ClosureSchema(), DAY, False),
}
