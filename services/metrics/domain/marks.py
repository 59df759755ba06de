"""重点督办, 领导领办: from when to when a case was on the key list or led by a named leader."""

from __future__ import annotations

from collections.abc import Iterable

from services.metrics.domain.story import Fact, Row

MARKING = ("assignment.created", "assignment.marked")
ENDING = ("assignment.reassigned", "assignment.cancelled")
MARK_COLUMNS = ("id", "opinion", "department", "key", "led", "since", "until")


def marks_of(first: Row, facts: Iterable[Fact]) -> list[Row]:
    """One row for each message that put a lead assignment on a list, from its facts in order; `until` the next one."""
    rows: list[Row] = []
    for fact in facts:
        if fact.type not in MARKING and fact.type not in ENDING:
            continue
        if rows and rows[-1]["until"] is None:
            rows[-1]["until"] = fact.recorded_at
        key, led = fact.data.get("key", False), "leader" in fact.data
        if fact.type in MARKING and (key or led):
            about = {"id": fact.id, "opinion": first["opinion"], "department": first["department"]}
            rows.append({**about, "key": key, "led": led, "since": fact.recorded_at, "until": None})
    return rows
