"""The context of the handlers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.metrics.domain.days import WorkingDays

if TYPE_CHECKING:
    from services.metrics.store.heads import Heads
    from services.metrics.store.ledger import Ledger
    from services.metrics.store.model import ReadModel
    from services.runtime.clock import Clock
    from services.runtime.process.catalogue import InUse
    from services.runtime.process.signing import Ed25519Signer


@dataclass(frozen=True, slots=True)
class Place:
    """The parts of metrics that depend on the catalogue."""

    catalogue: Catalogue
    days: WorkingDays

    @classmethod
    def of(cls, catalogue: Catalogue) -> Place:
        """The place that a catalogue describes."""
        return cls(catalogue, WorkingDays(catalogue.calendar))


@dataclass(frozen=True, slots=True)
class Service:
    """The stores, the clock, the settings and the place."""

    place: InUse[Place]
    model: ReadModel
    ledger: Ledger
    clock: Clock
    most_groups: int
    inbox_days: int
    heads: Heads
    signer: Ed25519Signer | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in use."""
        return self.place.catalogue

    @property
    def days(self) -> WorkingDays:
        """Counts working days by the calendar in use."""
        return self.place.now.days

    def day_of(self, now: datetime) -> date:
        """The day of an instant in the place's own time."""
        return now.astimezone(self.days.zone).date()
