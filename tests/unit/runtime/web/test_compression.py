"""Large answers are compressed for clients that take it; nothing that must stay as it is."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import flask
import pytest

from services.contracts.people.callers import PUBLIC
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from services.runtime.web.compression import SMALLEST
from services.runtime.web.routes import Routes
from tests.unit.runtime.web.test_codings import Nobody

LARGE = "意见" * SMALLEST
TYPES = ["text/csv", "text/html", "image/jpeg", "image/svg+xml"]


def view_of(content_type: str) -> Callable[[object], flask.Response]:
    return lambda _: flask.Response(LARGE, content_type=content_type)


def ask(path: str, coding: str | None = "gzip", method: str = "GET") -> Any:
    routes = Routes()
    routes.get("/large", access=PUBLIC)(lambda _: (200, {"text": LARGE}))
    routes.get("/small", access=PUBLIC)(lambda _: (200, {"text": "x"}))
    routes.get("/stream", access=PUBLIC)(lambda _: flask.Response(iter([LARGE]), content_type="text/csv"))
    for each in TYPES:
        kind = each.partition("/")[2]
        routes.get(f"/{kind}", access=PUBLIC)(view_of(f"{each}; charset=utf-8"))

    def tagged(_: object) -> flask.Response:
        answer = flask.Response(LARGE, content_type="text/csv")
        answer.set_etag("1")
        return answer

    routes.get("/tagged", access=PUBLIC)(tagged)
    app = create_app("demo", None, routes, Nobody(), Telemetry())
    return app.test_client().open(path, method=method, headers={"Accept-Encoding": coding} if coding else {})


@pytest.mark.parametrize("coding", ["gzip", "br, gzip;q=0.5", "*"])
def test_a_large_answer_is_compressed_and_the_same_afterwards(coding: str) -> None:
    answer = ask("/large", coding)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.vary
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(LARGE) / 10
    assert json.loads(gzip.decompress(answer.data)) == {"text": LARGE}


@pytest.mark.parametrize("coding", [None, "identity", "br", "gzip;q=0", "*;q=0"])
def test_who_does_not_take_gzip_gets_it_plain_and_caches_know(coding: str | None) -> None:
    answer = ask("/large", coding)
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.vary
    assert answer.get_json() == {"text": LARGE}


@pytest.mark.parametrize(
    ("path", "compressed"),
    [
        ("/csv", True),
        ("/svg+xml", True),
        ("/html", False),
        ("/jpeg", False),
        ("/small", False),
        ("/stream", False),
        ("/tagged", False),
    ],
)
def test_what_is_compressed(path: str, compressed: bool) -> None:
    answer = ask(path)
    assert ("Content-Encoding" in answer.headers) == compressed
    if not compressed and path != "/small":
        assert answer.get_data(as_text=True) == LARGE
