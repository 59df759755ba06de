"""What is answered has the shape that is published: every answer below is read with the schema of its route."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape
from marshmallow import RAISE
from PIL import Image

from docs.generator.product import ROOT, assemblies
from services.contracts.catalogue.check import load_catalogue
from services.contracts.envelope import Event, encode
from services.contracts.ledger import subject_of
from services.contracts.messages.opinions import OpinionAccepted, OpinionSubmitted
from services.contracts.messages.values import OpinionText
from services.contracts.people.callers import Caller, Role
from services.contracts.topology import SERVICES
from services.contracts.words.problems import PROBLEMS
from services.metrics.domain.ledger.received import received
from services.metrics.store.ledger import Ledger
from services.notify.store.supervision.tables import supervisions
from services.routing.domain.choice import Router
from services.routing.handlers.events import assign
from services.routing.store.cases import RoutingStore
from services.runtime.clock import new_id
from services.runtime.settings import load
from services.runtime.store.database import Database
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app

API = "/api/v1"
MakeDatabase = Callable[..., Database]
OPINION = {"title": "路灯不亮", "content": "三号楼前的路灯坏了两周", "submitter": {"kind": "citizen", "phone": "0572-1234567"}}
DEPARTMENTS_WORK: tuple[tuple[str, dict[str, str]], ...] = (
    ("sign", {}), ("progress", {"content": "已派人"}), ("reply", {"content": "修好了", "outcome": "solved"}),
)  # fmt: skip


class OpenAuthenticator(TokenAuthenticator):
    """Takes everybody for an administrator."""

    def __init__(self) -> None:
        """Nothing is looked up."""

    def caller(self, header: str | None) -> Caller:
        """An administrator."""
        return Caller(Role.ADMIN, None, "token")


def picture() -> bytes:
    """A small PNG."""
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    return buffer.getvalue()


def matching(pattern: str, place: str) -> bool:
    """Whether an address is one of a route's."""
    return re.fullmatch(re.sub("<[^>]+>", "[^/]+", pattern), place) is not None


class Reader:
    """Calls one service and reads each answer with the schema that its route publishes."""

    def __init__(self, name: str, make: MakeDatabase, folder: Path) -> None:
        assembly = assemblies()[name]
        self.database, self._routes = make(name, assembly.migrations), assembly.routes
        known = {
            f"HUIYING_{name.upper()}_DATABASE_URL": str(self.database.url), "HUIYING_BROKER_URL": "amqp://127.0.0.1:1/huiying",
            "HUIYING_ACCESS_DATABASE_URL": f"sqlite:///{folder}/access.db", "HUIYING_CATALOGUE": str(ROOT / "deploy/catalogue.yml"),
            "HUIYING_CONTACT_KEYS": "a-key-for-tests-as-long-as-a-key-has-to-be",
        }  # fmt: skip
        service = assembly.build(load(assembly.settings, name, known), self.database, self.database.clock)
        self._client = create_app(name, service, assembly.routes, OpenAuthenticator(), Telemetry()).test_client()

    def __call__(self, method: str, path: str, **body: Any) -> Any:
        """The answer, read; fails on a status or a shape that is not published."""
        answer = self._client.open(f"{API}{path}", method=method, **body)
        place = f"{API}{path.split('?')[0]}"
        route = next(
            each for each in self._routes if each.method == method and re.fullmatch(re.sub("<[^>]+>", "[^/]+", each.path), place)
        )
        shape = route.answers[answer.status_code]
        if answer.status_code == 201:
            assert self._client.get(answer.headers["Location"]).status_code == 200
        if shape is not None:
            shape(unknown=RAISE).load(answer.get_json())
        return answer.get_json()


@pytest.fixture
def reader(sqlite_database: MakeDatabase, tmp_path: Path) -> Callable[[str], Reader]:
    return lambda name: Reader(name, sqlite_database, tmp_path)


def test_intake_answers_as_published(reader: Callable[[str], Reader]) -> None:
    call = reader("intake")
    taken = call("POST", "/opinions", json=OPINION)
    assert call("GET", "/opinions")["items"][0]["id"] == taken["id"]
    assert call("GET", f"/opinions/{taken['id']}")["submitter"]["phone"] == "0572-1234567"
    assert call("GET", f"/receipts/{taken['receipt']}")["title"] == OPINION["title"]
    photo = call("POST", f"/receipts/{taken['receipt']}/attachments", data=picture(), content_type="image/png")
    for place in (f"/receipts/{taken['receipt']}", f"/opinions/{taken['id']}"):
        assert call("GET", place)["attachments"] == [photo]
        call("GET", f"{place}/attachments/{photo['id']}")
    assert call("GET", "/openapi.json")["openapi"].startswith("3.")
    assert call("GET", "/asyncapi.json")["asyncapi"].startswith("3.")


def test_routing_answers_as_published(reader: Callable[[str], Reader]) -> None:
    call, catalogue = reader("routing"), load_catalogue(ROOT / "deploy/catalogue.yml")
    accepted = OpinionAccepted(OpinionText(new_id(), "路灯不亮", "三号楼前"), "web", "automatic")
    with call.database.transaction() as work:
        made = assign(RoutingStore(work, catalogue), Router(catalogue), accepted)
    assert made is not None
    assignment = made.id
    for verb, body in DEPARTMENTS_WORK:
        assert call("POST", f"/assignments/{assignment}/{verb}", json=body)["id"] == assignment
        assert call("GET", f"/assignments/{assignment}")["id"] == assignment
    assert [item["id"] for item in call("GET", "/assignments")["items"]] == [assignment]
    assert call("POST", "/routes/preview", json={"title": "路灯不亮"})["department"] in catalogue.departments
    assert len(call("GET", "/departments")["items"]) == len(catalogue.departments)
    assert len(call("GET", "/topics")["items"]) == len(catalogue.topics)


def test_notify_answers_as_published(reader: Callable[[str], Reader]) -> None:
    call, at = reader("notify"), "2026-12-28T09:00:00+08:00"
    with call.database.transaction() as work:
        raised = {"id": new_id(), "opinion": new_id(), "assignment": new_id(), "department": "water", "kind": "reply", "version": 1}
        work.add(supervisions, raised | {"rung": "supervise", "due": work.now, "raised": work.now, "state": "open"})
    meeting = call("POST", "/meetings", json={"title": "督政议事会", "at": at})
    assert [each["department"] for each in call("GET", f"/meetings/{meeting['id']}")["departments"]] == ["water"]
    assert [item["id"] for item in call("GET", "/meetings")["items"]] == [meeting["id"]]
    assert [each["id"] for each in call("GET", "/supervisions")["items"]] == [raised["id"]]
    assert call("GET", "/reminders")["items"] == []
    assert call("GET", "/deadlines")["items"] == []
    assert call("GET", "/deadlines/explain?from=2026-11-22T09:30:00%2B08:00&rule=5wd")["counted"] == 5


def test_metrics_answers_as_published(reader: Callable[[str], Reader]) -> None:
    call = reader("metrics")
    assert call("GET", "/statistics?by=department")["by"] == ["department"]
    submitted = Event(new_id(), "/intake", new_id(), call.database.clock.now(), 1, OpinionSubmitted("web", "路灯不亮"))
    with call.database.transaction() as work:
        Ledger(call.database).append(work, [received(encode(submitted)).counted], work.now.date())
    assert [entry["size"] for entry in call("GET", "/ledger")["items"]] == [1]
    assert len(call("GET", f"/ledger/proofs/{subject_of(submitted.subject)}")["items"]) == 1


def test_every_service_is_read() -> None:
    assert [name for name in SERVICES if f"test_{name}_answers_as_published" not in globals()] == []


def test_every_type_of_problem_opens_as_a_page_in_both_languages(reader: Callable[[str], Reader]) -> None:
    client = reader("intake")._client
    for slug, meaning in (*PROBLEMS.items(), ("http-405", None)):
        page = client.get(f"/problems/{slug}")
        assert (page.status_code, page.mimetype) == (200, "text/html"), slug
        if meaning is not None:
            english = client.get(f"/problems/{slug}", headers={"Accept-Language": "en"})
            assert {str(escape(text)) in page.text for text in (meaning.title_zh, meaning.advice_zh)} == {True}, slug
            assert {str(escape(text)) in english.text for text in (meaning.title, meaning.advice)} == {True}, slug
    assert client.get("/problems/nothing").status_code == 404


def test_a_document_is_sent_once(reader: Callable[[str], Reader]) -> None:
    client = reader("intake")._client
    first = client.get(f"{API}/openapi.json")
    again = client.get(f"{API}/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert first.headers["Cache-Control"].startswith("public")
    assert (again.status_code, again.data) == (304, b"")
