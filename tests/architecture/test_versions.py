"""A move that names the version it was decided on is made on that version only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from docs.generator.examples import EXAMPLES
from docs.generator.product import ROOT, api_routes
from services.contracts.catalogue.check import load_catalogue
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import OpinionText
from services.contracts.people.callers import Role
from services.routing.domain.choice import Router
from services.routing.handlers.events import assign
from services.routing.store.cases import RoutingStore
from services.runtime.clock import FixedClock, new_id
from services.runtime.web.routes import Route
from tests.architecture.test_answers import API, OPINION, Reader, reader  # noqa: F401 (a fixture)

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
