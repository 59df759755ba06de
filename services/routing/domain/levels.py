"""提级: the level of a case, and when it is raised. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from services.contracts.catalogue.model import LEVELS
from services.contracts.catalogue.rules import Limits
from services.contracts.messages.values import RaisedBy


@dataclass(frozen=True, slots=True)
class Mark:
    """How a case is watched: whether it is on the key list, and which leader handles it in person."""

    key: bool
    reason: str
    leader: str | None = None


def next_level(level: str) -> str | None:
    """The level above, or None where there is none."""
    above = LEVELS.index(level) + 1
    return LEVELS[above] if above < len(LEVELS) else None


def level_after(level: str, raised: int, reworks: int, transfers: int, limits: Limits) -> tuple[str, RaisedBy] | None:
    """The level that a case goes to now and what brought it there, or None when it stays.

    Each full number of reworks or of transfers that the limits name raises a case once; `raised` says how often that has
    happened to it, so that the same reworks do not raise it again.
    """
    due = {RaisedBy.REWORKS: reworks // limits.reworks, RaisedBy.TRANSFERS: transfers // limits.transfers}
    most, above = max(due, key=due.__getitem__), next_level(level)
    return (above, most) if above and due[most] > raised else None
