"""AMQP 0-9-1 frames, many at a time: what py-amqp writes and reads one by one, with a system call for each part.

Both ends keep to py-amqp's own state, so that its methods can be used on the same connection before and after.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Sequence
from struct import Struct, error
from typing import Any, NamedTuple

METHOD, HEADER, BODY, END = 1, 2, 3, b"\xce"
BASIC, PUBLISH, DELIVER = 60, 40, 60
#: Which properties follow, in this order: content type, delivery mode, message id. A correlation id comes before the message id,
#: the type of the message after it.
FLAGS, CORRELATED, TYPED = 0x8000 | 0x1000 | 0x0080, 0x0400, 0x0020
PERSISTENT = b"\x02"
MANDATORY = b"\x01"
READ_SIZE, LONGEST_SHORT = 262_144, 255
_FRAME, _METHOD, _HEADER, _TAG = Struct(">BHI"), Struct(">HHH"), Struct(">HHQH"), Struct(">QB")
_DELIVERED = Struct(">HH").pack(BASIC, DELIVER)
OVERHEAD = _FRAME.size + len(END)
#: Kind, channel and what is in it; how many of them a message of one body frame has.
Frame = tuple[int, int, bytes]
A_MESSAGE = 3


def short(text: str) -> bytes:
    """A short string: a length byte and at most 255 bytes of UTF-8; raises ValueError beyond."""
    encoded = text.encode()
    return bytes((len(encoded),)) + encoded


def publish_frames(
    channel: int,
    frame_max: int,
    exchange: str,
    routing_key: str,
    message_id: str,
    content_type: str,
    body: bytes,
    message_type: str = "",
    correlation_id: str = "",
) -> bytes:
    """The frames of one persistent, mandatory `basic.publish`; without a type or a correlation id where that is empty."""
    method = _METHOD.pack(BASIC, PUBLISH, 0) + short(exchange) + short(routing_key) + MANDATORY
    correlated, typed = (short(correlation_id) if correlation_id else b""), (short(message_type) if message_type else b"")
    flags = FLAGS | (CORRELATED if correlated else 0) | (TYPED if typed else 0)
    header = b"".join((
        _HEADER.pack(BASIC, 0, len(body), flags), short(content_type), PERSISTENT, correlated, short(message_id), typed,
    ))  # fmt: skip
    room = frame_max - OVERHEAD
    parts = [(METHOD, method), (HEADER, header), *((BODY, body[start : start + room]) for start in range(0, len(body), room))]
    return b"".join(piece for kind, part in parts for piece in (_FRAME.pack(kind, channel, len(part)), part, END))


def has_input(connection: Any) -> bool:
    """Whether something has arrived on a py-amqp connection that was not read."""
    transport = connection.transport
    decrypted = getattr(transport.sock, "pending", int)()
    return bool(transport._read_buffer or decrypted or select.select([transport.sock], [], [], 0)[0])


class PlainDelivery(NamedTuple):
    """A message as services publish it and the broker brings it the first time: without a table, in one frame."""

    tag: int
    exchange: str
    routing_key: str
    message_id: str
    type: str
    body: bytes


def read_plainly(method: bytes, header: bytes, body: bytes) -> PlainDelivery | None:
    """The message in three frames; None for one that py-amqp has to read."""
    try:
        if not method.startswith(_DELIVERED):
            return None
        # Behind the name of the consumer.
        at = len(_DELIVERED) + 1 + method[len(_DELIVERED)]
        tag, _ = _TAG.unpack_from(method, at)
        exchange, at = _short_at(method, at + _TAG.size)
        routing_key, _ = _short_at(method, at)
        _, _, size, flags = _HEADER.unpack_from(header)
        if flags != FLAGS | TYPED or size != len(body):
            return None
        at = _HEADER.size + 1 + header[_HEADER.size] + len(PERSISTENT)
        message_id, at = _short_at(header, at)
        kind, _ = _short_at(header, at)
    except (error, IndexError, UnicodeDecodeError):
        return None
    return PlainDelivery(tag, exchange, routing_key, message_id, kind, body)


def _short_at(data: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + data[at]
    return data[at + 1 : end].decode(), end


def read_frames(connection: Any, timeout: float, take: Callable[[PlainDelivery], None] | None = None) -> None:
    """Wait up to `timeout` seconds for input and handle the frames that came whole; raises TimeoutError when nothing came.

    `take` gets the messages that are read here, in their order; py-amqp gets everything else. The beginning of a frame stays where
    py-amqp keeps it.
    """
    transport = connection.transport
    frames = _whole_frames(transport)
    if not frames:
        with transport.having_timeout(timeout):
            arrived = transport.sock.recv(READ_SIZE)
        if not arrived:
            raise ConnectionResetError("the broker has closed the connection")
        transport._read_buffer += arrived
        frames = _whole_frames(transport)
    at = 0
    while at < len(frames):
        found = _message_at(frames, at) if take else None
        if take and found:
            take(found)
            connection.bytes_recv += A_MESSAGE
            at += A_MESSAGE
        else:
            _hand_over(connection, frames[at])
            at += 1


def _message_at(frames: Sequence[Frame], at: int) -> PlainDelivery | None:
    if at + A_MESSAGE > len(frames):
        return None
    (first, _, method), (second, _, header), (third, _, body) = frames[at : at + A_MESSAGE]
    return read_plainly(method, header, body) if first == METHOD and second == HEADER and third == BODY else None


def _hand_over(connection: Any, frame: Frame) -> None:
    try:
        connection.on_inbound_frame(frame)
    except Exception:
        # Anybody who may publish can write properties that py-amqp does not read: texts in any encoding, instants of no
        # calendar, tables within tables within tables. One such message must not end the consumer.
        if frame[0] != HEADER:
            raise
        connection.on_inbound_frame((HEADER, frame[1], readable_header(frame[2])))


#: The properties in the order of their flags, and how each is written: a short string, a table, a byte, eight bytes.
_PROPERTIES = "ssFBBssssLssss"
_TABLE, _WIDE = Struct(">I"), 8


def readable_header(header: bytes) -> bytes:
    """A content header without its table, and with every short string in UTF-8: what is none gets replacement characters."""
    kind, weight, size, flags = _HEADER.unpack_from(header)
    at, kept, parts = _HEADER.size, 0, []
    for place, written in enumerate(_PROPERTIES):
        flag = 0x8000 >> place
        if not flags & flag:
            continue
        if written == "F":
            at += _TABLE.size + _TABLE.unpack_from(header, at)[0]
            continue
        length = 1 + header[at] if written == "s" else _WIDE if written == "L" else 1
        part, at, kept = header[at : at + length], at + length, kept | flag
        parts.append(_replaced(part[1:]) if written == "s" else part)
    return _HEADER.pack(kind, weight, size, kept) + b"".join(parts)


def _replaced(text: bytes) -> bytes:
    replaced = text.decode("utf-8", "replace").encode()[:LONGEST_SHORT]
    return short(replaced.decode("utf-8", "ignore"))


def _whole_frames(transport: Any) -> list[Frame]:
    data, start = transport._read_buffer, 0
    frames: list[Frame] = []
    while len(data) - start >= _FRAME.size:
        kind, channel, size = _FRAME.unpack_from(data, start)
        end = start + OVERHEAD + size
        if len(data) < end:
            break
        if data[end - 1] != END[0]:
            raise ConnectionResetError("the broker has sent a broken frame")
        frames.append((kind, channel, data[start + _FRAME.size : end - 1]))
        start = end
    transport._read_buffer = data[start:]
    return frames
