"""Rulings on whose duty a case is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class RuledCase:
    """A ruling on whose duty a case is: `department` had it, `target` was to have it instead, and got it where it was `granted`."""

    id: str
    at: datetime
    department: str
    target: str
    granted: bool
    reason: str

    @property
    def belongs(self) -> str:
        """The department whose duty it is by this ruling."""
        return self.target if self.granted else self.department


class RuledText(NamedTuple):
    """A ruling with the text it was about, which nobody keeps once it is read."""

    case: RuledCase
    title: str
    content: str


@dataclass(frozen=True, slots=True)
class Near:
    """A ruling and how near its text is, from 0 to 1."""

    case: RuledCase
    nearness: float
