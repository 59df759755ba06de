"""What waits in the outbox of a store, for the metrics and for `/readyz`."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.measures import PROCESS
from services.runtime.process.health import Facts
from services.runtime.store import journal
from services.runtime.store.database import Database
from services.runtime.store.outgoing import outbox
from services.runtime.telemetry import COMPUTED, FreshCollector


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


def backlog_of(database: Database) -> Facts:
    """How much waits in the outbox of a store and for how many seconds, and by how much it is too old, as `/readyz` tells."""

    def look(which: int) -> int | None:
        try:
            with database.reading() as connection:
                return int(outbox.backlog(connection, database.clock.now())[which])
        except SQLAlchemyError:
            return None

    def behind() -> int | None:
        try:
            with database.reading() as connection:
                return journal.behind(connection)
        except SQLAlchemyError:
            return None

    return {"outbox": lambda: look(0), "outbox_seconds": lambda: look(1), "store_behind": behind}
