"""Schemas of incidents: what several people told in words of their own."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.intake.schemas.bodies import LARGEST_BATCH
from services.intake.schemas.commands import SplitIncident
from services.intake.schemas.making import Made
from services.runtime.input.fields import OneLine
from services.runtime.web.lists.paging import page_of

STANDINGS = ("found", "confirmed")


def _said(words: str) -> dict[str, str]:
    return {"description": words}


class IncidentShape(Schema):
    """What several opinions tell of. `title` is that of the first one; `opinions` told of it, `waiting` of them wait for review.

    `week` told of it in the last seven days, `before` in the seven before; it is `growing` where `week` is more.
    """

    id = fields.String(required=True)
    standing = fields.String(
        required=True,
        validate=validate.OneOf(("found", "confirmed")),
        metadata=_said("Found by its words, or confirmed by the office."),
    )
    title = fields.String(required=True)
    opinions = fields.Integer(required=True, metadata=_said("How many opinions tell of it."))
    waiting = fields.Integer(required=True)
    areas = fields.List(fields.String(), required=True, metadata=_said("The areas in which it was told."))
    first = fields.AwareDateTime(required=True, metadata=_said("When it was told first."))
    last = fields.AwareDateTime(required=True, metadata=_said("When it was told last."))
    week = fields.Integer(required=True, metadata=_said("How many told of it in the last seven days."))
    before = fields.Integer(required=True)
    growing = fields.Boolean(required=True, metadata=_said("Whether more told of it in this week than before."))


class ToldShape(Schema):
    """An opinion of an incident."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    submitted = fields.AwareDateTime(required=True)


class IncidentFile(IncidentShape):
    """An incident with its opinions, the first one first, at most 200 of them."""

    items = fields.List(fields.Nested(ToldShape), required=True)


class IncidentStanding(Schema):
    """Where an incident stands: null where it is none any more, because less than two opinions are left of it."""

    id = fields.String(required=True)
    standing = fields.String(required=True, allow_none=True, metadata=_said("Found, or confirmed; null where it is none any more."))


class SplitBody(Made):
    """The opinions that tell of something else."""

    made = SplitIncident
    tuples = ("opinions",)
    opinions = fields.List(
        OneLine(36),
        required=True,
        validate=validate.Length(1, LARGEST_BATCH),
        metadata=_said("The ids of the opinions that tell of something else."),
    )


IncidentPage = page_of("IncidentPage", "A page of incidents, the latest found first.", IncidentShape)
