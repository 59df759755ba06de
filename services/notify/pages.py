"""Pages for the office: what is under supervision by department, the agenda of one meeting, to be read and to be printed, and
what notify has on the pages of staff."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import flask

from services.contracts.callers import STAFF, Role
from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import NotFound
from services.contracts.fragments import MOST_COUNTED, fragment
from services.contracts.vocabulary import CARDS, DEADLINE_STATES, DEADLINES, RESULTS, word
from services.contracts.words import Words, name_of
from services.design.phrases import Phrase
from services.design.templates import Templates
from services.notify.app.context import SUPERVISORS, Notify
from services.notify.domain.agenda import AgendaEntry, group_agenda
from services.notify.domain.holders import called
from services.notify.domain.supervisions import Meeting
from services.notify.store.agendas import agenda_of, count_supervisions, open_supervisions
from services.notify.store.reminders import sent_reminders
from services.notify.store.supervisions import find_meeting
from services.notify.store.timeline import case_deadlines
from services.runtime.web.calls import Call
from services.runtime.web.pages import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
TEMPLATES = Templates(Path(__file__).parent)
CASE, OFFICE = fragment("case", "notify"), fragment("office", "notify")
NO_AGENDA, ON_AGENDA = Phrase("under supervision, on no agenda yet"), Phrase("under supervision, on the agenda of a meeting")
#: How many deadlines and reminders of one case are shown.
MOST_SHOWN = 50


class ShownDeadline(NamedTuple):
    """A deadline as the page of its case shows it."""

    what: Words
    department: Words
    due: datetime
    standing: Words
    overdue: bool


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
    zone = catalogue.calendar.zone

    def department(code: str) -> Words:
        return name_of(stored.department(catalogue, code))

    def local(instant: datetime) -> datetime:
        return instant.astimezone(zone)

    def kind(code: str) -> Words:
        return word(DEADLINES, code)

    def result(code: str) -> Words:
        return word(RESULTS, code)

    groups = group_agenda(entries, catalogue.calendar, now)
    response = html(
        TEMPLATES, "agenda.html", role=call.caller.role, place=catalogue, groups=groups, total=len(entries), meeting=meeting,
        now=now, department=department, rung=partial(_rung, catalogue), local=local, kind=kind, result=result,
        may_open=call.caller.role in (Role.SUPERVISOR, Role.ADMIN),
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response


@routes.get(CASE.path, access=CASE.roles, page=error_page)
def case_part(call: Call[Notify]) -> Answer:
    """The deadlines of a case and what was sent because of them, the latest first; a department sees its own."""
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    zone = catalogue.calendar.zone
    about = {"opinion": call.path["opinion_id"], "department": call.caller.department}
    with call.service.database.reading() as connection:
        kept = case_deadlines(connection, about, None, MOST_SHOWN, now)
        sent = sent_reminders(connection, about, None, MOST_SHOWN)
    deadlines = [
        ShownDeadline(
            DEADLINES[each.deadline.kind], called(catalogue, each.deadline.department),
            each.deadline.due.astimezone(zone), DEADLINE_STATES[each.state], each.is_overdue(now),
        )
        for each in sorted(kept, key=lambda each: each.deadline.due)
        if each.state != "replaced"
    ]  # fmt: skip
    reminders = [
        (each.at.astimezone(zone), _rung(catalogue, each.rung), CARDS.get(each.card or ""))
        for each, _ in sent
        if each.state == "sent"
    ]
    return html(TEMPLATES, "case-part.html", part=CASE, deadlines=deadlines, reminders=reminders)


@routes.get(OFFICE.path, access=OFFICE.roles, page=error_page)
def office_part(call: Call[Notify]) -> Answer:
    """How many cases are under supervision, and how many of them are on no agenda yet."""
    with call.service.database.reading() as connection:
        counted = [count_supervisions(connection, state, call.caller.department, MOST_COUNTED) for state in ("open", "scheduled")]
    rows = list(zip(counted, (NO_AGENDA, ON_AGENDA), ("/agenda", "/agenda"), strict=True))
    return html(TEMPLATES, "office-part.html", part=OFFICE, rows=rows, most=MOST_COUNTED)


def _rung(catalogue: Catalogue, code: str) -> Words:
    known = stored.found(catalogue.ladder, code)
    return name_of(known) if known else Words(code, code)
