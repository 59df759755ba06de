"""Every list reads by key and index: no table is walked without an index or sorted as a whole, on either kind of store."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from marshmallow import fields

from docs.generator.product import ROOT, assemblies
from services.contracts.people.callers import Caller, Role
from services.runtime.input.queries import Choices
from services.runtime.settings import load
from services.runtime.store.database import Database
from services.runtime.store.statements.bare import Bare
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from services.runtime.web.routes import API, Route
from tests.architecture.test_answers import OpenAuthenticator
from tests.architecture.test_queries import LISTS, values_of
from tests.stores import MakeDatabase

#: What narrows a list to one case or less, which may be sorted.
ONE_CASE = {"opinion", "assignment", "external_id", "subject", "meeting"}
#: Only to see what a plan is when nothing forces the store to walk or to sort.
UNFORCED = ("SET enable_seqscan = off", "SET enable_sort = off", "SET enable_bitmapscan = off", "SET enable_incremental_sort = off")


class Asked(NamedTuple):
    """A statement as the driver got it."""

    text: str
    values: Any


def variants(route: Route) -> Iterator[dict[str, str]]:
    """The list as it is, and narrowed or ordered by each of its parameters alone."""
    yield {}
    for name, field in (route.query().fields if route.query else {}).items():
        key = field.data_key or name
        if isinstance(field, Choices):
            yield {key: values_of(field)[0]}
        elif key == "sort":
            yield from ({key: each} for each in field.validate.choices)  # type: ignore[union-attr]
        elif key in ("updated_since", "from", "to"):
            yield {key: "2026-01-01"}
        elif key not in ("limit", "cursor") and isinstance(field, fields.String):
            yield {key: "x"}


@contextmanager
def overheard(database: Database | None = None) -> Iterator[list[Asked]]:
    """Whatever is asked of a store, or of any where none is said, by SQLAlchemy or on the driver itself."""
    asked: list[Asked] = []
    send, engine = Bare._send, database.engine if database else sa.Engine

    def bare(self: Bare, parameters: Any) -> None:
        asked.append(Asked(self._text, parameters))
        send(self, parameters)

    def note(_: object, cursor: object, statement: str, values: Any, context: object, many: object) -> None:
        asked.append(Asked(statement, values))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Bare, "_send", bare)
            yield asked
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def flaws(database: Database, asked: Asked, *, sorts: bool) -> list[str]:
    """What is wrong with the plan of a list's own statement."""
    # For SQLite, each limit is written with an offset of nothing.
    found = ["OFFSET"] if "OFFSET" in asked.text and not database.is_sqlite else []
    with database.engine.connect() as connection:
        if database.is_sqlite:
            cursor = connection.connection.cursor()
            # Of steps within others only those count that are of tables: a part of a page may be sorted.
            plan = cursor.execute(f"EXPLAIN QUERY PLAN {asked.text}", asked.values).fetchall()
            # What SQLAlchemy calls a part that stands for itself is no table, and short where the part has an end.
            scans = [step for _, _, _, step in plan if step.startswith("SCAN ") and not step.startswith("SCAN anon_")]
            found += [step for step in scans if " INDEX " not in step and "(" not in step]
            found += [step for _, above, _, step in plan if not above and step == "USE TEMP B-TREE FOR ORDER BY" and not sorts]
            return [step for step in found if "CONSTANT ROW" not in step]
        # Words are found by bitmaps only, and what is found is sorted.
        finds = "@@" in asked.text
        for setting in UNFORCED:
            if not (finds and "bitmap" in setting):
                connection.exec_driver_sql(setting)
        cursor = connection.connection.cursor()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {asked.text}", asked.values)
        ((told,),) = cursor.fetchall()
    plan = (told if isinstance(told, list) else json.loads(told))[0]["Plan"]
    found += [f"{node['Node Type']} {node['Relation Name']}" for node in nodes(plan) if node["Node Type"] == "Seq Scan"]
    top = plan["Plans"][0] if plan["Node Type"] == "Limit" else plan
    return found + (["Sort"] if top["Node Type"] == "Sort" and not sorts and not finds else [])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def client_of(service: str, database: Database, folder: Any) -> FlaskClient:
    assembly = assemblies()[service]
    known = {
        f"HUIYING_{service.upper()}_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "HUIYING_BROKER_URL": "amqp://127.0.0.1:1/huiying", "HUIYING_ACCESS_DATABASE_URL": f"sqlite:///{folder}/access.db",
        "HUIYING_CATALOGUE": str(ROOT / "deploy/catalogue.yml"),
        "HUIYING_CONTACT_KEYS": "a-key-for-tests-as-long-as-a-key-has-to-be",
    }  # fmt: skip
    built = assembly.build(load(assembly.settings, service, known), database, database.clock)
    return create_app(service, built, assembly.routes, OpenAuthenticator(), Telemetry()).test_client()


def lists_of(service: str) -> Sequence[Route]:
    return [route for name, route in LISTS if name == service and route.query and "limit" in route.query().fields]


@pytest.mark.parametrize("service", sorted({name for name, _ in LISTS}))
def test_every_list_is_read_by_key_and_index(any_database: MakeDatabase, service: str, tmp_path: Any) -> None:
    database = any_database(service, assemblies()[service].migrations)
    assert wrong_plans(service, database, tmp_path) == []


def test_a_list_that_lacks_its_index_is_found(any_database: MakeDatabase, tmp_path: Any) -> None:
    database = any_database("intake", assemblies()["intake"].migrations)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX opinions_updated")
    wrong = wrong_plans("intake", database, tmp_path)
    assert {each.rpartition(": ")[0] for each in wrong} == {
        f"/api/v1/opinions {query}" for query in ({"sort": "updated"}, {"sort": "-updated"}, {"updated_since": "2026-01-01"})
    }


def wrong_plans(service: str, database: Database, folder: Any) -> list[str]:
    """Each list of a service that is read otherwise, with how."""
    client = client_of(service, database, folder)
    wrong: list[str] = []
    seen = 0
    with overheard(database) as asked:
        for route in lists_of(service):
            for query in variants(route):
                asked.clear()
                client.get(route.path, query_string=query)
                own = [each for each in asked if "LIMIT" in each.text]
                seen += len(own)
                for each in own:
                    wrong += [
                        f"{route.path} {query}: {flaw}" for flaw in flaws(database, each, sorts=bool(ONE_CASE & query.keys()))
                    ]
    assert seen
    return wrong


@pytest.mark.parametrize("name", ["state", "topic", "area", "station", "channel", "level", "outcome"])
def test_what_staff_narrow_the_opinions_to_is_looked_up_by_it(any_database: MakeDatabase, name: str, tmp_path: Any) -> None:
    """Of one value and of several: however few have it, the others are not walked through."""
    database = any_database("intake", assemblies()["intake"].migrations)
    client = client_of("intake", database, tmp_path)
    (route,) = [route for route in lists_of("intake") if route.path == f"{API}/opinions"]
    values = values_of(route.query().fields[name])  # type: ignore[misc, arg-type]
    with overheard(database) as asked:
        for given in (values[:1], values[:2]):
            asked.clear()
            client.get(route.path, query_string={name: ",".join(given)})
            (own,) = [each for each in asked if "LIMIT" in each.text]
            plan = plan_of(database, own)
            assert plan.count(f"opinions_{name}") == len(given), plan
            assert "SCAN opinions" not in plan
            assert "Seq Scan" not in plan


def test_key_opinions_are_looked_up_among_themselves(any_database: MakeDatabase, tmp_path: Any, monkeypatch: Any) -> None:
    """Few are, and the index has no others."""
    database = any_database("intake", assemblies()["intake"].migrations)
    client = client_of("intake", database, tmp_path)
    for caller in (Caller(Role.ADMIN), Caller(Role.DEPARTMENT, "water", "token")):
        monkeypatch.setattr(OpenAuthenticator, "caller", lambda *_, caller=caller: caller)
        with overheard(database) as asked:
            client.get(f"{API}/opinions", query_string={"key": "true"})
            (own,) = [each for each in asked if "LIMIT" in each.text]
        assert flaws(database, own, sorts=False) == []
        assert "opinions_key" in plan_of(database, own)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "handlers_department"), ({"state": "concluded"}, "handlers_department"), ({"channel": "web"}, "handlers_department"),
        ({"state": "signed"}, "opinions_state"), ({"topic": "urban-construction"}, "opinions_topic"),
        ({"key": "false"}, "handlers_department"),
    ],
)  # fmt: skip
def test_of_what_a_department_handles_a_page_is_read_and_not_all(
    any_database: MakeDatabase, query: dict[str, str], index: str, tmp_path: Any, monkeypatch: Any
) -> None:
    """The first step goes by an index that has the order of the list; nothing is gathered, and nothing is sorted."""
    database = any_database("intake", assemblies()["intake"].migrations)
    client = client_of("intake", database, tmp_path)
    monkeypatch.setattr(OpenAuthenticator, "caller", lambda *_: Caller(Role.DEPARTMENT, "water", "token"))
    with overheard(database) as asked:
        client.get(f"{API}/opinions", query_string=query)
        (own,) = [each for each in asked if "LIMIT" in each.text]
    assert flaws(database, own, sorts=False) == []
    plan = plan_of(database, own)
    steps = [line for line in plan.splitlines() if "SEARCH" in line or "Scan" in line]
    assert index in steps[0], plan
    assert "LIST SUBQUERY" not in plan
    assert "TEMP B-TREE" not in plan


def plan_of(database: Database, asked: Asked) -> str:
    """The whole plan of a statement as a text."""
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            for setting in UNFORCED:
                connection.exec_driver_sql(setting)
        cursor = connection.connection.cursor()
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if database.is_sqlite else ''}{asked.text}", asked.values)
        return "\n".join(str(row) for row in cursor.fetchall())
