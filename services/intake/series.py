"""What intake tells Prometheus beside what every process does."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from services.contracts.measures import INTAKE
from services.intake.gateway import Room
from services.runtime.telemetry import FreshCollector


class RoomCollector(FreshCollector):
    """How many more opinions fit, for the one row of `INTAKE`; nothing while the store does not answer."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def collect(self) -> Iterator[Metric]:
        """One gauge."""
        left = self._room.left()
        if left is not None:
            (row,) = INTAKE
            yield GaugeMetricFamily(row.name, row.help, value=left)
