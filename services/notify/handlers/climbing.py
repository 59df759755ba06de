"""Climbing the ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from services.notify.domain import Deadline, message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from services.contracts.messages import (
        AssignmentCancelled,
        AssignmentConcluded,
        AssignmentPaused,
        AssignmentReassigned,
        AssignmentReplied,
    )
    from services.notify.domain import Ladder, Secretary
    from services.notify.store import Deadlines, Reminders

    Ending = AssignmentReplied | AssignmentConcluded | AssignmentPaused | AssignmentReassigned | AssignmentCancelled

log = structlog.get_logger()


def climb(
    deadlines: Deadlines,
    record: Callable[[Iterable[Deadline]], Reminders],
    ladder: Ladder,
    secretary: Secretary,
    now: datetime,
    batch: int,
) -> int:
    """Fire the rungs that are due at `now`, for at most `batch` deadlines; returns how many deadlines were looked at.

    Nothing fires outside office hours: what fell due there waits for the next opening.
    """
    if not ladder.is_open(now):
        return 0
    found = deadlines.due(now, batch)
    running = [entry.deadline for entry in found if entry.ended is None]
    reminders, waits = record(running), []
    for deadline in running:
        climbed = ladder.climb(deadline, reminders.passed(deadline), now)
        for step in climbed.skipped:
            reminders.skip(deadline, step)
        if climbed.fired is not None:
            rung = climbed.fired.rung
            letters = secretary.letters(rung, deadline, now)
            reminders.send(deadline, climbed.fired, message_of(rung, deadline), letters)
            log.info("rung_fired", opinion=deadline.opinion, deadline=deadline.id, rung=rung.code, letters=len(letters))
        waits.append((deadline, climbed.following))
    deadlines.wait_for(waits)
    deadlines.close([(entry.deadline, entry.ended) for entry in found if entry.ended is not None])
    return len(found)
