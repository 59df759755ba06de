"""CloudEvents 1.0 in JSON: how every message looks on the wire."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import orjson

from services.contracts.errors import Poison
from services.contracts.messages.registry import REGISTRY
from services.contracts.messages.values import Message

CONTENT_TYPE = "application/cloudevents+json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """A message with its envelope: `subject` is the opinion's id, `sequence` counts a source's events on one subject from 1."""

    id: str
    source: str
    subject: str
    time: datetime
    sequence: int
    data: Message

    @property
    def type(self) -> str:
        """The event type, such as `opinion.accepted`."""
        return self.data.TYPE


def encode(event: Event, withheld: Collection[str] = ()) -> bytes:
    """The body as UTF-8 JSON, fields in the order of the specification; those of the data in `withheld` are left out."""
    data = msgspec.structs.asdict(event.data)
    for name in withheld:
        data.pop(name, None)
    return orjson.dumps({
        "specversion": "1.0", "id": event.id, "source": event.source, "type": event.type, "subject": event.subject,
        "time": event.time, "datacontenttype": "application/json", "dataschema": f"/schemas/{event.type}/{VERSION}",
        "sequence": event.sequence, "data": data,
    }, default=msgspec.structs.asdict)  # fmt: skip


def read_json(body: bytes) -> Mapping[str, Any]:
    """The body as a JSON object; raises `Poison` when it is none."""
    try:
        parsed = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Poison(f"not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise Poison("not a JSON object")
    return parsed


def decode(body: bytes) -> Event:
    """The event in a body; raises `Poison` for anything that is not one of our messages in a version we know."""
    parsed = read_json(body)
    shape = REGISTRY.get(str(parsed.get("type")))
    if shape is None:
        raise Poison(f"unknown type {parsed.get('type')!r}")
    if parsed.get("dataschema") != f"/schemas/{shape.TYPE}/{VERSION}":
        raise Poison(f"unknown version {parsed.get('dataschema')!r}")
    try:
        time = datetime.fromisoformat(parsed["time"])
        if time.tzinfo is None:
            raise Poison(f"a time without an offset: {parsed['time']!r}")
        return Event(
            id=str(parsed["id"]), source=str(parsed["source"]), subject=str(parsed["subject"]),
            time=time, sequence=int(parsed["sequence"]), data=msgspec.convert(parsed["data"], shape),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise Poison(f"not a {shape.TYPE}: {error}") from error
