"""A move that names the version it was decided on is made on that version only."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from unittest.mock import Mock

import pytest

from docs.generator.examples import EXAMPLES
from docs.generator.product import ROOT, api_routes, assemblies
from services.contracts.catalogue.check import load_catalogue
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import OpinionText
from services.contracts.people.callers import PUBLIC, Role
from services.contracts.topology import SERVICES
from services.routing.domain.choice import Router
from services.routing.handlers.events import assign
from services.routing.store.cases import RoutingStore
from services.runtime.clock import FixedClock, new_id
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from services.runtime.web.routes import Route, Routes
from tests.architecture.test_answers import API, OPINION, OpenAuthenticator, Reader, reader  # noqa: F401 (a fixture)

CASES = {"intake": f"{API}/opinions/<opinion_id>", "routing": f"{API}/assignments/<assignment_id>"}


def moves(service: str) -> list[Route]:
    """What changes one case of a service."""
    own = [route for name, route in api_routes() if name == service and route.method == "POST"]
    return [route for route in own if route.path.startswith(f"{CASES[service]}/")]


def try_all(service: str, call: Reader, case: str) -> None:
    """Every move with a stale version is refused, and none for its version with the one that was read."""
    place = CASES[service].split("<")[0] + case
    first = call._client.get(place)
    assert first.headers["ETag"]
    for route in moves(service):
        assert route.versioned, route.path
        if Role.ADMIN not in route.access:
            continue
        body = {} if route.body is None else EXAMPLES[f"{service}.{route.body.__name__.removesuffix('Schema')}"]
        path = place + route.path.removeprefix(CASES[service])
        for stale in ('"1"', 'W/"1"', f"W/{first.headers['ETag']}"):
            refused = call._client.post(path, json=body, headers={"If-Match": stale})
            assert (refused.status_code, refused.get_json(force=True)["type"]) == (412, "/problems/changed"), path
        assert call._client.get(place).headers["ETag"] == first.headers["ETag"]
    assert isinstance(call.database.clock, FixedClock)
    call.database.clock.instant += timedelta(seconds=1)
    for route in (each for each in moves(service) if Role.ADMIN in each.access):
        fresh = call._client.get(place).headers["ETag"]
        body = {} if route.body is None else EXAMPLES[f"{service}.{route.body.__name__.removesuffix('Schema')}"]
        path = place + route.path.removeprefix(CASES[service])
        assert call._client.post(path, json=body, headers={"If-Match": fresh}).status_code != 412, path


def test_an_opinion_is_changed_in_the_version_that_was_read(reader: Callable[[str], Reader]) -> None:  # noqa: F811
    call = reader("intake")
    taken = call("POST", "/opinions", json=OPINION)
    before = call._client.get(f"{API}/opinions/{taken['id']}").headers["ETag"]
    try_all("intake", call, taken["id"])
    assert call._client.get(f"{API}/opinions/{taken['id']}").headers["ETag"] != before


def test_an_assignment_is_changed_in_the_version_that_was_read(reader: Callable[[str], Reader]) -> None:  # noqa: F811
    call, catalogue = reader("routing"), load_catalogue(ROOT / "deploy/catalogue.yml")
    accepted = OpinionAccepted(OpinionText(new_id(), "\u8def\u706f\u4e0d\u4eae", "\u4e09\u53f7\u697c\u524d"), "web", "automatic")
    with call.database.transaction() as work:
        made = assign(RoutingStore(work, catalogue), Router(catalogue), accepted)
    assert made is not None
    assignment = made.id
    before = call._client.get(f"{API}/assignments/{assignment}").headers["ETag"]
    try_all("routing", call, assignment)
    assert call._client.get(f"{API}/assignments/{assignment}").headers["ETag"] != before


def at(route: Route, **known: str) -> str:
    """An address of a route, about what is known and else about nothing that there is."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: known.get(name[1], "nothing-such"), route.path)


@pytest.mark.parametrize("service", SERVICES)
def test_what_compares_no_versions_refuses_to_be_told_one(service: str) -> None:
    writing = [each for each in assemblies()[service].routes if each.method != "GET" and not each.versioned]
    view = Mock()
    open_to_all = Routes(replace(each, view=view, access=PUBLIC, counts=(), page=None) for each in writing)
    client = create_app(service, None, open_to_all, OpenAuthenticator(), Telemetry()).test_client()
    for route in open_to_all:
        for told in ('"1"', "*"):
            answer = client.open(at(route), method=route.method, json={}, headers={"If-Match": told})
            assert (answer.status_code, [*answer.get_json(force=True)["errors"]]) == (422, ["If-Match"]), route.path
    assert view.call_args_list == []


@pytest.mark.parametrize("service", sorted({name for name, route in api_routes() if route.versioned and route.method != "GET"}))
def test_what_there_is_in_another_version_or_not_at_all_is_not_written(reader: Callable[[str], Reader], service: str) -> None:  # noqa: F811
    call, known = reader(service), {"station": "chengdong-1"}
    if service == "intake":
        known["opinion_id"] = call("POST", "/opinions", json=OPINION)["id"]
    if service == "notify":
        # Not read back: what is only planned is not for everybody.
        session = {**EXAMPLES["notify.DetailsBody"], "deputies": []}
        known["session_id"] = call._client.post(f"{API}/sessions", json=session).get_json()["id"]
    writing = [route for name, route in api_routes() if name == service and route.versioned and route.method != "GET"]
    for route in (each for each in writing if Role.ADMIN in each.access):
        body = {} if route.body is None else EXAMPLES[f"{service}.{route.body.__name__.removesuffix('Schema')}"]
        answer = call._client.open(at(route, **known), method=route.method, json=body, headers={"If-Match": '"1"'})
        # Where there is nothing to move, that is told; where it could be made, it is not in that version.
        gone = 404 if any(name in route.path for name in ("<assignment_id>", "<template_id>")) else 412
        assert answer.status_code == gone, (route.path, answer.text)
