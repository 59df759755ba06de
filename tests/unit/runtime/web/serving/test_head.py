"""The head of a request: what is taken is read as another strict reader reads it, and what is no HTTP is refused with a reason."""

from __future__ import annotations

import pytest
from gunicorn.config import Config
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from hypothesis import example, given
from hypothesis import strategies as st

from services.runtime.web.serving.head import LONGEST_FIRST_LINE, LONGEST_LINE, MOST_FIELDS, RequestHead, RequestRefused, read_head

ODD = st.sampled_from([*"\t\n\r\x00\x7f\x80 :;,_-#?/%*\"'aA9\u00df", "\r\n", "Host", "HTTP/1.1", "chunked"])
TARGETS = st.sampled_from(["/", "/a%2Fb?c=d&e", "//x/y", "http://h/p?q", "http://h?q", "*", "/a?b?c", "/%zz", "h:80", "x", ""])
NAMES = st.sampled_from(
    ["Host", "host", "Content-Length", "Transfer-Encoding", "Connection", "X-A", "X_A", "Content-Type", "Expect", "Script_Name"]
)
VALUES = st.sampled_from(["", "x", " 5 ", "05", "+5", "Chunked", "gzip, chunked", "close", "keep-alive", "100-continue", "a\tb"])


@st.composite
def heads(draw):
    method = draw(st.sampled_from(["GET", "POST", "OPTIONS", "HEAD", "get", "BREW", "G#T", "CONNECT"]))
    version = draw(st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/1.1 ", "HTTP/2.0", "http/1.1"]))
    lines = [f"{method} {draw(TARGETS)} {version}"]
    lines += [f"{draw(NAMES)}{draw(st.sampled_from([':', ': ', ' :', ';']))}{draw(VALUES)}" for _ in range(draw(st.integers(0, 4)))]
    text = "\r\n".join(lines)
    if draw(st.booleans()):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(ODD) + text[at:]
    return text.encode("latin-1")


def by_gunicorn(raw: bytes) -> Request:
    config = Config()
    # Which names a proxy on this machine may send with an underscore: we take none from anybody.
    config.set("forwarder_headers", "")
    return Request(config, IterUnreader(iter([raw + b"\r\n\r\n"])), ("127.0.0.1", 1))


@given(heads())
@example(b"GET / HTTP/1.1\r\nX-A: 1\r\nX_A: 2")
@example(b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked")
def test_what_is_taken_is_read_as_another_strict_reader_reads_it(raw: bytes) -> None:
    try:
        head = read_head(raw)
    except RequestRefused:
        return
    other = by_gunicorn(raw)
    assert (head.method, head.query) == (other.method, other.query)
    assert head.path == (other.path or "/")
    fields = [(name.replace("-", "_"), value) for name, value in other.headers if name != "TRANSFER-ENCODING"]
    for name, value in fields:
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"
        assert value in head.fields[key]
    assert len(head.fields) == len({name for name, _ in fields})
    lengths = [int(value) for name, value in fields if name == "CONTENT_LENGTH"]
    assert head.length == (None if other.body.reader.__class__.__name__ == "ChunkedReader" else sum(lengths))
    # A connection may be ended sooner than the other one would, but not later.
    assert not (head.keeps and other.should_close())


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /", 400), (b"GET  / HTTP/1.1", 400), (b"get / HTTP/1.1", 400), (b"GET a HTTP/1.1", 400), (b"GET /# HTTP/1.1", 400),
        (b"GET * HTTP/1.1", 400), (b"GET /\xe4 HTTP/1.1", 400), (b"GET / HTTP/2.0", 400), (b"GET / HTTP/1.1\nX: y", 400),
        (b"GET /" + b"x" * LONGEST_FIRST_LINE + b" HTTP/1.1", 414), (b"GET / HTTP/1.1\r\nX: " + b"y" * LONGEST_LINE, 431),
        (b"GET / HTTP/1.1" + b"\r\nX: y" * (MOST_FIELDS + 1), 431), (b"GET / HTTP/1.1\r\n folded", 400),
        (b"GET / HTTP/1.1\r\nX : y", 400), (b"GET / HTTP/1.1\r\nX: a\x00b", 400), (b"GET / HTTP/1.1\r\nX: a\rb", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a", 400), (b"GET / HTTP/1.1\r\nExpect: more", 417),
        (b"GET / HTTP/1.1\r\nExpect:", 417), (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: \xb2", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: identity", 501),
    ],
)  # fmt: skip
def test_what_is_no_http_is_refused(raw: bytes, status: int) -> None:
    with pytest.raises(RequestRefused) as caught:
        read_head(raw)
    assert caught.value.status == status


def test_names_that_wsgi_could_not_tell_apart_are_left_out_and_repeated_ones_are_joined() -> None:
    head = read_head(b"GET / HTTP/1.1\r\nX_Forwarded_For: 1.1.1.1\r\nX-Forwarded-For: a\r\nx-forwarded-for: b\r\nScript_Name: /x")
    assert head.fields == {"HTTP_X_FORWARDED_FOR": "a,b"}


@pytest.mark.parametrize(
    ("lines", "keeps"),
    [
        (b"HTTP/1.1", True), (b"HTTP/1.0", False), (b"HTTP/1.1\r\nConnection: Close", False),
        (b"HTTP/1.0\r\nConnection: Keep-Alive", True), (b"HTTP/1.1\r\nConnection: upgrade, close", False),
    ],
)  # fmt: skip
def test_a_connection_is_kept_where_the_client_will_have_it_so(lines: bytes, keeps: bool) -> None:
    assert read_head(b"GET / " + lines).keeps is keeps


def test_a_head_is_what_it_says() -> None:
    raw = b"POST /a%20b?c=d HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 7\r\nExpect: 100-Continue\r\nX-Y:\t z "
    fields = {"CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "7", "HTTP_EXPECT": "100-Continue", "HTTP_X_Y": "z"}
    assert read_head(raw) == RequestHead("POST", "/a%20b", "c=d", False, fields, 7, expects=True, keeps=True)
