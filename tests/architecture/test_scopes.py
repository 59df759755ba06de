"""Whose list it is: a department that asks for another's is told so by every service, and not answered with its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from docs.generator.product import ROOT, assemblies
from services.contracts.people.callers import PUBLIC, Caller, Role
from services.contracts.topology import SERVICES
from services.runtime.settings import load
from services.runtime.store.database import Database
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.routes import Route

MakeDatabase = Callable[..., Database]
CALLERS = {
    "water": Caller(Role.DEPARTMENT, "water", "w"), "head": Caller(Role.HEAD, "water", "h"),
    "office": Caller(Role.SUPERVISOR, None, "s"),
}  # fmt: skip


class Names(TokenAuthenticator):
    """Takes the header for the name of a caller."""

    def __init__(self) -> None:
        """Nothing is looked up."""

    def caller(self, header: str | None) -> Caller:
        """One of `CALLERS`."""
        return CALLERS[header or ""]


def lists_by_department(service: str) -> list[Route]:
    """The lists of a service that can be narrowed to a department and that are not for everybody."""

    def takes_it(route: Route) -> bool:
        # What has an id in its address is one thing; its query says which list it was opened from.
        is_list = route.method == "GET" and "<" not in route.path
        return is_list and route.query is not None and "department" in route.query().fields

    return [route for route in assemblies()[service].routes if takes_it(route) and route.access != PUBLIC]


def test_there_are_such_lists_in_all_services_that_keep_cases() -> None:
    assert {service for service in SERVICES if lists_by_department(service)} == {"intake", "routing", "notify"}


@pytest.mark.parametrize(
    ("who", "asked", "status"),
    [
        ("water", None, 200), ("water", "water", 200), ("water", "gas", 403), ("water", "water,gas", 403),
        ("head", None, 200), ("head", "water", 200), ("head", "gas", 403), ("office", "gas", 200), ("office", "water,gas", 200),
    ],
)  # fmt: skip
@pytest.mark.parametrize("service", [service for service in SERVICES if lists_by_department(service)])
def test_a_department_that_asks_for_another_s_list_is_refused_everywhere(
    sqlite_database: MakeDatabase, tmp_path: Path, service: str, who: str, asked: str | None, status: int
) -> None:
    assembly = assemblies()[service]
    database = sqlite_database(service, assembly.migrations)
    known = {
        f"HUIYING_{service.upper()}_DATABASE_URL": str(database.url), "HUIYING_BROKER_URL": "amqp://127.0.0.1:1/huiying",
        "HUIYING_ACCESS_DATABASE_URL": f"sqlite:///{tmp_path}/access.db", "HUIYING_CATALOGUE": str(ROOT / "deploy/catalogue.yml"),
        "HUIYING_CONTACT_KEYS": "a-key-for-tests-as-long-as-a-key-has-to-be",
    }  # fmt: skip
    built = assembly.build(load(assembly.settings, service, known), database, database.clock)
    client = create_app(service, built, assembly.routes, Names(), Telemetry()).test_client()
    for route in lists_by_department(service):
        if CALLERS[who].role not in route.access:
            continue
        query = {} if asked is None else {"department": asked}
        answer = client.get(route.path, query_string=query, headers={"Authorization": who})
        assert answer.status_code == status, (route.path, answer.get_json())
        assert status != 403 or route.page or answer.get_json()["errors"]["department"] == ["leave it out, or ask for water"]
