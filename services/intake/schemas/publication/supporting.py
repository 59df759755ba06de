"""Schemas of supporting a public opinion."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import Schema, fields, validate

from services.intake.schemas.making import Made
from services.intake.schemas.publication.public import STANDINGS
from services.runtime.input.fields import ManyLines, OneLine

#: Where a case stands that nobody handles, beside what the public knows of one.
ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Support:
    """Support an opinion; `contact` is where the reply is told."""

    contact: str | None = None


class SupportBody(Made):
    """附议: a telephone number or an e-mail address where the reply is told, or nothing."""

    made = Support
    contact = OneLine(320, shortest=0, load_default=None, allow_none=True)


class SupportTaken(Schema):
    """The case that is supported from now on, the supporter's receipt, and how many support it."""

    id = fields.String(required=True)
    receipt = fields.String(required=True)
    supporters = fields.Integer(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class SupportShape(Schema):
    """What became of a case, for somebody who supports it; what is not public at present has no title."""

    id = fields.String(required=True)
    receipt = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf([*STANDINGS, ENDED]))
    supporters = fields.Integer(required=True)
    public = fields.Boolean(required=True)


class SupportEnded(Schema):
    """How many support a case, without the one who no longer does."""

    id = fields.String(required=True)
    supporters = fields.Integer(required=True)


class OpinionDraft(Schema):
    """What somebody has typed so far."""

    title = OneLine(120, shortest=0, load_default="")
    content = ManyLines(2_000, shortest=0, load_default="")


class Supportable(Schema):
    """A public opinion that says much the same and can be supported."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(STANDINGS)))
    supporters = fields.Integer(required=True)
    page = fields.String(required=True)


class SupportableList(Schema):
    """The likest first; empty where there is none."""

    items = fields.List(fields.Nested(Supportable), required=True)
