"""The published statistics as a part of the page of metrics: what is counted, and what the rates are."""

from __future__ import annotations

from collections.abc import Mapping

from docs.generator.product import table
from services.metrics.domain.counts import COUNTS, DIMENSIONS
from services.metrics.domain.notes import NOTES
from services.metrics.domain.rates import RATES
from services.metrics.series import RATIOS, SHARED, SharedFigure


def _shared() -> list[tuple[str, ...]]:
    def names(row: SharedFigure) -> str:
        return " + ".join(f"`{name}`" for name in row.counts)

    counts: list[tuple[str, ...]] = [
        (f"`{measure}{row.suffix}`", _labels(row.labels), names(row), f"`{row.by}`" if row.by else "–")
        for measure, rows in SHARED.items()
        for row in rows
    ]
    rates = [
        (f"`{measure}`", _labels({"variant": label} if label else {}), f"`{rate}` `{variant}`", "`department`")
        for measure, variants in RATIOS.items()
        for label, (rate, variant) in variants.items()
    ]
    return counts + rates


def _labels(labels: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}={values}`" for name, values in labels.items()) or "–"


def statistics() -> str:
    """Rates with their formulas, counts, dimensions, and what a reader has to know."""
    rates = [(f"`{rate.name}`", f"`{rate.variant}`", rate.zh, rate.en, f"`{rate.formula}`") for rate in RATES]
    counts = [(f"`{count.name}`", count.zh, count.en) for count in COUNTS]
    return "\n".join([
        "## Published statistics\n",
        "`/api/v1/statistics` and the page, as of any instant, the same for ever\n"
        "([ADR](adr/0025-a-published-past-never-moves.md)). "
        "Grouped by " + ", ".join(f"`{name}`" for name in DIMENSIONS) + ".\n",
        table(("rate", "variant", "比率", "meaning", "formula"), rates),
        *(f"- {english}" for _, english in NOTES.values()),
        "",
        table(("count", "计数", "meaning"), counts),
        "The same figures in the series of Prometheus, summed up over the labels that are not named:\n",
        table(("series", "with labels", "in the statistics", "by"), _shared()),
    ])  # fmt: skip
