"""The shapes of what an administrator does with personal data, and of what comes of it."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.catalogue.against import SECTIONS
from services.intake.schemas.commands import Erase, Retain, Rotate
from services.intake.schemas.making import Made
from services.runtime.input.fields import OneLine

MOST_AT_ONCE, LONGEST_DAYS = 1_000, 36_500


class ErasureBody(Made):
    """Erase persons; with `content`, what they wrote too."""

    made = Erase
    content = fields.Boolean(load_default=False)


class Erased(Schema):
    """What was erased this time: of how many people, and whether what was written; nothing the second time."""

    id = fields.String(required=True)
    persons = fields.Integer(required=True)
    content = fields.Boolean(required=True)


class _Some(Made):
    """Some opinions at a time: those behind the id `after`, at most `limit` of them."""

    after = OneLine(36, load_default=None, allow_none=True)
    limit = fields.Integer(strict=True, validate=validate.Range(1, MOST_AT_ONCE), load_default=200)


class Retention(_Some):
    """Cases that ended at least `days` ago. They are only counted, unless `erase`."""

    made = Retain
    days = fields.Integer(strict=True, required=True, validate=validate.Range(1, LONGEST_DAYS))
    erase = fields.Boolean(load_default=False)


class Retained(Schema):
    """How many of them there were, how many people were erased, and where to go on."""

    cases = fields.Integer(required=True)
    persons = fields.Integer(required=True)
    next = fields.String(required=True, allow_none=True)


class Rotation(_Some):
    """Which opinions."""

    made = Rotate


class Rotated(Schema):
    """How many opinions were looked at, and of what is sealed in them, how much was renewed, current already, or is broken."""

    opinions = fields.Integer(required=True)
    renewed = fields.Integer(required=True)
    current = fields.Integer(required=True)
    broken = fields.Integer(required=True)
    next = fields.String(required=True, allow_none=True)


class WaitingCode(Schema):
    """A code of the catalogue that open cases use: how many, and one of them."""

    kind = fields.String(required=True, validate=validate.OneOf(tuple(SECTIONS)))
    code = fields.String(required=True)
    cases = fields.Integer(required=True)
    example = fields.String(required=True)


class WaitingCodes(Schema):
    """Every code that open cases use."""

    items = fields.List(fields.Nested(WaitingCode), required=True)
