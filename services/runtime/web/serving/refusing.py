"""Answers to requests that never reach an application: problem documents like all others."""

from __future__ import annotations

import orjson
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from services.contracts.errors import STATUSES, Unavailable, status_of
from services.runtime.web.problems import PROBLEM, wording
from services.runtime.web.serving.arrival import Arrival

TITLES = {row.status: (row.slug, row.title) for row in STATUSES.values()} | {
    400: ("not-http", "The request is not HTTP as it should be"),
    408: ("too-slow", "The request did not arrive in time"),
    414: ("address-too-long", "The address is too long"),
    417: ("expectation", "What the request expects is not offered"),
    431: ("head-too-large", "The head of the request is too large"),
    500: ("internal", "Something went wrong here"),
    501: ("not-implemented", "Not done here"),
    503: ("unavailable", "Not available right now"),
}


def refusal(status: int, detail: str, arrival: Arrival | None) -> bytes:
    """The complete answer to a request that never reached an application: a problem document; the connection ends."""
    request_id, asked = arrival.refused_as() if arrival else (None, "")
    slug, title = TITLES.get(status, (f"http-{status}", "This request cannot be answered"))
    told, language = wording(status, slug, title, detail, parse_accept_header(asked, LanguageAccept))
    body = orjson.dumps(told)
    head = (
        f"HTTP/1.1 {status} {title}\r\nContent-Type: {PROBLEM}\r\nContent-Language: {language}\r\nVary: Accept-Language\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n"
    ).encode()
    named = b"X-Request-ID: " + request_id + b"\r\n" if request_id else b""
    later = b"Retry-After: 5\r\n" if status == status_of(Unavailable("")).status else b""
    return head + named + later + b"\r\n" + body
