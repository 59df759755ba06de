"""A request as it arrives: its end is found wherever the bytes are cut, and what cannot be is refused before it is read."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.web.routes import LONGEST_BODY, Routes, body_limits
from services.runtime.web.serving.arrival import BODY_SECONDS, HEAD_SECONDS, LEAST_RATE, Arrival
from services.runtime.web.serving.head import LONGEST_HEAD, RequestRefused

POST = b"POST /x HTTP/1.1\r\nHost: h\r\n"
BEHIND = b"GET /next HTTP/1.1\r\n\r\n"


def arrive(raw: bytes, cuts: list[int], limit: int = 1_000_000) -> Arrival:
    arrival = Arrival(lambda *_: limit, 0.0)
    edges = sorted({min(cut, len(raw)) for cut in cuts} | {len(raw)})
    start = 0
    for end in edges:
        if arrival.complete:
            break
        arrival.feed(raw[start:end])
        start = end
    arrival.rest += raw[start:] if arrival.complete else b""
    return arrival


def chunked(pieces: list[bytes], trailer: bytes = b"") -> bytes:
    return b"".join(b"%x;n=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n" + trailer + b"\r\n"


@given(st.binary(max_size=300), st.lists(st.integers(0, 600)), st.booleans())
def test_a_request_ends_where_its_length_says(body: bytes, cuts: list[int], more: bool) -> None:
    whole = POST + b"content-LENGTH: %d\r\n\r\n" % len(body) + body
    arrival = arrive(whole + (BEHIND if more else b""), cuts)
    assert arrival.complete
    assert arrival.body.open().read() == body
    assert arrival.rest == (BEHIND if more else b"")


@given(st.lists(st.binary(max_size=40)), st.lists(st.integers(0, 900)), st.sampled_from([b"", b"X-Sum: 1\r\n"]))
def test_a_request_in_chunks_ends_with_its_last_chunk(pieces: list[bytes], cuts: list[int], trailer: bytes) -> None:
    whole = POST + b"Transfer-Encoding: Chunked\r\n\r\n" + chunked(pieces, trailer)
    arrival = arrive(whole + BEHIND, cuts)
    assert arrival.complete
    assert arrival.body.open().read() == b"".join(pieces)
    assert arrival.rest == BEHIND


@given(st.lists(st.integers(0, 60)))
def test_a_request_without_a_body_ends_with_its_head(cuts: list[int]) -> None:
    arrival = arrive(b"\r\nGET / HTTP/1.1\r\nX-Request-ID: mine-1\r\n\r\n", cuts)
    assert arrival.complete
    assert arrival.head is not None
    assert (arrival.head.method, arrival.head.path, arrival.head.fields) == ("GET", "/", {"HTTP_X_REQUEST_ID": "mine-1"})


NAMED = b"POST / HTTP/1.1\r\nX-Request-ID: mine-1\r\nAccept-Language: zh-CN, en;q=0.5\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        NAMED, NAMED + b"\r\n", NAMED + b"Content-Length: 3\r\n\r\n12", NAMED + b"Content-Length: 11\r\n\r\n",
        NAMED + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", NAMED + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        NAMED + b"X: " + b"x" * 70_000,
    ],
    ids=["half", "whole", "body", "too large", "two lengths", "bad chunk", "long head"],
)  # fmt: skip
def test_a_refusal_knows_whom_it_answers_as_far_as_the_head_is_here(raw: bytes) -> None:
    arrival = Arrival(lambda method, path: 10, 0.0)
    with contextlib.suppress(RequestRefused):
        arrival.feed(raw)
    assert arrival.refused_as() == (b"mine-1", " zh-CN, en;q=0.5")


def test_a_body_names_nobody() -> None:
    arrival = arrive(POST + b"Content-Length: 10\r\n\r\n\r\nAccept-Language: zh\r\n", [])
    assert arrival.refused_as() == (None, "")


def test_what_has_not_come_to_its_end_is_not_complete() -> None:
    for raw in (POST, POST + b"Content-Length: 5\r\n\r\n1234", POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n"):
        assert not arrive(raw, []).complete


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (POST + b"Content-Length: 11\r\n\r\n", 413),
        (POST + b"Content-Length: 99999999999999999999\r\n\r\n", 400),
        (POST + b"Content-Length: -1\r\n\r\n", 400),
        (POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400),
        (POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nb\r\n", 413),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n6\r\n", 413),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n12345\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n123", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 20_000, 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 20_000, 431),
        (b"GET / HTTP/1.1\n\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * LONGEST_HEAD, 431),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * LONGEST_HEAD + b"\r\n\r\n", 431),
    ],
)
def test_what_cannot_be_taken_is_refused_before_it_is_read(raw: bytes, status: int) -> None:
    with pytest.raises(RequestRefused) as caught:
        arrive(raw, [], limit=10)
    assert caught.value.status == status


def test_many_tiny_chunks_do_not_get_round_the_limit() -> None:
    with pytest.raises(RequestRefused) as caught:
        arrive(POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1;" + b"x" * 8000 + b"\r\n1\r\n" * 200_000, [], limit=1000)
    assert caught.value.status in (400, 413)


def test_the_body_is_asked_for_once_and_only_when_it_may_come() -> None:
    expecting = POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    arrival = arrive(expecting, [])
    assert arrival.expects
    arrival.feed(b"12345")
    assert (arrival.complete, arrival.expects) == (True, False)
    with pytest.raises(RequestRefused):
        arrive(expecting, [], limit=4)
    assert not arrive(expecting + b"12345", []).expects


def test_head_and_body_have_their_time() -> None:
    head = arrive(b"GET / HTTP/1.1\r\n", [])
    assert not head.late(HEAD_SECONDS)
    assert head.late(HEAD_SECONDS + 0.1)
    body = arrive(POST + b"Content-Length: 900000\r\n\r\n" + b"x" * (10 * LEAST_RATE), [])
    assert not body.late(BODY_SECONDS + 10)
    assert body.late(BODY_SECONDS + 11)


def test_the_limit_is_that_of_the_route() -> None:
    routes = Routes()
    routes.post("/things/<one>/photos", access=frozenset(), longest=9_000_000)(lambda _: (200, None))
    routes.post("/things", access=frozenset())(lambda _: (200, None))
    limit = body_limits(routes)
    assert limit("POST", "/things/7/photos") == 9_000_000
    for method, path in (("GET", "/things/7/photos"), ("POST", "/things/7/8/photos"), ("POST", "/things"), ("POST", "/nothing")):
        assert limit(method, path) == LONGEST_BODY
