"""The published statistics as tables for a terminal: every rate with its numerator and its denominator."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from services.console.client.answers import RateView, StatisticsView
from services.console.terminal import out, table

SHOWN_COUNTS = ("submitted", "assigned", "signed", "replied", "overdue", "concluded", "reminded")


def print_statistics(answer: StatisticsView) -> None:
    """The groups with their counts, then every rate of the total."""
    if answer.groups:
        out.print(groups_table(answer, {}))
    out.print(rates_table(answer))
    out.print(f"截至 as of {answer.as_of}")


def groups_table(answer: StatisticsView, names: Mapping[str, str]) -> Table:
    """A row for each group; `names` gives the names of codes."""
    titles = {count.name: f"{count.zh}\n{count.name}" for count in answer.legend.counts}
    made = table(" · ".join(answer.by), numbers=(*(titles[name] for name in SHOWN_COUNTS), "解决率\nresolution"))
    for group in answer.groups:
        key = " · ".join(names.get(value or "", value or "—") for value in group.key.values())
        made.add_row(key, *(str(group.counts[name]) for name in SHOWN_COUNTS), _fraction(group.rates["resolution"]["strict"]))
    return made


def rates_table(answer: StatisticsView) -> Table:
    """Every rate of the total; 0/0 has no value."""
    made = table("率", "rate", "口径 variant", numbers=("分子 numerator", "分母 denominator", "值 value"))
    for named in answer.legend.rates:
        rate = answer.total.rates[named.name][named.variant]
        made.add_row(named.zh, named.name, named.variant, str(rate.numerator), str(rate.denominator), rate.text)
    return made


def _fraction(rate: RateView) -> str:
    return f"{rate.numerator}/{rate.denominator} {rate.text}"
