"""CloudEvents 1.0 in JSON: how every message looks on the wire."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import msgspec
import orjson

from services.contracts.errors import Poison
from services.contracts.messages.registry import REGISTRY
from services.contracts.messages.values import AwareDatetime, Count, Message

CONTENT_TYPE = "application/cloudevents+json"
VERSION = 1
#: The sequence of what is in no order with the other events on its subject, as letters are.
UNNUMBERED: Final = 0
Shape = TypeVar("Shape")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Event(msgspec.Struct, frozen=True):
    """A message with its envelope: `subject` is the opinion's id, `sequence` counts a source's events on one subject from 1.

    `session` is that at which the opinion was told, so that who follows questions passes all others over without a look.
    """

    id: str
    source: str
    subject: str
    time: datetime
    sequence: int
    data: Message
    session: str | None = None

    @property
    def type(self) -> str:
        """The event type, such as `opinion.accepted`."""
        return self.data.TYPE


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An event and the body that carries it, to the byte."""

    event: Event
    body: bytes


class _Envelope(msgspec.Struct):
    """What is read of a body; what else an envelope has (`traceparent` and the like) is passed over."""

    id: str
    source: str
    type: str
    subject: str
    time: AwareDatetime
    dataschema: str
    sequence: Count
    data: msgspec.Raw
    session: str | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_DATA = {kind: msgspec.json.Decoder(shape) for kind, shape in REGISTRY.items()}


def encode(event: Event, withheld: Collection[str] = ()) -> bytes:
    """The body as UTF-8 JSON, fields in the order of the specification; those of the data in `withheld` are left out."""
    data = msgspec.structs.asdict(event.data)
    for name in withheld:
        data.pop(name, None)
    asked = {"session": event.session} if event.session else {}
    return orjson.dumps({
        "specversion": "1.0", "id": event.id, "source": event.source, "type": event.type, "subject": event.subject,
        "time": event.time, "datacontenttype": "application/json", "dataschema": f"/schemas/{event.type}/{VERSION}",
        "sequence": event.sequence, **asked, "data": data,
    }, default=msgspec.structs.asdict)  # fmt: skip


def decode(body: bytes) -> Event:
    """The event in a body; raises `Poison` for anything that is not one of our messages in a version we know."""
    envelope = _read(_ENVELOPE, body.removeprefix(_BYTE_ORDER_MARK), "an event of ours")
    kind = envelope.type
    if kind not in _DATA:
        raise Poison(f"unknown type {kind!r}")
    if envelope.dataschema != f"/schemas/{kind}/{VERSION}":
        raise Poison(f"unknown version {envelope.dataschema!r}")
    data = _read(_DATA[kind], envelope.data, f"a {kind}")
    return Event(envelope.id, envelope.source, envelope.subject, envelope.time, envelope.sequence, data, envelope.session)


def _read(decoder: msgspec.json.Decoder[Shape], text: bytes | msgspec.Raw, what: str) -> Shape:
    try:
        return decoder.decode(text)
    # Text that is no UTF-8 is a ValueError, too.
    except (ValueError, RecursionError) as error:
        raise Poison(f"not {what}: {error}") from error
