"""Turns the table of measures into Prometheus series, one registry a process and service, and sets up the logs."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from services import VERSION
from services.contracts.measures import PROCESS, Measure
from services.contracts.text import escape_json, printable
from services.runtime.store import journal, outbox
from services.runtime.store.database import Database

KINDS: dict[str, type[Any]] = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}
COMPUTED = ("huiying_outbox_pending", "huiying_outbox_oldest_seconds", "huiying_store_behind")


class Telemetry:
    """What one service counts in this process, and what the system knows of it; `process` says which one of the service it is."""

    def __init__(self, measures: Sequence[Measure] = PROCESS, process: str = "web") -> None:
        self.registry = CollectorRegistry()
        self._series: dict[str, Any] = {}
        for row in measures:
            if row.name not in COMPUTED:
                options: dict[str, Any] = {"buckets": row.buckets} if row.buckets else {}
                self._series[row.name] = KINDS[row.kind](row.name, row.help, row.labels, registry=self.registry, **options)
        self.show("huiying_build_info", 1, version=VERSION)
        self.registry.register(SystemCollector(process))

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter of the table."""
        if amount:
            series = self._series[name]
            (series.labels(**labels) if labels else series).inc(amount)

    def counted(self, name: str, **labels: str) -> float:
        """What a counter of the table has come to where it has these labels, whatever its others."""
        (family,) = self._series[name].collect()
        own = (each for each in family.samples if each.name == name and labels.items() <= each.labels.items())
        return sum((float(sample.value) for sample in own), 0.0)

    def show(self, name: str, value: float, **labels: str) -> None:
        """Set a gauge of the table."""
        self._series[name].labels(**labels).set(value)

    def observe(self, name: str, seconds: float, times: int = 1, **labels: str) -> None:
        """Put a duration into a histogram of the table, once or for several that took as long."""
        series = self._series[name].labels(**labels)
        for _ in range(times):
            series.observe(seconds)

    def watch(self, database: Database) -> None:
        """Expose the outbox of a store, read at every scrape."""
        self.registry.register(OutboxCollector(database))

    def expose(self) -> bytes:
        """All series in Prometheus' text format."""
        return generate_latest(self.registry)


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


class OutboxCollector(FreshCollector):
    """How much waits in the outbox, asked of the store itself, so that every process tells the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterable[Metric]:
        """Three gauges; none while the store does not answer."""
        try:
            with self._database.reading() as connection:
                count, oldest = outbox.backlog(connection, self._database.clock.now())
                behind = journal.behind(connection)
        except SQLAlchemyError:
            return
        helps = {row.name: row.help for row in PROCESS}
        for name, value in zip(COMPUTED, (count, oldest, behind), strict=True):
            yield GaugeMetricFamily(name, helps[name], value=value)


class Patient:
    """A stream for logs that loses what it cannot write: on a full disk, a line that is not written must not stop the work."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write, if that is possible."""
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        """Flush, if that is possible."""
        with contextlib.suppress(OSError):
            self._stream.flush()


class _Printable(logging.Formatter):
    """Lines of other libraries; what they quote may come from anywhere."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with nothing in it that a terminal would obey."""
        return printable(super().format(record), lines=True)


def _one_json_line(entry: Any, **options: Any) -> str:
    return escape_json(json.dumps(entry, **options))


def set_up_logs(level: str) -> None:
    """Structured logs, one JSON object a line on standard error, with whatever context is bound (request, opinion)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Printable("%(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    for chatty in ("amqp", "pika"):  # both tell every connection they open, and a probe opens one every few seconds
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(_one_json_line, ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, Patient(sys.stderr))),
        cache_logger_on_first_use=True,
    )
