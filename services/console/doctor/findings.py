"""What a check finds, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from services.console.settings import Addresses, ConsoleSettings


class Severity(IntEnum):
    """How bad it is; the worst of all findings is the doctor's exit status."""

    OK = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is, how bad, what was found, and what to do unless all is well."""

    what: str
    severity: Severity
    found: str
    advice: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing has to be done."""
        return self.severity is Severity.OK


@dataclass(frozen=True, slots=True)
class Subject:
    """The system that is looked at."""

    settings: ConsoleSettings
    place: Addresses


def graded(value: float, warning: float, critical: float) -> Severity:
    """How bad a number is that should be small."""
    return Severity.CRITICAL if value >= critical else Severity.WARNING if value >= warning else Severity.OK


def worst(findings: Iterable[Finding]) -> Severity:
    """The worst of them; OK when there is none."""
    return max((each.severity for each in findings), default=Severity.OK)
