"""Messages that are sent from memory, in lanes: the next one of a lane leaves when the one before it was confirmed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from services.runtime.store.outgoing.outbox import Pending


class Lanes:
    """What was stored and is to be sent; for several threads that store and one that sends.

    A row is expected before its commit, so that its place in the lane is known, and taken after it. It is held until it is
    forgotten, which is when it is out of the outbox or somebody else's to send.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._lines: dict[str, deque[int]] = {}
        self._taken: dict[int, Pending] = {}
        self._ready: deque[Pending] = deque()
        self._held: set[int] = set()
        self._roused = False

    def room(self) -> int:
        """How many more rows there is room for."""
        return self._most - len(self._held)

    def holds(self, row_id: int) -> bool:
        """Whether a row is on its way here, or was sent and is not forgotten yet."""
        return row_id in self._held

    def expect(self, rows: Sequence[Pending]) -> None:
        """Rows that are about to be stored."""
        with self._changed:
            for row in rows:
                self._held.add(row.id)
                self._lines.setdefault(row.subject, deque()).append(row.id)

    def take(self, rows: Sequence[Pending]) -> None:
        """Rows that were stored. Those whose lane was given up meanwhile are somebody else's to send."""
        with self._changed:
            for row in rows:
                line = self._lines.get(row.subject)
                if line is not None and row.id in line:
                    self._taken[row.id] = row
                    if line[0] == row.id:
                        self._ready.append(row)
            self._changed.notify()

    def cancel(self, rows: Sequence[Pending]) -> None:
        """Rows that were expected and not stored."""
        with self._changed:
            for row in rows:
                self._remove(row)
            self._held.difference_update(row.id for row in rows)
            self._changed.notify()

    def next(self, limit: int, timeout: float) -> list[Pending]:
        """Up to `limit` rows, none of which is behind another; waits `timeout` seconds for the first."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._roused, timeout)
            self._roused = False
            chosen = [self._ready.popleft() for _ in range(min(limit, len(self._ready)))]
            return [row for row in chosen if row.id in self._taken]

    def rouse(self) -> None:
        """End the wait of the thread that sends."""
        with self._changed:
            self._roused = True
            self._changed.notify()

    def sent(self, rows: Sequence[Pending]) -> None:
        """These were confirmed: those behind them may leave."""
        with self._changed:
            for row in rows:
                self._remove(row)

    def give_up(self, lane: str) -> list[int]:
        """Leave all that is in a lane to others; returns what was stored of it."""
        with self._changed:
            line = self._lines.pop(lane, ())
            self._held.difference_update(line)
            return [row_id for row_id in line if self._taken.pop(row_id, None) is not None]

    def give_up_all(self) -> list[int]:
        """Leave everything to others; returns what was stored of it."""
        with self._changed:
            lanes = list(self._lines)
        return [row_id for lane in lanes for row_id in self.give_up(lane)]

    def forget(self, row_ids: Sequence[int]) -> None:
        """These are out of the outbox."""
        with self._changed:
            self._held.difference_update(row_ids)

    def _remove(self, row: Pending) -> None:
        line = self._lines.get(row.subject)
        if line is None or row.id not in line:
            return
        was_first = line[0] == row.id
        line.remove(row.id)
        self._taken.pop(row.id, None)
        if not line:
            del self._lines[row.subject]
        elif was_first and (following := self._taken.get(line[0])) is not None:
            self._ready.append(following)
