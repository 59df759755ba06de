"""The shapes of deadlines and of what explains them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from marshmallow import Schema, fields, pre_load

from services.contracts.time.worktime import DayNote
from services.notify.domain.explanation import Explanation
from services.notify.domain.kept import KeptDeadline
from services.notify.domain.versions import DeadlineHistory
from services.runtime.input.fields import InstantField
from services.runtime.web.lists.paging import page_of

_BLANK_FOR_PLUS = re.compile(r" (?=\d\d:?\d\d$)")


class NextRung(Schema):
    """The rung that a deadline waits for."""

    rung = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class DeadlineShape(Schema):
    """A deadline in one version, which is the number of the event that set it, and the `cause` that event had.

    States: `running`; `met` and `missed` when the department acted in time or late; `replaced` by a later version; `paused`;
    `void` when there is nothing to do any more; `lapsed` when the right to object was not used.
    """

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
    state = fields.String(required=True)
    cause = fields.String(required=True)
    ended = fields.AwareDateTime(required=True, allow_none=True)
    promise = fields.String(required=True, allow_none=True)
    next = fields.Nested(NextRung, required=True, allow_none=True)


DeadlinePage = page_of("DeadlinePage", "A page of deadlines.", DeadlineShape)


class ExplainQuery(Schema):
    """From when, and by which rule."""

    start = InstantField(required=True, data_key="from")
    rule = fields.String(required=True)

    @pre_load
    def _restore_plus(self, data: Mapping[str, str], **_: object) -> dict[str, str]:
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


class VersionShape(Schema):
    """One version of a deadline: why and when it was set, until when, and what became of it."""

    version = fields.Integer(required=True)
    start = fields.AwareDateTime(required=True)
    due = fields.AwareDateTime(required=True)
    provisional = fields.Boolean(required=True)
    cause = fields.String(required=True)
    state = fields.String(required=True)
    ended = fields.AwareDateTime(required=True, allow_none=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


PauseShape = Schema.from_dict(
    {"from": fields.AwareDateTime(required=True), "until": fields.AwareDateTime(required=True, allow_none=True)}, name="PauseShape"
)

DeadlineHistoryAnswer = DeadlineShape.from_dict(
    {
        "from": fields.AwareDateTime(required=True),
        "rule": fields.String(required=True, allow_none=True),
        "counted": fields.Integer(required=True),
        "zh": fields.String(required=True),
        "en": fields.String(required=True),
        "versions": fields.List(fields.Nested(VersionShape), required=True),
        "pauses": fields.List(fields.Nested(PauseShape), required=True),
        "days": fields.List(fields.Nested(DayShape), required=True),
    },
    name="DeadlineStory",
)


def deadline_answer(kept: KeptDeadline, now: datetime) -> dict[str, object]:
    """A deadline as a `DeadlineShape`."""
    deadline = kept.deadline
    following = {"rung": kept.next_rung, "at": kept.next_at} if kept.next_at and kept.is_running else None
    return {
        "id": deadline.id, "opinion": deadline.opinion, "assignment": deadline.assignment, "department": deadline.department,
        "of": deadline.kind, "version": deadline.version, "difficulty": deadline.difficulty, "start": deadline.start,
        "due": deadline.due, "provisional": deadline.provisional, "overdue": kept.is_overdue(now), "state": _state(kept),
        "cause": deadline.cause, "ended": kept.ended, "promise": deadline.promise, "next": following,
    }  # fmt: skip


def explanation_answer(told: Explanation, rule: str) -> dict[str, object]:
    """An explanation as an `ExplanationShape`."""
    return {
        "from": told.start, "rule": rule, "duration": str(told.duration), "due": told.due, "provisional": told.provisional,
        "counted": told.counted, "zh": told.zh, "en": told.en, "days": list(map(_day, told.days)),
    }  # fmt: skip


def history_answer(history: DeadlineHistory, kept: KeptDeadline, now: datetime) -> dict[str, object]:
    """A deadline with its history as a `DeadlineStory`."""
    _, zh, en = history.versions[-1]
    return deadline_answer(kept, now) | {
        "from": history.chosen.deadline.counted_from, "rule": str(history.rule) if history.rule else None,
        "counted": history.counted, "zh": zh, "en": en, "versions": [_version(*each) for each in history.versions],
        "pauses": [{"from": pause.start, "until": pause.until} for pause in history.pauses],
        "days": list(map(_day, history.days)),
    }  # fmt: skip


def _version(kept: KeptDeadline, zh: str, en: str) -> dict[str, object]:
    deadline = kept.deadline
    return {
        "version": deadline.version, "start": deadline.start, "due": deadline.due, "provisional": deadline.provisional,
        "cause": deadline.cause, "state": _state(kept), "ended": kept.ended, "zh": zh, "en": en,
    }  # fmt: skip


def _state(kept: KeptDeadline) -> str:
    return "running" if kept.is_running else kept.state


def _day(note: DayNote) -> dict[str, object]:
    return {"day": note.day, "counted": note.counted, "zh": note.zh, "en": note.en}
