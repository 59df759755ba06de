"""The shapes of promises, look-backs and changed calendars."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.routing.domain.moves.promising import PROMISE_STATES
from services.routing.domain.sampling import Sample, SampleCheck
from services.runtime.input.fields import Building, Code, InstantField, ManyLines, Tuples
from services.runtime.input.queries import Choices, Codes
from services.runtime.web.lists.paging import LARGEST_LIMIT, Page, page_of

LONGEST_NOTE, LONGEST_ID = 2_000, 60


class PromiseQuery(Page):
    """The filters of the list of promises."""

    department = Codes("departments", load_default=None)
    assignment = fields.String(load_default=None)
    state = Choices(PROMISE_STATES, load_default=None)
    overdue = fields.Boolean(load_default=False)


class PromiseShape(Schema):
    """A promise and what became of it; `supervision` is where it was made outside of a reply."""

    id = fields.String(required=True)
    assignment = fields.String(required=True)
    opinion = fields.String(required=True)
    department = fields.String(required=True)
    what = fields.String(required=True)
    who = fields.String(required=True)
    due = fields.AwareDateTime(required=True)
    state = fields.String(required=True, validate=validate.OneOf(PROMISE_STATES))
    supervision = fields.String(required=True, allow_none=True)
    made = fields.AwareDateTime(required=True)
    kept = fields.AwareDateTime(required=True, allow_none=True)
    evidence = fields.String(required=True, allow_none=True)


PromisePage = page_of("PromisePage", "A page of promises.", PromiseShape)


class LookbackBody(Building):
    """How many concluded cases to draw, from what department and period (from `since` to before `until`), or which to take."""

    shape = Sample

    size = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(1, LARGEST_LIMIT))
    assignments = Tuples(Code(LONGEST_ID), load_default=(), validate=validate.Length(1, LARGEST_LIMIT))
    department = Code(LONGEST_ID, load_default=None, allow_none=True)
    since = InstantField(load_default=None, allow_none=True)
    until = InstantField(load_default=None, allow_none=True)

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        chosen = data["assignments"]
        if len(set(chosen)) != len(chosen):
            raise ValidationError("Each only once.", "assignments")
        for name in ("size", "department", "since", "until"):
            if chosen and data[name] is not None:
                raise ValidationError("For a draw, not beside 'assignments'.", name)
        if data["since"] is not None and data["until"] is not None and data["since"] >= data["until"]:
            raise ValidationError("Later than 'since'.", "until")


class CheckBody(Building):
    """What was found of one case of the sample."""

    shape = SampleCheck

    assignment = Code(LONGEST_ID, required=True)
    held = fields.Boolean(required=True, truthy={True}, falsy={False})
    note = ManyLines(LONGEST_NOTE, required=True)


class LookbackItem(Schema):
    """One case of a sample: where it stands, and what was found."""

    assignment = fields.String(required=True)
    opinion = fields.String(required=True)
    title = fields.String(required=True)
    department = fields.String(required=True)
    state = fields.String(required=True)
    held = fields.Boolean(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True, allow_none=True)


class LookbackShape(Schema):
    """A look-back. `drawn` from `population` cases with `seed`: in order of the SHA-256 of `seed:id`, the first `size` of them."""

    id = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    drawn = fields.Boolean(required=True)
    seed = fields.String(required=True, allow_none=True)
    size = fields.Integer(required=True)
    department = fields.String(required=True, allow_none=True)
    since = fields.AwareDateTime(required=True, allow_none=True)
    until = fields.AwareDateTime(required=True, allow_none=True)
    sample = fields.Integer(required=True)
    checked = fields.Integer(required=True)
    held = fields.Integer(required=True)


class LookbackCase(LookbackShape):
    """A look-back with its sample, and the ids of all cases that it was drawn from, so that the draw can be repeated."""

    population = fields.List(fields.String(), required=True)
    items = fields.List(fields.Nested(LookbackItem), required=True)


LookbackPage = page_of("LookbackPage", "A page of look-backs.", LookbackShape)


class ReschedulingQuery(Page):
    """The filters of the list of moved deadlines."""

    department = Codes("departments", load_default=None)
    assignment = fields.String(load_default=None)


class ReschedulingShape(Schema):
    """A deadline that a changed calendar has moved, and why."""

    id = fields.String(required=True)
    assignment = fields.String(required=True)
    opinion = fields.String(required=True)
    department = fields.String(required=True)
    kind = fields.String(required=True)
    before = fields.AwareDateTime(required=True)
    after = fields.AwareDateTime(required=True)
    reason = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


ReschedulingPage = page_of("ReschedulingPage", "A page of moved deadlines.", ReschedulingShape)
