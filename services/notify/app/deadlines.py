"""Deadlines over HTTP: what is open, a case's timeline, and how each deadline comes about."""

from __future__ import annotations

from services.contracts.errors import Invalid, NotFound
from services.contracts.people.callers import PUBLIC, STAFF
from services.notify.app.context import Notify, case_filters
from services.notify.domain.explanation import explain, read_rule
from services.notify.domain.versions import explain_version
from services.notify.schemas.deadlines import (
    DeadlineHistoryAnswer,
    DeadlinePage,
    ExplainQuery,
    ExplanationShape,
    deadline_answer,
    explanation_answer,
    history_answer,
)
from services.notify.schemas.reminders import CaseQuery
from services.notify.store.timeline import Place, case_deadlines, deadline_versions, find_deadline, open_deadlines
from services.runtime.input.numbers import whole_number
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
LARGEST_VERSION = 2**31 - 1


@routes.get(f"{API}/deadlines", access=STAFF, query=CaseQuery, answers={200: DeadlinePage})
def list_deadlines(call: Call[Notify]) -> Answer:
    """List open deadlines with the rung each waits for, or all versions of all deadlines of one opinion.

    A department sees its own.
    """
    limit, now = call.query["limit"], call.service.database.clock.now()
    listed = open_deadlines if call.query["opinion"] is None else case_deadlines
    with call.service.database.reading() as connection:
        found = listed(connection, case_filters(call), _after(call.query["cursor"]), limit, now)
    return 200, page([deadline_answer(kept, now) for kept in found], limit)


@routes.get(f"{API}/deadlines/explain", access=PUBLIC, cost=5, query=ExplainQuery, answers={200: ExplanationShape})
def explain_deadline(call: Call[Notify]) -> Answer:
    """Explain a deadline: each day counted or skipped, and why."""
    catalogue, rule = call.service.catalogue, call.query["rule"]
    shown = explain(catalogue.calendar, call.query["start"], read_rule(rule, catalogue.difficulties))
    return 200, explanation_answer(shown, rule)


@routes.get(f"{API}/deadlines/<deadline_id>/explain", access=STAFF, answers={200: DeadlineHistoryAnswer})
def explain_one(call: Call[Notify]) -> Answer:
    """Explain a deadline of a case: its versions, its pauses, and each day counted or skipped."""
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    with call.service.database.reading() as connection:
        kept = find_deadline(connection, _place(call.path["deadline_id"]) or ("", "", 0), now)
        if kept is None or call.caller.department not in (None, kept.deadline.department):
            raise NotFound("There is no such deadline, or it is not this department's.")
        versions = deadline_versions(connection, kept.deadline, now)
    return 200, history_answer(explain_version(versions, kept.deadline, catalogue), kept, now)


def _after(cursor: str | None) -> Place | None:
    """Where a page of deadlines goes on: the id of the last one, in its parts; raises `Invalid`."""
    last = read_cursor(cursor)
    place = None if last is None else _place(last)
    if last is not None and place is None:
        raise Invalid("The cursor is not one of ours.", {"cursor": ["take it from 'next' of the page before"]})
    return place


def _place(name: str) -> Place | None:
    """A deadline's id in its parts; None for what cannot be one."""
    assignment, _, rest = name.partition(".")
    kind, _, text = rest.partition(".")
    version = whole_number(text, 10)
    return None if version is None or version > LARGEST_VERSION else (assignment, kind, version)
