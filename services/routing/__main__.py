"""`python -m services.routing web|worker|migrate|settings`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from prometheus_client.registry import Collector

from services.contracts.catalogue.model import Catalogue
from services.routing import handlers
from services.routing.app import Routing, routes
from services.routing.consumer import subscriptions
from services.routing.domain import Router
from services.routing.gateway import FORGET_SECONDS, LOOK_SECONDS, Resending
from services.routing.series import UnsignedCollector
from services.routing.settings import Settings
from services.routing.store import RoutingStore, open_codes
from services.runtime.clock import Clock
from services.runtime.messaging.probe import BrokerProbe
from services.runtime.process.assembly import Assembly, run
from services.runtime.process.catalogue import InUse
from services.runtime.process.sweep import After, Sweep, SweepTarget
from services.runtime.process.worker import PeriodicJob
from services.runtime.store.database import Database

Row = Mapping[str, Any]
Take = Callable[[RoutingStore, After, int], Sequence[Row]]
DUE_A_COMMIT, DUE_SECONDS = 200, 5.0
#: Assignments counted anew in one transaction when the calendar has changed: short, because departments wait for them meanwhile.
RECOUNTED_A_COMMIT = 100


def build(settings: Settings, database: Database, _: Clock) -> Routing:
    """What this service works with."""
    return Routing(database, InUse.of(settings, Router), BrokerProbe(settings.broker_url).depths)


def periodic_jobs(service: Routing) -> Sequence[PeriodicJob]:
    """Concluding what nobody rated in time, resuming what has waited long enough, breaking promises that are past due, and
    following a changed calendar."""

    def sweep(name: str, column: str, take: Take, act: Callable[[RoutingStore, Sequence[Row]], None]) -> PeriodicJob:
        due = SweepTarget[RoutingStore, Row](RoutingStore, take, lambda row: (row[column], row["id"]), act)
        return Sweep(name, service.database, due, DUE_A_COMMIT).job(DUE_SECONDS)

    def lapsed(store: RoutingStore, after: After, limit: int) -> Sequence[Row]:
        return store.lapsed(store.now - handlers.ON_ITS_WAY, limit, after)

    def resume(store: RoutingStore, rows: Sequence[Row]) -> None:
        handlers.resume_capped(store, service.catalogue, rows)

    def break_(store: RoutingStore, rows: Sequence[Row]) -> None:
        handlers.break_overdue(store, service.catalogue, rows)

    def send_again() -> bool:
        with service.database.transaction() as work:
            return handlers.send_again(RoutingStore(work), DUE_A_COMMIT)

    rescheduling, resending = Rescheduling(service), Resending(service.database, service.depths, lambda: service.catalogue.unqueued)
    return (
        PeriodicJob("resync", 1.0, send_again),
        sweep("conclude", "evaluate_by", lapsed, handlers.conclude_lapsed),
        sweep("resume", "paused_until", lambda store, after, limit: store.paused_too_long(limit, after), resume),
        sweep("break", "due", lambda store, after, limit: store.promises.due(limit, after), break_),
        PeriodicJob("resend", LOOK_SECONDS, resending.look),
        PeriodicJob("forget", FORGET_SECONDS, resending.forget),
        PeriodicJob("reschedule", 60.0, rescheduling.step, lambda: rescheduling.sweep.failed),
    )


def collectors(service: Routing) -> Sequence[Collector]:
    """The series of this service's own."""
    return (UnsignedCollector(service.database, lambda: service.catalogue),)


class Rescheduling:
    """Follows the calendar of the catalogue in use: looks once whether it is another, and works until all is done."""

    def __init__(self, service: Routing) -> None:
        self._service = service
        #: The catalogue that was looked at, and what is left to do for it.
        self._seen: Catalogue | None = None
        self._left: Literal["count", "tell", "nothing"] = "nothing"
        due = SweepTarget[RoutingStore, str](RoutingStore, self._moving, lambda each: (each,), self._move)
        self.sweep = Sweep("reschedule", service.database, due, RECOUNTED_A_COMMIT)

    def step(self) -> bool:
        """One short transaction; returns whether there is more to do at once."""
        catalogue = self._service.catalogue
        if self._seen is not catalogue:
            self._left = "count" if self._in_store(lambda store: handlers.adopt_calendar(store, catalogue)) else "nothing"
            self._seen = catalogue
        elif self._left == "count" and not self.sweep.step():
            self._left = "tell"
        elif self._left == "tell" and not self._in_store(lambda store: handlers.announce_moved(store, catalogue)):
            self._left = "nothing"
        return self._left != "nothing"

    def _moving(self, store: RoutingStore, after: After, limit: int) -> Sequence[str]:
        return handlers.moving(store, self._service.catalogue, after[0] if after else "", limit)

    def _move(self, store: RoutingStore, ids: Sequence[str]) -> None:
        handlers.reschedule(store, self._service.catalogue, ids)

    def _in_store(self, act: Callable[[RoutingStore], bool]) -> bool:
        with self._service.database.transaction() as work:
            return act(RoutingStore(work))


ASSEMBLY = Assembly(
    "routing",
    Settings,
    build,
    routes,
    subscriptions,
    Path(__file__).parent / "migrations",
    periodic_jobs,
    collectors,
    place=lambda service: service.place,
    uses=open_codes,
)

if __name__ == "__main__":
    sys.exit(run(ASSEMBLY, sys.argv[1:]))
