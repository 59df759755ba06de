"""Turns the table of measures into Prometheus series, one registry a process and service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from services import VERSION
from services.contracts.measures import PROCESS, Measure
from services.runtime.shared import SharedAnswers

# Only what is in the table is exposed: no series beside each that says since when it is counted.
disable_created_metrics()  # type: ignore[no-untyped-call]

KINDS: dict[str, type[Any]] = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}
#: What the process that is put together computes at every scrape.
COMPUTED = ("huiying_outbox_pending", "huiying_outbox_oldest_seconds", "huiying_store_behind")


class Telemetry:
    """What one service counts in this process, and what the system knows of it; `process` says which one of the service it is."""

    def __init__(self, measures: Sequence[Measure] = PROCESS, process: str = "web") -> None:
        self.registry = CollectorRegistry()
        self._series: dict[str, Any] = {}
        #: Each series with labels that was met, by them: looking it up again costs more than counting.
        self._labelled: dict[tuple[str, tuple[tuple[str, str], ...]], Any] = {}
        self._exposed = SharedAnswers(0)
        for row in measures:
            if row.name not in COMPUTED:
                options: dict[str, Any] = {"buckets": row.buckets} if row.buckets else {}
                self._series[row.name] = KINDS[row.kind](row.name, row.help, row.labels, registry=self.registry, **options)
        self.show("huiying_build_info", 1, version=VERSION)
        self.registry.register(SystemCollector(process))

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter of the table."""
        if amount:
            self._one(name, labels).inc(amount)

    def counted(self, name: str, **labels: str) -> float:
        """What a counter of the table has come to where it has these labels, whatever its others."""
        (family,) = self._series[name].collect()
        own = (each for each in family.samples if each.name == name and labels.items() <= each.labels.items())
        return sum((float(sample.value) for sample in own), 0.0)

    def show(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge of the table."""
        self._one(name, labels).set(value)

    def observe(self, name: str, seconds: float, times: int = 1, **labels: str) -> None:
        """Put a duration into a histogram of the table, once or for several that took as long."""
        series = self._one(name, labels)
        for _ in range(times):
            series.observe(seconds)

    def _one(self, name: str, labels: Mapping[str, str]) -> Any:
        if not labels:
            return self._series[name]
        key = (name, tuple(labels.items()))
        found = self._labelled.get(key)
        if found is None:
            found = self._labelled[key] = self._series[name].labels(**labels)
        return found

    def expose(self) -> bytes:
        """All series in Prometheus' text format; who asks while they are written out gets the same."""
        return self._exposed.get("", lambda: generate_latest(self.registry))


class FreshCollector(Collector):
    """Series that are made at every scrape, and not before."""

    def describe(self) -> Iterable[Metric]:
        """Nothing yet."""
        return []


class SystemCollector(FreshCollector):
    """The usual `process_*` series, with a label for which process they are of: several may be told in one page."""

    def __init__(self, process: str) -> None:
        self._process, self._own = process, ProcessCollector(registry=None)

    def collect(self) -> Iterable[Metric]:
        """Memory, processor time, open files and when it started."""
        for metric in self._own.collect():
            metric.samples = [each._replace(labels={**each.labels, "process": self._process}) for each in metric.samples]
            yield metric
