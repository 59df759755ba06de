"""Nothing is served that is not in a table of routes, and every row says who may call it and what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from docs.generator.product import api_routes, assemblies, process_routes, reads_idempotency_key
from services.console.origin import service_of
from services.contracts.topology import SERVICES
from services.runtime.access import NOBODY, OF_A_DEPARTMENT, PUBLIC, Caller, Gatekeeper, Role
from services.runtime.database import Database
from services.runtime.http import API, Route, create_app
from services.runtime.migrate import ACCESS
from services.runtime.paging import Page
from services.runtime.telemetry import Telemetry

ALL = [(name, route) for name, assembly in assemblies().items() for route in assembly.routes]
LABELS = [f"{name} {route.method} {route.path}" for name, route in ALL]
every_route = pytest.mark.parametrize(("service", "route"), ALL, ids=LABELS)


class Doorman(Gatekeeper):
    """Lets a caller of one role in, without a store."""

    def __init__(self, role: Role | None) -> None:
        self._caller = Caller(role, "water" if role in OF_A_DEPARTMENT else None, "token") if role else NOBODY

    def caller(self, header: str | None) -> Caller:
        """Whoever it was made for."""
        return self._caller


def status_for(service: str, route: Route, role: Role | None) -> int:
    """What a caller of a role gets who sends nothing but the address."""
    app = create_app(service, None, assemblies()[service].routes, Doorman(role), Telemetry())
    return app.test_client().open(re.sub(r"<[^>]+>", "x", route.path), method=route.method).status_code


@every_route
def test_a_route_says_who_may_call_it_and_what_it_does(service: str, route: Route) -> None:
    assert isinstance(route.access, frozenset)
    assert route.access <= frozenset(Role)
    assert route.summary.endswith("."), "the view's docstring is the route's description"


@every_route
def test_a_route_that_is_not_public_refuses_whoever_it_is_not_for(service: str, route: Route) -> None:
    if route.access is PUBLIC:
        assert NOBODY.role not in route.access
        return
    assert status_for(service, route, None) == 401
    for role in frozenset(Role) - route.access:
        assert status_for(service, route, role) == 403, role


@pytest.mark.parametrize(("service", "route"), api_routes(), ids=lambda value: getattr(value, "path", value))
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
    app = create_app(service, None, routes, Doorman(None), Telemetry())
    rules = [(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods or ()]
    served = {(method, path) for method, path in rules if method not in ("HEAD", "OPTIONS")}
    assert served == {(route.method, route.path) for route in routes}


def test_health_and_metrics_are_open_to_whoever_watches() -> None:
    assert {route.path for _, route in process_routes()} >= {"/healthz", "/readyz", "/metrics"}
    assert all(route.access is PUBLIC and not route.path.startswith(API) for _, route in process_routes())


def test_a_token_that_nobody_made_is_refused_everywhere(sqlite_database: Callable[..., Database]) -> None:
    database = sqlite_database("access", ACCESS)
    for service, assembly in assemblies().items():
        client = create_app(service, None, assembly.routes, Gatekeeper(database), Telemetry()).test_client()
        for route in assembly.routes:
            address = re.sub(r"<[^>]+>", "x", route.path)
            answer = client.open(address, method=route.method, headers={"Authorization": "Bearer hy_nobody"})
            assert answer.status_code == 401, f"{service} {route.method} {route.path}"
