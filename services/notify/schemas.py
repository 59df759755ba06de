"""The shapes of notify's requests and answers. Unknown fields are refused, as is marshmallow's rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from services.notify.domain.submitters import STEPS
from services.runtime.paging import Page

#: `dropped`: the submitter left a way that the place has not set up. `uncertain`: the process died in the attempt.
NOTE_STATES = ("pending", "sending", "sent", "failed", "uncertain", "dropped")
_BLANK_FOR_PLUS = re.compile(r" (?=\d\d:?\d\d$)")


class CaseQuery(Page):
    """What a list of reminders or deadlines can be narrowed to."""

    department = fields.String(load_default=None)
    opinion = fields.String(load_default=None)
    assignment = fields.String(load_default=None)


class LetterShape(Schema):
    """A letter to one channel: `pending`, `sending`, `sent`, `failed` or `uncertain`.

    `person` is the catalogue's code of whose channel it is, unless it is the department's own; `digest` says that it is
    gathered with others into one letter a day.
    """

    recipient = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    digest = fields.Boolean(required=True)
    channel = fields.String(required=True)
    state = fields.String(required=True)
    attempts = fields.Integer(required=True)
    next_at = fields.AwareDateTime(required=True, allow_none=True)
    begun = fields.AwareDateTime(required=True, allow_none=True)
    ended = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class ReminderShape(Schema):
    """A rung that fired (`sent`) or was passed over because a later one was due as well (`skipped`)."""

    id = fields.String(required=True)
    opinion = fields.String(required=True)
    assignment = fields.String(required=True)
    department = fields.String(required=True)
    of = fields.String(required=True)
    version = fields.Integer(required=True)
    rung = fields.String(required=True)
    action = fields.String(required=True)
    card = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    deadline = fields.AwareDateTime(required=True)
    planned = fields.AwareDateTime(required=True)
    at = fields.AwareDateTime(required=True)
    message = fields.String(required=True, allow_none=True)
    letters = fields.List(fields.Nested(LetterShape), required=True)


class ReminderPage(Schema):
    """A page of reminders, the newest first."""

    items = fields.List(fields.Nested(ReminderShape), required=True)
    next = fields.String(required=True, allow_none=True)


class LetterQuery(Page):
    """What a list of letters to submitters can be narrowed to."""

    opinion = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(NOTE_STATES))
    kind = fields.String(load_default=None, validate=validate.OneOf(tuple(STEPS)))


class NoteShape(Schema):
    """A letter to a submitter by e-mail or text message: what it was about and what became of it, not who it is for."""

    id = fields.String(required=True)
    opinion = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(tuple(STEPS)))
    channel = fields.String(required=True, validate=validate.OneOf(("email", "sms")))
    state = fields.String(required=True, validate=validate.OneOf(NOTE_STATES))
    attempts = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    next_at = fields.AwareDateTime(required=True, allow_none=True)
    begun = fields.AwareDateTime(required=True, allow_none=True)
    ended = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class NotePage(Schema):
    """A page of letters to submitters, the newest first."""

    items = fields.List(fields.Nested(NoteShape), required=True)
    next = fields.String(required=True, allow_none=True)


class NextRung(Schema):
    """The rung that a deadline waits for."""

    rung = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class DeadlineShape(Schema):
    """An open deadline; `version` is 1, then the round of each rework."""

    id = fields.String(required=True)
    opinion = fields.String(required=True)
    assignment = fields.String(required=True)
    department = fields.String(required=True)
    of = fields.String(required=True)
    version = fields.Integer(required=True)
    difficulty = fields.String(required=True, allow_none=True)
    start = fields.AwareDateTime(required=True)
    due = fields.AwareDateTime(required=True)
    provisional = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True)
    next = fields.Nested(NextRung, required=True, allow_none=True)


class DeadlinePage(Schema):
    """A page of open deadlines."""

    items = fields.List(fields.Nested(DeadlineShape), required=True)
    next = fields.String(required=True, allow_none=True)


class ExplainQuery(Schema):
    """From when, and by which rule."""

    start = fields.AwareDateTime(required=True, format="iso", data_key="from")
    rule = fields.String(required=True)

    @pre_load
    def _restore_plus(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        # A plus sign that was not escaped in the address arrives as a blank.
        return {name: _BLANK_FOR_PLUS.sub("+", value) if name == "from" else value for name, value in data.items()}


class DayShape(Schema):
    """One day of an explanation."""

    day = fields.Date(required=True)
    counted = fields.Boolean(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


ExplanationShape = Schema.from_dict(
    {
        "from": fields.AwareDateTime(required=True),
        "rule": fields.String(required=True),
        "duration": fields.String(required=True),
        "due": fields.AwareDateTime(required=True),
        "provisional": fields.Boolean(required=True),
        "counted": fields.Integer(required=True),
        "zh": fields.String(required=True),
        "en": fields.String(required=True),
        "days": fields.List(fields.Nested(DayShape), required=True),
    },
    name="ExplanationShape",
)
