"""How good each version of the model was expected to be, and is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from services.routing.store.doubts import doubted_since
from services.routing.store.models import ModelRow, SeenOf, seen_since

#: The fewest decisions of which what became of them says something.
ENOUGH = 50


@dataclass(frozen=True, slots=True)
class Version:
    """A training, and how many decisions its model has made, left to a person, and made wrongly."""

    version: int
    at: datetime
    standing: str
    report: dict[str, Any] | None
    decided: int
    doubted: int
    wrong: int

    @property
    def coverage(self) -> float | None:
        """The share that it decided itself; None while that is too few to tell."""
        asked = self.decided + self.doubted
        return round(self.decided / asked, 4) if asked >= ENOUGH else None

    @property
    def accuracy(self) -> float | None:
        """The share of its decisions that stand; None while they are too few to tell."""
        return round(1 - self.wrong / self.decided, 4) if self.decided >= ENOUGH else None

    def shown(self) -> dict[str, Any]:
        """As it is told."""
        return asdict(self) | {"coverage": self.coverage, "accuracy": self.accuracy}


def standings(connection: Connection, trainings: Sequence[ModelRow]) -> list[Version]:
    """The same trainings with what became of their decisions."""
    if not trainings:
        return []
    first = min(each.version for each in trainings)
    seen, doubted = seen_since(connection, first), doubted_since(connection, first)
    nothing = SeenOf(0, 0)
    return [
        Version(*each, seen.get(each.version, nothing).decided, doubted.get(each.version, 0), seen.get(each.version, nothing).wrong)
        for each in trainings
    ]
