"""How somebody can be reached, on the page where they choose whether they want to be told of notices."""

from __future__ import annotations

from services.accounts.context import HasAccounts
from services.accounts.pages.showing import TEMPLATES
from services.contracts.fragments import fragment
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

PART = fragment("letters", "intake")
routes = Routes()


@routes.get(PART.path, access=PART.roles, page=error_page)
def part(call: Call[HasAccounts]) -> Answer:
    """The own address and the name for chat; nothing for a token, which has no account."""
    person = call.caller.person
    me = call.service.accounts.read(lambda people: people.get(person)) if person else None
    return html(TEMPLATES, "reached-part.html", part=PART, me=me)
