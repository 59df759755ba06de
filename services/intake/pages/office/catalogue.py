"""The catalogue in use, and another one: its mistakes, what it changes, what waiting opinions would lack; then put into use.

The file that all services read is replaced, which they notice within a second. Queues for new departments are made by who may: the
keeper of the embedded mode, or the container `queues`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import flask
import structlog

from services.accounts.pages.proving import administrator_confirmed, administrator_proof
from services.accounts.pages.showing import Mistakes, guard_of
from services.contracts.catalogue.against import Use, lacking
from services.contracts.catalogue.candidate import PLACE, Candidate, CatalogueChange, changes, sections
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Changed, NotFound
from services.contracts.fragments import parts_of
from services.design.phrases import Phrase
from services.intake.app.context import ADMIN, Intake
from services.intake.pages.paper import TEMPLATES, private
from services.intake.store.reading import open_codes
from services.runtime.process.replacing import digest_of
from services.runtime.web.calls import Call
from services.runtime.web.pages.catalogue import KEPT, LABELS, TEXT, Looked, look_at
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import form_value, read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
log = structlog.get_logger()
PAGE: Final = "/catalogue"
USE, BACK = f"{PAGE}/use", f"{PAGE}/back"
FIELDS: Final = ("version", "anyway")
EMPTY: Final[Mistakes] = {}
PROVING: Final[Mapping[str, Phrase]] = {
    "present": Phrase("Present password"), "anyway": Phrase("Put it into use although it lacks codes that are in use"),
}  # fmt: skip
NOT_SAID: Final = Phrase("Please look at what it lacks; if that is as it should be, say so here")
CHANGED: Final = Phrase(
    "Another catalogue was put into use since you compared. Look at the comparison below, then press once more."
)
NOT_WRITTEN: Final = Phrase("The catalogue could not be written; the one before is still in use. What you gave is still below.")
BROKEN: Final = Phrase("The catalogue before has mistakes for this version of the program; they are listed below by line")
DONE: Final[Mapping[str, Phrase]] = {
    "use": Phrase("The new catalogue is in use"), "back": Phrase("The catalogue before is in use again"),
}  # fmt: skip
#: What each section is called, in the order in which a page has them.
SECTIONS: Final[Mapping[str, Phrase]] = {
    PLACE: Phrase("The place and its rules"), "departments": Phrase("Departments"), "topics": Phrase("Topics"),
    "areas": Phrase("Areas"), "stations": Phrase("Stations"), "difficulties": Phrase("Difficulties and terms"),
    "ladder": Phrase("Reminders, cards and supervision"), "session_kinds": Phrase("Kinds of sessions"),
    "people": Phrase("People who get letters"), "checklists": Phrase("Checklists of stations"),
    "decline_reasons": Phrase("Reasons to decline"), "acceptance": Phrase("Acceptance by channel"),
    "letters": Phrase("Letters of outcomes"), "closures": Phrase("Days off and working days instead"),
}  # fmt: skip
KINDS: Final[Mapping[str, tuple[Phrase, str]]] = {
    "removed": (Phrase("goes"), "bad"), "added": (Phrase("is new"), "good"), "changed": (Phrase("changes"), "warn"),
}  # fmt: skip


class Section(NamedTuple):
    """A section of the catalogue in use: its entries by code, with their names where they have any."""

    key: str
    name: Phrase
    entries: Sequence[tuple[str, object]]


@routes.get(PAGE, access=ADMIN, page=error_page)
def page(call: Call[Intake]) -> Answer:
    """The catalogue in use, section by section, and the form that takes another one."""
    return _page(call, Looked(), done=DONE.get(str(call.query.get("done"))))


@routes.post(PAGE, access=ADMIN, page=KEPT)
def look(call: Call[Intake]) -> Answer:
    """Say what is wrong with another catalogue, or what it would change; nothing is kept."""
    return _page(call, look_at())


@routes.post(USE, stands_on=PAGE, access=ADMIN, page=KeptForm({TEXT: LABELS[TEXT]}, FIELDS))
def use(call: Call[Intake]) -> Answer:
    """Put a catalogue into use that was compared; or show it once more with what is wrong, or where another one came first."""
    looked, form = look_at(), {name: form_value(name) for name in FIELDS}
    candidate = looked.candidate
    if candidate is None or candidate.catalogue is None:
        return _page(call, looked)
    mistakes = dict(administrator_confirmed(call))
    if not form["anyway"] and _missing(call, candidate.catalogue):
        mistakes["anyway"] = NOT_SAID
    if mistakes:
        return _page(call, looked, mistakes)
    return _put(call, looked, looked.text, form["version"], "use")


@routes.post(BACK, stands_on=PAGE, access=ADMIN, page=KeptForm({}, ("version",)))
def go_back(call: Call[Intake]) -> Answer:
    """Put the catalogue before the one in use into use again."""
    version, kept = read_form(("version",))["version"], call.service.place.before
    if kept is None:
        raise NotFound("No catalogue before this one is kept.")
    text = kept.read_text(encoding="utf-8")
    if Candidate(text).catalogue is None:
        return _page(call, Looked(text, {TEXT: BROKEN}, Candidate(text)))
    if mistakes := administrator_confirmed(call):
        return _page(call, Looked(), mistakes)
    return _put(call, Looked(), text, version, "back")


def _put(call: Call[Intake], looked: Looked, text: str, version: str, done: str) -> Answer:
    guard_of(call).say(digest_of(text))
    try:
        call.service.place.replace(text, version)
    except Changed:
        return _page(call, looked, status=409, notice=CHANGED)
    except OSError as error:
        log.error("catalogue_not_written", error=repr(error))
        return _page(call, looked, status=503, notice=NOT_WRITTEN)
    return see_other(f"{PAGE}?done={done}")


def _sections(catalogue: Catalogue) -> list[Section]:
    found = sections(catalogue)
    return [
        Section(key, name, [(str(code), entry) for code, entry in found[key].items()])
        for key, name in SECTIONS.items() if found.get(key)
    ]  # fmt: skip


def _changed(before: Catalogue, after: Catalogue) -> list[tuple[Phrase, list[CatalogueChange]]]:
    found = changes(before, after)
    by_section = [(name, [each for each in found if each.section == key]) for key, name in SECTIONS.items()]
    return [(name, listed) for name, listed in by_section if listed]


def _missing(call: Call[Intake], fresh: Catalogue) -> Sequence[Use]:
    with call.service.database.reading() as connection:
        return lacking(fresh, open_codes(connection))


def _page(
    call: Call[Intake], looked: Looked, mistakes: Mistakes = EMPTY, status: int | None = None, notice: Phrase | None = None,
    done: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    held, catalogue = call.service.place, call.service.catalogue
    fresh = looked.candidate.catalogue if looked.candidate else None
    version, found = held.version, {**looked.mistakes, **mistakes}
    return private(html(
        TEMPLATES, "catalogue.html", status or (422 if found else 200), place=catalogue, role=call.caller.role,
        session=call.session, looked=looked, labels={**LABELS, **PROVING}, mistakes=found, sections=_sections(catalogue),
        kinds=KINDS, missing=_missing(call, fresh) if fresh else None, version=version,
        written=version.written.astimezone(catalogue.calendar.zone) if version else None, refused=held.is_refused(),
        changed=_changed(catalogue, fresh) if fresh else None, before=held.before, can_replace=held.can_be_replaced(),
        proof=administrator_proof(call), notice=notice, done=done, anyway=form_value("anyway"),
        queued=[each for each in fresh.departments.values() if each.queue and each.code not in catalogue.queued] if fresh else [],
        parts=parts_of("catalogue", call.caller.role),
    ))  # fmt: skip
