"""`python -m services.metrics web|worker|migrate|settings`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from services.metrics import handlers
from services.metrics.app import routes
from services.metrics.consumer import hearings
from services.metrics.handlers import Place, Service
from services.metrics.series import ProductCollector
from services.metrics.settings import Settings
from services.metrics.store import Ledger, ReadModel
from services.runtime.assembly import Assembly, run
from services.runtime.catalogue import InUse
from services.runtime.clock import Clock
from services.runtime.database import Database
from services.runtime.worker import Chore

MINUTE, HOUR = 60.0, 3600.0


def build(given: Settings, database: Database, clock: Clock) -> Service:
    """The parts that the handlers work with."""
    return Service(InUse.of(given, Place.of), ReadModel(database), Ledger(database), clock, given.most_groups, given.inbox_days)


def chores(service: Service) -> Sequence[Chore]:
    """What the worker does now and then."""
    return [
        Chore("forget_heard", HOUR, partial(handlers.forget_heard, service)),
        Chore("renew_stale", HOUR, partial(handlers.renew_stale, service)),
        Chore("close_day", MINUTE, partial(handlers.close_day, service)),
    ]


def collectors(service: Service) -> Sequence[ProductCollector]:
    """What is computed at every scrape."""
    return [ProductCollector(service)]


ASSEMBLY = Assembly(
    "metrics",
    Settings,
    build,
    routes,
    hearings,
    Path(__file__).parent / "migrations",
    chores,
    collectors,
    place=lambda service: service.place,
)

if __name__ == "__main__":
    sys.exit(run(ASSEMBLY, sys.argv[1:]))
