"""HTTP at one edge: a table of routes, and a Flask application made from it.

A route says who may call it, what it takes and what it answers; nothing else is served. Errors are
problem documents (RFC 9457). A view gets a `Call` and returns (status, answer), or a whole response.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import flask
import structlog
from werkzeug.routing import Map, MapAdapter, Rule

from services.contracts.errors import Invalid, Malformed, UnsupportedType
from services.runtime.store.idempotency import HEADER, Key
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.audit import AuditLog
from services.runtime.web.access.throttle import Throttle
from services.runtime.web.access.tokens import TokenAuthenticator
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.compression import compress
from services.runtime.web.guard import RequestGuard
from services.runtime.web.problems import failed, json_response, shown
from services.runtime.web.requests import current, read_body, read_query
from services.runtime.web.routes import API, LONGEST_BODY, Answer, Route, Routes
from services.runtime.web.sharing import share

OK, CREATED = 200, 201
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
#: What every answer gets that does not say otherwise itself, with the names as they are compared.
STANDARD = tuple((name.lower(), name, value) for name, value in (SECURITY_HEADERS | {"Cache-Control": "no-store"}).items())
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: Only what came by TLS carries it; a year, as browsers' lists want it. It does not cover subdomains, which may belong to others.
STRICT_TRANSPORT = "max-age=31536000"


def create_app(
    name: str,
    service: Any,
    routes: Routes,
    authenticator: TokenAuthenticator,
    telemetry: Telemetry,
    *,
    throttle: Throttle | None = None,
    audit_log: AuditLog | None = None,
    origins: Collection[str] = (),
) -> flask.Flask:
    """A Flask application that serves exactly these routes; without a throttle or an audit log nothing is counted or recorded.

    `origins` are other sites whose pages may call the API.
    """
    app = _Application(name, static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * LONGEST_BODY
    guard = RequestGuard(name, authenticator, throttle, audit_log)
    addresses = tuple((route.method, route.path) for route in routes)
    app.url_map = _url_map(addresses)
    app.view_functions = {
        " ".join(address): _serve(route, service, guard) for address, route in zip(addresses, routes, strict=True)
    }
    app.before_request(_begin)
    app.after_request(lambda response: _finish(response, name, telemetry, guard, origins))
    pages = {f"{route.method} {route.path}": route.page for route in routes if route.page}
    app.register_error_handler(Exception, lambda error: shown(failed(error), pages, API))
    return app


@cache
def _url_map(addresses: tuple[tuple[str, str], ...]) -> Map:
    """The map of these addresses, each by its method and path; applications of the same ones share it."""
    if len(set(addresses)) < len(addresses):
        raise ValueError("Two routes have the same method and path.")
    url_map = Map()
    for method, path in addresses:
        rule = Rule(path, methods=[method, "OPTIONS"], endpoint=f"{method} {path}")
        # Flask answers OPTIONS itself where a rule has this.
        rule.provide_automatic_options = True  # type: ignore[attr-defined]
        url_map.add(rule)
    return url_map


class _Application(flask.Flask):
    """Flask without what it does for each request and nobody here needs."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """No view is a coroutine."""
        return func

    def create_url_adapter(self, request: flask.Request | None) -> MapAdapter | None:
        """Addresses are made in requests only."""
        return None if request is None else super().create_url_adapter(request)


def _serve(route: Route, service: Any, guard: RequestGuard) -> Callable[..., flask.Response]:
    def serve(**path: str) -> flask.Response:
        with guard.guarded(route, path) as guarded:
            request = current()
            if request.if_match and not (route.versioned or route.method == "GET"):
                raise Invalid("Send it without If-Match: nothing was done.", {"If-Match": ["this address compares no versions"]})
            body, query = read_body(route), read_query(route, getattr(service, "catalogue", None))
            guarded.count_body(body)
            key = Key.of(request.headers.get(HEADER), guarded.principal.caller.principal)
            answer = route.view(
                Call(service, guarded.principal.caller, path, body, query, key, guarded.principal, guard, request.if_match)
            )
            response = _response(route, path, answer)
            guarded.answered(response.status_code, None if isinstance(answer, flask.Response) else answer[1])
            return response

    return serve


def _response(route: Route, path: Mapping[str, str], answer: Answer) -> flask.Response:
    """The answer as a response: a 201 gets a Location, an answer with a version gets an ETag."""
    if isinstance(answer, flask.Response):
        return answer
    response, body = json_response(*answer), answer[1]
    if response.status_code == CREATED and route.made and isinstance(body, Mapping):
        response.headers["Location"] = route.found_at(path, body)
    if route.versioned and route.method == "GET" and response.status_code == OK and isinstance(body, Mapping):
        response.set_etag(tag_of(body))
    return response


def _begin() -> None:
    request, about = current(), flask.g
    request_id = request.headers.get("X-Request-ID", "")
    if not (request_id.isascii() and request_id.isprintable() and 0 < len(request_id) <= 128):
        request_id = secrets.token_hex(8)
    about.request_id, about.started = request_id, time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=request_id)
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise UnsupportedType("Send the body as it is, without a content coding such as gzip.")
    if _CONTROL.search(request.path):
        raise Malformed("An address must not hold control characters.")


def _finish(
    response: flask.Response, name: str, telemetry: Telemetry, guard: RequestGuard, origins: Collection[str]
) -> flask.Response:
    request, about = current(), flask.g
    route = request.url_rule.rule if request.url_rule else "none"
    seconds = time.perf_counter() - about.get("started", time.perf_counter())
    # A client may make up methods, and each would become a time series of its own.
    method = request.method if request.method in METHODS else "other"
    telemetry.count("huiying_http_requests_total", service=name, method=method, route=route, status=str(response.status_code))
    telemetry.observe("huiying_http_request_seconds", seconds, service=name, route=route)
    # In one pass: each single change of the headers would look through all of them.
    present = {header.lower() for header, _ in response.headers}
    added = [(header, value) for plain, header, value in STANDARD if plain not in present]
    added += [("X-Request-ID", about.get("request_id", "")), *guard.standings().items()]
    if guard.is_secure():
        added.append(("Strict-Transport-Security", STRICT_TRANSPORT))
    response.headers.extend(added)
    share(response, origins)
    compress(response)
    return response
