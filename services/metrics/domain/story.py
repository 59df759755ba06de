"""What the messages of one opinion leave behind.

The facts of an opinion are a set keyed by message id, and the rows are derived from the whole set (`derivation`). So it does
not matter in which order messages come, or how often, for what is known in the end. What was known at an instant follows from the
facts that had been recorded by then (`editions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeAlias

import orjson

from services.contracts.envelope import Event

Row: TypeAlias = dict[str, Any]

#: What is kept of each message that tells about an opinion. The last word of a path names it in the fact.
KEPT: Mapping[str, tuple[str, ...]] = {
    "opinion.submitted": ("channel", "topic", "area", "station", "told"),
    "opinion.accepted": ("channel", "decision", "topic", "level", "opinion.area", "opinion.station"),
    "opinion.returned": (),
    "opinion.declined": ("topic",),
    "opinion.detailed": (),
    "opinion.merged": (),
    "opinion.unmerged": (),
    "opinion.withdrawn": (),
    "opinion.evaluated": ("assignment", "department", "result", "process", "round", "rater"),
    "assignment.created": (
        "assignment", "department", "role", "deadlines", "level", "key", "leader", "opinion.topic", "opinion.area",
        "opinion.station",
    ),
    "assignment.signed": ("assignment", "on_time"),
    "assignment.progressed": ("assignment", "contact", "on_time"),
    "assignment.objected": ("assignment",),
    "assignment.ruled": ("assignment", "about", "granted"),
    "assignment.reassigned": ("assignment",),
    "assignment.extended": ("assignment", "deadlines"),
    "assignment.paused": ("assignment",),
    "assignment.resumed": ("assignment", "deadlines"),
    "assignment.rescheduled": ("assignment", "deadlines"),
    "assignment.cancelled": ("assignment", "why"),
    "assignment.advised": ("assignment", "on_time"),
    "assignment.replied": ("assignment", "on_time"),
    "assignment.reopened": ("assignment", "round", "deadlines", "cause"),
    "assignment.concluded": ("assignment", "on_time", "outcome", "rated"),
    "assignment.marked": ("assignment", "key", "leader"),
    "assignment.raised": ("assignment", "level"),
    "promise.made": ("promise", "department", "due"),
    "promise.kept": ("promise", "on_time"),
    "promise.broken": ("promise",),
}  # fmt: skip
#: What of it is an instant.
INSTANTS = frozenset({"due", "told"})
#: Messages that tell something only when this field of theirs is not empty.
ONLY_WITH: Mapping[str, str] = {"assignment.progressed": "contact"}
_READERS: Mapping[str, tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    kind: tuple((path.rpartition(".")[2], attrgetter(path)) for path in paths) for kind, paths in KEPT.items()
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One message, reduced to what counts: said `at` an instant, and recorded here at a later one.

    `data` has no entries that are empty; instants in it are RFC 3339 texts.
    """

    id: str
    type: str
    at: datetime
    recorded_at: datetime
    sequence: int
    data: Mapping[str, Any]


def fact_of(event: Event, recorded_at: datetime) -> Fact | None:
    """What an event leaves in its opinion's story; None for one that tells nothing to count there."""
    readers = _READERS.get(event.type)
    if readers is None:
        return None
    data = {name: value for name, read in readers if (value := read(event.data)) is not None}
    if event.type in ONLY_WITH and ONLY_WITH[event.type] not in data:
        return None
    if "deadlines" in data:
        data["deadlines"] = {kind: at.isoformat() for kind, at in data["deadlines"].items()}
    for name in INSTANTS & data.keys():
        data[name] = data[name].isoformat()
    return Fact(event.id, event.type, event.time, recorded_at, event.sequence, data)


def write_story(facts: Iterable[Fact]) -> bytes:
    """Facts as JSON, in the order of their ids."""
    return orjson.dumps([(f.id, f.type, f.at, f.sequence, f.data, f.recorded_at) for f in sorted(facts, key=attrgetter("id"))])


def read_story(text: bytes) -> list[Fact]:
    """The facts that `write_story` wrote. A fact of the time before recording instants were kept was recorded when it was said."""
    return [_fact(*parts) for parts in orjson.loads(text)]


def _fact(name: str, kind: str, at: str, sequence: int, data: Mapping[str, Any], recorded_at: str | None = None) -> Fact:
    said = datetime.fromisoformat(at)
    return Fact(name, kind, said, said if recorded_at is None else datetime.fromisoformat(recorded_at), sequence, data)
