"""`python -m services.routing web|worker|migrate|settings`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from prometheus_client.registry import Collector

from services.contracts.catalogue.model import Catalogue
from services.routing.app import Routing, routes
from services.routing.consumer import subscriptions
from services.routing.domain.choice import Router
from services.routing.domain.moves.promising import TrackedPromise
from services.routing.gateway import learning, training
from services.routing.gateway.resending import FORGET_SECONDS, LOOK_SECONDS, Resending
from services.routing.handlers import due, rescheduling, resyncing
from services.routing.pages.routes import PAGES
from services.routing.series import LearningCollector, UnsignedCollector
from services.routing.settings import Settings
from services.routing.store.cases import RoutingStore, WaitingAssignment
from services.routing.store.reading import open_codes
from services.runtime.clock import Clock
from services.runtime.messaging.probe import BrokerProbe
from services.runtime.process.assembly import Assembly, run
from services.runtime.process.catalogue import InUse
from services.runtime.process.sweep import After, Sweep, SweepTarget
from services.runtime.process.worker import PeriodicJob
from services.runtime.store.database import Database, Transaction
from services.runtime.web.routes import Routes

R = TypeVar("R", WaitingAssignment, TrackedPromise)
DUE_A_COMMIT, DUE_SECONDS = 200, 5.0
#: Assignments recomputed in one transaction when the calendar has changed: few, because departments wait for their locks.
RECOUNTED_A_COMMIT = 100


def build(settings: Settings, database: Database, _: Clock) -> Routing:
    """Make the context that views and consumers get."""
    place, depths = InUse.of(settings, Router), BrokerProbe(settings.broker_url).depths
    return Routing(database, place, learning.Learning(database), depths, settings.training_hour)


def periodic_jobs(service: Routing) -> Sequence[PeriodicJob]:
    """Conclude unrated cases, resume pauses that have ended, break promises that are past due, follow a changed calendar, learn."""

    def opened(work: Transaction) -> RoutingStore:
        return RoutingStore(work, service.catalogue)

    def send_again() -> bool:
        with service.database.transaction() as work:
            return resyncing.send_again(opened(work), DUE_A_COMMIT)

    def sweep(name: str, found: SweepTarget[RoutingStore, R]) -> PeriodicJob:
        return Sweep(name, service.database, found, DUE_A_COMMIT).job(DUE_SECONDS)

    def lapsed(store: RoutingStore, after: After, limit: int) -> Sequence[WaitingAssignment]:
        return store.lapsed(store.now - due.ON_ITS_WAY, limit, after)

    def paused(store: RoutingStore, after: After, limit: int) -> Sequence[WaitingAssignment]:
        return store.paused_too_long(limit, after)

    def promised(store: RoutingStore, after: After, limit: int) -> Sequence[TrackedPromise]:
        return store.promises_due(limit, after)

    # Before anything is consumed: the first decisions are made with what is known.
    service.learning.look()
    nightly = training.Nightly(service.database, lambda: service.catalogue, service.training_hour)
    calendars, resending = Rescheduling(service), Resending(service.database, service.depths, lambda: service.catalogue.unqueued)
    return (
        PeriodicJob("resync", 1.0, send_again),
        sweep("conclude", SweepTarget(opened, lapsed, lambda each: (each.since, each.id), due.conclude_lapsed)),
        sweep("resume", SweepTarget(opened, paused, lambda each: (each.since, each.id), due.resume_capped)),
        sweep("break", SweepTarget(opened, promised, lambda each: (each.due, each.id), due.break_overdue)),
        PeriodicJob("resend", LOOK_SECONDS, resending.look),
        PeriodicJob("forget", FORGET_SECONDS, resending.forget),
        PeriodicJob("learn", learning.LOOK_SECONDS, service.learning.look),
        PeriodicJob("train", training.LOOK_SECONDS, nightly.look),
        PeriodicJob("reschedule", 60.0, calendars.step, lambda: calendars.sweep.failed),
    )


def collectors(service: Routing) -> Sequence[Collector]:
    """The series of this service's own."""
    return (UnsignedCollector(service.database, lambda: service.catalogue), LearningCollector(service.database))


def train(service: Routing) -> None:
    """Train the model beside the worker that has asked for it; ends with that."""
    parent = os.getppid()
    os.nice(19)

    def step(*_: object) -> None:
        if os.getppid() != parent:
            raise SystemExit(1)

    training.train_now(service.database, service.catalogue, service.router, step)


class Rescheduling:
    """Follows the calendar of the catalogue in use: checks once whether it has changed, and recomputes until all is done."""

    def __init__(self, service: Routing) -> None:
        self._service = service
        #: The catalogue that was looked at, and what is left to do for it.
        self._seen: Catalogue | None = None
        self._left: Literal["count", "tell", "nothing"] = "nothing"
        moving = SweepTarget[RoutingStore, str](self._open, self._moving, lambda each: (each,), rescheduling.reschedule)
        self.sweep = Sweep("reschedule", service.database, moving, RECOUNTED_A_COMMIT)

    def step(self) -> bool:
        """One short transaction; returns whether there is more to do at once."""
        catalogue = self._service.catalogue
        if self._seen is not catalogue:
            self._left = "count" if self._in_store(rescheduling.adopt_calendar) else "nothing"
            self._seen = catalogue
        elif self._left == "count" and not self.sweep.step():
            self._left = "tell"
        elif self._left == "tell" and not self._in_store(rescheduling.announce_moved):
            self._left = "nothing"
        return self._left != "nothing"

    def _open(self, work: Transaction) -> RoutingStore:
        return RoutingStore(work, self._service.catalogue)

    def _moving(self, store: RoutingStore, after: After, limit: int) -> Sequence[str]:
        return rescheduling.moving(store, after[0] if after else "", limit)

    def _in_store(self, act: Callable[[RoutingStore], bool]) -> bool:
        with self._service.database.transaction() as work:
            return act(self._open(work))


ROUTES = Routes([*routes, *PAGES])
ASSEMBLY = Assembly(
    "routing",
    Settings,
    build,
    ROUTES,
    subscriptions,
    Path(__file__).parent / "migrations",
    periodic_jobs,
    collectors,
    place=lambda service: service.place,
    uses=open_codes,
    commands={"train": train},
)

if __name__ == "__main__":
    sys.exit(run(ASSEMBLY, sys.argv[1:]))
