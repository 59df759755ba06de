"""Deadlines over HTTP: what is open, a case's timeline, and how each deadline comes about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.contracts.callers import PUBLIC, STAFF
from services.contracts.errors import Invalid, NotFound
from services.notify import domain, schemas
from services.notify.app.context import Notify, case_filters, routes
from services.notify.store import case_deadlines, deadline_versions, find_deadline, open_deadlines
from services.runtime.web.calls import Call
from services.runtime.web.paging import page, read_cursor
from services.runtime.web.routes import API, Answer

Row = Mapping[str, Any]
FACTS = ("opinion", "assignment", "department", "version", "difficulty", "start", "due", "provisional", "cause", "ended", "promise")
LARGEST_VERSION = 2**31 - 1


@routes.get(f"{API}/deadlines", access=STAFF, query=schemas.CaseQuery, answers={200: schemas.DeadlinePage})
def list_deadlines(call: Call[Notify]) -> Answer:
    """List open deadlines with the rung each waits for, or all versions of all deadlines of one opinion.

    A department sees its own.
    """
    limit, now = call.query["limit"], call.service.database.clock.now()
    listed = open_deadlines if call.query["opinion"] is None else case_deadlines
    with call.service.database.reading() as connection:
        rows = listed(connection, case_filters(call), _after(call.query["cursor"]), limit, now)
    return 200, page([_deadline(row, now) for row in rows], limit)


@routes.get(f"{API}/deadlines/explain", access=PUBLIC, cost=5, query=schemas.ExplainQuery, answers={200: schemas.ExplanationShape})
def explain_deadline(call: Call[Notify]) -> Answer:
    """Explain a deadline: each day counted or skipped, and why."""
    catalogue, rule = call.service.catalogue, call.query["rule"]
    shown = domain.explain(catalogue.calendar, call.query["start"], domain.read_rule(rule, catalogue.difficulties))
    return 200, {
        "from": shown.start, "rule": rule, "duration": str(shown.duration), "due": shown.due, "provisional": shown.provisional,
        "counted": shown.counted, "zh": shown.zh, "en": shown.en, "days": list(map(_day, shown.days)),
    }  # fmt: skip


@routes.get(f"{API}/deadlines/<deadline_id>/explain", access=STAFF, answers={200: schemas.DeadlineHistoryAnswer})
def explain_one(call: Call[Notify]) -> Answer:
    """Explain a deadline of a case: its versions, its pauses, and each day counted or skipped."""
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    with call.service.database.reading() as connection:
        row = find_deadline(connection, _place(call.path["deadline_id"]) or ("", "", 0), now)
        if row is None or call.caller.department not in (None, row["department"]):
            raise NotFound("There is no such deadline, or it is not this department's.")
        rows = deadline_versions(connection, row["assignment"], row["kind"], row["promise"], now)
    chain = domain.round_of(list(map(_version, rows)), row["version"])
    rule = domain.rule_of(row["kind"], chain[0].cause, row["difficulty"], catalogue.difficulties)
    shown = domain.explain_history(catalogue.calendar, chain, rule)
    _, zh, en = shown.versions[-1]
    return 200, _deadline(row, now) | {
        "from": shown.chosen.begun, "rule": str(rule) if rule else None, "counted": shown.counted, "zh": zh, "en": en,
        "versions": [_version_shape(version, zh, en) for version, zh, en in shown.versions],
        "pauses": [{"from": pause.start, "until": pause.until} for pause in shown.pauses],
        "days": list(map(_day, shown.days)),
    }  # fmt: skip


def _after(cursor: str | None) -> tuple[str, str, int] | None:
    """Where a page of deadlines goes on: the id of the last one, in its parts; raises `Invalid`."""
    last = read_cursor(cursor)
    place = None if last is None else _place(last)
    if last is not None and place is None:
        raise Invalid("The cursor is not one of ours.", {"cursor": ["take it from 'next' of the page before"]})
    return place


def _place(name: str) -> tuple[str, str, int] | None:
    """A deadline's id in its parts; None for what cannot be one."""
    assignment, _, rest = name.partition(".")
    kind, _, version = rest.partition(".")
    if not (version.isascii() and version.isdecimal() and len(version) <= 10 and int(version) <= LARGEST_VERSION):
        return None
    return assignment, kind, int(version)


def _deadline(row: Row, now: datetime) -> dict[str, Any]:
    following = {"rung": row["next_rung"], "at": row["next_at"]} if row["next_at"] else None
    running = row["state"] == "open"
    return {name: row[name] for name in FACTS} | {
        "id": f"{row['assignment']}.{row['kind']}.{row['version']}", "of": row["kind"], "next": following if running else None,
        "state": "running" if running else row["state"], "overdue": running and now > row["due"],
    }  # fmt: skip


def _version(row: Row) -> domain.Version:
    facts = {name: row[name] for name in ("version", "start", "due", "provisional", "state", "cause", "ended")}
    return domain.Version(**facts, begun=row["begun"] or row["start"])


def _version_shape(version: domain.Version, zh: str, en: str) -> dict[str, Any]:
    names = ("version", "start", "due", "provisional", "cause", "ended")
    state = "running" if version.state == "open" else version.state
    return {name: getattr(version, name) for name in names} | {"state": state, "zh": zh, "en": en}


def _day(note: domain.DayNote) -> dict[str, Any]:
    return {"day": note.day, "counted": note.counted, "zh": note.zh, "en": note.en}
