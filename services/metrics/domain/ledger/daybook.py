"""The days of the ledger and their leaves; each day is closed when the next one begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from services.contracts.ledger import NOTHING, LedgerEvent, Peaks, entry_hash, leaf_hash, leaf_of

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NumberedLeaf:
    """A leaf to the byte; `number` counts the leaves of all days from 0."""

    number: int
    id: str
    opinion: str
    leaf: bytes


@dataclass(slots=True)
class Daybook:
    """One day of the ledger: `first` numbers its first leaf, `tip` is the hash of the last leaf of all, `previous` that of the
    entry of the day before. `root` and `hash` come when the day is closed."""

    day: str
    first: int = 0
    peaks: Peaks = field(default_factory=Peaks)
    tip: bytes = NOTHING
    previous: bytes = NOTHING
    root: bytes | None = None
    hash: bytes | None = None

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return self.peaks.size

    @property
    def end(self) -> int:
        """How many leaves there are up to and with this day, which is also the number of the first leaf after it."""
        return self.first + self.peaks.size

    @property
    def current_root(self) -> bytes:
        """The final root, or that of the leaves so far."""
        return self.peaks.root if self.root is None else self.root

    def is_over(self, today: date) -> bool:
        """Whether the day is over."""
        return self.day < today.isoformat()

    def add(self, event: LedgerEvent) -> NumberedLeaf:
        """Add the leaf of an event."""
        leaf = leaf_of(event, self.peaks.size, self.tip)
        numbered = NumberedLeaf(self.end, event.id, event.subject, leaf)
        self.tip = leaf_hash(leaf)
        self.peaks.append(self.tip)
        return numbered

    def close(self) -> bytes:
        """Make its root and its place in the chain final; returns the hash of its entry."""
        if self.hash is None:
            self.root = self.peaks.root
            self.hash = entry_hash(self.day, self.size, self.end, self.root, self.previous)
        return self.hash


def day_for(last: Daybook | None, today: date) -> Daybook:
    """The day that takes leaves now: the last one while it lasts, else a new one, which closes it. A clock that was put back
    opens no earlier day."""
    if last is None:
        return Daybook(today.isoformat())
    if last.hash is None and not last.is_over(today):
        return last
    following = max(today, date.fromisoformat(last.day) + ONE_DAY)
    return Daybook(following.isoformat(), last.end, tip=last.tip, previous=last.close())
