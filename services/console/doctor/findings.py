"""What a check is given, and what it returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from services.console.settings import Addresses, ConsoleSettings


class Severity(IntEnum):
    """How bad a finding is; the worst one is the doctor's exit status."""

    OK = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; `advice` says what to do unless it is OK."""

    what: str
    severity: Severity
    found: str
    advice: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing needs to be done."""
        return self.severity is Severity.OK


@dataclass(frozen=True, slots=True)
class Subject:
    """The system that is checked."""

    settings: ConsoleSettings
    place: Addresses


def graded(value: float, warning: float, critical: float) -> Severity:
    """The severity of a number that should be below both limits."""
    return Severity.CRITICAL if value >= critical else Severity.WARNING if value >= warning else Severity.OK


def worst(findings: Iterable[Finding]) -> Severity:
    """The worst severity; OK without findings."""
    return max((each.severity for each in findings), default=Severity.OK)
