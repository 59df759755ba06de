"""The published statistics as tables for a terminal: every rate with its numerator and its denominator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from services.console.terminal import out, table

SHOWN_COUNTS = ("submitted", "assigned", "signed", "replied", "overdue", "concluded", "reminded")


def print_statistics(answer: Mapping[str, Any]) -> None:
    """The groups with their counts, then every rate of the total."""
    if answer["groups"]:
        out.print(groups_table(answer, {}))
    out.print(rates_table(answer))
    out.print(f"截至 as of {answer['as_of']}")


def groups_table(answer: Mapping[str, Any], names: Mapping[str, str]) -> Table:
    """A row for each group; `names` gives the names of codes."""
    titles = {row["name"]: f"{row['zh']}\n{row['name']}" for row in answer["legend"]["counts"]}
    made = table(" · ".join(answer["by"]), numbers=(*(titles[name] for name in SHOWN_COUNTS), "解决率\nresolution"))
    for group in answer["groups"]:
        key = " · ".join(names.get(value or "", value or "—") for value in group["key"].values())
        made.add_row(key, *(str(group["counts"][name]) for name in SHOWN_COUNTS), _fraction(group["rates"]["resolution"]["strict"]))
    return made


def rates_table(answer: Mapping[str, Any]) -> Table:
    """Every rate of the total; 0/0 has no value."""
    made = table("率", "rate", "口径 variant", numbers=("分子 numerator", "分母 denominator", "值 value"))
    for row in answer["legend"]["rates"]:
        rate = answer["total"]["rates"][row["name"]][row["variant"]]
        made.add_row(row["zh"], row["name"], row["variant"], str(rate["numerator"]), str(rate["denominator"]), rate["text"])
    return made


def _fraction(rate: Mapping[str, Any]) -> str:
    return f"{rate['numerator']}/{rate['denominator']} {rate['text']}"
