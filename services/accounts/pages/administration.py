"""Where the work of administrators begins: one page that leads to all of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.accounts.api import ADMIN
from services.accounts.context import HasAccounts
from services.accounts.pages.showing import shown
from services.design.phrases import Phrase
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page
from services.runtime.web.routes import Answer, Routes

#: Each page with what it is for.
PAGES: Final[Sequence[tuple[str, Phrase, Phrase]]] = (
    ("/accounts", Phrase("Accounts"), Phrase("Who signs in as what: invite, grant and end roles, suspend, reset, erase.")),
    ("/tokens", Phrase("Access tokens"), Phrase("For programs that call the interface: make, look through, revoke.")),
    ("/audit", Phrase("Audit trail"), Phrase("Who changed what and who saw personal data, and when.")),
    ("/catalogue", Phrase("Catalogue"), Phrase("What is configured: look at it, check another one and compare it.")),
    ("/erasure", Phrase("Erasure and retention"), Phrase("Erase who told a case, or all that are older than they are kept.")),
)
routes = Routes()


@routes.get("/administration", access=ADMIN, page=error_page)
def page(call: Call[HasAccounts]) -> Answer:
    """The pages of administrators."""
    return shown(call, "administration.html", leads=PAGES)
