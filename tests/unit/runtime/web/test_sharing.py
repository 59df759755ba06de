"""Other sites' pages may call the API where a setting names them, and nothing else of it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from services.contracts.people.callers import PUBLIC
from services.runtime.settings import origin_list
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from services.runtime.web.routes import Routes
from tests.unit.runtime.web.test_codings import Nobody

HERE, THERE = "https://www.example.org", "https://elsewhere.example.org"


def client(*origins: str) -> FlaskClient:
    routes = Routes()
    routes.post("/api/v1/notes", access=PUBLIC)(lambda _: (201, {}))
    routes.get("/notes", access=PUBLIC)(lambda _: (200, {}))
    return create_app("demo", None, routes, Nobody(), Telemetry(), origins=origins).test_client()


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [((), HERE, None), ((HERE,), HERE, HERE), ((HERE,), THERE, None), ((HERE, THERE), THERE, THERE), (("*",), THERE, "*")],
)
def test_only_the_named_origins_may_read_an_answer(origins: tuple[str, ...], origin: str, allowed: str | None) -> None:
    answer = client(*origins).post("/api/v1/notes", headers={"Origin": origin})
    assert answer.status_code == 201
    assert answer.headers.get("Access-Control-Allow-Origin") == allowed
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert ("Origin" in answer.vary) == bool(origins)


def test_a_browser_is_told_before_what_it_may_send() -> None:
    asked = {"Origin": HERE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answer = client(HERE).options("/api/v1/notes", headers=asked)
    assert answer.status_code == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert {"Authorization", "Idempotency-Key"} <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert "Access-Control-Allow-Methods" not in client(THERE).options("/api/v1/notes", headers=asked).headers


def test_a_page_is_not_shared() -> None:
    assert "Access-Control-Allow-Origin" not in client("*").get("/notes", headers={"Origin": HERE}).headers


@pytest.mark.parametrize(
    "text", ["https://www.example.org/", "www.example.org", "https://a b", "ftp://www.example.org", "null", "**"]
)
def test_a_setting_that_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        origin_list(text)


def test_origins_are_read_with_commas_or_blanks() -> None:
    assert origin_list(f"{HERE}, http://localhost:5173 *") == (HERE, "http://localhost:5173", "*")
    assert origin_list("none") == ()
