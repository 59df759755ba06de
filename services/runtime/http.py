"""HTTP at one edge: a table of routes, and a Flask application made from it.

A route says who may call it, what it takes and what it answers; nothing is served that is not in the table. Errors are
problem documents (RFC 9457). A view gets a `Call` and returns (status, answer), or a whole response.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import flask
import orjson
import structlog
from marshmallow import Schema, ValidationError

from services.contracts.errors import (
    Invalid,
    Malformed,
    NotAllowed,
    NotSignedIn,
    TooLarge,
    UnsupportedType,
)
from services.runtime.access import NOBODY, PUBLIC, Caller, Gatekeeper, Role
from services.runtime.problems import ErrorPage, failed, json_response, shown
from services.runtime.telemetry import Telemetry

S = TypeVar("S")
Answer = tuple[int, Any] | flask.Response
View = Callable[[Any], Answer]
Decorator = Callable[[View], View]
API = "/api/v1"
LONGEST_BODY = 1_000_000
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Call(Generic[S]):
    """One request: the service it is for, who calls, and what was parsed."""

    service: S
    caller: Caller
    path: Mapping[str, str]
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table. `body` and `query` are schemas of what is taken; `answers` maps a status to its schema.

    `takes` lists content types of a body that the view reads itself as a stream. `page` marks a page for people and shows
    its errors; a route without it answers problem documents. `gives` lists the content types of an answer that is not JSON.
    """

    method: str
    path: str
    view: View
    access: frozenset[Role]
    summary: str
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    answers: Mapping[int, type[Schema] | None] = field(default_factory=dict)
    takes: tuple[str, ...] = ()
    page: ErrorPage | None = None
    gives: tuple[str, ...] = ()


class Routes(list[Route]):
    """The routes of a service, filled by decorators beside the views."""

    def get(self, path: str, **facts: Any) -> Decorator:
        """Serve GET. Facts: access, query, answers, gives, page."""
        return self._add("GET", path, **facts)

    def post(self, path: str, **facts: Any) -> Decorator:
        """Serve POST. Facts: access, body or takes, answers, gives, page."""
        return self._add("POST", path, **facts)

    def _add(self, method: str, path: str, *, access: frozenset[Role], **facts: Any) -> Decorator:
        def remember(view: View) -> View:
            summary = (view.__doc__ or "").strip().split("\n")[0]
            self.append(Route(method, path, view, access, summary, **facts))
            return view

        return remember


def create_app(name: str, service: Any, routes: Routes, gatekeeper: Gatekeeper, telemetry: Telemetry) -> flask.Flask:
    """A Flask application that serves exactly the routes of the table."""
    app = flask.Flask(name, static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * LONGEST_BODY
    for route in routes:
        endpoint = f"{route.method} {route.path}"
        app.add_url_rule(route.path, endpoint, _serve(route, service, gatekeeper), methods=[route.method])
    app.before_request(_begin)
    app.after_request(lambda response: _finish(response, name, telemetry))
    pages = {f"{route.method} {route.path}": route.page for route in routes if route.page}
    app.register_error_handler(Exception, lambda error: shown(failed(error), pages, API))
    return app


def _serve(route: Route, service: Any, gatekeeper: Gatekeeper) -> Callable[..., flask.Response]:
    def serve(**path: str) -> flask.Response:
        caller = admit(route, gatekeeper)
        call: Call[Any] = Call(service, caller, path, _body(route), _query(route), flask.request.headers.get("Idempotency-Key"))
        answer = route.view(call)
        return answer if isinstance(answer, flask.Response) else json_response(*answer)

    return serve


def admit(route: Route, gatekeeper: Gatekeeper) -> Caller:
    """The caller, when the route is open to them; raises `NotSignedIn` or `NotAllowed`."""
    header = flask.request.headers.get("Authorization")
    if route.access is PUBLIC and not header:
        return NOBODY
    caller = gatekeeper.caller(header)
    if route.access is PUBLIC or caller.role in route.access:
        return caller
    if caller is NOBODY:
        raise NotSignedIn("This needs a token: send 'Authorization: Bearer <token>'.")
    raise NotAllowed(f"This is for {', '.join(sorted(route.access))}; the token's role is {caller.role}.")


def parse_json(raw: bytes) -> dict[str, Any]:
    """A JSON object from bytes; raises `Malformed` that says where it breaks."""
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"This is not JSON in UTF-8: {error}.") from error
    if not isinstance(parsed, dict):
        raise Malformed('A JSON object is needed: {"name": value, …}.')
    if b"\\u0000" in raw and holds_nul(parsed):
        raise Malformed("A text must not hold the character U+0000, which no store can keep.")
    return parsed


def holds_nul(value: Any) -> bool:
    """Whether parsed JSON has the character U+0000 in a text anywhere, which PostgreSQL cannot keep."""
    if isinstance(value, Mapping):
        return any(holds_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(map(holds_nul, value))
    return isinstance(value, str) and "\0" in value


def validate(schema: Schema, raw: Mapping[str, Any]) -> Any:
    """What the schema makes of `raw`; raises `Invalid` with the reasons for each field."""
    try:
        return schema.load(raw)
    except ValidationError as error:
        raise Invalid("Correct the fields named in 'errors' and send again.", dict(flatten(error.messages))) from error


def flatten(messages: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Nested validation messages as (dotted field, reasons) pairs."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from flatten(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path or "body", [str(reason) for reason in messages]


_SCHEMAS: dict[type[Schema], Schema] = {}


def _schema(shape: type[Schema]) -> Schema:
    return _SCHEMAS.setdefault(shape, shape())


def _body(route: Route) -> Any:
    request = flask.request
    if route.takes and request.mimetype not in route.takes:
        raise UnsupportedType(f"Send the body as {' or '.join(route.takes)}.")
    if route.body is None:
        return None
    if request.mimetype != "application/json":
        if not request.content_length and not request.mimetype:
            return validate(_schema(route.body), {})
        raise UnsupportedType("Send the body as application/json.")
    if (request.content_length or 0) > LONGEST_BODY:
        raise TooLarge(f"At most {LONGEST_BODY} bytes.")
    raw = request.get_data()
    if len(raw) > LONGEST_BODY:
        raise TooLarge(f"At most {LONGEST_BODY} bytes.")
    return validate(_schema(route.body), parse_json(raw or b"{}"))


def _query(route: Route) -> Mapping[str, Any]:
    given = flask.request.args.to_dict()
    if holds_nul(given):
        raise Malformed("The query must not hold the character U+0000.")
    if route.query is not None:
        parsed: Mapping[str, Any] = validate(_schema(route.query), given)
        return parsed
    if given and route.path.startswith(API):
        raise Invalid("This takes no query.", {name: ["Unknown field."] for name in given})
    return given


def _begin() -> None:
    request_id = flask.request.headers.get("X-Request-ID", "")
    if not (request_id.isascii() and request_id.isprintable() and 0 < len(request_id) <= 128):
        request_id = secrets.token_hex(8)
    flask.g.request_id, flask.g.started = request_id, time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=request_id)


def _finish(response: flask.Response, name: str, telemetry: Telemetry) -> flask.Response:
    request = flask.request
    route = request.url_rule.rule if request.url_rule else "none"
    seconds = time.perf_counter() - flask.g.get("started", time.perf_counter())
    # A client may invent methods, and each would be a series of its own for ever.
    method = request.method if request.method in METHODS else "other"
    telemetry.count("huiying_http_requests_total", service=name, method=method, route=route, status=str(response.status_code))
    telemetry.observe("huiying_http_request_seconds", seconds, service=name, route=route)
    response.headers["X-Request-ID"] = flask.g.get("request_id", "")
    for header, value in SECURITY_HEADERS.items():
        response.headers.setdefault(header, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
