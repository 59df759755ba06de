"""The published statistics as a part of the page of metrics: what is counted, and what the rates are."""

from __future__ import annotations

from docs.generator.product import table
from services.metrics.domain.counts import COUNTS, DIMENSIONS, NOTES
from services.metrics.domain.rates import RATES


def statistics() -> str:
    """Rates with their formulas, counts, dimensions, and what a reader has to know."""
    rates = [(f"`{rate.name}`", f"`{rate.variant}`", rate.zh, rate.en, f"`{rate.formula}`") for rate in RATES]
    counts = [(f"`{count.name}`", count.zh, count.en) for count in COUNTS]
    return "\n".join([
        "## Published statistics\n",
        "`/api/v1/statistics` and the page, as of any instant. Grouped by " + ", ".join(f"`{name}`" for name in DIMENSIONS) + ".\n",
        table(("rate", "variant", "比率", "meaning", "formula"), rates),
        *(f"- {english}" for _, english in NOTES.values()),
        "",
        table(("count", "计数", "meaning"), counts),
    ])  # fmt: skip
