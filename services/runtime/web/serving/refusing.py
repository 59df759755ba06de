"""Answers to requests that never reach an application: problem documents like all others, pages where people look."""

from __future__ import annotations

from urllib.parse import unquote

import orjson
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from services.contracts.errors import STATUSES, Unavailable, status_of
from services.runtime.web.pages.html import PAGE_HEADERS
from services.runtime.web.pages.standing import STANDING, is_for_people, reader_of_head, standing_page
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
    """The complete answer to a request that never reached an application; the connection ends."""
    request_id, asked = arrival.refused_as() if arrival else (None, "")
    slug, title = TITLES.get(status, (f"http-{status}", "This request cannot be answered"))
    request = arrival.head if arrival else None
    path = unquote(request.path) if request else ""
    if request and status in STANDING and is_for_people(request.path, request.fields.get("HTTP_ACCEPT", "")):
        reader = reader_of_head(asked, request.fields.get("HTTP_COOKIE", ""))
        body, language = standing_page(status, reader, arrival.takes_more if arrival else None).encode(), reader.tag
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Language": language,
            "Vary": "Accept, Accept-Language, Cookie",
            **PAGE_HEADERS,
        }
    else:
        told, language = wording(status, slug, title, detail, parse_accept_header(asked, LanguageAccept), path)
        body, headers = orjson.dumps(told), {"Content-Type": PROBLEM, "Content-Language": language, "Vary": "Accept-Language"}
    written = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = (
        f"HTTP/1.1 {status} {title}\r\n{written}"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n"
    ).encode()
    named = b"X-Request-ID: " + request_id + b"\r\n" if request_id else b""
    later = b"Retry-After: 5\r\n" if status == status_of(Unavailable("")).status else b""
    return head + named + later + b"\r\n" + body
