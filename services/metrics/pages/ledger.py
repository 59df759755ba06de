"""The page of the ledger: the days with their roots, how to check them, and the proofs of one opinion."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from services.contracts.errors import NotFound
from services.metrics import handlers
from services.metrics.handlers import Service
from services.metrics.pages.paper import TEMPLATES, routes
from services.runtime.web.access import PUBLIC
from services.runtime.web.calls import Call
from services.runtime.web.pages import error_page, html
from services.runtime.web.routes import Answer

DAYS, PROOFS = 60, 100


@routes.get("/ledger", access=PUBLIC, cost=10, page=error_page)
def ledger_page(call: Call[Service]) -> Answer:
    """The ledger as a page: its days, and with `subject` where an opinion is counted."""
    subject = call.query.get("subject", "").strip().lower()
    found: list[dict[str, Any]] | None = None
    try:
        found = _shown(handlers.proofs(call.service, subject, None, PROOFS)) if subject else None
    except NotFound:
        found = []
    return html(
        TEMPLATES,
        "ledger.html",
        404 if found == [] else 200,
        place=call.service.catalogue,
        days=call.service.ledger.latest(DAYS),
        subject=subject,
        found=found,
    )


def _shown(proofs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    read = [(proof, orjson.loads(proof["leaf"])) for proof in proofs]
    return [{**proof, "type": leaf["type"], "at": datetime.fromisoformat(leaf["time"])} for proof, leaf in read]
