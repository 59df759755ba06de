"""Routing's own Prometheus metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.catalogue.model import Catalogue
from services.contracts.measures import ROUTING, Measure
from services.routing.store.learning import doubts, models
from services.routing.store.learning.standing import ModelStanding, standings
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
        row = ROUTING[0]
        family = GaugeMetricFamily(row.name, row.help, labels=row.labels)
        for code in dict.fromkeys((*self._catalogue().departments, *since)):
            family.add_metric([code], max(0.0, (now - since.get(code, now)).total_seconds()))
        yield family


class LearningCollector(FreshCollector):
    """Which model decides, how good it was expected to be and is, and what waits for a person. Nothing while the store is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        """The gauges, by version for the one in use."""
        try:
            with self._database.reading() as connection:
                trainings, oldest = models.trainings(connection), doubts.oldest(connection)
                used = [each for each in trainings if each.standing == "in_use"]
                versions = standings(connection, used, self._database.clock.now())
        except SQLAlchemyError:
            return
        waited = (self._database.clock.now() - oldest).total_seconds() if oldest else 0.0
        version, broken = used[0].version if used else 0, models.is_broken(trainings)
        for row, value in zip(ROUTING[1:4], (version, int(broken), max(0.0, waited)), strict=True):
            yield GaugeMetricFamily(row.name, row.help, value=value)
        yield from (_ratios(row, versions, name) for row, name in zip(ROUTING[4:], ("coverage", "accuracy"), strict=True))


def _ratios(row: Measure, versions: Sequence[ModelStanding], name: str) -> Metric:
    family = GaugeMetricFamily(row.name, row.help, labels=row.labels)
    for each in versions:
        told = {"expected": (each.report or {}).get(name), "seen": getattr(each, name)}
        for basis, value in told.items():
            if value is not None:
                family.add_metric([str(each.version), basis], value)
    return family
