"""Calling notify over HTTP as somebody, without a store of tokens; every answer is read with the schema of its route."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import RAISE
from werkzeug.test import TestResponse

from services.contracts.people.callers import NOBODY, Caller, Role
from services.notify.app.routes import routes
from services.notify.pages.routes import PAGES
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.application import create_app
from tests.unit.notify.scenes import Scene

CALLERS = {
    "Bearer office": Caller(Role.REVIEWER),
    "Bearer boss": Caller(Role.SUPERVISOR, None, "t-boss"),
    "Bearer admin": Caller(Role.ADMIN, None, "t-admin"),
    "Bearer water": Caller(Role.DEPARTMENT, "water"),
    "Bearer roads": Caller(Role.DEPARTMENT, "roads"),
    "Bearer station": Caller(Role.STATION, station="east-1"),
    "Bearer other": Caller(Role.STATION, station="east-2"),
}


class FakeAuthenticator(TokenAuthenticator):
    """Knows everybody by name."""

    def __init__(self) -> None:
        """Nothing is looked up."""

    def caller(self, header: str | None) -> Caller:
        return CALLERS.get(header or "", NOBODY)


class Telephone:
    """`call("GET", "/deadlines", "water", opinion="o-1")` gives (status, answer)."""

    def __init__(self, scene: Scene) -> None:
        self._client = create_app("notify", scene.service, routes, FakeAuthenticator(), Telemetry()).test_client()

    def __call__(
        self, method: str, path: str, who: str | None = "boss", body: Any = None, key: str | None = None, **query: Any
    ) -> tuple[int, Any]:
        headers = {name: value for name, value in (("Authorization", who and f"Bearer {who}"), ("Idempotency-Key", key)) if value}
        answer = self._client.open(f"/api/v1{path}", method=method, query_string=query, headers=headers, json=body)
        told = answer.get_json()
        if answer.status_code < 300:
            route = next(row for row in routes if row.method == method and _matches(row.path, f"/api/v1{path}"))
            shape = route.answers[answer.status_code]
            assert shape is not None
            shape(unknown=RAISE).load(told)
        return answer.status_code, told


Ask = Callable[..., TestResponse]


def pages_of(scene: Scene, usual: str) -> Ask:
    """What opens a page in English, or sends a form, as who usually does, or as somebody else."""
    client = create_app("notify", scene.service, PAGES, FakeAuthenticator(), Telemetry()).test_client()

    def ask(path: str, form: Mapping[str, str] | None = None, who: str | None = usual, **headers: str) -> TestResponse:
        headers |= {"Authorization": f"Bearer {who}", "Accept-Language": "en"} if who else {}
        if form is None:
            return client.get(path, headers=headers)
        return client.post(path, data=form, headers=headers, content_type="application/x-www-form-urlencoded")

    return ask


def _matches(pattern: str, path: str) -> bool:
    return re.fullmatch(re.sub("<[^>]+>", "[^/]+", pattern), path) is not None
