"""Supervisions and the meetings that deal with them, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from services.contracts.callers import STAFF
from services.contracts.catalogue import stored
from services.contracts.errors import NotFound
from services.contracts.messages.values import Promise
from services.notify import domain, handlers, schemas
from services.notify.app.context import SUPERVISORS, Notify, routes
from services.notify.store import SupervisionStore, agenda_of, find_meeting, list_meetings, list_supervisions
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.paging import page, read_cursor
from services.runtime.web.routes import API, Answer

Row = Mapping[str, Any]
FACTS = (
    "id", "opinion", "assignment", "department", "rung", "title", "raised", "state", "meeting", "result", "note", "resolved",
)  # fmt: skip
ITEM = (*FACTS, "overdue_working_days", "waiting")


@routes.get(f"{API}/supervisions", access=STAFF, query=schemas.SupervisionQuery, answers={200: schemas.SupervisionPage})
def supervisions(call: Call[Notify]) -> Answer:
    """List supervisions, the newest first; a department sees its own."""
    limit = call.query["limit"]
    filters = {name: call.query[name] for name in ("department", "opinion", "assignment", "state", "meeting")}
    filters["department"] = call.caller.own_only(filters["department"])
    with call.service.database.reading() as connection:
        rows = list_supervisions(connection, filters, read_cursor(call.query["cursor"]), limit)
    return 200, page(list(map(_supervision, rows)), limit)


@routes.post(
    f"{API}/supervisions/<supervision_id>/schedule",
    access=SUPERVISORS, body=schemas.Scheduling, answers={200: schemas.SupervisionShape},
)  # fmt: skip
def schedule(call: Call[Notify]) -> Answer:
    """Put a supervision on the agenda of a meeting."""
    with call.service.database.transaction() as work:
        row = handlers.schedule(SupervisionStore(work), call.path["supervision_id"], call.body["meeting"])
    return 200, _supervision(row)


@routes.post(
    f"{API}/supervisions/<supervision_id>/result",
    access=SUPERVISORS, body=schemas.Result, answers={200: schemas.SupervisionShape},
)  # fmt: skip
def resolve(call: Call[Notify]) -> Answer:
    """Record what a supervision came to; once."""
    body, promised = call.body, call.body["promise"]
    promise = Promise(promised["what"], promised["due"], promised["who"]) if promised else None
    with call.service.database.transaction() as work:
        store = SupervisionStore(work)
        row = handlers.resolve(store, call.path["supervision_id"], body["result"], body["note"], promise, call.caller.token)
    return 200, _supervision(row)


@routes.post(
    f"{API}/meetings",
    access=SUPERVISORS,
    body=schemas.MeetingCall,
    answers={201: schemas.MeetingFile},
    made=f"{API}/meetings/{{id}}",
)
def call_meeting(call: Call[Notify]) -> Answer:
    """Call a meeting about the supervisions named, or about all that are open and on no agenda yet."""

    def act(work: Transaction) -> tuple[int, Any]:
        body = call.body
        meeting = handlers.call_meeting(SupervisionStore(work), body["title"], body["at"], body["supervisions"], call.caller.token)
        work.flush()
        return 201, _meeting(call, work, meeting)

    return once(call.service.database, call.idempotency_key, "POST /meetings", call.body, act)


@routes.get(f"{API}/meetings", access=SUPERVISORS, query=schemas.MeetingQuery, answers={200: schemas.MeetingPage})
def meetings(call: Call[Notify]) -> Answer:
    """List meetings, the one called last first."""
    limit = call.query["limit"]
    with call.service.database.reading() as connection:
        rows = list_meetings(connection, read_cursor(call.query["cursor"]), limit)
    return 200, page([{name: row[name] for name in ("id", "title", "at", "created", "total", "resolved")} for row in rows], limit)


@routes.get(f"{API}/meetings/<meeting_id>", access=SUPERVISORS, answers={200: schemas.MeetingFile})
def read_meeting(call: Call[Notify]) -> Answer:
    """Read a meeting's agenda: by department, what is overdue and by how many working days, and what came of it."""
    with call.service.database.reading() as connection:
        meeting = find_meeting(connection, call.path["meeting_id"])
        if meeting is None:
            raise NotFound("There is no such meeting.")
        return 200, _file(call, meeting, agenda_of(connection, meeting["id"]))


def _meeting(call: Call[Notify], work: Transaction, meeting: Row) -> dict[str, Any]:
    return _file(call, meeting, agenda_of(work.connection, meeting["id"]))


def _file(call: Call[Notify], meeting: Row, rows: list[Row]) -> dict[str, Any]:
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    groups = domain.group_agenda(rows, catalogue.calendar, now)
    name = partial(_name, call)
    return {
        **{key: meeting[key] for key in ("id", "title", "at", "created")}, "total": len(rows),
        "resolved": sum(row["state"] == "resolved" for row in rows),
        "departments": [
            {**name(group["department"]), "items": [_item(item, meeting["id"]) for item in group["items"]]} for group in groups
        ],
    }  # fmt: skip


def _name(call: Call[Notify], code: str) -> dict[str, str]:
    department = stored.department(call.service.catalogue, code)
    return {
        "department": code,
        "name": department.name,
        "name_en": department.name_en,
    }


def _item(row: Row, meeting: str) -> dict[str, Any]:
    moved = row["meeting"] if row["meeting"] != meeting else None
    return _supervision(row) | {name: row[name] for name in ("overdue_working_days", "waiting")} | {"moved_to": moved}


def _supervision(row: Row) -> dict[str, Any]:
    promise = {"what": row["promise"], "due": row["promise_due"], "who": row["promise_who"]} if row["promise"] else None
    return {name: row[name] for name in FACTS} | {"of": row["kind"], "deadline": row["due"], "promise": promise}
