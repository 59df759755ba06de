"""Quantiles of waiting times."""

from __future__ import annotations

from collections.abc import Sequence

QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}


def quantiles(values: Sequence[float]) -> list[float]:
    """The values at `QUANTILES`."""
    ordered = sorted(values)
    return [round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) for share in QUANTILES.values()]


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """Seconds as milliseconds at `QUANTILES`, by name; empty for no values."""
    return dict(zip(QUANTILES, quantiles([1000 * each for each in seconds]), strict=True)) if seconds else {}
