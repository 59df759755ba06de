"""Intake's own Prometheus metrics."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.measures import INTAKE
from services.intake.gateway.capacity import Capacity
from services.intake.store.reading import unassigned_since
from services.runtime.store.database import Database
from services.runtime.telemetry import FreshCollector

CAPACITY, UNASSIGNED = INTAKE


class CapacityCollector(FreshCollector):
    """How many more opinions fit; nothing while the store does not answer."""

    def __init__(self, capacity: Capacity) -> None:
        self._capacity = capacity

    def collect(self) -> Iterator[Metric]:
        """One gauge."""
        left = self._capacity.left()
        if left is not None:
            yield GaugeMetricFamily(CAPACITY.name, CAPACITY.help, value=left)


class UnassignedCollector(FreshCollector):
    """How long the oldest opinion has waited for a department; nothing while the store does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        """One gauge."""
        try:
            with self._database.reading() as connection:
                since = unassigned_since(connection)
        except SQLAlchemyError:
            return
        waited = (self._database.clock.now() - since).total_seconds() if since else 0.0
        yield GaugeMetricFamily(UNASSIGNED.name, UNASSIGNED.help, value=max(0.0, waited))
