"""The answer of a WSGI application as it goes out: its end can always be told, and nothing in it can pass for another answer."""

from __future__ import annotations

from http.client import HTTPResponse
from io import BytesIO
from types import SimpleNamespace

import pytest

from services.runtime.web.serving.answering import answer, environment
from services.runtime.web.serving.head import read_head


class Outlet:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent = b""

    def sendall(self, data: bytes) -> None:
        self.sent += data


def ask(first, pieces, headers=(), status="200 OK", *, last=False):
    """What an application that answers so sends, and whether the connection is kept."""

    def application(environ, start_response):
        start_response(status, list(headers))
        return pieces

    outlet, head = Outlet(), read_head(first)
    keeps = answer(application, {}, head, outlet, last=last)
    return outlet.sent, keeps


class Stream(BytesIO):
    """Can be read on after the client has closed it."""

    def close(self) -> None:
        """Stays open."""


def read(raw, method="GET"):
    """The answer as a client reads it, and what it leaves."""
    stream = Stream(raw)
    response = HTTPResponse(SimpleNamespace(makefile=lambda _: stream), method=method)
    response.begin()
    return response.read(), stream.read(), response


@pytest.mark.parametrize(
    ("first", "headers", "keeps"),
    [
        (b"GET / HTTP/1.1", [("Content-Length", "5")], True), (b"GET / HTTP/1.1", [], True),
        (b"GET / HTTP/1.1\r\nConnection: close", [], False), (b"GET / HTTP/1.0", [("Content-Length", "5")], False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive", [("Content-Length", "5")], True),
        # Without a length, only its end tells an old client that this was all.
        (b"GET / HTTP/1.0\r\nConnection: keep-alive", [], False),
    ],
)  # fmt: skip
def test_a_client_finds_the_end(first, headers, keeps):
    raw, kept = ask(first, [b"he", b"", b"llo"], [*headers, ("Connection", "upgrade"), ("X-Mine", "1")])
    body, behind, response = read(raw)
    assert (body, behind, kept) == (b"hello", b"", keeps)
    assert response.getheader("X-Mine") == "1"
    assert response.will_close is not keeps
    assert response.getheader("Date")


@pytest.mark.parametrize(("method", "status"), [("HEAD", "200 OK"), ("GET", "204 NO CONTENT"), ("GET", "304 NOT MODIFIED")])
def test_what_has_no_body_sends_none(method, status):
    raw, kept = ask(f"{method} / HTTP/1.1".encode(), [b"hello"], [("Content-Length", "5")], status)
    assert raw.endswith(b"\r\n\r\n")
    assert read(raw, method)[0] == b""
    assert kept


def test_the_last_answer_of_a_connection_says_so():
    raw, kept = ask(b"GET / HTTP/1.1", [], [("Content-Length", "0")], last=True)
    assert not kept
    assert read(raw)[2].getheader("Connection") == "close"


def test_no_more_than_the_length_is_sent_and_less_ends_the_connection():
    assert read(ask(b"GET / HTTP/1.1", [b"hello"], [("Content-Length", "3")])[0])[:2] == (b"hel", b"")
    assert ask(b"GET / HTTP/1.1", [b"he"], [("Content-Length", "3")])[1] is False


@pytest.mark.parametrize(("name", "value"), [("X", "a\r\nSet-Cookie: b"), ("X", "a\nb"), ("X\r\nY", "a"), ("X", "a\rb")])
def test_a_header_cannot_hold_another(name, value):
    with pytest.raises(ValueError, match="end of another"):
        ask(b"GET / HTTP/1.1", [b"x"], [(name, value)])


def test_what_the_application_returned_is_closed_also_when_it_fails():
    closed = []

    class Pieces:
        def __iter__(self):
            yield b"x"
            raise RuntimeError("broken")

        def close(self):
            closed.append(True)

    with pytest.raises(RuntimeError):
        ask(b"GET / HTTP/1.1", Pieces())
    assert closed == [True]


def test_the_environment_is_wsgis():
    head = read_head(b"POST /a%C3%A4%2?b=%41 HTTP/1.1\r\nTransfer-Encoding: chunked\r\nX-Y: z")
    made = environment(head, BytesIO(b"body"), 4, ("192.0.2.1", 7), ("127.0.0.1", 8000), "https")
    wanted = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/a\u00c3\u00a4%2", "QUERY_STRING": "b=%41", "CONTENT_LENGTH": "4", "HTTP_X_Y": "z",
        "REMOTE_ADDR": "192.0.2.1", "SERVER_PORT": "8000", "wsgi.url_scheme": "https", "SERVER_PROTOCOL": "HTTP/1.1",
    }  # fmt: skip
    assert wanted.items() <= made.items()
    assert made["wsgi.input"].read() == b"body"
