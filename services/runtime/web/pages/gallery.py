"""The page that shows developers every component in every state; for administrators only."""

from __future__ import annotations

from services.contracts.people.callers import Role
from services.design.gallery import TONES, rows, samples
from services.design.templates import SHARED
from services.runtime.input.queries import texts
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import desk_html, error_page
from services.runtime.web.routes import Answer, Routes

PATH = "/components"
routes = Routes()


@routes.get(PATH, access=frozenset({Role.ADMIN}), query=texts("tone"), page=error_page)
def components(call: Call[object]) -> Answer:
    """Every component in every state, for developers."""
    asked = call.query["tone"]
    tone = asked if asked in TONES else ""
    return desk_html(SHARED, "gallery.html", 200, role=call.caller.role, tone=tone, rows=rows(tone), **samples())
