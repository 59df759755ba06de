"""The catalogue in use, and another one looked at before it is: its mistakes, what it changes, what waiting opinions would lack.

Putting into use stays with the command line: the processes that show pages may not write the file that all services read, nor
make queues at the broker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import flask

from services.contracts.catalogue.against import lacking
from services.contracts.catalogue.candidate import PLACE, CatalogueChange, changes, sections
from services.contracts.catalogue.model import Catalogue
from services.design.phrases import Phrase
from services.intake.app.context import ADMIN, Intake
from services.intake.pages.paper import TEMPLATES, private
from services.intake.store.reading import open_codes
from services.runtime.web.calls import Call
from services.runtime.web.pages.catalogue import KEPT, LABELS, Looked, look_at
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PAGE: Final = "/catalogue"
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
    return _page(call, Looked())


@routes.post(PAGE, access=ADMIN, page=KEPT)
def look(call: Call[Intake]) -> Answer:
    """Say what is wrong with another catalogue, or what it would change; nothing is kept."""
    return _page(call, look_at())


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


def _page(call: Call[Intake], looked: Looked) -> flask.Response:
    held, catalogue = call.service.place, call.service.catalogue
    fresh = looked.candidate.catalogue if looked.candidate else None
    missing = None
    if fresh is not None:
        with call.service.database.reading() as connection:
            missing = lacking(fresh, open_codes(connection))
    version = held.version
    return private(html(
        TEMPLATES, "catalogue.html", looked.status, place=catalogue, role=call.caller.role, session=call.session, looked=looked,
        labels=LABELS, mistakes=looked.mistakes, sections=_sections(catalogue), kinds=KINDS, missing=missing, version=version,
        written=version.written.astimezone(catalogue.calendar.zone) if version else None, refused=held.is_refused(),
        changed=_changed(catalogue, fresh) if fresh else None, before=held.before,
    ))  # fmt: skip
