"""What a request asks for, once its body has been read; bodies that are a value of the domain are that value."""

from __future__ import annotations

from dataclasses import dataclass

from services.intake.domain.reviewing import Terms
from services.intake.domain.submission.submission import Submission


@dataclass(frozen=True, slots=True)
class SubmittedLine:
    """A line of a batch; `submitted_at` says when it was told elsewhere, as somebody wrote it."""

    submission: Submission
    submitted_at: str | None = None


@dataclass(frozen=True, slots=True)
class AcceptMany:
    """Let these opinions in, all on the same terms."""

    opinions: tuple[str, ...]
    terms: Terms


@dataclass(frozen=True, slots=True)
class SplitIncident:
    """Take these opinions out of an incident."""

    opinions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decline:
    """Do not let an opinion in, for a reason of the catalogue."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the submitter for more."""

    question: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Handle an opinion with another one."""

    into: str


@dataclass(frozen=True, slots=True)
class AddDetails:
    """Tell more."""

    content: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take an opinion back."""

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Erase:
    """Erase persons; with `content`, what they wrote too."""

    content: bool = False


@dataclass(frozen=True, slots=True)
class Retain:
    """Look at cases that ended `days` ago, at most `limit` of them behind the id `after`; with `erase`, erase who told them."""

    days: int
    limit: int
    after: str | None = None
    erase: bool = False


@dataclass(frozen=True, slots=True)
class Rotate:
    """Seal some opinions with the newest key, at most `limit` of them behind the id `after`."""

    limit: int
    after: str | None = None
