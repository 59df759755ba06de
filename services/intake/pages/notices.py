"""What the site says of itself: help, how personal data is handled, how accessible it is."""

from __future__ import annotations

from services.contracts.people.callers import PUBLIC
from services.intake.app.context import Intake
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.caching import shared
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()


@routes.get("/help", access=PUBLIC, page=error_page)
def help_page(call: Call[Intake]) -> Answer:
    """How to submit, follow up and rate an opinion."""
    return _notice(call, "help.html")


@routes.get("/privacy", access=PUBLIC, page=error_page)
def privacy_page(call: Call[Intake]) -> Answer:
    """What is kept of persons, who sees it, and how to have it erased."""
    return _notice(call, "privacy.html")


@routes.get("/accessibility", access=PUBLIC, page=error_page)
def accessibility_page(call: Call[Intake]) -> Answer:
    """How accessible the pages are."""
    return _notice(call, "accessibility.html")


def _notice(call: Call[Intake], template: str) -> Answer:
    return shared(html(TEMPLATES, template, place=call.service.catalogue))
