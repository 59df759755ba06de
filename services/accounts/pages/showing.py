"""What the pages of accounts share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import flask

from services.accounts.context import HasAccounts
from services.accounts.model import Granted
from services.contracts.catalogue import stored
from services.contracts.people.callers import Caller, Role
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.people import CALLERS
from services.design.phrases import Phrase
from services.design.templates import Templates
from services.runtime.web.calls import Call
from services.runtime.web.guard import RequestGuard
from services.runtime.web.pages.html import html, origin

TEMPLATES = Templates(Path(__file__).parents[1])
DESK, ACCOUNT, LOGIN = "/office", "/account", "/login"
#: Where signing in may redirect to: an address of this site, with what its list is narrowed to.
_OWN_PATH = re.compile(r"/(?:[A-Za-z0-9_-](?:/?[A-Za-z0-9_.-])*/?)?(?:\?[A-Za-z0-9%&=+_.~*,:-]{0,2000})?")
BROWSERS = (("Edg", "Edge"), ("MicroMessenger", "WeChat"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
Mistakes = Mapping[str, Phrase]


def guard_of(call: Call[HasAccounts]) -> RequestGuard:
    """The guard that let the request in; views that need it are only served behind one."""
    if call.guard is None:
        raise RuntimeError("this view is only served behind a request guard")
    return call.guard


def shown(call: Call[HasAccounts], template: str, status: int = 200, **values: object) -> flask.Response:
    """A page of accounts, which no browser keeps and no search engine lists."""
    return html(
        TEMPLATES, template, status, place=call.service.catalogue, role=call.caller.role, session=call.session,
        **values,
    )  # fmt: skip


def site_of(call: Call[HasAccounts]) -> str:
    """Where people open this site: as the settings say, else as this request came."""
    return call.service.accounts.rules.public_url or origin(guard_of(call))


def own_path(text: str) -> str:
    """A path of this site, or the desk for anything else: signing in never redirects to another site."""
    return text if _OWN_PATH.fullmatch(text) else DESK


def device() -> str:
    """The browser and system of this request, in a few words."""
    agent = flask.request.headers.get("User-Agent", "")
    found = [next((name for part, name in known if part in agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found))


def role_words(service: HasAccounts, given: Granted | Caller) -> tuple[Words, Words | None]:
    """What a role is called, and what is acted for in it."""
    return CALLERS[given.role or Role.ADMIN], _party_words(service, given)


def _party_words(service: HasAccounts, given: Granted | Caller) -> Words | None:
    catalogue = service.catalogue
    if given.department:
        return name_of(stored.department(catalogue, given.department))
    if given.station:
        station = stored.found(catalogue.stations, given.station)
        called = station.name if station else given.station
    elif given.deputy:
        # A list names the same deputies again and again.
        names: dict[str, str] = flask.g.setdefault("deputy_names", {})
        if given.deputy not in names:
            names[given.deputy] = service.deputy_name(given.deputy) or given.deputy
        called = names[given.deputy]
    else:
        return None
    return Words(called, called)
