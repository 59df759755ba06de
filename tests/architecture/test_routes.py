"""Nothing is served that is not in a table of routes, and every row says who may call it and what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, fields

from docs.generator.product import api_routes, assemblies, process_routes, reads_idempotency_key
from services.accounts.model import Invited
from services.accounts.people import ChangingPeople
from services.console.embedded.front.combined_app import service_of
from services.contracts.people.callers import NOBODY, PUBLIC, SIGNED_IN, Caller, Role
from services.contracts.topology import SERVICES
from services.intake.app.limits import RECEIPTS, SUBMISSIONS
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database, Transaction
from services.runtime.store.migrate import ACCESS, migrate
from services.runtime.store.vault import Vault
from services.runtime.telemetry import Telemetry
from services.runtime.web.access import tokens as access
from services.runtime.web.access.sessions import FORM_KEY, BrowserSession, NewSession, Sessions, cookie_name, open_session
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.lists.paging import Page
from services.runtime.web.routes import API, Route, Routes
from tests.cells import each_of
from tests.visitors import KEY, accounts_in, granted_as, party_of

ALL = [(name, route) for name, assembly in assemblies().items() for route in assembly.routes]
#: What somebody who is known may change.
CHANGING = [(name, route) for name, route in ALL if route.method != "GET" and route.access is not PUBLIC]
LABELS = [f"{name} {route.method} {route.path}" for name, route in ALL]
REACHED = 218
every_route = each_of(("service", "route"), ALL, LABELS)


class FakeAuthenticator(TokenAuthenticator):
    """Lets nobody in, without a store."""

    def __init__(self) -> None:
        """Nothing is looked up."""

    def caller(self, header: str | None) -> Caller:
        """Nobody."""
        return NOBODY


class Town:
    """All four applications with views that only say that they were reached; tokens, and sessions of people, for each role."""

    def __init__(self, database: Database) -> None:
        authenticator = TokenAuthenticator(database)
        self.tokens = {role: access.create(database, role, party_of(role))[1] for role in Role}
        self.sessions = {role: self._session(database, authenticator, role) for role in SIGNED_IN}
        self._clients = {name: self._application(name, authenticator) for name in SERVICES}

    def _session(self, database: Database, authenticator: TokenAuthenticator, role: Role) -> tuple[str, BrowserSession]:
        accounts = accounts_in(database, Vault([KEY]))
        asked = granted_as(role)

        def unit(work: Transaction, people: ChangingPeople) -> str:
            person = people.add(Invited(str(role), str(role), asked))
            people.change(person, state="active")
            return open_session(
                work, NewSession(person, people.get(person).grants[0].id, "", timedelta(hours=8), timedelta(hours=8))
            )

        secret = accounts.change(unit)
        return secret, Sessions(authenticator).find(secret)

    def by_token(self, service: str, route: Route, role: Role) -> int:
        """The status for a token in the header."""
        return self.ask(service, route, headers={"Authorization": f"Bearer {self.tokens[role]}"})

    def by_session(self, service: str, route: Route, role: Role, *, with_key: bool = True) -> int:
        """The status for a session's cookie and, when something is posted, the form's key."""
        secret, session = self.sessions[role]
        form = {FORM_KEY: session.form_key} if route.method != "GET" and with_key else None
        return self.ask(service, route, headers={"Cookie": f"{cookie_name(False)}={secret}"}, data=form)

    def ask(self, service: str, route: Route, **request: Any) -> int:
        """The status for a request that brings nothing else."""
        address = re.sub(r"<[^>]+>", "x", route.path)
        return self._clients[service].open(address, method=route.method, **request).status_code

    def _application(self, name: str, authenticator: TokenAuthenticator) -> FlaskClient:
        bare = [
            replace(route, view=lambda _: (REACHED, {}), body=None, query=None, takes=()) for route in assemblies()[name].routes
        ]
        return create_app(name, None, Routes(bare), authenticator, Telemetry()).test_client(use_cookies=False)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all cells of the table."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('access')}/access.db", "access", SystemClock())
    migrate(database, ACCESS, "access")
    yield Town(database)
    database.close()


@every_route
def test_a_route_says_who_may_call_it_and_what_it_does(service: str, route: Route) -> None:
    assert isinstance(route.access, frozenset)
    assert route.access <= frozenset(Role)
    assert route.summary.endswith("."), "the view's docstring is the route's description"


@every_route
def test_nobody_gets_in_where_a_token_is_needed(town: Town, service: str, route: Route) -> None:
    assert town.ask(service, route) == (REACHED if route.access is PUBLIC else 401)


@every_route
def test_a_token_opens_what_its_role_may_and_nothing_else(town: Town, service: str, route: Route) -> None:
    expected = {role: REACHED if route.access is PUBLIC or role in route.access else 403 for role in Role}
    assert {role: town.by_token(service, route, role) for role in Role} == expected


@every_route
def test_a_session_opens_pages_as_a_token_of_its_role_would_and_nothing_else(town: Town, service: str, route: Route) -> None:
    def expected(role: Role) -> int:
        if route.access is PUBLIC:
            return REACHED
        if route.page is None:
            return 401
        return REACHED if role in route.access else 403

    assert {role: town.by_session(service, route, role) for role in SIGNED_IN} == {role: expected(role) for role in SIGNED_IN}


@each_of(("service", "route"), CHANGING, [f"{name} {route.method} {route.path}" for name, route in CHANGING])
def test_a_session_changes_nothing_without_the_key_of_its_forms(town: Town, service: str, route: Route) -> None:
    # Only pages take a session at all; there the key decides, for roles that the page is open to as for the others.
    refused = 401 if route.page is None else 403
    assert {town.by_session(service, route, role, with_key=False) for role in SIGNED_IN} == {refused}


def test_there_are_pages_that_change_something_by_a_session() -> None:
    assert any(route.page is not None for _, route in CHANGING)


@every_route
def test_the_api_is_never_a_page_and_so_never_takes_a_cookie(service: str, route: Route) -> None:
    assert route.page is None or not route.path.startswith(API)


@every_route
def test_who_submits_or_asks_for_a_receipt_is_counted(service: str, route: Route) -> None:
    if "<receipt>" in route.path and not route.view.__name__.startswith("back_"):
        assert route.counts == (RECEIPTS,)
    if route.method == "POST" and route.path.endswith("/opinions") and route.access is PUBLIC:
        assert SUBMISSIONS in route.counts


def contact_data(shape: type[Schema]) -> bool:
    """Whether an answer holds somebody's phone or e-mail, at any depth."""
    for each in shape().fields.values():
        inner = each.inner if isinstance(each, fields.List) else each
        if isinstance(inner, fields.Nested) and contact_data(type(inner.schema)):
            return True
    return bool({"phone", "email"} & set(shape().fields))


@every_route
def test_showing_contact_data_leaves_a_line_in_the_audit_trail(service: str, route: Route) -> None:
    if route.method == "GET" and any(contact_data(shape) for shape in route.answers.values() if shape):
        assert route.personal or "contact" in str(route.summary).lower(), "a list leaves contact data out and says so"
    assert route.is_recorded == (route.personal or route.method != "GET")


@each_of(("service", "route"), api_routes(), [route.path for _, route in api_routes()])
def test_an_address_of_the_api_has_an_answer(service: str, route: Route) -> None:
    assert route.answers
    assert all(200 <= status < 300 for status in route.answers)


@every_route
def test_what_creates_honours_the_idempotency_key(service: str, route: Route) -> None:
    assert 201 not in route.answers or reads_idempotency_key(route)


@every_route
def test_a_list_takes_a_cursor_and_answers_items_and_next(service: str, route: Route) -> None:
    answers = [shape for shape in route.answers.values() if shape]
    is_page = any({"items", "next"} <= set(shape().fields) for shape in answers)
    assert is_page == (route.query is not None and issubclass(route.query, Page))


@every_route
def test_the_one_origin_sends_a_path_to_the_service_that_has_it(service: str, route: Route) -> None:
    assert service_of(route.path) == service or is_shared(route)


def is_shared(route: Route) -> bool:
    """Whether several services have this very route."""
    return len({name for name, other in ALL if (other.method, other.path) == (route.method, route.path)}) > 1


def test_no_two_services_have_the_same_address_in_the_api() -> None:
    addresses = [(route.method, route.path) for _, route in api_routes()]
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("service", SERVICES)
def test_an_application_serves_its_table_and_nothing_else(service: str) -> None:
    routes = assemblies()[service].routes
    app = create_app(service, None, routes, FakeAuthenticator(), Telemetry())
    rules = [(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()]
    served = {(method, path) for method, path in rules if method not in ("HEAD", "OPTIONS")}
    assert served == {(route.method, route.path) for route in routes}


def test_health_and_metrics_are_open_to_whoever_watches() -> None:
    assert {route.path for _, route in process_routes()} >= {"/healthz", "/readyz", "/metrics"}
    assert all(route.access is PUBLIC and not route.path.startswith(API) for _, route in process_routes())


def test_a_token_that_nobody_made_is_refused_everywhere(sqlite_database: Callable[..., Database]) -> None:
    database = sqlite_database("access", ACCESS)
    for service, assembly in assemblies().items():
        client = create_app(service, None, assembly.routes, TokenAuthenticator(database), Telemetry()).test_client()
        for route in assembly.routes:
            address = re.sub(r"<[^>]+>", "x", route.path)
            answer = client.open(address, method=route.method, headers={"Authorization": "Bearer hy_nobody"})
            assert answer.status_code == 401, f"{service} {route.method} {route.path}"
