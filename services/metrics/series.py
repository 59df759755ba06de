"""The product's series, made from the store at every scrape, so that no restart sets a counter back.

Every channel, department and label value of the catalogue is there from the first scrape on; what the store has beyond the
catalogue (a department that was taken out) stays. `-` stands for a value that is not known, `all` for all departments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate, product
from typing import TYPE_CHECKING, Any, TypeAlias

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.catalogue.model import CHANNELS, Catalogue
from services.contracts.measures import PRODUCT, Measure
from services.metrics.domain.counts import ASPECTS, OUTCOMES, RATINGS
from services.metrics.domain.promises import STATES
from services.metrics.domain.rates import RATES, fraction
from services.metrics.domain.shared import RATIOS
from services.runtime.telemetry import FreshCollector

if TYPE_CHECKING:
    from services.metrics.handlers import Service
    from services.metrics.store.scraping import Tally

log = structlog.get_logger()
Labels: TypeAlias = tuple[Any, ...]
Numbers: TypeAlias = Mapping[Labels, float]
ALL = "all"
DECISIONS = ("automatic", "reviewer", "declined")
BOTH = (True, False)


def label(value: object) -> str:
    """A value as it stands in a label."""
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def filled(found: Numbers, expected: Iterable[Labels]) -> dict[Labels, float]:
    """Numbers with a 0 for all that is expected and was not found."""
    return {**dict.fromkeys(expected, 0.0), **found}


def _submitted(catalogue: Catalogue, tally: Tally) -> Numbers:
    return filled(tally.submitted_by_channel, ((channel,) for channel in CHANNELS))


def _reviewed(catalogue: Catalogue, tally: Tally) -> Numbers:
    return filled(tally.reviewed_by_decision, ((decision,) for decision in DECISIONS))


def _created(catalogue: Catalogue, tally: Tally) -> Numbers:
    led = [(topic.department, topic.code) for topic in catalogue.topics.values()]
    fallback = [(code, None) for code in catalogue.departments]
    return filled(tally.created_by_department_topic, [*led, *fallback])


def _open(catalogue: Catalogue, tally: Tally) -> Numbers:
    return filled(tally.waiting_by_department_overdue, product(catalogue.departments, BOTH))


def _concluded(catalogue: Catalogue, tally: Tally) -> Numbers:
    return filled(tally.concluded_by_department_outcome_in_time, product(catalogue.departments, OUTCOMES, BOTH))


def _evaluations(catalogue: Catalogue, tally: Tally) -> Numbers:
    return filled(tally.evaluations_by_department_aspect_rating, product(catalogue.departments, ASPECTS, RATINGS))


def _reminders(catalogue: Catalogue, tally: Tally) -> Numbers:
    return filled(tally.reminders_by_department_rung, product(catalogue.departments, catalogue.ladder))


def _promises(catalogue: Catalogue, tally: Tally) -> Numbers:
    return filled(tally.promises_by_department_state, product(catalogue.departments, STATES))


def _counts(catalogue: Catalogue, tally: Tally) -> dict[str, dict[str, int]]:
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


def ratios(measure: str) -> Callable[[Catalogue, Tally], Numbers]:
    """The series of some rates: labels are the department and, where there are several, the variant."""
    by_name = {(rate.name, rate.variant): rate for rate in RATES}
    chosen = {(label,) if label else (): by_name[rate] for label, rate in RATIOS[measure].items()}

    def numbers(catalogue: Catalogue, tally: Tally) -> Numbers:
        every = _counts(catalogue, tally).items()
        return {(code, *labels): fraction(rate, counts).ratio for code, counts in every for labels, rate in chosen.items()}

    return numbers


#: What fills each counter and gauge of the table of measures.
NUMBERS: Mapping[str, Callable[[Catalogue, Tally], Numbers]] = {
    "huiying_opinions_submitted_total": _submitted,
    "huiying_opinions_reviewed_total": _reviewed,
    "huiying_assignments_created_total": _created,
    "huiying_assignments_open": _open,
    "huiying_assignments_concluded_total": _concluded,
    "huiying_evaluations_total": _evaluations,
    "huiying_reminders_total": _reminders,
    "huiying_promises_total": _promises,
    **{measure: ratios(measure) for measure in RATIOS},
}


def _family(row: Measure, catalogue: Catalogue, tally: Tally) -> Metric:
    if row.kind == "histogram":
        return _reply_seconds(row, catalogue, tally)
    shape = CounterMetricFamily if row.kind == "counter" else GaugeMetricFamily
    family = shape(row.name, row.help, labels=row.labels)
    for labels, number in NUMBERS[row.name](catalogue, tally).items():
        family.add_metric([label(value) for value in labels], number)
    return family


def _reply_seconds(row: Measure, catalogue: Catalogue, tally: Tally) -> Metric:
    family = HistogramMetricFamily(row.name, row.help, labels=row.labels)
    bounds = [*(str(bound) for bound in row.buckets), "+Inf"]
    for department in dict.fromkeys((*catalogue.departments, *tally.reply_seconds_by_department)):
        own = (tally.replies_by_department_bucket[department, index] for index in range(len(bounds)))
        buckets = list(zip(bounds, map(float, accumulate(own)), strict=True))
        family.add_metric([department], buckets, tally.reply_seconds_by_department.get(department, 0.0))
    return family


class ProductCollector(FreshCollector):
    """Gives Prometheus every series of `PRODUCT`; none while the store does not answer."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """One family for each row of the table."""
        try:
            tally = self._service.model.tally(self._service.clock.now())
        except SQLAlchemyError as error:
            log.warning("series_unavailable", error=repr(error))
            return
        for row in PRODUCT:
            yield _family(row, self._service.catalogue, tally)
