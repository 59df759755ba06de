"""When a model may be trained, and when a new one comes into use. Pure, and without what training itself needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

#: With fewer decided cases the rules alone are better; more than the newest of these are not looked at.
FEWEST_CASES: Final = 200
MOST_CASES: Final = 20_000
#: What the macro-F1 of a new version may fall by: so much differs by chance.
TOLERANCE: Final = 0.005
Verdict = Literal["in_use", "rejected", "too_few", "worse_than_rules"]


class Report(msgspec.Struct, frozen=True):
    """What cross-validation found: macro-F1 of the model and of the rules alone, how much is right, and how much is decided surely.

    `coverage` is the share above the threshold, `accuracy` how much of that is right.
    """

    cases: int
    labels: int
    f1: float
    rules_f1: float
    right: float
    coverage: float
    accuracy: float


def verdict(report: Report | None, before: float | None, *, forced: bool) -> Verdict:
    """What becomes of a training. A new model has to beat the rules, and to be no worse than the one `before`, by its macro-F1.

    With `forced` it only has to beat the rules: the one before still knows what was erased since.
    """
    if report is None:
        return "too_few"
    if report.f1 <= report.rules_f1:
        return "worse_than_rules"
    return "rejected" if before is not None and report.f1 < before - TOLERANCE and not forced else "in_use"


def is_due(since: datetime | None, now: datetime, hour: int) -> bool:
    """Whether the hour of the training has come since then; `now` is by the clock of the place. Never while nothing is known."""
    last = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return since is not None and since < (last if last <= now else last - timedelta(days=1))
