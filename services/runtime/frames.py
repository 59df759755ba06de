"""AMQP 0-9-1 frames, many at a time: what py-amqp writes and reads one by one, with a system call for each part.

Both ends keep to py-amqp's own state, so that its methods can be used on the same connection before and after.
"""

from __future__ import annotations

import select
from struct import Struct
from typing import Any

METHOD, HEADER, BODY, END = 1, 2, 3, b"\xce"
BASIC, PUBLISH = 60, 40
#: Which properties follow, in this order: content type, delivery mode, message id.
FLAGS = 0x8000 | 0x1000 | 0x0080
PERSISTENT = b"\x02"
MANDATORY = b"\x01"
READ_SIZE = 262_144
_FRAME, _METHOD, _HEADER = Struct(">BHI"), Struct(">HHH"), Struct(">HHQH")
OVERHEAD = _FRAME.size + len(END)


def short(text: str) -> bytes:
    """A short string: a length byte and at most 255 bytes of UTF-8; raises ValueError beyond."""
    encoded = text.encode()
    return bytes((len(encoded),)) + encoded


def publish_frames(
    channel: int, frame_max: int, exchange: str, routing_key: str, message_id: str, content_type: str, body: bytes
) -> bytes:
    """The frames of one persistent, mandatory `basic.publish`."""
    method = _METHOD.pack(BASIC, PUBLISH, 0) + short(exchange) + short(routing_key) + MANDATORY
    header = _HEADER.pack(BASIC, 0, len(body), FLAGS) + short(content_type) + PERSISTENT + short(message_id)
    room = frame_max - OVERHEAD
    parts = [(METHOD, method), (HEADER, header), *((BODY, body[start : start + room]) for start in range(0, len(body), room))]
    return b"".join(piece for kind, part in parts for piece in (_FRAME.pack(kind, channel, len(part)), part, END))


def has_input(connection: Any) -> bool:
    """Whether something has arrived on a py-amqp connection that was not read."""
    transport = connection.transport
    decrypted = getattr(transport.sock, "pending", int)()
    return bool(transport._read_buffer or decrypted or select.select([transport.sock], [], [], 0)[0])


def read_frames(connection: Any, timeout: float) -> None:
    """Wait up to `timeout` seconds for input and handle the frames that came whole; raises TimeoutError when nothing came.

    The beginning of a frame stays where py-amqp keeps it.
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
    for frame in frames:
        connection.on_inbound_frame(frame)


def _whole_frames(transport: Any) -> list[tuple[int, int, bytes]]:
    data, start = transport._read_buffer, 0
    frames: list[tuple[int, int, bytes]] = []
    while len(data) - start >= _FRAME.size:
        kind, channel, size = _FRAME.unpack_from(data, start)
        end = start + OVERHEAD + size
        if len(data) < end:
            break
        if data[end - 1 : end] != END:
            raise ConnectionResetError("the broker has sent a broken frame")
        frames.append((kind, channel, data[start + _FRAME.size : end - 1]))
        start = end
    transport._read_buffer = data[start:]
    return frames
