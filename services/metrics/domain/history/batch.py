"""The contents of a batch of messages: facts by opinion, and what was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.contracts.envelope import Event
from services.metrics.domain.history.facts import Fact, fact_of
from services.metrics.domain.history.moves import Done, moves_of, rungs_of


@dataclass(slots=True)
class Batch:
    """Messages that are recorded at one instant."""

    recorded_at: datetime
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    done: Done = field(default_factory=Done)

    def add(self, event: Event) -> None:
        """Take in what an event counts as; many count as nothing."""
        fact = fact_of(event, self.recorded_at)
        if fact is not None:
            self.facts.setdefault(event.subject, []).append(fact)
        self.done.rungs.extend(rungs_of(event, self.recorded_at))
        self.done.moves.extend(moves_of(event, self.recorded_at))
