"""The page of the ledger: the days with their roots, how to check them, and the proofs of one opinion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.metrics.domain.ledger.proofs import InclusionProof
from services.metrics.handlers import ledger as handlers
from services.metrics.handlers.service import Service
from services.metrics.pages.paper import TEMPLATES
from services.metrics.schemas.ledger import day_answer
from services.runtime.input.queries import texts
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

DAYS, PROOFS = 60, 100
routes = Routes()


@dataclass(frozen=True, slots=True)
class ShownProof:
    """A leaf of an opinion as the page shows it."""

    day: str
    index: int
    type: str
    at: datetime


@routes.get("/ledger", access=PUBLIC, cost=10, query=texts("subject"), page=error_page)
def ledger_page(call: Call[Service]) -> Answer:
    """The ledger as a page: its days, and with `subject` where an opinion is counted."""
    subject = call.query["subject"].strip().lower()
    zone = call.service.catalogue.calendar.zone
    found = leaves_of(call.service, subject) if subject else None
    return html(
        TEMPLATES,
        "ledger.html",
        404 if found == [] else 200,
        place=call.service.catalogue,
        days=[day_answer(day) for day in call.service.ledger.latest(DAYS)],
        subject=subject,
        found=found,
        local=lambda instant: instant.astimezone(zone),
    )


def leaves_of(service: Service, subject: str) -> list[ShownProof]:
    """The first leaves of a subject, none where it has none."""
    try:
        return _shown(handlers.proofs(service, subject, None, PROOFS))
    except NotFound:
        return []


def _shown(proofs: list[InclusionProof]) -> list[ShownProof]:
    leaves = [(proof, orjson.loads(proof.leaf)) for proof in proofs]
    return [ShownProof(proof.day, proof.index, leaf["type"], datetime.fromisoformat(leaf["time"])) for proof, leaf in leaves]
