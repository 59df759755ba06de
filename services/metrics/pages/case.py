"""What metrics has on the page of one case: its entries in the public ledger."""

from __future__ import annotations

from services.contracts.fragments import fragment
from services.contracts.ledger import subject_of
from services.metrics.handlers.service import Service
from services.metrics.pages.ledger import leaves_of
from services.metrics.pages.paper import TEMPLATES
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
CASE = fragment("case", "metrics")


@routes.get(CASE.path, access=CASE.roles, page=error_page)
def case_part(call: Call[Service]) -> Answer:
    """How many entries of the ledger are about a case, and the last of them; they are public, and tell nothing of what it says."""
    subject, zone = subject_of(call.path["opinion_id"]), call.service.catalogue.calendar.zone
    found = leaves_of(call.service, subject)
    last = found[-1].at.astimezone(zone) if found else None
    return html(TEMPLATES, "case-part.html", part=CASE, entries=len(found), last=last, address=f"/ledger?subject={subject}")
