"""Deadlines after the calendar has changed. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from services.contracts.catalogue.model import Catalogue, Difficulty
from services.contracts.lifecycle import State
from services.contracts.messages.assignments import AssignmentRescheduled
from services.contracts.messages.values import Moved
from services.contracts.time.worktime import HOLIDAYS, LAST_PUBLISHED_YEAR, MAKE_UP_DAYS, Calendar, Due
from services.routing.domain.assignment import Assignment
from services.routing.domain.case import Case
from services.routing.domain.limits import Deadlines, evaluation_window, moved_by_pause
from services.routing.domain.roles import co_deadlines

#: How many days a reason names before it only says how many there are.
NAMED_DAYS = 5


@dataclass(frozen=True, slots=True)
class CalendarBasis:
    """What the working days come from: time zone, closures, and the published holidays and make-up days as a digest."""

    timezone: str
    closures: tuple[str, ...]
    published: int
    notices: str

    @property
    def fingerprint(self) -> str:
        """Two calendars with the same one have the same working days."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AdoptedCalendar:
    """A calendar that was in force from some moment on, and why it replaced the one before.

    `reached` is the last assignment that was looked at, `done` when the last department had been told.
    """

    id: str
    fingerprint: str
    basis: CalendarBasis
    reason: str
    reached: str
    done: datetime | None


@dataclass(frozen=True, slots=True)
class MovedDeadline:
    """A deadline that a changed calendar has moved, as it is kept."""

    id: str
    assignment: str
    opinion: str
    department: str
    kind: str
    before: datetime
    after: datetime
    reason: str
    at: datetime


def basis_of(calendar: Calendar) -> CalendarBasis:
    """What a calendar's working days come from."""
    notices = json.dumps([sorted(day.isoformat() for day in days) for days in (HOLIDAYS, MAKE_UP_DAYS)])
    closures = tuple(sorted(day.isoformat() for day in calendar.closures))
    return CalendarBasis(calendar.zone.key, closures, LAST_PUBLISHED_YEAR, hashlib.sha256(notices.encode()).hexdigest())


def what_changed(before: CalendarBasis, now: CalendarBasis) -> str:
    """For people, Chinese first: what of the calendar has changed."""
    zh, en = [], []
    old, new = set(before.closures), set(now.closures)
    closed, reopened = sorted(new - old), sorted(old - new)
    for days, said_zh, said_en in ((closed, "新增停办日", "now closed on"), (reopened, "恢复办公", "open again on")):
        if days:
            zh.append(f"{said_zh} {_named(days, '、', '等共 {} 天')}")
            en.append(f"{said_en} {_named(days, ', ', '… {} days in all')}")
    if now.notices != before.notices:
        zh.append(f"放假安排已更新，公布至 {now.published} 年")
        en.append(f"holidays as published up to {now.published}")
    if now.timezone != before.timezone:
        zh.append(f"时区改为 {now.timezone}")
        en.append(f"time zone {now.timezone}")
    return f"日历变更：{'；'.join(zh)} · The calendar has changed: {'; '.join(en)}"


def reschedule(case: Case, assignment: Assignment, reason: str) -> list[Moved]:
    """Move the open deadlines of an assignment, or the window for its rating, to where today's calendar has them.

    Returns what has moved. `reason` says what of the calendar has changed.
    """
    if assignment.state.is_with_department:
        return _recount(case, assignment, reason)
    return _prolong(case, assignment, reason) if assignment.state == State.REPLIED else []


def _recount(case: Case, assignment: Assignment, reason: str) -> list[Moved]:
    if assignment.is_lead:
        due = recomputed(case.catalogue, assignment, case.now)
    else:
        # The lead may have been taken from the case while another calendar was in force; then there is nobody to be earlier than.
        due = recomputed_beside(case.catalogue, assignment, case.lead or assignment, case.now)
    moved = {kind: instant for kind, instant in due.instants.items() if instant != assignment.deadline(kind)}
    if not moved and due.provisional == assignment.provisional:
        return []
    before = {kind: assignment.deadline(kind) for kind in moved}
    answered_by, assignment.provisional = assignment.reply_by, due.provisional
    for kind, instant in moved.items():
        assignment.move_deadline(kind, instant)
    if assignment.reply_by != answered_by:
        assignment.original_reply_by = _original(case.catalogue, assignment)
    return _publish(case, assignment, before, moved, reason, provisional=due.provisional)


def _prolong(case: Case, assignment: Assignment, reason: str) -> list[Moved]:
    """The window for the rating, which submitters were told: it may close later, and never earlier."""
    # Somebody was asked again by each promise that was kept.
    asked = [assignment.replied, *(each.kept for each in case.promises_of(assignment))]
    last = max(instant for instant in asked if instant is not None)
    window, before = evaluation_window(case.catalogue, assignment.difficulty_in(case.catalogue), last), assignment.evaluate_by
    if before is None or window <= before:
        return []
    assignment.evaluate_by = window
    return _publish(case, assignment, {"evaluation": before}, {"evaluation": window}, reason, provisional=False)


def _publish(
    case: Case,
    assignment: Assignment,
    before: dict[str, datetime],
    after: dict[str, datetime],
    reason: str,
    *,
    provisional: bool,
) -> list[Moved]:
    facts = (assignment.id, assignment.department, after, provisional, reason, assignment.role)
    case.publish(AssignmentRescheduled(*facts))
    return [Moved(assignment.id, case.opinion, kind, before[kind], instant) for kind, instant in after.items()]


def _original(catalogue: Catalogue, assignment: Assignment) -> datetime:
    """What stays on record of a deadline beside the one in force: without the pauses."""
    if not assignment.is_lead:
        return assignment.reply_by
    return _unmoved_reply(catalogue, assignment.difficulty_in(catalogue), assignment).at


def recomputed(catalogue: Catalogue, assignment: Assignment, now: datetime) -> Deadlines:
    """The deadlines of a lead's open assignment that are not met yet, counted again with the calendar of today.

    Each is counted from where it began and moved by what was paused since. A deadline that was extended was fixed by a ruling,
    and one whose beginning nobody wrote down cannot be counted: both stay. The window for objections matters until it is over.
    """
    difficulty = assignment.difficulty_in(catalogue)
    first = assignment.counted not in (None, "rework")
    due = dict(_first_steps(catalogue, difficulty, assignment, now)) if first else {}
    if _counts(assignment):
        unmoved = _unmoved_reply(catalogue, difficulty, assignment)
        due["reply"] = _after_pauses(catalogue, difficulty, "reply", unmoved, assignment)
    return Deadlines.of(due)


def recomputed_beside(catalogue: Catalogue, assignment: Assignment, lead: Assignment, now: datetime) -> Deadlines:
    """The same for a department beside the lead: not later than the lead's first deadline counted again, or, where it had been
    given one that lies later, than the lead's own of now."""
    bound = lead.reply_by
    if assignment.reply_by <= lead.original_reply_by:
        counts = _counts(lead)
        bound = _unmoved_reply(catalogue, lead.difficulty_in(catalogue), lead).at if counts else lead.original_reply_by
    difficulty = assignment.difficulty_in(catalogue)
    counted = co_deadlines(catalogue, difficulty, assignment.role, assignment.created, bound)
    open_ = {kind: due for kind, due in counted.instants.items() if not _is_met(kind, assignment, due, now)}
    return Deadlines(open_, counted.provisional)


def _unmoved_reply(catalogue: Catalogue, difficulty: Difficulty, assignment: Assignment) -> Due:
    """When a lead had to reply before anything was paused."""
    opened, kind = assignment.opened or assignment.created, assignment.counted or "reply"
    return catalogue.calendar.due(opened, difficulty.deadlines[kind])


def _after_pauses(catalogue: Catalogue, difficulty: Difficulty, kind: str, due: Due, assignment: Assignment) -> Due:
    for paused, ended in assignment.waited or ():
        moved = moved_by_pause(catalogue, difficulty, kind, due.at, paused, ended)
        due = Due(moved.at, due.provisional or moved.provisional)
    return due


def _counts(assignment: Assignment) -> bool:
    """Whether the answer's deadline is counted: not when it was extended, and not when nobody wrote down since when."""
    return assignment.extensions == 0 and assignment.opened is not None


def _first_steps(catalogue: Catalogue, difficulty: Difficulty, assignment: Assignment, now: datetime) -> Iterator[tuple[str, Due]]:
    for kind in ("sign", "object", "contact"):
        unmoved = catalogue.calendar.due(assignment.created, difficulty.deadlines[kind])
        due = _after_pauses(catalogue, difficulty, kind, unmoved, assignment)
        if not _is_met(kind, assignment, due.at, now):
            yield kind, due


def _is_met(kind: str, assignment: Assignment, due: datetime, now: datetime) -> bool:
    """Whether nothing depends on a deadline any more: it is done, or the time for it has passed as it is and as it would be."""
    met = {"sign": assignment.signed is not None, "contact": assignment.contacted is not None}
    return met.get(kind, kind == "object" and max(due, assignment.object_by) < now)


def moves_to_announce(moved: Iterable[MovedDeadline]) -> tuple[Moved, ...]:
    """What a department is told of moves in their order: each deadline once, without those that are back where they were."""
    moves: dict[tuple[str, str], Moved] = {}
    for each in moved:
        key = (each.assignment, each.kind)
        before = moves[key].before if key in moves else each.before
        moves[key] = Moved(each.assignment, each.opinion, each.kind, before, each.after)
    return tuple(move for move in moves.values() if move.before != move.after)


def _named(days: Sequence[str], comma: str, more: str) -> str:
    return comma.join(days[:NAMED_DAYS]) + (more.format(len(days)) if len(days) > NAMED_DAYS else "")
