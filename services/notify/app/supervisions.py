"""Supervisions and the meetings that deal with them, over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from services.contracts.catalogue import stored
from services.contracts.errors import NotFound
from services.contracts.messages.values import Promise
from services.contracts.people.callers import STAFF
from services.notify.app.context import SUPERVISORS, Notify
from services.notify.domain.agenda import group_agenda
from services.notify.domain.supervisions import Meeting, Supervision
from services.notify.handlers import supervising as handlers
from services.notify.schemas.supervisions import (
    MeetingCall,
    MeetingFile,
    MeetingPage,
    MeetingQuery,
    Result,
    Scheduling,
    SupervisionPage,
    SupervisionQuery,
    SupervisionShape,
    meeting_answer,
    meeting_file,
    supervision_answer,
)
from services.notify.store.supervision.agendas import agenda_of, list_meetings, list_supervisions
from services.notify.store.supervision.supervisions import SupervisionStore, find_meeting
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


@routes.get(f"{API}/supervisions", access=STAFF, query=SupervisionQuery, answers={200: SupervisionPage})
def supervisions(call: Call[Notify]) -> Answer:
    """List supervisions, the newest first; a department sees its own."""
    limit = call.query["limit"]
    filters = {name: call.query[name] for name in ("department", "opinion", "assignment", "state", "meeting")}
    filters["department"] = call.caller.own_only(filters["department"])
    with call.service.database.reading() as connection:
        found = list_supervisions(connection, filters, read_cursor(call.query["cursor"]), limit)
    return 200, page(list(map(supervision_answer, found)), limit)


@routes.post(
    f"{API}/supervisions/<supervision_id>/schedule",
    access=SUPERVISORS, body=Scheduling, answers={200: SupervisionShape},
)  # fmt: skip
def schedule(call: Call[Notify]) -> Answer:
    """Put a supervision on the agenda of a meeting."""

    def unit(work: Transaction) -> Supervision:
        return handlers.schedule(SupervisionStore(work), call.path["supervision_id"], call.body["meeting"])

    return 200, supervision_answer(call.service.database.write(unit))


@routes.post(
    f"{API}/supervisions/<supervision_id>/result",
    access=SUPERVISORS, body=Result, answers={200: SupervisionShape},
)  # fmt: skip
def resolve(call: Call[Notify]) -> Answer:
    """Record the result of a supervision; possible once."""
    body, promise = call.body, promised(call.body)

    def unit(work: Transaction) -> Supervision:
        return handlers.resolve(
            SupervisionStore(work), call.path["supervision_id"], body["result"], body["note"], promise, call.caller.who or None
        )

    return 200, supervision_answer(call.service.database.write(unit))


@routes.post(
    f"{API}/meetings",
    access=SUPERVISORS,
    body=MeetingCall,
    answers={201: MeetingFile},
    made=f"{API}/meetings/{{id}}",
)
def call_meeting(call: Call[Notify]) -> Answer:
    """Call a meeting about the named supervisions, or about all open ones that are on no agenda yet."""

    def act(work: Transaction) -> tuple[int, dict[str, object]]:
        body = call.body
        meeting = handlers.call_meeting(
            SupervisionStore(work), body["title"], body["at"], body["supervisions"], call.caller.who or None
        )
        return 201, _file(call, work.connection, meeting)

    return once(call.service.database, call.idempotency_key, "POST /meetings", call.body, act)


@routes.get(f"{API}/meetings", access=SUPERVISORS, query=MeetingQuery, answers={200: MeetingPage})
def meetings(call: Call[Notify]) -> Answer:
    """List meetings, the one called last first."""
    limit = call.query["limit"]
    with call.service.database.reading() as connection:
        found = list_meetings(connection, read_cursor(call.query["cursor"]), limit)
    return 200, page([meeting_answer(each.meeting, each.total, each.resolved) for each in found], limit)


@routes.get(f"{API}/meetings/<meeting_id>", access=SUPERVISORS, answers={200: MeetingFile})
def read_meeting(call: Call[Notify]) -> Answer:
    """Read a meeting's agenda: by department, what is overdue and by how many working days, and what came of it."""
    with call.service.database.reading() as connection:
        return 200, _file(call, connection, known_meeting(connection, call.path["meeting_id"]))


def known_meeting(connection: Connection, meeting_id: str) -> Meeting:
    """A meeting; raises `NotFound`."""
    meeting = find_meeting(connection, meeting_id)
    if meeting is None:
        raise NotFound("There is no such meeting.")
    return meeting


def promised(result: Mapping[str, Any]) -> Promise | None:
    """What a result promises."""
    given = result["promise"]
    return Promise(given["what"], given["due"], given["who"]) if given else None


def _file(call: Call[Notify], connection: Connection, meeting: Meeting) -> dict[str, object]:
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    groups = group_agenda(agenda_of(connection, meeting.id), catalogue.calendar, meeting.looks_at(now))
    departments = [stored.department(catalogue, group.department) for group in groups]
    return meeting_file(meeting, groups, {each.code: (each.name, each.name_en) for each in departments})
