"""`python -m services.routing web|worker|migrate|settings`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from services.contracts.catalogue import load_catalogue
from services.routing import handlers
from services.routing.app import Routing, routes
from services.routing.consumer import hearings
from services.routing.domain import Router
from services.routing.settings import Settings
from services.routing.store import RoutingStore
from services.runtime.assembly import Assembly, run
from services.runtime.clock import Clock
from services.runtime.database import Database
from services.runtime.worker import Chore

DUE_A_COMMIT = 200
#: Assignments counted anew in one transaction when the calendar has changed: short, because departments wait for them meanwhile.
RECOUNTED_A_COMMIT = 100


def build(settings: Settings, database: Database, _: Clock) -> Routing:
    """What this service works with."""
    catalogue = load_catalogue(settings.catalogue)
    return Routing(database, catalogue, Router(catalogue))


def chores(service: Routing) -> Sequence[Chore]:
    """Concluding what nobody rated in time, resuming what has waited long enough, breaking promises that are past due, and
    following a changed calendar."""

    def conclude_lapsed() -> bool:
        with service.database.transaction() as work:
            return handlers.conclude_lapsed(RoutingStore(work), DUE_A_COMMIT) == DUE_A_COMMIT

    def resume_capped() -> bool:
        with service.database.transaction() as work:
            return handlers.resume_capped(RoutingStore(work), service.catalogue, DUE_A_COMMIT) == DUE_A_COMMIT

    def break_overdue() -> bool:
        with service.database.transaction() as work:
            return handlers.break_overdue(RoutingStore(work), service.catalogue, DUE_A_COMMIT) == DUE_A_COMMIT

    return (
        Chore("conclude", 5.0, conclude_lapsed),
        Chore("resume", 5.0, resume_capped),
        Chore("break", 5.0, break_overdue),
        Chore("reschedule", 60.0, Rescheduling(service).step),
    )


class Rescheduling:
    """Follows the calendar that this process was started with: looks once whether it is another, and works until all is done."""

    def __init__(self, service: Routing) -> None:
        self._service = service
        #: None before the first look, then whether there is more to do.
        self._more: bool | None = None

    def step(self) -> bool:
        """One short transaction; returns whether there is more to do at once."""
        if self._more is False:
            return False
        with self._service.database.transaction() as work:
            store = RoutingStore(work)
            if self._more is None:
                more = handlers.adopt_calendar(store, self._service.catalogue)
            else:
                more = handlers.reschedule(store, self._service.catalogue, RECOUNTED_A_COMMIT)
        self._more = more
        return more


ASSEMBLY = Assembly("routing", Settings, build, routes, hearings, Path(__file__).parent / "migrations", chores)

if __name__ == "__main__":
    sys.exit(run(ASSEMBLY, sys.argv[1:]))
