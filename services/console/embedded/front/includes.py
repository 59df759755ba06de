"""Puts pages together from the parts of several services, as the gateway does by SSI, from the same marks in the same pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import structlog
from werkzeug.datastructures import Headers
from werkzeug.test import Client, run_wsgi_app

from services.contracts.fragments import COMPOSED, PREFIX, SECONDS

log = structlog.get_logger()
#: What is put in place of the mark when the part does not come stands before it.
MARK = re.compile(
    rb'<!--# block name="([a-z-]+)" -->(.*?)<!--# endblock -->\s*'
    rb'<!--# include virtual="(' + PREFIX.encode() + rb'[A-Za-z0-9/_-]+\?lang=[a-z]+)" stub="\1" -->',
    re.DOTALL,
)
#: What a part is asked with: it is for the same reader, and gets nothing of what was sent to the page.
PASSED_ON = (
    "REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT", "wsgi.url_scheme", "HTTP_HOST", "HTTP_COOKIE", "HTTP_AUTHORIZATION",
    "HTTP_ACCEPT_LANGUAGE", "HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO",
)  # fmt: skip
#: How many parts are asked for at once, of all pages.
AT_ONCE = 8


class Includes:
    """A WSGI application around one that answers for all services."""

    def __init__(self, application: WSGIApplication, seconds: float = SECONDS) -> None:
        self._application, self._seconds = application, seconds
        self._composed = re.compile(COMPOSED)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fragments")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request. Nobody outside gets a part alone."""
        path = environ.get("PATH_INFO", "/")
        if path.startswith(PREFIX):
            environ = {**environ, "PATH_INFO": PREFIX}
        if not self._composed.match(path) or environ["REQUEST_METHOD"] == "HEAD":
            return self._application(environ, start_response)
        return self._put_together(environ, start_response)

    def _put_together(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = {name: value for name, value in environ.items() if name != "HTTP_ACCEPT_ENCODING"}
        answer, status, headers = run_wsgi_app(self._application, asked, buffered=True)
        body = b"".join(answer)
        if headers.get("Content-Type", "").startswith("text/html"):
            body = self._filled(body, environ, headers)
            headers["Content-Length"] = str(len(body))
        start_response(status, list(headers))
        return [body]

    def _filled(self, body: bytes, environ: WSGIEnvironment, headers: Headers) -> bytes:
        known = {name: environ[name] for name in PASSED_ON if name in environ}
        known["HTTP_X_REQUEST_ID"] = headers.get("X-Request-ID", "")
        wanted = list(dict.fromkeys(mark[3].decode() for mark in MARK.finditer(body)))
        parts = {address: self._pool.submit(self._part, address, known) for address in wanted}
        wait(parts.values(), self._seconds)
        return MARK.sub(_put_in(parts), body)

    def _part(self, address: str, known: WSGIEnvironment) -> bytes:
        answer = Client(self._application, use_cookies=False).get(address, environ_overrides=known)
        return answer.get_data() if answer.status_code == 200 else b""


def _put_in(parts: dict[str, Future[bytes]]) -> Callable[[re.Match[bytes]], bytes]:
    def put_in(mark: re.Match[bytes]) -> bytes:
        part = parts[mark[3].decode()]
        if not part.done():
            part.cancel()
            log.warning("fragment_left_out", address=mark[3].decode(), reason="too late")
            return mark[2]
        if (error := part.exception()) is not None:
            log.warning("fragment_left_out", address=mark[3].decode(), reason=repr(error))
            return mark[2]
        return part.result() or mark[2]

    return put_in
