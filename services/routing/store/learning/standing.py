"""How good each version of the model was expected to be, and is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from services.routing.store.learning.doubts import doubted_since
from services.routing.store.learning.models import ModelRow, SeenOf, seen_since

#: The fewest decisions of which what became of them says something.
ENOUGH = 50
#: A training that has not ended after so long was killed, and cannot say so itself. The next night tries again.
LONGEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ModelStanding:
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


def standings(connection: Connection, trainings: Sequence[ModelRow], now: datetime) -> list[ModelStanding]:
    """The same trainings with what became of their decisions; one that has run for too long was interrupted."""
    if not trainings:
        return []
    first = min(each.version for each in trainings)
    seen, doubted = seen_since(connection, first), doubted_since(connection, first)
    made = []
    for each in trainings:
        become = seen.get(each.version, SeenOf(0, 0))
        doubts, standing = doubted.get(each.version, 0), _standing(each, now)
        made.append(ModelStanding(each.version, each.at, standing, each.report, become.decided, doubts, become.wrong))
    return made


def _standing(training: ModelRow, now: datetime) -> str:
    return "interrupted" if training.standing == "training" and training.at < now - LONGEST else training.standing
