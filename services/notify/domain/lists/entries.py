"""Entries: what is to be done after a session and is no opinion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.contracts.errors import Conflict
from services.contracts.messages.sessions import EntryDone, EntryList, EntryMade

EntryState = Literal["open", "done", "dropped"]


@dataclass(frozen=True, slots=True)
class EntryOrder:
    """What is to be entered; `task` is the entry of which it is a part."""

    list: EntryList
    text: str
    owner: str | None = None
    due: datetime | None = None
    task: str | None = None


@dataclass(slots=True)
class Entry:
    """Something to be done, on a list of a session or of a station and a year; `task` is the entry that it is a part of.

    `owner` is a department or a station by its code, or somebody else in words.
    """

    id: str
    list: EntryList
    text: str
    made: datetime
    session: str | None = None
    station: str | None = None
    year: int | None = None
    task: str | None = None
    owner: str | None = None
    due: datetime | None = None
    state: EntryState = "open"
    result: str | None = None
    ended: datetime | None = None
    by: str | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Whether it should have been done."""
        return self.state == "open" and self.due is not None and self.due < now

    @property
    def on_time(self) -> bool | None:
        """Whether it was done in time; None until it is."""
        return None if self.state != "done" or self.ended is None else self.due is None or self.ended <= self.due

    @property
    def as_made(self) -> EntryMade:
        """What is published when it is made. What is to be done stands in no message."""
        return EntryMade(self.id, self.list, self.session, self.station, self.year, self.owner, self.due)

    def do(self, result: str, now: datetime) -> EntryDone:
        """办结: it is done, with what came of it; returns what is to be published. Raises `Conflict` when it has ended."""
        self._end("done", result, now)
        facts = (self.id, self.list, self.session, self.station, self.year, self.owner, self.due)
        return EntryDone(*facts, on_time=bool(self.on_time))

    def drop(self, reason: str, now: datetime) -> None:
        """不再办理, for a reason. Raises `Conflict` when it has ended."""
        self._end("dropped", reason, now)

    def _end(self, state: EntryState, result: str, now: datetime) -> None:
        if self.state != "open":
            raise Conflict(f"The entry is {self.state} already: {self.result}")
        self.state, self.result, self.ended = state, result, now
