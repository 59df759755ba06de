"""Schemas of requests by supervisors and heads of departments."""

from __future__ import annotations

from typing import get_args

from marshmallow import Schema, fields, validate

from services.contracts.commands import LONGEST_REASON
from services.contracts.messages.values import Handling
from services.routing.domain.levels import Mark
from services.runtime.input.fields import Building, Code, ManyLines, OneLine

#: More departments than this in one case is a mistake.
MOST_HANDLERS = 20
LONGEST_NAME = 60


class HandlersBody(Schema):
    """Departments to handle a case beside its lead: `joint` gives the lead its opinion, `separate` answers for itself."""

    departments = fields.List(Code(LONGEST_NAME), required=True, validate=validate.Length(1, MOST_HANDLERS))
    handling = fields.String(load_default="joint", validate=validate.OneOf(get_args(Handling)))
    reason = ManyLines(LONGEST_REASON, required=True)


class TakeOutBody(Schema):
    """Why a department does not handle the case any more; it reads that."""

    reason = ManyLines(LONGEST_REASON, required=True)


class MarkBody(Building):
    """How a case is watched from now on; without `leader`, no leader has it."""

    shape = Mark

    key = fields.Boolean(required=True)
    leader = OneLine(LONGEST_NAME, load_default=None, allow_none=True)
    reason = ManyLines(LONGEST_REASON, required=True)


class RaiseBody(Schema):
    """Why the case is the next level's."""

    reason = ManyLines(LONGEST_REASON, required=True)


class ApproveBody(Schema):
    """An empty body."""


class AmendBody(Schema):
    """What the department has to change in its draft."""

    reason = ManyLines(LONGEST_REASON, required=True)
