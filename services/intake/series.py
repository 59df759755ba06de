"""What intake tells Prometheus beside what every process does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.contracts.measures import INTAKE
from services.intake.gateway import Room


class RoomCollector(Collector):
    """How many more opinions fit, for the one row of `INTAKE`; nothing while the store does not answer."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def describe(self) -> Iterable[Metric]:
        """Nothing: the series is made at every scrape."""
        return []

    def collect(self) -> Iterator[Metric]:
        """One gauge."""
        left = self._room.left()
        if left is not None:
            (row,) = INTAKE
            yield GaugeMetricFamily(row.name, row.help, value=left)
