"""Large answers are compressed with gzip for clients that take it."""

from __future__ import annotations

import gzip

import flask

#: Bytes from which compressing pays.
SMALLEST = 1400
LEVEL = 5
#: Pages are left out: they hold the keys of forms beside what a stranger can put on them, and their compressed length would tell.
COMPRESSED = frozenset({
    "application/json", "application/problem+json", "application/openapi+json", "text/csv", "text/css", "text/javascript",
    "text/plain", "image/svg+xml",
})  # fmt: skip


def compressed(body: bytes) -> bytes:
    """A body as gzip, always the same bytes for the same body."""
    return gzip.compress(body, LEVEL, mtime=0)


def takes_gzip() -> bool:
    """Whether the client of this request takes gzip."""
    return bool(flask.request.accept_encodings["gzip"] > 0)


def compress_openly(response: flask.Response) -> flask.Response:
    """Compress a page whatever its status: one without a secret, so that its length tells nothing to who put words on it."""
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    # A picture is small already.
    if len(body) > SMALLEST and response.mimetype != "image/png" and takes_gzip():
        response.set_data(compressed(body))
        response.headers["Content-Encoding"] = "gzip"
    return response


def compress(response: flask.Response) -> None:
    """Compress the body. An ETag names exact bytes that If-Match compares, so an answer that has one is sent as it is."""
    headers = response.headers
    if headers.get("Content-Type", "").partition(";")[0] not in COMPRESSED or "ETag" in headers:
        return
    if "Vary" in headers:
        response.vary.add("Accept-Encoding")
    else:
        headers.add("Vary", "Accept-Encoding")
    is_whole = response.status_code == 200 and not response.is_streamed and not response.direct_passthrough
    if not is_whole or "Content-Encoding" in headers:
        return
    body = response.get_data()
    if len(body) >= SMALLEST and takes_gzip():
        response.set_data(compressed(body))
        headers["Content-Encoding"] = "gzip"
