from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient
from marshmallow import Schema, fields, validate
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.test import TestResponse

from services.contracts.errors import STATUSES, Conflict, HuiyingError, Refusal
from services.contracts.people.callers import OFFICE, PUBLIC, Role
from services.runtime.clock import ZONE
from services.runtime.store.migrate import ACCESS
from services.runtime.telemetry import Telemetry
from services.runtime.web.access import tokens as access
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page
from services.runtime.web.routes import LONGEST_BODY, Answer, Routes
from tests.stores import MakeDatabase
from tests.visitors import party_of


class Inner(Schema):
    code = fields.String(required=True)


class Note(Schema):
    text = fields.String(required=True, validate=validate.Length(1, 10))
    parts = fields.List(fields.Nested(Inner))


class World:
    """An application with one route of every kind, and tokens to call it with."""

    def __init__(self, client: FlaskClient, telemetry: Telemetry, tokens: dict[Role, str], ids: dict[Role, str]) -> None:
        self.client, self.telemetry, self.tokens, self.ids = client, telemetry, tokens, ids
        self.raises: Exception | None = None

    def as_role(self, role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"}


def table(world: list[World]) -> Routes:
    routes = Routes()

    @routes.post("/api/v1/notes", access=PUBLIC, body=Note, answers={201: Note})
    def create(call: Call[str]) -> Answer:
        """Write a note.

        More of it.
        """
        at = datetime(2026, 1, 2, tzinfo=ZONE)
        return 201, {"service": call.service, "body": call.body, "key": call.idempotency_key, "at": at}

    @routes.get("/api/v1/notes", access=OFFICE, query=Page)
    def several(call: Call[str]) -> Answer:
        """List notes."""
        return 200, {"query": call.query, "role": call.caller.role, "token": call.caller.token}

    @routes.get("/api/v1/notes/<note>", access=frozenset({Role.DEPARTMENT}))
    def one(call: Call[str]) -> Answer:
        """Read a note."""
        return 200, {"note": call.path["note"], "department": call.caller.department}

    @routes.post("/api/v1/files", access=PUBLIC, takes=("text/csv",))
    def upload(call: Call[str]) -> Answer:
        """Send a file."""
        return flask.Response(flask.request.get_data().decode().upper(), 202, content_type="text/plain")

    @routes.get("/trouble", access=PUBLIC)
    def trouble(call: Call[str]) -> Answer:
        """Raise what the test says."""
        raise world[0].raises or AssertionError("nothing to raise")

    return routes


@pytest.fixture
def world(sqlite_database: MakeDatabase) -> World:
    database = sqlite_database("access", ACCESS)
    made = {role: access.create(database, role, party_of(role)) for role in Role}
    telemetry, holder = Telemetry(), list[World]()
    app = create_app("demo", "the service", table(holder), TokenAuthenticator(database), telemetry)
    tokens, ids = {role: token for role, (_, token) in made.items()}, {role: token_id for role, (token_id, _) in made.items()}
    holder.append(World(app.test_client(), telemetry, tokens, ids))
    return holder[0]


def problem(response: TestResponse, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    body = response.get_json(force=True)
    assert (body["type"], body["status"]) == (f"/problems/{slug}", status)
    assert body["title"]
    assert body["detail"]
    answer: dict[str, Any] = body
    return answer


class TestAnswers:
    def test_an_answer_is_json_and_instants_carry_their_offset(self, world: World) -> None:
        response = world.client.post("/api/v1/notes", json={"text": "hello"}, headers={"Idempotency-Key": "k"})
        assert response.status_code == 201
        assert response.get_json() == {
            "service": "the service", "body": {"text": "hello"}, "key": {"text": "k", "principal": None},
            "at": "2026-01-02T00:00:00+08:00",
        }  # fmt: skip

    def test_a_view_may_answer_with_a_whole_response(self, world: World) -> None:
        response = world.client.post("/api/v1/files", data=b"a,b", content_type="text/csv; charset=utf-8")
        assert (response.status_code, response.text) == (202, "A,B")

    def test_the_query_is_parsed_and_has_defaults(self, world: World) -> None:
        response = world.client.get("/api/v1/notes?limit=7", headers=world.as_role(Role.ADMIN))
        assert response.get_json()["query"] == {"cursor": None, "limit": 7}

    def test_every_answer_carries_the_security_headers_and_is_not_stored(self, world: World) -> None:
        for path in ("/api/v1/notes", "/nothing"):
            headers = world.client.get(path).headers
            assert headers["Content-Security-Policy"].startswith("default-src 'self'")
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("path", ["/api/v1/notes", "/nothing"])
    def test_only_what_came_by_tls_binds_the_browser_to_tls(self, world: World, path: str) -> None:
        assert world.client.get(path, base_url="https://demo.example").headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in world.client.get(path).headers
        claimed = world.client.get(path, headers={"X-Forwarded-Proto": "https"})
        assert "Strict-Transport-Security" not in claimed.headers


class TestRequestId:
    def test_a_request_id_is_echoed(self, world: World) -> None:
        assert world.client.get("/nothing", headers={"X-Request-ID": "abc-1"}).headers["X-Request-ID"] == "abc-1"

    @pytest.mark.parametrize("given", ["", "x" * 129, "überraschung", "a\tb"])
    def test_one_that_could_harm_a_log_is_replaced(self, world: World, given: str) -> None:
        echoed = world.client.get("/nothing", headers={"X-Request-ID": given}).headers["X-Request-ID"]
        assert len(echoed) == 16
        assert echoed != given


class TestWho:
    def test_without_a_token_a_staff_route_answers_401(self, world: World) -> None:
        answer = world.client.get("/api/v1/notes")
        problem(answer, 401, "not-signed-in")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic abc", "Bearer hy_unknown", "hy_x"])
    def test_a_token_that_is_no_good_answers_401_even_on_public_routes(self, world: World, header: str) -> None:
        for method, path in (("GET", "/api/v1/notes"), ("POST", "/api/v1/notes")):
            problem(world.client.open(path, method=method, headers={"Authorization": header}), 401, "not-signed-in")

    @pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.SCRAPER])
    def test_another_role_answers_403_and_says_who_may(self, world: World, role: Role) -> None:
        body = problem(world.client.get("/api/v1/notes", headers=world.as_role(role)), 403, "not-allowed")
        assert "admin, reviewer, supervisor" in body["detail"]

    @pytest.mark.parametrize("role", sorted(OFFICE))
    def test_the_right_role_is_let_in_and_known_to_the_view(self, world: World, role: Role) -> None:
        body = world.client.get("/api/v1/notes", headers=world.as_role(role)).get_json()
        assert (body["role"], body["token"]) == (role, world.ids[role])

    def test_a_department_is_known_by_its_token(self, world: World) -> None:
        body = world.client.get("/api/v1/notes/n-1", headers=world.as_role(Role.DEPARTMENT)).get_json()
        assert body == {"note": "n-1", "department": "water"}

    def test_who_comes_before_what(self, world: World) -> None:
        problem(world.client.get("/api/v1/notes?limit=nonsense"), 401, "not-signed-in")


class TestBadInput:
    @pytest.mark.parametrize("raw", [b"{", b"[1]", b'"text"', b'{"text": "\xff"}', b'{"text": "\\ud800"}', b'{"text": NaN}'])
    def test_what_is_not_a_json_object_answers_400(self, world: World, raw: bytes) -> None:
        problem(world.client.post("/api/v1/notes", data=raw, content_type="application/json"), 400, "malformed")

    def test_a_schema_is_not_made_anew_for_each_request(self, world, monkeypatch):
        made: list[Note] = []
        monkeypatch.setattr(Note, "__init__", lambda note: made.append(note) or Schema.__init__(note))
        assert {world.client.post("/api/v1/notes", json={"text": "a"}).status_code for _ in range(3)} == {201}
        assert len(made) <= 1

    @pytest.mark.parametrize("raw", [b'{"text": "a\\u0000b"}', b'{"a\\u0000": 1}', b'{"parts": [{"code": "\\u0000"}]}'])
    def test_a_character_no_store_can_keep_answers_400(self, world: World, raw: bytes) -> None:
        body = problem(world.client.post("/api/v1/notes", data=raw, content_type="application/json"), 400, "malformed")
        assert "U+0000" in body["detail"]

    def test_a_backslash_before_u0000_is_only_text(self, world: World) -> None:
        assert world.client.post("/api/v1/notes", json={"text": "\\u0000"}).status_code == 201

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({}, {"text": ["Missing data for required field."]}),
            ({"text": ""}, {"text": ["Length must be between 1 and 10."]}),
            ({"text": "a", "other": 1}, {"other": ["Unknown field."]}),
            ({"text": "a", "parts": [{"code": "x"}, {}]}, {"parts.1.code": ["Missing data for required field."]}),
        ],
    )
    def test_a_wrong_field_answers_422_and_is_named(self, world: World, body: Any, errors: Any) -> None:
        assert problem(world.client.post("/api/v1/notes", json=body), 422, "invalid")["errors"] == errors

    def test_no_body_is_an_empty_object(self, world: World) -> None:
        assert "text" in problem(world.client.post("/api/v1/notes"), 422, "invalid")["errors"]

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
    def test_another_content_type_answers_415(self, world: World, content_type: str) -> None:
        for path in ("/api/v1/notes", "/api/v1/files"):
            problem(world.client.post(path, data=b"{}", content_type=content_type), 415, "unsupported-type")

    def test_a_body_too_large_answers_413_however_it_is_sent(self, world: World) -> None:
        raw = b'{"text": "' + b"x" * LONGEST_BODY + b'"}'
        problem(world.client.post("/api/v1/notes", data=raw, content_type="application/json"), 413, "too-large")
        chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
        request = {"input_stream": BytesIO(raw), "content_type": "application/json"}
        problem(world.client.post("/api/v1/notes", environ_overrides=chunked, **request), 413, "too-large")

    @pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=many", "other=1"])
    def test_a_wrong_query_answers_422(self, world: World, query: str) -> None:
        problem(world.client.get(f"/api/v1/notes?{query}", headers=world.as_role(Role.ADMIN)), 422, "invalid")

    def test_a_query_where_none_is_taken_answers_422(self, world: World) -> None:
        response = world.client.get("/api/v1/notes/n-1?x=1", headers=world.as_role(Role.DEPARTMENT))
        assert problem(response, 422, "invalid")["errors"] == {"x": ["Unknown field."]}

    @pytest.mark.parametrize("path", ["notes?cursor=%00", "notes/n%001", "notes/n%7f", "notes/%C2%85", "not%0ahing", "files%1B"])
    def test_a_control_character_in_the_address_answers_400(self, world: World, path: str) -> None:
        problem(world.client.get(f"/api/v1/{path}", headers=world.as_role(Role.ADMIN)), 400, "malformed")


class TestErrors:
    def test_an_unknown_address_answers_404(self, world: World) -> None:
        assert problem(world.client.get("/api/v1/nothing"), 404, "not-found")["instance"] == "/api/v1/nothing"

    def test_the_address_in_a_problem_is_a_uri_whatever_was_asked_for(self, world: World) -> None:
        body = problem(world.client.get("/api/v1/a%20b/%C3%AF%25%23"), 404, "not-found")
        assert body["instance"] == "/api/v1/a%20b/%C3%AF%25%23"

    def test_another_method_answers_405_and_names_those_there_are(self, world: World) -> None:
        response = world.client.delete("/api/v1/notes")
        assert problem(response, 405, "http-405")["instance"] == "/api/v1/notes"
        assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))

    @pytest.mark.parametrize("refusal", STATUSES, ids=lambda refusal: refusal.__name__)
    def test_every_refusal_has_its_status(self, world: World, refusal: type[Refusal]) -> None:
        world.raises = refusal("Do something else.", {"field": ["reason"]})
        row = STATUSES[refusal]
        body = problem(world.client.get("/trouble"), row.status, row.slug)
        assert (body["detail"], body["errors"], body["title"]) == ("Do something else.", {"field": ["reason"]}, row.title)

    def test_a_conflict_is_the_state_machine_s(self, world: World) -> None:
        world.raises = Conflict("Allowed now: sign.")
        assert "errors" not in problem(world.client.get("/trouble"), 409, "conflict")

    @pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
    def test_a_store_that_does_not_answer_is_503_and_can_be_asked_again(self, world: World, kind: type[OperationalError]) -> None:
        world.raises = kind("SELECT secret", {}, Exception("connection refused"))
        response = world.client.get("/trouble")
        assert "secret" not in str(problem(response, 503, "unavailable"))
        assert response.headers["Retry-After"] == "2"

    def test_a_pool_without_a_free_connection_is_503(self, world: World) -> None:
        world.raises = PoolTimeout("QueuePool limit")
        problem(world.client.get("/trouble"), 503, "unavailable")

    @pytest.mark.parametrize("error", [KeyError("secret"), IntegrityError("secret", {}, Exception()), HuiyingError("secret")])
    def test_what_nobody_expected_is_500_and_tells_nothing(self, world: World, error: Exception) -> None:
        world.raises = error
        assert "secret" not in str(problem(world.client.get("/trouble"), 500, "internal"))


class TestCounting:
    def test_requests_are_counted_by_route_not_by_address(self, world: World) -> None:
        for number in range(3):
            world.client.get(f"/api/v1/notes/n-{number}", headers=world.as_role(Role.DEPARTMENT))
        world.client.get("/nothing")
        exposed = world.telemetry.expose().decode()
        label = 'method="GET",route="/api/v1/notes/<note>",service="demo",status="200"'
        assert f"huiying_http_requests_total{{{label}}} 3.0" in exposed
        assert 'route="none",service="demo",status="404"' in exposed

    def test_invented_methods_share_one_series(self, world: World) -> None:
        for number in range(5):
            world.client.open("/api/v1/notes", method=f"INVENTED{number}")
        exposed = world.telemetry.expose().decode()
        assert "INVENTED" not in exposed
        assert 'method="other"' in exposed


def test_the_table_says_what_each_route_is_for() -> None:
    (first, *_) = table([])
    assert (first.method, first.path, first.summary, first.access) == ("POST", "/api/v1/notes", "Write a note.", PUBLIC)
