"""What is under supervision by department, and the agenda of one meeting: read, printed, and worked through where it is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import flask

from services.contracts.catalogue import stored
from services.contracts.errors import Conflict, Invalid
from services.contracts.people.callers import STAFF
from services.contracts.time.dates import day_end
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import DEADLINES, RESULTS, word
from services.design.phrases import Phrase
from services.notify.app import supervisions as app
from services.notify.app.context import SUPERVISORS, Notify
from services.notify.app.lists.files import FILES, TYPES, form_of
from services.notify.app.lists.meetings import meeting_paper
from services.notify.domain.agenda import AgendaEntry, group_agenda
from services.notify.domain.supervisions import Meeting
from services.notify.pages.paper import TEMPLATES, local, rung_name
from services.notify.pages.sessions.fields import instant
from services.notify.schemas.supervisions import MeetingCall, Result
from services.notify.store.supervision.agendas import agenda_of, open_supervisions
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST: Final = "/agenda"
#: The fields of a result, with those of a promise behind a dash.
FIELDS: Final = ("result", "note", "promise-what", "promise-due", "promise-who")
LABELS: Final[Mapping[str, Phrase]] = {
    "title": Phrase("Name of the meeting"), "at": Phrase("Begins"), "result": Phrase("What it came to"),
    "note": Phrase("What was said"), "promise-what": Phrase("What is promised"),
    "promise-due": Phrase("To be done by"), "promise-who": Phrase("Who keeps it"),
}  # fmt: skip
WRONG: Final[Mapping[str, Phrase]] = {
    "title": Phrase("Please enter a title of at most 120 characters"), "at": Phrase("Please choose a time in the future"),
    "result": Phrase("Please choose what it came to"), "note": Phrase("Please say what was said, at most 2,000 characters"),
    "promise": Phrase("A promise comes with the result “a new promise”, and with no other"),
    "promise-what": Phrase("Please say what will be done"), "promise-due": Phrase("Please choose a day from tomorrow on"),
    "promise-who": Phrase("Please write at most 100 characters"),
}  # fmt: skip
KEPT: Final = KeptForm(
    {f"{name}-*": LABELS[name] for name in ("note", "promise-what", "promise-who")}, ("result-*", "promise-due-*")
)
EMPTY: Final = dict.fromkeys(("title", "at", *FIELDS), "")
RECORDED: Final = Phrase("Recorded.")
ALREADY: Final = Phrase("Its result has been recorded by somebody else. What you wrote is still below.")
NOTHING_OPEN: Final = Phrase("Nothing is open that is on no agenda yet, so that a meeting would have nothing to deal with.")
_MEETING, _RESULT = MeetingCall(), Result()


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was filled in, with what is wrong with it; `about` is the supervision, or empty for a new meeting."""

    given: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    mistakes: Mapping[str, Phrase] = field(default_factory=dict)
    about: str = ""
    notice: Phrase | None = None
    status: int = 200


NOTHING: Final = Typed()


@routes.get(LIST, access=STAFF, page=error_page)
def agenda_page(call: Call[Notify]) -> Answer:
    """What is under supervision and not resolved, with the meeting that deals with it; a department sees its own."""
    return _list(call)


@routes.post(LIST, access=SUPERVISORS, page=KeptForm({name: LABELS[name] for name in ("title", "at")}))
def call_meeting(call: Call[Notify]) -> Answer:
    """Call a meeting about all that is open and on no agenda; on to its agenda."""
    form = read_form(("title", "at"))
    asked = {"title": form["title"], "at": instant(form["at"], call.service.catalogue)}
    try:
        answer = app.call_meeting(replace(call, body=validate(_MEETING, asked)))
    except Invalid as error:
        return _list(call, Typed(form, _mistakes(error), status=422))
    except Conflict:
        return _list(call, Typed(form, notice=NOTHING_OPEN, status=409))
    _, made = answer if isinstance(answer, tuple) else (0, None)
    return see_other(f"{LIST}/{made['id']}" if isinstance(made, Mapping) else LIST)


@routes.get(f"{LIST}/<meeting_id>", access=SUPERVISORS, page=error_page)
def meeting_page(call: Call[Notify]) -> Answer:
    """The agenda of one meeting, with what it has come to so far and the forms for what it comes to now."""
    return _meeting(call)


@routes.get(f"{LIST}/<meeting_id>/minutes/<form>", access=SUPERVISORS, page=error_page, gives=FILES)
def minutes_file(call: Call[Notify]) -> Answer:
    """What a meeting dealt with and came to, as a file."""
    meeting, entries = _dealt_with(call)
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    groups = group_agenda(entries, catalogue.calendar, meeting.looks_at(now))
    return meeting_paper(meeting, groups, form_of(call.path["form"]), catalogue)


@routes.post(f"{LIST}/<meeting_id>/<supervision_id>", stands_on=f"{LIST}/<meeting_id>", access=SUPERVISORS, page=KEPT)
def record(call: Call[Notify]) -> Answer:
    """Record what a supervision came to; back to the agenda, where the next one is."""
    about = call.path["supervision_id"]
    form = {name: read_form((f"{name}-{about}",))[f"{name}-{about}"] for name in FIELDS}
    zone = call.service.catalogue.calendar.zone
    promise = {"what": form["promise-what"], "due": day_end(form["promise-due"], zone), "who": form["promise-who"]}
    promised = {name: text for name, text in promise.items() if text}
    asked = {"result": form["result"], "note": form["note"], "promise": promised or None}
    try:
        result = validate(_RESULT, asked)
        app.resolve(replace(call, body=result))
    except Invalid as error:
        return _meeting(call, Typed(form, _mistakes(error), about, status=422))
    except Conflict:
        if not _is_recorded(call, about, result):
            return _meeting(call, Typed(form, {}, about, ALREADY, 409))
    return see_other(f"{LIST}/{call.path['meeting_id']}?did=recorded#{about}")


def _mistakes(error: Invalid) -> dict[str, Phrase]:
    names = [path.replace(".", "-") for path in error.errors]
    found = {("promise-what" if name == "promise" else name): WRONG[name] for name in names if name in WRONG}
    return found or {"note": WRONG["note"]}


def _list(call: Call[Notify], typed: Typed = NOTHING) -> flask.Response:
    with call.service.database.reading() as connection:
        entries = open_supervisions(connection, call.caller.department)
    return _page(call, entries, None, typed)


def _meeting(call: Call[Notify], typed: Typed = NOTHING) -> flask.Response:
    meeting, entries = _dealt_with(call)
    return _page(call, entries, meeting, typed)


def _dealt_with(call: Call[Notify]) -> tuple[Meeting, list[AgendaEntry]]:
    with call.service.database.reading() as connection:
        meeting = app.known_meeting(connection, call.path["meeting_id"])
        return meeting, agenda_of(connection, meeting.id)


def _is_recorded(call: Call[Notify], about: str, result: Mapping[str, Any]) -> bool:
    """Whether what was typed is what is recorded: somebody pressed twice."""
    _, entries = _dealt_with(call)
    typed = (about, result["result"], result["note"], app.promised(result))
    found = (each.supervision for each in entries)
    return any((each.id, each.result, each.note, each.promise) == typed for each in found)


def _page(call: Call[Notify], entries: list[AgendaEntry], meeting: Meeting | None, typed: Typed) -> flask.Response:
    catalogue, now = call.service.catalogue, call.service.database.clock.now()

    def department(code: str) -> Words:
        return name_of(stored.department(catalogue, code))

    def kind(code: str) -> Words:
        return word(DEADLINES, code)

    def result(code: str) -> Words:
        return word(RESULTS, code)

    groups = group_agenda(entries, catalogue.calendar, meeting.looks_at(now) if meeting else now)
    suffix = f"-{typed.about}" if typed.about else ""
    return html(
        TEMPLATES, "agenda.html", typed.status, role=call.caller.role, place=catalogue, groups=groups, total=len(entries),
        meeting=meeting, now=now, department=department, rung=partial(rung_name, catalogue), result=result, kind=kind,
        local=partial(local, catalogue=catalogue), may_open=call.caller.role in SUPERVISORS, session=call.session,
        mistakes={f"{name}{suffix}": words for name, words in typed.mistakes.items()}, results=list(RESULTS.items()),
        labels={f"{name}{suffix}": LABELS[name] for name in typed.mistakes}, typed=typed, empty=EMPTY,
        files=list(TYPES), fields_of=LABELS,
        notice=typed.notice or (RECORDED if call.query.get("did") and typed is NOTHING else None),
        is_typed=typed is not NOTHING, unplanned=sum(1 for each in entries if each.supervision.meeting is None),
    )  # fmt: skip
