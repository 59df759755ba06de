"""The contents of a batch of messages: facts by opinion, rungs and moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.contracts.envelope import Event
from services.metrics.domain.history.facts import Fact, fact_of
from services.metrics.domain.history.moves import CountedMove, FiredRung, moves_of, rungs_of


@dataclass(slots=True)
class Batch:
    """Messages that are recorded at one instant."""

    recorded_at: datetime
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    rungs: list[FiredRung] = field(default_factory=list)
    moves: list[CountedMove] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Take in what an event counts as; many count as nothing."""
        fact = fact_of(event, self.recorded_at)
        if fact is not None:
            self.facts.setdefault(event.subject, []).append(fact)
        self.rungs.extend(rungs_of(event, self.recorded_at))
        self.moves.extend(moves_of(event, self.recorded_at))
