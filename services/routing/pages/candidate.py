"""Another catalogue against the cases that departments have; the page for catalogues, which does not know these, leads here."""

from __future__ import annotations

from typing import Final

import flask

from services.contracts.catalogue.against import lacking
from services.contracts.errors import Unavailable
from services.contracts.people.callers import Role
from services.contracts.topology import department_queue
from services.routing.app.context import Routing
from services.routing.pages.paper import TEMPLATES
from services.routing.store.reading import open_codes
from services.runtime.messaging.probe import Distrusted
from services.runtime.process.in_use_part import Lacks
from services.runtime.web.calls import Call
from services.runtime.web.pages.catalogue import KEPT, LABELS, look_at
from services.runtime.web.pages.html import html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH: Final = "/catalogue/cases"
ADMIN: Final = frozenset({Role.ADMIN})


@routes.post(PATH, stands_on="/catalogue", access=ADMIN, page=KEPT)
def compare(call: Call[Routing]) -> Answer:
    """Say which codes open cases name that another catalogue lacks; nothing is kept."""
    looked, missing = look_at(), None
    if looked.candidate is not None and looked.candidate.catalogue is not None:
        with call.service.database.reading() as connection:
            missing = lacking(looked.candidate.catalogue, open_codes(connection))
    shown: flask.Response = html(
        TEMPLATES, "candidate.html", looked.status, place=call.service.catalogue, role=call.caller.role, session=call.session,
        looked=looked, labels=LABELS, mistakes=looked.mistakes, missing=missing,
    )  # fmt: skip
    shown.headers["Cache-Control"] = "no-store"
    return shown


def lacks(service: Routing) -> Lacks:
    """What the catalogue in use lacks of what open cases name, and which of its departments have no queue at the broker."""
    catalogue = service.catalogue
    with service.database.reading() as connection:
        codes = lacking(catalogue, open_codes(connection))
    try:
        found = service.depths([department_queue(code) for code in catalogue.queued])
    except (Unavailable, Distrusted):
        return Lacks(codes, None)
    return Lacks(codes, [code for code in catalogue.queued if department_queue(code) not in found])
