"""The facts that are kept of the messages about one opinion.

The facts of an opinion are a set keyed by message id, and the rows are derived from the whole set (`derivation`). So it does
not matter in which order messages come, or how often, for what is known in the end. What was known at an instant follows from the
facts that had been recorded by then (`editions`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

import orjson

from services.contracts.envelope import Event

#: The fields that are kept of each message about an opinion. The last word of a path names it in the fact.
KEPT: Mapping[str, tuple[str, ...]] = {
    "opinion.submitted": (
        "channel", "topic", "area", "station", "code_kind", "campaign", "deputy_code", "groups", "told", "session", "session_kind",
        "theme",
    ),
    "opinion.accepted": ("channel", "decision", "topic", "level", "opinion.area", "opinion.station"),
    "opinion.returned": (),
    "opinion.declined": ("topic",),
    "opinion.detailed": (),
    "opinion.merged": (),
    "opinion.unmerged": (),
    "opinion.withdrawn": (),
    "opinion.taken": (),
    "opinion.fedback": (),
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
    "duty.set": ("duty", "of", "due"),
    "duty.ended": ("duty", "of", "done"),
}  # fmt: skip
#: What of it is an instant.
INSTANTS = ("due", "told")
#: Messages that count only when this field of theirs is not empty.
ONLY_WITH: Mapping[str, str] = {"assignment.progressed": "contact"}
_READERS: Mapping[str, tuple[tuple[str, Callable[[object], object]], ...]] = {
    kind: tuple((path.rpartition(".")[2], attrgetter(path)) for path in paths) for kind, paths in KEPT.items()
}
_NAMES: Mapping[str, tuple[str, ...]] = {kind: tuple(name for name, _ in readers) for kind, readers in _READERS.items()}


@dataclass(init=False)
class Fact:
    """One message, reduced to what counts: published `at` an instant, and recorded here at a later one.

    Which of the other fields are filled depends on its `type`, see `KEPT`. Those that are not stay the defaults of the class:
    a history is read whenever a message comes, and filling thirty fields of each fact would be half of the work.
    """

    id: str
    type: str
    at: datetime
    recorded_at: datetime
    sequence: int
    assignment: str = ""
    department: str = ""
    role: str = ""
    deadlines: Mapping[str, datetime] | None = None
    round: int | None = None
    cause: str = "dissatisfied"
    on_time: bool | None = None
    contact: str | None = None
    about: str | None = None
    granted: bool = False
    why: str | None = None
    outcome: str | None = None
    rated: bool | None = None
    channel: str | None = None
    decision: str | None = None
    topic: str | None = None
    area: str | None = None
    station: str | None = None
    code_kind: str | None = None
    campaign: str | None = None
    deputy_code: str | None = None
    groups: tuple[str, ...] | None = None
    session: str | None = None
    session_kind: str | None = None
    theme: str | None = None
    level: str | None = None
    key: bool = False
    leader: str | None = None
    told: datetime | None = None
    result: str | None = None
    process: str | None = None
    rater: str | None = None
    promise: str = ""
    due: datetime | None = None
    duty: str = ""
    of: str = ""
    done: bool = False

    def __init__(self, id: str, type: str, at: datetime, recorded_at: datetime, sequence: int, said: Mapping[str, object]) -> None:
        self.__dict__.update(said)
        self.id, self.type, self.at, self.recorded_at, self.sequence = id, type, at, recorded_at, sequence


def fact_of(event: Event, recorded_at: datetime) -> Fact | None:
    """The fact of an event; None for an event with nothing to count."""
    readers = _READERS.get(event.type)
    if readers is None:
        return None
    data = {name: value for name, read in readers if (value := read(event.data)) is not None}
    if event.type in ONLY_WITH and ONLY_WITH[event.type] not in data:
        return None
    return Fact(event.id, event.type, event.time, recorded_at, event.sequence, data)


def write_history(facts: Iterable[Fact]) -> bytes:
    """Facts as JSON, in the order of their ids; what a message did not say is left out."""
    return orjson.dumps([(f.id, f.type, f.at, f.sequence, _said(f), f.recorded_at) for f in sorted(facts, key=attrgetter("id"))])


def write_more(text: bytes, facts: Iterable[Fact]) -> bytes:
    """What was written of a history, with further facts behind it."""
    return text[:-1] + b"," + write_history(facts)[1:]


def read_history(text: bytes) -> list[Fact]:
    """The facts that `write_history` wrote. Those without an instant of recording count as recorded when they were published."""
    return [_fact(*parts) for parts in orjson.loads(text)]


def _said(fact: Fact) -> dict[str, object]:
    return {name: value for name in _NAMES[fact.type] if (value := getattr(fact, name)) is not None}


def _fact(name: str, kind: str, at: str, sequence: int, data: dict[str, Any], recorded_at: str | None = None) -> Fact:
    published = datetime.fromisoformat(at)
    if "deadlines" in data:
        data["deadlines"] = {kind: datetime.fromisoformat(due) for kind, due in data["deadlines"].items()}
    for instant in INSTANTS:
        if instant in data:
            data[instant] = datetime.fromisoformat(data[instant])
    recorded = published if recorded_at is None else datetime.fromisoformat(recorded_at)
    return Fact(name, kind, published, recorded, sequence, data)
