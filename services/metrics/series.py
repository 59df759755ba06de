"""The product's series, made from the store at every scrape, so that no restart sets a counter back.

A product metric is its row in `contracts/measures.py` and one function here, which also names the figures of the statistics that
its numbers have to agree with. Every channel, department and label value of the catalogue is there from the first scrape on; what
the store has beyond the catalogue (a department that was taken out) stays. `-` stands for a value that is not known, `all` for all
departments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, product
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.catalogue.model import CHANNELS, Catalogue
from services.contracts.measures import PRODUCT, REPLY_BUCKETS, Measure
from services.contracts.words.vocabulary import ASPECTS, OUTCOMES, RATINGS
from services.metrics.domain.history.promises import STATES
from services.metrics.domain.rates import RATES, fraction
from services.runtime.telemetry import FreshCollector

if TYPE_CHECKING:
    from services.metrics.domain.sums.tally import SeriesTally
    from services.metrics.handlers.service import Service

log = structlog.get_logger()
Labels: TypeAlias = tuple[str | int | bool | None, ...]
L = TypeVar("L", bound=Labels)
Numbers: TypeAlias = Mapping[Labels, float]
#: Of a histogram: how many observations fell into each bucket, and what they come to.
Times: TypeAlias = Mapping[Labels, tuple[list[float], float]]
Count: TypeAlias = "Callable[[Catalogue, SeriesTally], Numbers]"
Timing: TypeAlias = "Callable[[Catalogue, SeriesTally], Times]"
ALL = "all"
DECISIONS = ("automatic", "reviewer", "declined")
BOTH = (True, False)


@dataclass(frozen=True, slots=True)
class SharedFigure:
    """Series that have these `labels`, summed up, are the sum of `counts` of the statistics, in total and by the dimension `by`.

    A value of a label with commas stands for several; `suffix` is what a histogram adds to its name.
    """

    counts: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    by: str = "department"
    suffix: str = ""


#: What fills each counter and gauge, and each histogram, by its name.
NUMBERS: dict[str, Count] = {}
TIMES: dict[str, Timing] = {}
#: The figures that stand both in the series and in the statistics: by the name of the series, counts and rates.
SHARED: dict[str, tuple[SharedFigure, ...]] = {}
RATIOS: dict[str, Mapping[str, tuple[str, str]]] = {}


def series(name: str, *shared: SharedFigure) -> Callable[[Count], Count]:
    """Let a function fill a counter or a gauge."""

    def register(numbers: Count) -> Count:
        NUMBERS[name], SHARED[name] = numbers, shared
        return numbers

    return register


def histogram(name: str, *shared: SharedFigure) -> Callable[[Timing], Timing]:
    """Let a function fill a histogram."""

    def register(times: Timing) -> Timing:
        TIMES[name], SHARED[name] = times, shared
        return times

    return register


def label(value: object) -> str:
    """A value as it stands in a label."""
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def filled(found: Mapping[L, float], expected: Iterable[Labels]) -> dict[Labels, float]:
    """Numbers with a 0 for all that is expected and was not found."""
    numbers: dict[Labels, float] = dict.fromkeys(expected, 0.0)
    numbers.update(found.items())
    return numbers


@series("huiying_opinions_submitted_total", SharedFigure(("submitted",), by="channel"))
def _submitted(_: Catalogue, tally: SeriesTally) -> Numbers:
    return filled(tally.submitted_by_channel, ((channel,) for channel in CHANNELS))


@series(
    "huiying_opinions_reviewed_total",
    SharedFigure(("accepted",), {"decision": "automatic,reviewer"}, by=""),
    SharedFigure(("declined",), {"decision": "declined"}, by=""),
)
def _reviewed(_: Catalogue, tally: SeriesTally) -> Numbers:
    return filled(tally.reviewed_by_decision, ((decision,) for decision in DECISIONS))


@series("huiying_assignments_created_total", SharedFigure(("handed_out", "co_handed_out", "separate_handed_out")))
def _created(catalogue: Catalogue, tally: SeriesTally) -> Numbers:
    led = [(topic.department, topic.code) for topic in catalogue.topics.values()]
    fallback = [(code, None) for code in catalogue.departments]
    return filled(tally.created_by_department_topic, [*led, *fallback])


@series("huiying_assignments_open", SharedFigure(("open",)), SharedFigure(("overdue",), {"overdue": "true"}))
def _open(catalogue: Catalogue, tally: SeriesTally) -> Numbers:
    return filled(tally.waiting_by_department_overdue, product(catalogue.departments, BOTH))


@series("huiying_assignments_concluded_total", SharedFigure(("conclusions",)))
def _concluded(catalogue: Catalogue, tally: SeriesTally) -> Numbers:
    return filled(tally.concluded_by_department_outcome_in_time, product(catalogue.departments, OUTCOMES, BOTH))


@series("huiying_evaluations_total", SharedFigure(("evaluations",), {"aspect": "result"}))
def _evaluations(catalogue: Catalogue, tally: SeriesTally) -> Numbers:
    return filled(tally.evaluations_by_department_aspect_rating, product(catalogue.departments, ASPECTS, RATINGS))


@series("huiying_reminders_total", SharedFigure(("reminded",)))
def _reminders(catalogue: Catalogue, tally: SeriesTally) -> Numbers:
    return filled(tally.reminders_by_department_rung, product(catalogue.departments, catalogue.ladder))


@series("huiying_promises_total", *(SharedFigure((count,), {"state": state}) for state, count in STATES.items()))
def _promises(catalogue: Catalogue, tally: SeriesTally) -> Numbers:
    return filled(tally.promises_by_department_state, product(catalogue.departments, STATES))


@histogram("huiying_reply_seconds", SharedFigure(("replies",), suffix="_count"))
def _reply_seconds(catalogue: Catalogue, tally: SeriesTally) -> Times:
    def of(department: str) -> tuple[list[float], float]:
        buckets = [float(tally.replies_by_department_bucket[department, index]) for index in range(len(REPLY_BUCKETS) + 1)]
        return buckets, tally.reply_seconds_by_department.get(department, 0.0)

    return {(department,): of(department) for department in (*catalogue.departments, *tally.reply_seconds_by_department)}


def _ratio(name: str, rates: Mapping[str, tuple[str, str]]) -> None:
    """Let a gauge show rates of the statistics: by the value of its label `variant`, the rate and its variant."""
    by_name = {(rate.name, rate.variant): rate for rate in RATES}
    chosen = {(label,) if label else (): by_name[rate] for label, rate in rates.items()}

    @series(name)
    def _(catalogue: Catalogue, tally: SeriesTally) -> Numbers:
        every = _counts(catalogue, tally).items()
        return {(code, *labels): fraction(rate, counts).ratio for code, counts in every for labels, rate in chosen.items()}

    RATIOS[name] = rates


_ratio("huiying_on_time_ratio", {"": ("on_time", "plain")})
_ratio("huiying_resolution_ratio", {name: ("resolution", name) for name in ("strict", "planned", "collected")})
_ratio(
    "huiying_satisfaction_ratio",
    {
        **{name: ("satisfaction", name) for name in ("basic", "strict", "first")},
        **{f"process_{name}": ("process_satisfaction", name) for name in ("basic", "strict", "first")},
    },
)


def _counts(catalogue: Catalogue, tally: SeriesTally) -> dict[str, dict[str, int]]:
    """The counts that the published ratios need, by department and for all."""
    counts: dict[str, dict[str, int]] = {code: {} for code in (*catalogue.departments, ALL)}

    def add(department: str | None, name: str, number: int) -> None:
        for scope in (department, ALL):
            if scope is not None:
                own = counts.setdefault(scope, {})
                own[name] = own.get(name, 0) + number

    for (department,), number in tally.submitted_by_department.items():
        add(department, "submitted", number)
    for (department, in_time), number in tally.replied_by_department_in_time.items():
        add(department, "replied", number)
        add(department, "replied_in_time", number if in_time else 0)
    for (department, overdue), number in tally.waiting_by_department_overdue.items():
        add(department, "overdue", number if overdue else 0)
    for (department, outcome), number in tally.standing_by_department_outcome.items():
        add(department, "concluded", number)
        add(department, f"concluded_{outcome}", number)
    for (department, aspect, rating), number in tally.standing_by_department_aspect_rating.items():
        add(department, f"{aspect}_{rating}", number)
    for (department, aspect, rating), number in tally.first_by_department_aspect_rating.items():
        add(department, f"first_{aspect}_{rating}", number)
    return counts


def _family(row: Measure, catalogue: Catalogue, tally: SeriesTally) -> Metric:
    if row.name in TIMES:
        return _histogram(row, TIMES[row.name](catalogue, tally))
    shape = CounterMetricFamily if row.kind == "counter" else GaugeMetricFamily
    family = shape(row.name, row.help, labels=row.labels)
    for labels, number in NUMBERS[row.name](catalogue, tally).items():
        family.add_metric([label(value) for value in labels], number)
    return family


def _histogram(row: Measure, times: Times) -> Metric:
    family = HistogramMetricFamily(row.name, row.help, labels=row.labels)
    bounds = [*(str(bound) for bound in row.buckets), "+Inf"]
    for labels, (numbers, total) in times.items():
        family.add_metric([label(value) for value in labels], list(zip(bounds, accumulate(numbers), strict=True)), total)
    return family


class ProductCollector(FreshCollector):
    """Gives Prometheus every series of `PRODUCT`; none while the store does not answer."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """One family for each row of the table."""
        try:
            tally = self._service.shared.get(ProductCollector, lambda: self._service.model.tally(self._service.clock.now()))
        except SQLAlchemyError as error:
            log.warning("series_unavailable", error=repr(error))
            return
        for row in PRODUCT:
            yield _family(row, self._service.catalogue, tally)
