"""The headers of answers: one row each, and which of them an answer has."""

from __future__ import annotations

from collections.abc import Mapping

from docs.generator.shapes import Json
from services.runtime.web.routes import Route

_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
HEADERS: Mapping[str, Json] = {
    "ETag": {"description": "The version of the case, for If-Match.", "schema": _TEXT},
    "Location": {"description": "The address of what was made, or of what it was added to.", "schema": _TEXT},
    "RateLimit": {
        "description": 'For callers without a token: what is left, such as `"work";r=2380;t=60` (room, seconds until all of it).',
        "schema": _TEXT,
    },
    "RateLimit-Policy": {"description": 'What there is, such as `"work";q=2400;w=120` (at once, seconds).', "schema": _TEXT},
    "Retry-After": {"description": "Seconds until the same request may succeed.", "schema": _NUMBER},
    "WWW-Authenticate": {"description": "How to say who calls: `Bearer`, with a token.", "schema": _TEXT},
    "X-Request-ID": {"description": "The id of the request; it stands on every line of the log about it.", "schema": _TEXT},
}
#: What a status always brings.
BY_STATUS: Mapping[int, tuple[str, ...]] = {
    201: ("Location",),
    401: ("WWW-Authenticate",),
    429: ("RateLimit", "RateLimit-Policy", "Retry-After"),
    503: ("Retry-After",),
}


def headers_of(status: int, route: Route | None = None) -> Json:
    """References to the headers of an answer; without a route, of a problem."""
    tagged = ["ETag"] if route is not None and route.versioned and route.method == "GET" else []
    names = [*BY_STATUS.get(status, ()), *tagged, "X-Request-ID"]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
