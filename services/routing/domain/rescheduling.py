"""Deadlines after the calendar has changed. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.contracts.catalogue.model import Catalogue, Difficulty
from services.contracts.messages.values import Moved
from services.contracts.worktime import HOLIDAYS, LAST_PUBLISHED_YEAR, MAKE_UP_DAYS, Calendar, Due
from services.routing.domain.limits import Deadlines, moved_by_pause, terms
from services.routing.domain.roles import co_deadlines

#: What the deadline of a reopened case is counted with.
REWORK = "rework"
#: How many days a reason names before it only says how many there are.
NAMED_DAYS = 5


def basis_of(calendar: Calendar) -> dict[str, Any]:
    """What the working days come from, as plain values: time zone, closures, and the published holidays and make-up days."""
    notices = json.dumps([sorted(day.isoformat() for day in days) for days in (HOLIDAYS, MAKE_UP_DAYS)])
    return {
        "timezone": calendar.zone.key, "closures": sorted(day.isoformat() for day in calendar.closures),
        "published": LAST_PUBLISHED_YEAR, "notices": hashlib.sha256(notices.encode()).hexdigest(),
    }  # fmt: skip


def fingerprint(basis: Mapping[str, Any]) -> str:
    """Two calendars with the same one have the same working days."""
    return hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()


def what_changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """For people, Chinese first: what of the calendar has changed."""
    zh, en = [], []
    old, new = set(before["closures"]), set(now["closures"])
    closed, reopened = sorted(new - old), sorted(old - new)
    for days, said_zh, said_en in ((closed, "新增停办日", "now closed on"), (reopened, "恢复办公", "open again on")):
        if days:
            zh.append(f"{said_zh} {_named(days, '、', '等共 {} 天')}")
            en.append(f"{said_en} {_named(days, ', ', '… {} days in all')}")
    if now["notices"] != before["notices"]:
        zh.append(f"放假安排已更新，公布至 {now['published']} 年")
        en.append(f"holidays as published up to {now['published']}")
    if now["timezone"] != before["timezone"]:
        zh.append(f"时区改为 {now['timezone']}")
        en.append(f"time zone {now['timezone']}")
    return f"日历变更：{'；'.join(zh)} · The calendar has changed: {'; '.join(en)}"


def recomputed(catalogue: Catalogue, row: Mapping[str, Any], now: datetime) -> Deadlines:
    """The deadlines of a lead's open assignment that are not met yet, counted anew with the calendar of today.

    Each is counted from where it began and moved by what was paused since. A deadline that was extended was fixed by a ruling,
    and one whose beginning nobody wrote down cannot be counted: both stay. The window for objections matters until it is over.
    """
    difficulty = terms(catalogue, row)
    due = dict(_first_steps(catalogue, difficulty, row, now)) if row["counted"] not in (None, REWORK) else {}
    if _counts(row):
        due["reply"] = reply_due(catalogue, difficulty, row)
    return Deadlines.of(due)


def unmoved_due(catalogue: Catalogue, difficulty: Difficulty, row: Mapping[str, Any]) -> Due:
    """When a lead had to reply before anything was paused."""
    return catalogue.calendar.due(row["opened"], difficulty.deadlines[row["counted"]])


def reply_due(catalogue: Catalogue, difficulty: Difficulty, row: Mapping[str, Any]) -> Due:
    """When a lead has to reply, counted from the beginning of the round and moved by its pauses."""
    return _after_pauses(catalogue, difficulty, "reply", unmoved_due(catalogue, difficulty, row), row)


def _after_pauses(catalogue: Catalogue, difficulty: Difficulty, kind: str, due: Due, row: Mapping[str, Any]) -> Due:
    for pause in row["waited"] or ():
        moved = moved_by_pause(catalogue, difficulty, kind, due.at, *map(datetime.fromisoformat, pause))
        due = Due(moved.at, due.provisional or moved.provisional)
    return due


def recomputed_beside(catalogue: Catalogue, row: Mapping[str, Any], lead: Mapping[str, Any], now: datetime) -> Deadlines:
    """The same for a department beside the lead: not later than the lead's first deadline counted anew, or, where it had been
    given one that lies later, than the lead's own of now."""
    bound = lead["reply_by"]
    if row["reply_by"] <= lead["original_reply_by"]:
        difficulty = terms(catalogue, lead)
        bound = unmoved_due(catalogue, difficulty, lead).at if _counts(lead) else lead["original_reply_by"]
    counted = co_deadlines(catalogue, terms(catalogue, row), row["role"], row["created"], bound)
    open_ = {kind: due for kind, due in counted.instants.items() if not _is_met(kind, row, due, now)}
    return Deadlines(open_, counted.provisional)


def _counts(row: Mapping[str, Any]) -> bool:
    """Whether the answer's deadline is counted: not when it was extended, and not when nobody wrote down since when."""
    return row["extensions"] == 0 and row["opened"] is not None


def _first_steps(catalogue: Catalogue, difficulty: Difficulty, row: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, Due]]:
    for kind in ("sign", "object", "contact"):
        unmoved = catalogue.calendar.due(row["created"], difficulty.deadlines[kind])
        due = _after_pauses(catalogue, difficulty, kind, unmoved, row)
        if not _is_met(kind, row, due.at, now):
            yield kind, due


def _is_met(kind: str, row: Mapping[str, Any], due: datetime, now: datetime) -> bool:
    """Whether nothing depends on a deadline any more: it is done, or the time for it has passed as it is and as it would be."""
    met = {"sign": row["signed"] is not None, "contact": row["contacted"] is not None}
    return met.get(kind, kind == "object" and max(due, row["object_by"]) < now)


def moves_to_announce(rows: Sequence[Mapping[str, Any]]) -> tuple[Moved, ...]:
    """What a department is told of audit rows in their order: each deadline once, without those that are back where they were."""
    moves: dict[tuple[str, str], Moved] = {}
    for row in rows:
        key = (row["assignment"], row["kind"])
        before = moves[key].before if key in moves else row["before"]
        moves[key] = Moved(row["assignment"], row["opinion"], row["kind"], before, row["after"])
    return tuple(move for move in moves.values() if move.before != move.after)


def _named(days: Sequence[str], comma: str, more: str) -> str:
    return comma.join(days[:NAMED_DAYS]) + (more.format(len(days)) if len(days) > NAMED_DAYS else "")
