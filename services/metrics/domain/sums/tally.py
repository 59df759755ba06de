"""The numbers behind the product's series: the published counts by department and by channel, and what only the series have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.contracts.words.vocabulary import OUTCOMES, RATINGS
from services.metrics.domain.history.promises import STATES
from services.metrics.domain.history.ratings import ASPECTS
from services.metrics.domain.statistics import GroupKey
from services.metrics.domain.sums.figures import SECOND, Summary

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class SeriesTally:
    """Numbers by the labels that the name of each says, `None` where a label is not known."""

    submitted_by_channel: Counter[tuple[str | None]] = field(default_factory=Counter)
    submitted_by_department: Counter[tuple[str | None]] = field(default_factory=Counter)
    reviewed_by_decision: Counter[tuple[str]] = field(default_factory=Counter)
    created_by_department_topic: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    waiting_by_department_overdue: Counter[tuple[str, bool]] = field(default_factory=Counter)
    replied_by_department_in_time: Counter[tuple[str, bool]] = field(default_factory=Counter)
    replies_by_department_bucket: Counter[tuple[str, int]] = field(default_factory=Counter)
    reply_seconds_by_department: dict[str, float] = field(default_factory=dict)
    concluded_by_department_outcome_in_time: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    standing_by_department_outcome: Counter[tuple[str, str]] = field(default_factory=Counter)
    evaluations_by_department_aspect_rating: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    standing_by_department_aspect_rating: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    first_by_department_aspect_rating: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    reminders_by_department_rung: Counter[tuple[str, str]] = field(default_factory=Counter)
    promises_by_department_state: Counter[tuple[str, str]] = field(default_factory=Counter)


def tally(
    departments: Mapping[GroupKey, Summary], channels: Mapping[GroupKey, Summary], series: Mapping[str | None, Summary]
) -> SeriesTally:
    """Everything recorded so far, from what it comes to by department, by channel, and of what only the series have."""
    found = SeriesTally()
    for (channel,), summary in _ordered(channels):
        if summary.counts["submitted"]:
            found.submitted_by_channel[(channel,)] = summary.counts["submitted"]
    for (department,), summary in _ordered(departments):
        found.submitted_by_department[(department,)] = summary.counts["submitted"]
        if department is not None:
            _add_counts(found, department, summary.counts)
    for department, summary in _ordered(series):
        for (decision,), number in _ordered(summary.series.get("reviewed", {})):
            found.reviewed_by_decision[(decision,)] += number
        if department is not None:
            _add_series(found, department, summary.series)
    return found


def _ordered(found: Mapping[K, V]) -> list[tuple[K, V]]:
    # Series come in the same order whatever the order in which the store was filled.
    return sorted(found.items(), key=lambda each: str(each[0]))


def _add_counts(found: SeriesTally, department: str, counts: Mapping[str, int]) -> None:
    late = counts["overdue"]
    waiting = {True: late, False: counts["open"] - late}
    replied = {True: counts["replied_in_time"], False: counts["replied"] - counts["replied_in_time"]}
    found.waiting_by_department_overdue.update({(department, overdue): number for overdue, number in waiting.items()})
    found.replied_by_department_in_time.update({(department, in_time): number for in_time, number in replied.items()})
    found.standing_by_department_outcome.update({(department, code): counts[f"concluded_{code}"] for code in OUTCOMES})
    found.promises_by_department_state.update({(department, state): counts[name] for state, name in STATES.items()})
    for aspect in ASPECTS:
        for code in RATINGS:
            found.standing_by_department_aspect_rating[department, aspect, code] = counts[f"{aspect}_{code}"]
            found.first_by_department_aspect_rating[department, aspect, code] = counts[f"first_{aspect}_{code}"]


def _add_series(found: SeriesTally, department: str, series: Mapping[str, Counter[tuple[Any, ...]]]) -> None:
    def of(name: str) -> Mapping[tuple[Any, ...], int]:
        return dict(_ordered(series.get(name, {})))

    found.created_by_department_topic.update({(department, *labels): number for labels, number in of("created").items()})
    found.replies_by_department_bucket.update({(department, *labels): number for labels, number in of("replied").items()})
    found.concluded_by_department_outcome_in_time.update({(department, *labels): n for labels, n in of("concluded").items()})
    found.reminders_by_department_rung.update({(department, *labels): number for labels, number in of("reminded").items()})
    for aspect in ASPECTS:
        for labels, number in of(aspect).items():
            found.evaluations_by_department_aspect_rating[department, aspect, labels[0]] = number
    # Of replies that took no time at all there is nothing to add up.
    if of("replied"):
        found.reply_seconds_by_department[department] = sum(of("reply_seconds").values()) / SECOND
