"""重点督办, 领导领办: from when to when a case was on the key list or led by a named leader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.metrics.domain.history.facts import Fact

MARKING = ("assignment.created", "assignment.marked")
ENDING = ("assignment.reassigned", "assignment.cancelled")


@dataclass
class OnTheList:
    """One stretch of time in which a case was on the key list, or `led` by a named leader; `until` is empty while it is."""

    id: str
    opinion: str
    department: str
    key: bool
    led: bool
    since: datetime
    until: datetime | None = None


def marks_of(opinion: str, department: str, facts: Iterable[Fact]) -> list[OnTheList]:
    """One for each message that put a lead assignment on a list, from its facts in order; the next one ends it."""
    marks: list[OnTheList] = []
    for fact in facts:
        if fact.type not in MARKING and fact.type not in ENDING:
            continue
        if marks and marks[-1].until is None:
            marks[-1].until = fact.recorded_at
        led = fact.leader is not None
        if fact.type in MARKING and (fact.key or led):
            marks.append(OnTheList(fact.id, opinion, department, fact.key, led, fact.recorded_at))
    return marks
