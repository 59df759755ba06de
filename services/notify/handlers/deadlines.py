"""What an event does to the deadlines of its assignment: load, move, save."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from services.contracts.messages.assignments import (
    AssignmentExtended,
    AssignmentReopened,
    AssignmentRescheduled,
    AssignmentResumed,
)
from services.contracts.messages.supervision import PromiseBroken, PromiseMade

if TYPE_CHECKING:
    from services.contracts.envelope import Event
    from services.notify.domain.ladder import Ladder
    from services.notify.domain.timetable import Timetable
    from services.notify.store.deadlines import DeadlineStore

Move = Callable[["Timetable", Any], None]
#: What sets deadlines and says less of the case than the assignment did, which has to be known.
LOOKING_BACK = (
    AssignmentExtended, AssignmentResumed, AssignmentRescheduled, AssignmentReopened, PromiseMade, PromiseBroken,
)  # fmt: skip


def follow(store: DeadlineStore, ladder: Ladder, event: Event, move: Move) -> None:
    """Change the deadlines of an assignment as an event says."""
    message = event.data
    past = message.assignment if isinstance(message, LOOKING_BACK) else None
    timetable = store.load(event, ladder, past, with_pause=isinstance(message, AssignmentRescheduled))
    move(timetable, message)
    store.save(timetable)
