"""Routing's own Prometheus metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.catalogue.model import Catalogue
from services.contracts.measures import ROUTING
from services.routing.store.unsigned import unsigned_since
from services.runtime.store.database import Database
from services.runtime.telemetry import FreshCollector


class UnsignedCollector(FreshCollector):
    """How long each department of the catalogue, and any other with a case, has had the oldest that it has not acted on.

    Nothing while the store does not answer.
    """

    def __init__(self, database: Database, catalogue: Callable[[], Catalogue]) -> None:
        self._database, self._catalogue = database, catalogue

    def collect(self) -> Iterator[Metric]:
        """A gauge for each department."""
        try:
            with self._database.reading() as connection:
                since = unsigned_since(connection)
        except SQLAlchemyError:
            return
        now = self._database.clock.now()
        (row,) = ROUTING
        family = GaugeMetricFamily(row.name, row.help, labels=row.labels)
        for code in dict.fromkeys((*self._catalogue().departments, *since)):
            family.add_metric([code], max(0.0, (now - since.get(code, now)).total_seconds()))
        yield family
