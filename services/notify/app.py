"""HTTP routes of notify: parse, ask, answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.contracts.catalogue import Catalogue
from services.contracts.errors import Invalid
from services.notify import schemas
from services.notify.domain import Courier, Ladder, Postbox, Secretary, explain, read_rule
from services.notify.handlers import LOST_AFTER, own_only
from services.notify.store import listed_notes, open_deadlines, sent_reminders
from services.runtime.access import PUBLIC, STAFF, Role
from services.runtime.database import Database
from services.runtime.http import API, Answer, Call, Routes
from services.runtime.paging import page, read_cursor

SUPERVISION = frozenset({Role.SUPERVISOR, Role.ADMIN})
LETTER = ("recipient", "person", "digest", "channel", "state", "attempts", "next_at", "begun", "ended", "reason")
routes = Routes()


@dataclass(frozen=True, slots=True)
class Notify:
    """What views, message handlers and chores work with."""

    database: Database
    catalogue: Catalogue
    ladder: Ladder
    secretary: Secretary
    courier: Courier
    postbox: Postbox
    lost_after: timedelta = LOST_AFTER


@routes.get(f"{API}/reminders", access=STAFF, query=schemas.CaseQuery, answers={200: schemas.ReminderPage})
def list_reminders(call: Call[Notify]) -> Answer:
    """List what was said to whom, the newest first; a department sees its own."""
    limit, own = call.query["limit"], call.caller.department
    with call.service.database.reading() as connection:
        rows = sent_reminders(connection, _filters(call), read_cursor(call.query["cursor"]), limit)
    return 200, page([_reminder(row, own) for row in rows], limit)


@routes.get(f"{API}/letters", access=SUPERVISION, query=schemas.LetterQuery, answers={200: schemas.NotePage})
def list_letters(call: Call[Notify]) -> Answer:
    """List the letters to submitters and what became of them, the newest first; who they are for is not shown."""
    limit = call.query["limit"]
    filters = {"opinion": call.query["opinion"], "state": call.query["state"], "about": call.query["kind"]}
    with call.service.database.reading() as connection:
        rows = listed_notes(connection, filters, read_cursor(call.query["cursor"]), limit)
    names = ("id", "opinion", "state", "attempts", "at", "next_at", "begun", "ended", "reason")
    return 200, page([{name: row[name] for name in names} | {"kind": row["about"], "channel": row["way"]} for row in rows], limit)


@routes.get(f"{API}/deadlines", access=STAFF, query=schemas.CaseQuery, answers={200: schemas.DeadlinePage})
def list_deadlines(call: Call[Notify]) -> Answer:
    """List open deadlines with the rung each waits for; a department sees its own."""
    limit, now = call.query["limit"], call.service.database.clock.now()
    with call.service.database.reading() as connection:
        rows = open_deadlines(connection, _filters(call), _place(call.query["cursor"]), limit)
    return 200, page([_deadline(row) | {"overdue": now > row["due"]} for row in rows], limit)


@routes.get(f"{API}/deadlines/explain", access=PUBLIC, query=schemas.ExplainQuery, answers={200: schemas.ExplanationShape})
def explain_deadline(call: Call[Notify]) -> Answer:
    """Explain a deadline: each day counted or skipped, and why."""
    catalogue, rule = call.service.catalogue, call.query["rule"]
    told = explain(catalogue.calendar, call.query["start"], read_rule(rule, catalogue.difficulties))
    return 200, {
        "from": told.start, "rule": rule, "duration": str(told.duration), "due": told.due, "provisional": told.provisional,
        "counted": told.counted, "zh": told.zh, "en": told.en,
        "days": [{"day": note.day, "counted": note.counted, "zh": note.zh, "en": note.en} for note in told.days],
    }  # fmt: skip


def _filters(call: Call[Notify]) -> dict[str, str | None]:
    filters = {name: call.query[name] for name in ("department", "opinion", "assignment")}
    return filters | {"department": own_only(call.caller.department, filters["department"])}


def _place(cursor: str | None) -> tuple[str, str, int] | None:
    """Where a page of deadlines goes on: the id of the last one, in its parts; raises `Invalid`."""
    last = read_cursor(cursor)
    if last is None:
        return None
    assignment, _, rest = last.partition(".")
    kind, _, version = rest.partition(".")
    if not version.isdecimal():
        raise Invalid("The cursor is not one of ours.", {"cursor": ["take it from 'next' of the page before"]})
    return assignment, kind, int(version)


def _reminder(row: Mapping[str, Any], own: str | None) -> dict[str, Any]:
    names = ("id", "opinion", "assignment", "department", "version", "rung", "action", "card", "state", "planned", "at", "message")
    # What was written to those above a department is not that department's to see.
    posted = [letter for letter in row["letters"] if own is None or letter["recipient"] == "department"]
    letters = [{name: letter[name] for name in LETTER} for letter in posted]
    return {name: row[name] for name in names} | {"of": row["kind"], "deadline": row["due"], "letters": letters}


def _deadline(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("opinion", "assignment", "department", "version", "difficulty", "start", "due", "provisional")
    following = {"rung": row["next_rung"], "at": row["next_at"]} if row["next_at"] else None
    marks = {"id": f"{row['assignment']}.{row['kind']}.{row['version']}", "of": row["kind"], "next": following}
    return {name: row[name] for name in names} | marks
