"""What notify has on the pages of staff: the deadlines of a case, and how much waits for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from sqlalchemy.engine import Connection

from services.contracts.fragments import MOST_COUNTED, fragment
from services.contracts.people.callers import OFFICE as OFFICE_ROLES
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import CARDS
from services.design.phrases import Phrase
from services.notify.app.context import SUPERVISORS, Notify
from services.notify.domain.holders import called
from services.notify.domain.letters.submitters import STEPS
from services.notify.pages.clocks import shown_deadlines
from services.notify.pages.paper import TEMPLATES, local, rung_name
from services.notify.pages.raising import answers_waiting
from services.notify.store.reminders import sent_reminders
from services.notify.store.sessions.calendar import count_overdue_minutes
from services.notify.store.submitter_notifications import listed_submitter_notifications
from services.notify.store.supervision.agendas import count_supervisions, list_supervisions
from services.notify.store.timeline import case_deadlines
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
CASE, OFFICE = fragment("case", "notify"), fragment("office", "notify")
NO_AGENDA, ON_AGENDA = Phrase("under supervision, on no agenda yet"), Phrase("under supervision, on the agenda of a meeting")
NO_MINUTES = Phrase("sessions whose minutes are overdue")
BY_WAY: Final[Mapping[str, Phrase]] = {"email": Phrase("by mail"), "sms": Phrase("by text message")}
#: What became of a letter, and how that is marked.
LETTER_STATES: Final[Mapping[str, tuple[Phrase, str]]] = {
    "pending": (Phrase("waiting"), ""), "sending": (Phrase("waiting"), ""), "sent": (Phrase("sent"), "good"),
    "failed": (Phrase("could not be sent"), "bad"), "uncertain": (Phrase("it is not known whether it was sent"), "warn"),
    "dropped": (Phrase("was no longer needed"), ""),
}  # fmt: skip
#: How many deadlines and reminders of one case are shown.
MOST_SHOWN = 50


class ShownLetter(NamedTuple):
    """A letter to somebody who told a case: when, by which way, about what, and what became of it."""

    at: datetime
    way: Phrase
    about: Words
    standing: Phrase
    tone: str


@routes.get(CASE.path, access=CASE.roles, page=error_page)
def case_part(call: Call[Notify]) -> Answer:
    """The deadlines of a case and what was sent because of them, the latest first; a department sees its own."""
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    zone = catalogue.calendar.zone
    about = {"opinion": call.path["opinion_id"], "department": call.caller.department}
    with call.service.database.reading() as connection:
        kept = case_deadlines(connection, about, None, MOST_SHOWN, now)
        sent = sent_reminders(connection, about, None, MOST_SHOWN)
        raised = list_supervisions(connection, about, None, MOST_SHOWN)
        letters = _letters(connection, call.path["opinion_id"], zone) if call.caller.role in SUPERVISORS else []
    deadlines = shown_deadlines(kept, catalogue, now)
    reminders = [
        (each.at.astimezone(zone), rung_name(catalogue, each.rung), CARDS.get(each.card or ""))
        for each, _ in sent
        if each.state == "sent"
    ]
    supervised = [each for each in raised if each.state != "resolved"]
    can_be = answers_waiting(kept, {each.assignment for each in supervised}) if call.caller.role in SUPERVISORS else []
    return html(
        TEMPLATES, "case-part.html", part=CASE, deadlines=deadlines, reminders=reminders, letters=letters,
        supervised=[(rung_name(catalogue, each.rung), local(each.raised, catalogue), each.reason) for each in supervised],
        can_be=[(each.deadline.assignment, called(catalogue, each.deadline.department)) for each in can_be],
    )  # fmt: skip


def _letters(connection: Connection, opinion: str, zone: tzinfo) -> list[ShownLetter]:
    found = listed_submitter_notifications(connection, {"opinion": opinion}, None, MOST_SHOWN)
    return [
        ShownLetter(each.at.astimezone(zone), BY_WAY[each.way], Words(*STEPS[each.about][0]), *LETTER_STATES[each.state])
        for each in found
        if each.about in STEPS
    ]


@routes.get(OFFICE.path, access=OFFICE.roles, page=error_page)
def office_part(call: Call[Notify]) -> Answer:
    """How many cases are under supervision, how many of them on no agenda yet, and for the office the minutes that are overdue."""
    now = call.service.database.clock.now()
    with call.service.database.reading() as connection:
        counted = [count_supervisions(connection, state, call.caller.department, MOST_COUNTED) for state in ("open", "scheduled")]
        late = count_overdue_minutes(connection, now, MOST_COUNTED) if call.caller.role in OFFICE_ROLES else 0
    rows = list(zip(counted, (NO_AGENDA, ON_AGENDA), ("/agenda", "/agenda"), strict=True))
    if late:
        rows.append((late, NO_MINUTES, "/sessions?state=held"))
    return html(TEMPLATES, "office-part.html", part=OFFICE, rows=rows, most=MOST_COUNTED)
