"""`python -m services.metrics web|worker|migrate|settings|recount`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import structlog

from services.metrics import app
from services.metrics.consumer import subscriptions
from services.metrics.handlers import ledger, recording
from services.metrics.handlers.service import PlaceParts, Service
from services.metrics.pages import case as case_pages
from services.metrics.pages import ledger as ledger_pages
from services.metrics.pages import sessions as sessions_pages
from services.metrics.pages import statistics as statistics_pages
from services.metrics.series import ProductCollector
from services.metrics.settings import Settings
from services.metrics.store.heads import Heads
from services.metrics.store.ledger import Ledger
from services.metrics.store.model import ReadModel
from services.runtime.clock import Clock
from services.runtime.process.assembly import Assembly, run
from services.runtime.process.catalogue import InUse
from services.runtime.process.in_use_part import in_use_part
from services.runtime.process.signing import Ed25519Signer
from services.runtime.process.worker import PeriodicJob
from services.runtime.shared import SharedAnswers
from services.runtime.store.database import Database
from services.runtime.web.routes import Routes

MINUTE, HOUR = 60.0, 3600.0
log = structlog.get_logger()


def build(given: Settings, database: Database, clock: Clock) -> Service:
    """The parts that the handlers work with."""
    signer = Ed25519Signer(given.ledger_key) if given.ledger_key else None
    if signer is None:
        log.warning("ledger_is_not_signed", advice="set HUIYING_LEDGER_KEY to a random text of 32 characters or more")
    return Service(
        InUse.of(given, PlaceParts.of), ReadModel(database), Ledger(database), clock, given.most_groups, given.inbox_days,
        Heads(database), SharedAnswers(given.shared_seconds), signer,
    )  # fmt: skip


def periodic_jobs(service: Service) -> Sequence[PeriodicJob]:
    """The periodic jobs of the worker."""
    return [
        PeriodicJob("forget_heard", HOUR, partial(recording.forget_received, service)),
        PeriodicJob("recount", HOUR, partial(recording.recount, service)),
        PeriodicJob("close_day", MINUTE, partial(ledger.close_day, service)),
        PeriodicJob("sign_head", MINUTE, partial(ledger.sign_head, service)),
    ]


def collectors(service: Service) -> Sequence[ProductCollector]:
    """The collectors for `/metrics`."""
    return [ProductCollector(service)]


ROUTES = Routes([
    *app.routes, *case_pages.routes, *ledger_pages.routes, *sessions_pages.routes, *statistics_pages.routes,
    *in_use_part("metrics"),
])  # fmt: skip
ASSEMBLY = Assembly(
    "metrics",
    Settings,
    build,
    ROUTES,
    subscriptions,
    Path(__file__).parent / "migrations",
    periodic_jobs,
    collectors,
    place=lambda service: service.place,
    commands={"recount": recording.recount_all},
)

if __name__ == "__main__":
    sys.exit(run(ASSEMBLY, sys.argv[1:]))
