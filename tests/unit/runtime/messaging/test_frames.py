from __future__ import annotations

import struct
from contextlib import contextmanager
from types import SimpleNamespace

import amqp
import pytest
from amqp.method_framing import frame_writer
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.messaging.frames import PlainDelivery, publish_frames, read_frames, readable_header

FRAME_MAX = 4096


def as_py_amqp_writes(exchange: str, routing_key: str, message_id: str, content_type: str, body: bytes, **more: str) -> bytes:
    written = bytearray()
    connection = SimpleNamespace(frame_max=FRAME_MAX, bytes_sent=0)
    transport = SimpleNamespace(write=lambda part: written.extend(bytes(part)))
    content = amqp.Message(body, delivery_mode=2, message_id=message_id, content_type=content_type, **more)
    arguments = amqp.serialization.dumps("Bssbb", (0, exchange, routing_key, True, False))
    frame_writer(connection, transport)(1, 1, amqp.spec.Basic.Publish, arguments, content)
    return bytes(written)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=12), st.binary(max_size=3 * FRAME_MAX))
def test_a_message_is_written_exactly_as_py_amqp_writes_it(exchange: str, routing_key: str, message_id: str, body: bytes) -> None:
    written = publish_frames(1, FRAME_MAX, exchange, routing_key, message_id, "application/json", body)
    assert written == as_py_amqp_writes(exchange, routing_key, message_id, "application/json", body)


@given(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12), st.booleans(), st.booleans())
def test_the_type_and_the_answered_command_are_written_where_there_are_any(
    kind: str, command: str, typed: bool, correlated: bool
) -> None:
    more = ({"type": kind} if typed else {}) | ({"correlation_id": command} if correlated else {})
    written = publish_frames(1, FRAME_MAX, "e", "k", "m", "t", b"{}", more.get("type", ""), more.get("correlation_id", ""))
    assert written == as_py_amqp_writes("e", "k", "m", "t", b"{}", **more)


def test_a_routing_key_of_more_than_255_bytes_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="bytes must be in range"):
        publish_frames(1, FRAME_MAX, "e", "钥" * 100, "m", "t", b"")


class Line:
    """A connection whose other end sends the given pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)
        self.sock, self._read_buffer = self, b""
        self.transport = self
        self.frames: list[tuple[int, int, bytes]] = []
        self.on_inbound_frame = self.frames.append
        self.bytes_recv = 0

    @contextmanager
    def having_timeout(self, _):
        yield

    def recv(self, _: int) -> bytes:
        if not self._pieces:
            raise TimeoutError
        return self._pieces.pop(0)


def frame(payload: bytes) -> bytes:
    return b"\x01\x00\x01" + len(payload).to_bytes(4, "big") + payload + b"\xce"


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=6), st.integers(1, 9))
def test_frames_are_read_whole_however_they_are_cut(payloads: list[bytes], cut: int) -> None:
    sent = b"".join(map(frame, payloads))
    line = Line(*(sent[start : start + cut] for start in range(0, len(sent), cut)))
    while len(line.frames) < len(payloads):
        read_frames(line, 1.0)
    assert line.frames == [(1, 1, payload) for payload in payloads]
    with pytest.raises(TimeoutError):
        read_frames(line, 1.0)


def test_frames_that_py_amqp_has_already_received_are_not_waited_for() -> None:
    line = Line()
    line._read_buffer = frame(b"a") + frame(b"b")[:5]
    read_frames(line, 1.0)
    assert line.frames == [(1, 1, b"a")]
    assert line._read_buffer == frame(b"b")[:5]


@pytest.mark.parametrize("sent", [b"", frame(b"a")[:-1] + b"\x00"], ids=["closed", "broken"])
def test_a_closed_or_broken_line_is_an_error(sent: bytes) -> None:
    with pytest.raises(ConnectionResetError):
        read_frames(Line(sent), 1.0)


SHORT = st.binary(max_size=255)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("content_type", "correlation_id", "message_id", "type", "user_id"), SHORT)),
    st.booleans(),
)
def test_properties_in_any_encoding_become_readable_and_what_was_readable_stays(given: dict[str, bytes], table: bool) -> None:
    flags = {"content_type": 0x8000, "correlation_id": 0x0400, "message_id": 0x0080, "type": 0x0020, "user_id": 0x0010}
    parts = [bytes((len(value),)) + value for name in flags if (value := given.get(name)) is not None]
    if table:
        # A timestamp that no calendar has.
        entry = b"\x01tT" + b"\xff" * 8
        parts.insert(int("content_type" in given), len(entry).to_bytes(4, "big") + entry)
    written = sum(flags[name] for name in given) | (0x2000 if table else 0)
    header = (60).to_bytes(2, "big") + bytes(2) + (7).to_bytes(8, "big") + written.to_bytes(2, "big") + b"".join(parts)
    content = amqp.Message()
    content.inbound_header(readable_header(header))
    assert content.body_size == 7
    assert set(content.properties) == set(given)
    for name, value in given.items():
        whole = value.decode("utf-8", "replace")
        assert content.properties[name] == (whole if len(whole.encode()) <= 255 else whole.encode()[:255].decode("utf-8", "ignore"))


def delivered(tag: int, message_id: str, body: bytes, **more: str) -> list[tuple[int, int, bytes]]:
    """The frames in which the broker brings a message, as it was published."""
    written = publish_frames(1, FRAME_MAX, "e", "k", message_id, "t", body, **more)
    line = Line(written)
    read_frames(line, 1.0)
    method = struct.pack(">HH", 60, 60) + b"\x01c" + struct.pack(">QB", tag, 0) + b"\x01e\x01k"
    return [(1, 1, method), *line.frames[1:]]


@pytest.mark.slow
@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=2 * FRAME_MAX), st.sampled_from(("", "a.type")), st.booleans())))
def test_plain_messages_are_read_here_and_all_others_by_py_amqp(messages: list[tuple[str, bytes, str, bool]]) -> None:
    frames, plain, others = list[tuple[int, int, bytes]](), [], list[tuple[int, int, bytes]]()
    for tag, (message_id, body, kind, answers) in enumerate(messages, 1):
        own = delivered(tag, message_id, body, message_type=kind, correlation_id="c" if answers else "")
        frames += own
        if kind and not answers and len(own) == 3:
            plain.append(PlainDelivery(tag, "e", "k", message_id, kind, body))
        else:
            others += own
    sent = b"".join(struct.pack(">BHI", kind, channel, len(part)) + part + b"\xce" for kind, channel, part in frames)
    taken: list[PlainDelivery] = []
    line = Line(sent)
    if sent:
        read_frames(line, 1.0, taken.append)
    assert (taken, line.frames) == (plain, others)
    assert line.bytes_recv == 3 * len(plain)


class Reading(Line):
    """A connection that reads content headers as py-amqp does."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__(*pieces)
        self.on_inbound_frame = self.read

    def read(self, frame: tuple[int, int, bytes]) -> None:
        content = amqp.Message()
        content.inbound_header(frame[2])
        self.frames.append((frame[0], frame[1], content.properties))


def within(depth: int) -> bytes:
    """A table in a table in a table."""
    inner = b""
    for _ in range(depth):
        inner = b"\x01aF" + len(inner).to_bytes(4, "big") + inner
    return inner


TABLES = {
    "tables within tables": within(5_000), "a type that nobody knows": b"\x01a?",
    "an instant of no calendar": b"\x01tT" + b"\xff" * 8,
    "a text in another encoding": b"\x01aS\x00\x00\x00\x02\xc7\xa9", "a table that ends too soon": b"\x01aS\x00\x00\x00\xff",
    "a name in another encoding": b"\x02\xc7\xa9t\x01", "a decimal without end": b"\x01aD\xff\xff\xff\xff\xff",
    "a list within lists": b"\x01aA" + b"\xff" * 4,
}  # fmt: skip


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_header_that_anybody_wrote_ends_the_consumer(table):
    header = struct.pack(">HHQH", 60, 0, 0, 0x2000 | 0x0080) + len(table).to_bytes(4, "big") + table + b"\x03m-1"
    line = Reading(struct.pack(">BHI", 2, 1, len(header)) + header + b"\xce")
    read_frames(line, 1.0)
    ((_, _, properties),) = line.frames
    assert properties["message_id"] == "m-1"
