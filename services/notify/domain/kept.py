"""A stored deadline: its state, and the rung it waits for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.notify.domain.ladder import Deadline
from services.notify.domain.timetable import EVERY, Ending

DeadlineState = Literal["open", "met", "missed", "replaced", "paused", "void", "lapsed"]
#: The right to object: nothing happens when it was not used.
RIGHT = "object"


@dataclass(frozen=True, slots=True)
class KeptDeadline:
    """One version of a deadline with its state; `ended` is empty while it runs."""

    deadline: Deadline
    state: DeadlineState
    ended: datetime | None
    next_rung: str | None = None
    next_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether its clock runs."""
        return self.state == "open"

    def is_overdue(self, now: datetime) -> bool:
        """Whether it runs and has passed."""
        return self.is_running and now > self.deadline.due

    def settled(self, ending: Ending | None, now: datetime) -> KeptDeadline:
        """It in the state that it is in by `now`, also where that is not written yet.

        What ended it may have been received first, which is written when the deadline is next looked at.
        """
        due = self.deadline.due
        if not self.is_running:
            return self
        if ending is None:
            return replace(self, state="lapsed") if self.deadline.kind == RIGHT and due < now else self
        if ending.how != "judged":
            return replace(self, state=ending.how, ended=ending.ended)
        if self.deadline.kind == RIGHT and ending.kind == EVERY:
            return replace(self, state="lapsed", ended=ending.ended)
        return replace(self, state="met" if ending.ended <= due else "missed", ended=ending.ended)
