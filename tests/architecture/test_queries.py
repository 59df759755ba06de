"""What every query of every service does with strange, blank and several values, and what pages do with what is not theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any

import pytest
from flask.testing import FlaskClient
from marshmallow.fields import Boolean, Date, Field
from marshmallow.validate import OneOf, Regexp

from docs.generator.product import ROOT, assemblies
from services.contracts.catalogue.check import load_catalogue
from services.contracts.people.callers import Caller, acting_for
from services.contracts.topology import SERVICES
from services.metrics.pages.statistics import ADVICE
from services.metrics.schemas.statistics import Dimensions
from services.runtime.clock import SystemClock
from services.runtime.input.fields import InstantField
from services.runtime.input.queries import Choices, CodeOf, Codes, MomentField, MonthField, Registered, YearField
from services.runtime.settings import load
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from services.runtime.web.problems import PROBLEM
from services.runtime.web.routes import API, Route
from tests.architecture.test_answers import OpenAuthenticator
from tests.saying import english
from tests.stores import Templates
from tests.visitors import party_of

CATALOGUE = load_catalogue(ROOT / "deploy/catalogue.yml")
LISTS = [
    (name, route)
    for name in SERVICES
    for route in assemblies()[name].routes
    if route.method == "GET" and route.query and not route.page
]
#: Parameters that name a value of a closed set, wherever they stand.
CLOSED = {"state", "channel", "topic", "department", "area", "station", "level", "role", "outcome", "kind"}
WECHAT = {"from": "timeline", "isappinstalled": "0", "utm_source": "x"}
#: What a parameter may be that has to be given.
RIGHT = {"from": "2026-11-22T09:30:00+08:00", "rule": "5wd"}
MakeDatabase = Callable[..., Database]


def closed_parameters() -> Iterator[tuple[str, Route, str, Choices]]:
    """(service, route, parameter, field) of every such parameter."""
    for service, route in LISTS:
        for name, field in route.query().fields.items() if route.query else ():
            if isinstance(field, Choices):
                yield service, route, field.data_key or name, field


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[dict[str, FlaskClient]]:
    """One client for each service, who is an administrator."""
    folder, found, opened = tmp_path_factory.mktemp("queries"), {}, []
    templates.copy_file(folder / "access.db", "access", (ACCESS,))
    for name, assembly in assemblies().items():
        url = templates.copy_file(folder / f"{name}.db", name, (assembly.migrations,))
        database = Database(url, name, SystemClock())
        opened.append(database)
        known = {
            f"HUIYING_{name.upper()}_DATABASE_URL": str(database.url), "HUIYING_BROKER_URL": "amqp://127.0.0.1:1/huiying",
            "HUIYING_ACCESS_DATABASE_URL": f"sqlite:///{folder}/access.db", "HUIYING_CATALOGUE": str(ROOT / "deploy/catalogue.yml"),
            "HUIYING_CONTACT_KEYS": "a-key-for-tests-as-long-as-a-key-has-to-be",
        }  # fmt: skip
        service = assembly.build(load(assembly.settings, name, known), database, database.clock)
        found[name] = create_app(name, service, assembly.routes, OpenAuthenticator(), Telemetry()).test_client()
    yield found
    for database in opened:
        database.close()


def values_of(field: Choices) -> list[str]:
    """The values that there are."""
    return list(getattr(CATALOGUE, field.of)) if isinstance(field, Codes) else list(field.known)


@pytest.mark.parametrize(("service", "route"), LISTS, ids=lambda each: getattr(each, "path", each))
def test_a_parameter_of_a_closed_set_is_declared_as_one(service: str, route: Route) -> None:
    loose = [
        name for name, field in (route.query().fields if route.query else {}).items()
        if name in CLOSED and not isinstance(field, Choices)
    ]  # fmt: skip
    assert loose == []


@pytest.mark.parametrize(
    ("service", "route", "name", "field"), list(closed_parameters()), ids=lambda each: getattr(each, "path", str(each)[:20])
)
def test_strange_values_are_refused_with_those_there_are_and_several_are_taken(
    clients: dict[str, FlaskClient], service: str, route: Route, name: str, field: Choices
) -> None:
    known = values_of(field)
    for wrong in ("nope", known[0].upper() + "x", f"{known[0]},nope"):
        refused = clients[service].get(route.path, query_string={name: wrong})
        assert refused.status_code == 422
        assert known[0] in refused.get_json()["errors"][name][0]
    several = ",".join(known[:2])
    for right in (known[0], several, f" {several} ,", "".join(chr(ord(letter) + 0xFEE0) for letter in known[0])):
        assert clients[service].get(route.path, query_string={name: right}).status_code == 200, right
    assert clients[service].get(f"{route.path}?{name}={known[0]}&{name}={known[-1]}").status_code == 200


@pytest.mark.parametrize(("service", "route"), LISTS, ids=lambda each: getattr(each, "path", each))
def test_a_blank_parameter_is_an_absent_one_and_an_unknown_one_is_refused(
    clients: dict[str, FlaskClient], service: str, route: Route
) -> None:
    if "<" in route.path or route.query is None:
        return
    fields = route.query().fields
    needed = [field.data_key or name for name, field in fields.items() if field.required]
    if needed:
        return
    blank = {field.data_key or name: "" for name, field in fields.items()}
    assert clients[service].get(route.path, query_string=blank).status_code == 200
    assert clients[service].get(route.path, query_string={"colour": "red"}).status_code == 422
    for name in ("limit", "cursor"):
        if name in fields:
            assert clients[service].get(f"{route.path}?{name}=1&{name}=2").status_code == 422


def pages() -> Iterator[tuple[str, str]]:
    """(service, path) of every page that is opened by its address alone."""
    for service in SERVICES:
        for route in assemblies()[service].routes:
            if route.page and route.method == "GET" and "<" not in route.path:
                yield service, route.path


@pytest.mark.parametrize(("service", "path"), list(pages()))
def test_a_page_passes_over_what_whoever_shared_it_has_added(clients: dict[str, FlaskClient], service: str, path: str) -> None:
    asked = (clients[service].get(path), clients[service].get(path, query_string=WECHAT))
    # The address of a form hands it on to the page that has the form, which passes over it.
    plain, shared = ((each.status_code, each.headers.get("Location", "").partition("?")[0]) for each in asked)
    assert shared == plain


def impossible(field: Field[Any]) -> str | None:
    """What a filter cannot be: a value that is not in its set or its register, a day that there is not; None for free texts."""
    closed = isinstance(field, Boolean | Choices | CodeOf | Dimensions | Registered)
    if closed or any(isinstance(each, OneOf) for each in field.validators):
        return "<b>nope"
    if isinstance(field, Date | MomentField | InstantField):
        return "2026-02-30"
    if isinstance(field, MonthField) or any(isinstance(each, Regexp) for each in field.validators):
        return "2026-13"
    return "10000" if isinstance(field, YearField) else None


def edges(field: Field[Any]) -> tuple[str, ...]:
    """The first and the last moments that a filter may name, and those that are beyond any calendar."""
    if isinstance(field, Date | MomentField | InstantField):
        return "0001-01-01", "1970-01-01", "9998-12-31", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"
    if isinstance(field, MonthField):
        return "0001-01", "1970-01", "9998-12", "9999-12"
    return ("0", "1", "1970", "9998", "9999") if isinstance(field, YearField) else ()


def narrowed(*, pages: bool) -> Iterator[tuple[str, Route, dict[str, str]]]:
    """(service, route, what cannot be by parameter) of every list and every table of numbers, as its query declares them."""
    for service in SERVICES:
        for route in assemblies()[service].routes:
            if route.method == "GET" and route.query and bool(route.page) is pages and "<" not in route.path:
                fields = {field.data_key or name: field for name, field in route.query().fields.items()}
                if found := {name: wrong for name, field in fields.items() if (wrong := impossible(field))}:
                    yield service, route, found


def asked(route: Route) -> list[tuple[str, Field[Any]]]:
    """The parameters that a query declares."""
    fields = route.query().fields.items() if route.query else ()
    return [(field.data_key or name, field) for name, field in fields]


def somebody_for(route: Route) -> Caller:
    """Somebody to whom a page is open."""
    role = next(iter(sorted(route.access)), None)
    of = acting_for(role, party_of(role)) if role else {}
    return Caller(role, of.get("department"), station=of.get("station"), deputy=of.get("deputy"))


@pytest.mark.parametrize(("service", "route", "wrong"), list(narrowed(pages=False)), ids=lambda each: getattr(each, "path", ""))
def test_a_list_for_programs_refuses_what_its_filter_cannot_be_and_names_it(
    clients: dict[str, FlaskClient], service: str, route: Route, wrong: dict[str, str]
) -> None:
    needed = {name: RIGHT[name] for name, field in asked(route) if field.required}
    for name, value in wrong.items():
        answer = clients[service].get(route.path, query_string={**needed, name: value})
        assert (answer.status_code, answer.mimetype) == (422, PROBLEM), name
        assert list(answer.get_json()["errors"]) == [name]


@pytest.mark.parametrize(("service", "route", "wrong"), list(narrowed(pages=True)), ids=lambda each: getattr(each, "path", ""))
def test_a_list_says_what_its_filter_cannot_be_and_leads_to_the_list_without_it(
    clients: dict[str, FlaskClient], monkeypatch: pytest.MonkeyPatch, service: str, route: Route, wrong: dict[str, str]
) -> None:
    monkeypatch.setattr(OpenAuthenticator, "caller", lambda *_: somebody_for(route))
    for name, value in wrong.items():
        answer = clients[service].get(route.path, query_string={name: value, "lang": "en", "theme": "dark"})
        assert (answer.status_code, answer.mimetype) == (422, "text/html"), name
        assert f"“{escape(value)}”" in answer.text
        assert f'href="{route.path}?lang=en&amp;theme=dark">Show it without this filter' in answer.text


def test_the_first_and_the_last_days_of_all_fail_nowhere(clients: dict[str, FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    tried = 0
    for service, route, _ in (*narrowed(pages=False), *narrowed(pages=True)):
        if route.page:
            monkeypatch.setattr(OpenAuthenticator, "caller", lambda *_, route=route: somebody_for(route))
        needed = {name: RIGHT[name] for name, field in asked(route) if field.required and not route.page}
        for name, field in asked(route):
            for value in edges(field):
                tried += 1
                answer = clients[service].get(route.path, query_string={**needed, name: value})
                assert answer.status_code < 500, (route.path, name, value)
        monkeypatch.undo()
    assert tried > 50


@pytest.mark.parametrize("path", ["/statistics", "/statistics/sessions"])
def test_the_numbers_say_at_the_field_what_it_cannot_be_and_keep_what_was_typed(clients: dict[str, FlaskClient], path: str) -> None:
    (route,) = (route for _, route, _ in narrowed(pages=False) if route.path == API + path)
    for name, field in asked(route):
        value = impossible(field) or "nope" * 11
        answer = clients["metrics"].get(path, query_string={name: value, "lang": "en"})
        assert answer.status_code == 422, name
        assert not isinstance(field, MomentField | Registered) or escape(value) in answer.text
        assert english(ADVICE[name]) in answer.text


def test_of_several_values_the_page_names_those_that_are_not_known(clients: dict[str, FlaskClient]) -> None:
    for path, said in (("/cases?state=accepted,nope", "“nope”"), ("/cases?state=nope&channel=moon", "“nope”, “moon”")):
        assert said in clients["intake"].get(f"{path}&lang=en").text
    assert "「<i>」" not in clients["intake"].get("/cases?state=<i>&lang=zh").text


def test_the_api_and_pages_are_told_apart_by_their_address() -> None:
    assert all(re.match(API, route.path) for _, route in LISTS)
