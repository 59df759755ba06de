"""The shapes of supervisions and meetings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from marshmallow import Schema, fields, validate

from services.contracts.messages.values import Promise
from services.notify.domain.agenda import AgendaGroup, OverdueEntry
from services.notify.domain.supervisions import Meeting, Supervision, SupervisionResult
from services.runtime.input.fields import Code, InstantField, ManyLines, OneLine
from services.runtime.input.queries import Choices, Codes
from services.runtime.web.lists.paging import Page, page_of

MOST_CHOSEN = 500
LONGEST_ID = 60


class SupervisionQuery(Page):
    """What a list of supervisions can be narrowed to."""

    department = Codes("departments", load_default=None)
    opinion = fields.String(load_default=None)
    assignment = fields.String(load_default=None)
    state = Choices(("open", "scheduled", "resolved"), load_default=None)
    meeting = fields.String(load_default=None)


class MeetingQuery(Page):
    """The query of the list of meetings."""


class MeetingPromiseBody(Schema):
    """承诺: what will be done, by when, and by whom where that is not the department itself."""

    what = ManyLines(1000, required=True)
    due = InstantField(required=True)
    who = OneLine(100, load_default=None, allow_none=True)


class Result(Schema):
    """What a supervision came to: a summons (约见), a new promise, criticism, or nothing more to do."""

    result = fields.String(required=True, validate=validate.OneOf(get_args(SupervisionResult)))
    note = ManyLines(2000, required=True)
    promise = fields.Nested(MeetingPromiseBody, load_default=None, allow_none=True)


class SupervisionBody(Schema):
    """An assignment that is put under supervision by hand, and why."""

    assignment = Code(LONGEST_ID, required=True)
    reason = ManyLines(2000, required=True)


class Scheduling(Schema):
    """Which meeting deals with it."""

    meeting = Code(LONGEST_ID, required=True)


class MeetingCall(Schema):
    """A meeting to be called; without `supervisions` it deals with all that are open, of which there has to be one."""

    title = OneLine(120, required=True)
    at = fields.AwareDateTime(required=True)
    supervisions = fields.List(
        Code(LONGEST_ID), load_default=None, allow_none=True, validate=validate.Length(min=1, max=MOST_CHOSEN)
    )


class SupervisionShape(Schema):
    """A supervision: `open`, `scheduled` for a meeting, or `resolved` with a result."""

    id = fields.String(required=True)
    opinion = fields.String(required=True)
    assignment = fields.String(required=True)
    department = fields.String(required=True)
    of = fields.String(required=True)
    rung = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    deadline = fields.AwareDateTime(required=True)
    raised = fields.AwareDateTime(required=True)
    state = fields.String(required=True)
    meeting = fields.String(required=True, allow_none=True)
    result = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    promise = fields.Nested(MeetingPromiseBody, required=True, allow_none=True)
    resolved = fields.AwareDateTime(required=True, allow_none=True)


SupervisionPage = page_of("SupervisionPage", "A page of supervisions, the newest first.", SupervisionShape)


class AgendaItem(SupervisionShape):
    """One item of an agenda; `waiting` for an answer still, or `moved_to` another meeting since."""

    overdue_working_days = fields.Integer(required=True)
    waiting = fields.Boolean(required=True)
    moved_to = fields.String(required=True, allow_none=True)


class DepartmentAgenda(Schema):
    """What an agenda has of one department, the longest overdue first."""

    department = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String(required=True)
    items = fields.List(fields.Nested(AgendaItem), required=True)


class MeetingShape(Schema):
    """A meeting, with how many supervisions are on its agenda and how many of them are resolved."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    created = fields.AwareDateTime(required=True)
    total = fields.Integer(required=True)
    resolved = fields.Integer(required=True)


MeetingPage = page_of("MeetingPage", "A page of meetings, the one called last first.", MeetingShape)


class MeetingFile(MeetingShape):
    """A meeting with its agenda by department."""

    departments = fields.List(fields.Nested(DepartmentAgenda), required=True)


def supervision_answer(supervision: Supervision) -> dict[str, object]:
    """A supervision as a `SupervisionShape`."""
    return {
        "id": supervision.id, "opinion": supervision.opinion, "assignment": supervision.assignment,
        "department": supervision.department, "of": supervision.kind, "rung": supervision.rung,
        "reason": supervision.reason, "title": supervision.title,
        "deadline": supervision.due, "raised": supervision.raised, "state": supervision.state, "meeting": supervision.meeting,
        "result": supervision.result, "note": supervision.note, "promise": _promise(supervision.promise),
        "resolved": supervision.resolved,
    }  # fmt: skip


def _promise(promise: Promise | None) -> dict[str, object] | None:
    return None if promise is None else {"what": promise.what, "due": promise.due, "who": promise.who}


def meeting_answer(meeting: Meeting, total: int, resolved: int) -> dict[str, object]:
    """A meeting as a `MeetingShape`."""
    return {
        "id": meeting.id, "title": meeting.title, "at": meeting.at, "created": meeting.created, "total": total,
        "resolved": resolved,
    }  # fmt: skip


def meeting_file(meeting: Meeting, groups: Sequence[AgendaGroup], names: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """A meeting with its agenda as a `MeetingFile`; `names` has the Chinese and English name of each department."""
    entries = [each for group in groups for each in group.entries]
    resolved = sum(each.entry.supervision.state == "resolved" for each in entries)
    return meeting_answer(meeting, len(entries), resolved) | {
        "departments": [
            {
                "department": group.department, "name": names[group.department][0], "name_en": names[group.department][1],
                "items": [_item(each, meeting) for each in group.entries],
            }
            for group in groups
        ]
    }  # fmt: skip


def _item(overdue: OverdueEntry, meeting: Meeting) -> dict[str, object]:
    supervision = overdue.entry.supervision
    return supervision_answer(supervision) | {
        "overdue_working_days": overdue.overdue_working_days, "waiting": overdue.entry.waiting,
        "moved_to": supervision.meeting if supervision.meeting != meeting.id else None,
    }  # fmt: skip
