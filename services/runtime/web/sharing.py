"""Cross-origin requests: which other sites' pages may call the API from a browser. They bring a token, never a cookie."""

from __future__ import annotations

from collections.abc import Collection

import flask

from services.runtime.web.routes import API

ANY = "*"
EXPOSED = "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"
ALLOWED = "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-ID"
PREFLIGHT_SECONDS = 600


def share(response: flask.Response, origins: Collection[str]) -> None:
    """Let pages of these origins read the answer; `*` is every origin. Nothing is added where there are none, or for a page."""
    if not origins or not flask.request.path.startswith(API):
        return
    response.vary.add("Origin")
    origin = flask.request.headers.get("Origin")
    if origin is None or (origin not in origins and ANY not in origins):
        return
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = ANY if ANY in origins else origin
    headers["Access-Control-Expose-Headers"] = EXPOSED
    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if flask.request.method == "OPTIONS" and "Access-Control-Request-Method" in flask.request.headers:
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "")
        headers["Access-Control-Allow-Headers"] = ALLOWED
        headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
