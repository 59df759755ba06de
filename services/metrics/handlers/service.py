"""The context of the handlers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Unavailable
from services.metrics.domain.days import WorkingDays

if TYPE_CHECKING:
    from services.metrics.store.heads import Heads
    from services.metrics.store.ledger import Ledger
    from services.metrics.store.model import ReadModel
    from services.runtime.clock import Clock
    from services.runtime.process.catalogue import InUse
    from services.runtime.process.signing import Ed25519Signer
    from services.runtime.shared import SharedAnswers

T = TypeVar("T")
#: How many questions are counted from the rows at once, and for how many seconds others wait for their turn.
COUNTING, PATIENCE = 1, 5.0


@dataclass(frozen=True, slots=True)
class PlaceParts:
    """The parts of metrics that depend on the catalogue."""

    catalogue: Catalogue
    days: WorkingDays

    @classmethod
    def of(cls, catalogue: Catalogue) -> PlaceParts:
        """The place that a catalogue describes."""
        return cls(catalogue, WorkingDays(catalogue.calendar))


@dataclass(frozen=True, slots=True)
class Service:
    """The stores, the clock, the settings and the place."""

    place: InUse[PlaceParts]
    model: ReadModel
    ledger: Ledger
    clock: Clock
    most_groups: int
    inbox_days: int
    heads: Heads
    shared: SharedAnswers
    signer: Ed25519Signer | None = None
    counting: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(COUNTING))

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in use."""
        return self.place.catalogue

    @property
    def days(self) -> WorkingDays:
        """Counts working days by the calendar in use."""
        return self.place.now.days

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A turn to count from the rows, which takes long on a large store; raises `Unavailable` when there is none soon."""
        if not self.counting.acquire(timeout=PATIENCE):
            raise Unavailable("Others are asking questions that take long. Send the same request again in a while.")
        try:
            yield
        finally:
            self.counting.release()

    def share(
        self, kind: str, question: Hashable, make: Callable[[], T], begin: Callable[[], None], lasts: Callable[[T], bool]
    ) -> T:
        """An answer that all who ask the same share, as long as the catalogue is the same."""
        return self.shared.get((kind, self.days, question), make, begin=begin, lasts=lasts)

    def day_of(self, now: datetime) -> date:
        """The day of an instant in the place's own time."""
        return now.astimezone(self.days.zone).date()
