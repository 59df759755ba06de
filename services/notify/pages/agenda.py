"""What is under supervision by department, and the agenda of one meeting, to be read and to be printed."""

from __future__ import annotations

from functools import partial

import flask

from services.contracts.callers import STAFF, Role
from services.contracts.catalogue import stored
from services.contracts.errors import NotFound
from services.contracts.vocabulary import DEADLINES, RESULTS, word
from services.contracts.words import Words, name_of
from services.notify.app.context import SUPERVISORS, Notify
from services.notify.domain.agenda import AgendaEntry, group_agenda
from services.notify.domain.supervisions import Meeting
from services.notify.pages.paper import TEMPLATES, local, private, rung_name
from services.notify.store.agendas import agenda_of, open_supervisions
from services.notify.store.supervisions import find_meeting
from services.runtime.web.calls import Call
from services.runtime.web.pages import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()


@routes.get("/agenda", access=STAFF, page=error_page)
def agenda_page(call: Call[Notify]) -> Answer:
    """What is under supervision and not resolved, with the meeting that deals with it; a department sees its own."""
    with call.service.database.reading() as connection:
        entries = open_supervisions(connection, call.caller.department)
    return _page(call, entries, None)


@routes.get("/agenda/<meeting_id>", access=SUPERVISORS, page=error_page)
def meeting_page(call: Call[Notify]) -> Answer:
    """The agenda of one meeting, with what it has come to so far."""
    with call.service.database.reading() as connection:
        meeting = find_meeting(connection, call.path["meeting_id"])
        if meeting is None:
            raise NotFound("There is no such meeting.")
        return _page(call, agenda_of(connection, meeting.id), meeting)


def _page(call: Call[Notify], entries: list[AgendaEntry], meeting: Meeting | None) -> flask.Response:
    catalogue, now = call.service.catalogue, call.service.database.clock.now()

    def department(code: str) -> Words:
        return name_of(stored.department(catalogue, code))

    def kind(code: str) -> Words:
        return word(DEADLINES, code)

    def result(code: str) -> Words:
        return word(RESULTS, code)

    groups = group_agenda(entries, catalogue.calendar, now)
    return private(html(
        TEMPLATES, "agenda.html", role=call.caller.role, place=catalogue, groups=groups, total=len(entries), meeting=meeting,
        now=now, department=department, rung=partial(rung_name, catalogue), local=partial(local, catalogue=catalogue),
        kind=kind, result=result, may_open=call.caller.role in (Role.SUPERVISOR, Role.ADMIN),
    ))  # fmt: skip
