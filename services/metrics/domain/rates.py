"""The published rates: which counts make numerator and denominator, and how a fraction is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

PLAIN = "plain"
NOTHING = "—"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rate:
    """One variant of one rate. Numerator and denominator are sums of the counts named; the numerator is part of it.

    `good` says whether more of it is better ("up"), worse ("down") or neither.
    """

    name: str
    variant: str
    zh: str
    en: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    good: Literal["up", "down", ""] = "up"

    @property
    def formula(self) -> str:
        """The rate in the names of the counts."""
        upper, lower = " + ".join(self.numerator), " + ".join(self.denominator)
        return f"({upper}) / ({lower})"


def _evaluated(aspect: str) -> tuple[str, ...]:
    return f"{aspect}_satisfied", f"{aspect}_basically_satisfied", f"{aspect}_dissatisfied"


RATES: tuple[Rate, ...] = (
    Rate("sign_on_time", PLAIN, "按时签收率", "signed in time", ("signed_in_time",), ("signed", "sign_missed")),
    Rate("on_time", PLAIN, "按期办结率", "replied in time", ("replied_in_time",), ("replied", "overdue")),
    Rate("reply", PLAIN, "答复率", "replied", ("replied",), ("assigned",)),
    Rate("conclusion", PLAIN, "办结率", "concluded", ("concluded",), ("assigned",)),
    Rate("resolution", "strict", "解决率（已经解决／办结）", "resolution, strict", ("concluded_solved",), ("concluded",)),
    Rate(
        "resolution", "planned", "解决率（含正在解决、列入计划／办结）", "resolution, with planned",
        ("concluded_solved", "concluded_in_progress", "concluded_planned"), ("concluded",),
    ),
    Rate(
        "resolution", "collected", "解决率（已经解决／提交）", "resolution of all submitted", ("concluded_solved",), ("submitted",),
    ),
    Rate(
        "satisfaction", "basic", "满意率（含基本满意）", "satisfied or basically satisfied with the result",
        ("result_satisfied", "result_basically_satisfied"), _evaluated("result"),
    ),
    Rate("satisfaction", "strict", "满意率（仅满意）", "satisfied with the result", ("result_satisfied",), _evaluated("result")),
    Rate(
        "satisfaction", "first", "首次满意率（含基本满意）", "first rating: (basically) satisfied with the result",
        ("first_result_satisfied", "first_result_basically_satisfied"), _evaluated("first_result"),
    ),
    Rate(
        "process_satisfaction", "basic", "过程满意率（含基本满意）", "satisfied or basically satisfied with the process",
        ("process_satisfied", "process_basically_satisfied"), _evaluated("process"),
    ),
    Rate(
        "process_satisfaction", "strict", "过程满意率（仅满意）", "satisfied with the process",
        ("process_satisfied",), _evaluated("process"),
    ),
    Rate(
        "process_satisfaction", "first", "首次过程满意率（含基本满意）", "first rating: (basically) satisfied with the process",
        ("first_process_satisfied", "first_process_basically_satisfied"), _evaluated("first_process"),
    ),
    Rate("participation", PLAIN, "参评率", "rated by the submitter", ("rated",), ("concluded",)),
    Rate("objection", PLAIN, "退办率", "objected to by the department", ("objected",), ("handed_out",), "down"),
    Rate("objection_upheld", PLAIN, "退办采纳率", "objections upheld", ("objections_upheld",), ("objected",), ""),
    Rate("rework", PLAIN, "重办率", "handled again", ("reworked",), ("concluded",), "down"),
    Rate("relay_on_time", PLAIN, "按时转递率", "relayed in time", ("relays_in_time",), ("relays", "relay_missed")),
    Rate("take_on_time", PLAIN, "按时认领率", "taken up by deputies in time", ("takings_in_time",), ("takings", "take_missed")),
    Rate(
        "feedback_on_time", PLAIN, "按时反馈率", "fed back by deputies in time", ("feedbacks_in_time",),
        ("feedbacks", "feedback_missed"),
    ),
    Rate("promise_kept", PLAIN, "承诺兑现率", "promises kept by their date", ("promises_due_kept",), ("promises_due",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublishedFraction:
    """A rate as it is published: both numbers, per cent to two decimals (None for 0/0), and as text."""

    numerator: int
    denominator: int
    value: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Fraction:
    """A rate's two numbers; both are always shown."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> Decimal | None:
        """Per cent to two decimals, half up; None for 0/0."""
        if not self.denominator:
            return None
        return (Decimal(100 * self.numerator) / Decimal(self.denominator)).quantize(CENT, ROUND_HALF_UP)

    @property
    def ratio(self) -> float:
        """Between 0 and 1; not a number for 0/0."""
        return self.numerator / self.denominator if self.denominator else float("nan")

    def published(self) -> PublishedFraction:
        """The fraction as the statistics show it."""
        percent = self.percent
        value = None if percent is None else str(percent)
        return PublishedFraction(self.numerator, self.denominator, value, NOTHING if value is None else f"{value}%")


def fraction(rate: Rate, counts: Mapping[str, int]) -> Fraction:
    """The fraction of a rate from counts by name; a count that is absent is 0."""
    return Fraction(sum(counts.get(name, 0) for name in rate.numerator), sum(counts.get(name, 0) for name in rate.denominator))


def published_rates(counts: Mapping[str, int]) -> dict[str, dict[str, PublishedFraction]]:
    """Every rate by name and variant."""
    rates: dict[str, dict[str, PublishedFraction]] = {}
    for rate in RATES:
        rates.setdefault(rate.name, {})[rate.variant] = fraction(rate, counts).published()
    return rates
