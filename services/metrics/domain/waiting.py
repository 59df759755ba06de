"""How long a first reply takes, in working days, with those that still wait counted in.

Kaplan and Meier's estimate: an assignment without a reply has waited at least so long, and is neither dropped (which would
flatter) nor taken as answered. A quantile that the estimate has not reached yet is published as a lower limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.metrics.domain.rates import NOTHING

QUANTILES: Mapping[str, tuple[str, str, Fraction]] = {
    "median": ("答复用时中位数", "median time to reply", Fraction(1, 2)),
    "p90": ("九成意见的答复用时", "90% replied within", Fraction(9, 10)),
}


@dataclass(frozen=True, slots=True)
class EstimatedQuantile:
    """A number of working days; None, and a lower limit as text, when it is not known yet because too many still wait."""

    value: int | None
    text: str


@dataclass(frozen=True, slots=True)
class TimesToReply:
    """The quantiles of the time to the first reply, with how many answered and how many still wait."""

    unit: str
    answered: int
    waiting: int
    median: EstimatedQuantile
    p90: EstimatedQuantile


def reached(answered: Mapping[int, int], waiting: Mapping[int, int], share: Fraction) -> int | None:
    """The least number of days within which `share` is estimated to have an answer; None when that is not known yet.

    `answered` and `waiting` map days to a number of assignments.
    """
    at_risk = sum(answered.values()) + sum(waiting.values())
    survival = Fraction(1)
    for days in sorted({*answered, *waiting}):
        done = answered.get(days, 0)
        if done:
            survival *= Fraction(at_risk - done, at_risk)
            if 1 - survival >= share:
                return days
        at_risk -= done + waiting.get(days, 0)
    return None


def published_times(answered: Mapping[int, int], waiting: Mapping[int, int]) -> TimesToReply:
    """The quantiles of the time to the first reply in working days."""
    longest = max((*answered, *waiting), default=None)

    def estimated(name: str) -> EstimatedQuantile:
        value = reached(answered, waiting, QUANTILES[name][2])
        return EstimatedQuantile(value, NOTHING if longest is None else f">{longest}" if value is None else str(value))

    total, still = sum(answered.values()), sum(waiting.values())
    return TimesToReply("working days", total, still, estimated("median"), estimated("p90"))
