"""One application with a route of every kind at the door: counted, recorded, for sessions; and the means to call it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields
from werkzeug.test import TestResponse

from services.accounts.context import Accounts
from services.accounts.credentials import once
from services.accounts.credentials.once import Purpose
from services.accounts.model import Invited, Letter, Rules
from services.accounts.pages.showing import TEMPLATES
from services.accounts.routes import API_ROUTES as ACCOUNT_API
from services.accounts.routes import PAGES as ACCOUNT_PAGES
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, NotFound
from services.contracts.people.callers import PUBLIC, STAFF, Role
from services.intake.app.limits import RECEIPTS, STATIONS, SUBMISSIONS
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.vault import Vault
from services.runtime.telemetry import Telemetry
from services.runtime.web.access import audit
from services.runtime.web.access import tokens as access
from services.runtime.web.access.audit import AuditLog
from services.runtime.web.access.throttle import LINKS, SIGN_INS, WORK, WRONG_TOKENS, Allowance, Throttle
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.calls import Call
from services.runtime.web.pages import assets, gallery
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.routes import Answer, Routes
from tests.visitors import KEY, PARTIES, accounts_in, granted_as, party_of, shipped_catalogue

STRANGER, NEIGHBOUR = "203.0.113.7", "203.0.113.8"
RIGHT = "R1GHT"
PASSWORD = "four ordinary words together"
FORM_KEY = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
routes = Routes([*ACCOUNT_API, *ACCOUNT_PAGES, *assets.routes, *gallery.routes])


#: The limits by the names that tests call them by.
LIMITS = {
    "submissions": SUBMISSIONS, "station_submissions": STATIONS, "wrong_receipts": RECEIPTS, "wrong_sign_ins": WRONG_TOKENS,
    "sign_ins": SIGN_INS, "links": LINKS, "work": WORK,
}  # fmt: skip


class Opinion(Schema):
    text = fields.String()
    station = fields.String()


@routes.post("/api/v1/opinions", access=PUBLIC, body=Opinion, counts=(SUBMISSIONS, STATIONS))
def submit(_: Call[Any]) -> Answer:
    """Submit."""
    return 201, {"id": "o-1"}


@routes.post("/opinions", access=PUBLIC, page=error_page, counts=(SUBMISSIONS, STATIONS))
def submit_form(_: Call[Any]) -> Answer:
    """Submit by form."""
    return see_other("/")


@routes.get("/api/v1/opinions/<opinion>", access=STAFF, personal=True)
def read(call: Call[Any]) -> Answer:
    """Read with contact data."""
    return 200, {"id": call.path["opinion"], "phone": "0572"}


@routes.get("/api/v1/opinions", access=STAFF)
def several(_: Call[Any]) -> Answer:
    """List without contact data."""
    return 200, {"items": [], "next": None}


@routes.post("/api/v1/opinions/accept", access=frozenset({Role.REVIEWER}))
def accept(_: Call[Any]) -> Answer:
    """Accept many."""
    return 200, {"items": [{"id": "o-1"}, {"id": "o-2"}]}


@routes.post("/api/v1/opinions/<opinion>/decline", access=frozenset({Role.REVIEWER}))
def decline(_: Call[Any]) -> Answer:
    """Decline: never possible here."""
    raise Conflict("Allowed now: nothing.")


@routes.get("/api/v1/sums", access=PUBLIC, cost=20)
def sums(_: Call[Any]) -> Answer:
    """Add everything up."""
    return 200, {}


@routes.post("/api/v1/pictures", access=PUBLIC)
def picture(call: Call[Any]) -> Answer:
    """Draw what was sent."""
    call.charge(21)
    return 200, {}


@routes.get("/api/v1/receipts/<receipt>", access=PUBLIC, counts=(RECEIPTS,))
def receipt(call: Call[Any]) -> Answer:
    """What became of it."""
    if call.path["receipt"] != RIGHT:
        raise NotFound("There is no such receipt.")
    return 200, {"state": "signed"}


@routes.post("/api/v1/receipts/<receipt>/withdrawal", access=PUBLIC, counts=(RECEIPTS,))
def withdraw(_: Call[Any]) -> Answer:
    """Take it back."""
    return 201, {"state": "withdrawn"}


@routes.get("/receipts/<receipt>", access=PUBLIC, page=error_page, counts=(RECEIPTS,))
def receipt_page(call: Call[Any]) -> Answer:
    """The same as a page, which tells itself that there is none."""
    return html(
        TEMPLATES, "login.html", 200 if call.path["receipt"] == RIGHT else 404, to="/", given="", mistakes={}, has_provider=False
    )


@routes.post("/office/opinions/<opinion>/decline", access=frozenset({Role.REVIEWER}), page=error_page)
def decline_page(_: Call[Any]) -> Answer:
    """Decline from a page."""
    return see_other("/office")


@dataclass(frozen=True)
class Place:
    """A service that has nothing but accounts."""

    accounts: Accounts

    @property
    def catalogue(self) -> Catalogue:
        return shipped_catalogue()

    def is_in_office(self, deputy: str) -> bool:
        return deputy == PARTIES["deputy"]

    def deputy_name(self, code: str) -> str | None:
        return {PARTIES["deputy"]: "周敏"}.get(code)


class Ticking:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.moment = 1000.0

    def __call__(self) -> float:
        return self.moment


class WebHarness:
    """The application, its clocks, a token for each role."""

    def __init__(self, database: Database, clock: FixedClock, **allowance: Any) -> None:
        self.database, self.clock, self.ticking = database, clock, Ticking()
        made = {role: access.create(database, role, party_of(role)) for role in Role}
        self.ids = {role: token_id for role, (token_id, _) in made.items()}
        self.tokens = {role: token for role, (_, token) in made.items()}
        self.audit_log, self.letters = AuditLog(database), list[Letter]()
        self.service = Place(accounts_in(database, Vault([KEY]), allowance.pop("rules", Rules()), self.letters.append))
        limits = {LIMITS[name]: allowance.pop(name) for name in list(allowance) if name in LIMITS}
        throttle = Throttle(Allowance(limits, **allowance), self.ticking)
        self.app = create_app(
            "demo", self.service, routes, TokenAuthenticator(database), Telemetry(), throttle=throttle, audit_log=self.audit_log
        )
        self.client = self.app.test_client()

    def ask(self, method: str, path: str, *, role: Role | None = None, peer: str = STRANGER, **options: Any) -> TestResponse:
        """One request from an address, with a role's token in its header."""
        headers = dict(options.pop("headers", {}))
        if role:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        return self.client.open(path, method=method, headers=headers, environ_overrides={"REMOTE_ADDR": peer}, **options)

    def person(self, role: Role = Role.REVIEWER, sign_in: str = "", **known: str) -> str:
        """The id of somebody with a role who has chosen `PASSWORD`; they sign in by the name of the role unless told."""
        name, accounts = sign_in or str(role), self.service.accounts
        if (found := accounts.read(lambda people: people.named(name))) is not None:
            return found.id
        asked = granted_as(role)
        made = accounts.change(lambda _, people: people.add(Invited(name, known.pop("name", f"王{name}"), asked, **known)))
        accounts.change(lambda _, people: people.change(made, state="active", password=accounts.passwords.hash(PASSWORD)))
        return made

    def sign_in(self, role: Role = Role.REVIEWER, to: str = "", **options: Any) -> TestResponse:
        self.person(role)
        return self.ask("POST", "/login", data={"sign_in": str(role), "password": PASSWORD, "to": to}, **options)

    def link(self, purpose: Purpose, person: str) -> str:
        """The secret of a one-time link for somebody."""
        return self.service.accounts.change(lambda work, _: once.make(work, purpose, person))

    def form_key(self) -> str:
        """The key of the forms of whoever is signed in."""
        found = FORM_KEY.search(self.ask("GET", "/account").text)
        assert found
        return found[1]

    def lines(self, **wanted: str) -> list[Mapping[str, Any]]:
        """The audit trail, once everything that is on its way is written."""
        self.database.close()
        return audit.listing(self.database, since=None, wanted=wanted, limit=1000)
