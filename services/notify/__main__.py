"""`python -m services.notify web|worker|migrate|settings`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import structlog

from services.contracts.catalogue.model import Catalogue
from services.notify import app, handlers, pages
from services.notify.app import Notify, Office
from services.notify.consumer import hearings
from services.notify.domain import Ladder, Postbox, Secretary
from services.notify.gateway import AppriseCourier, Rounds
from services.notify.settings import Settings
from services.notify.store import Called, Deadlines, Found, Letters, Notes, Reminders, Supervisions, next_due
from services.runtime.clock import Clock
from services.runtime.process.assembly import Assembly, run
from services.runtime.process.catalogue import InUse
from services.runtime.process.sweep import After, Due, Sweep
from services.runtime.process.worker import Chore
from services.runtime.store.database import Database, Transaction
from services.runtime.store.journal import forget_addressed
from services.runtime.store.vault import Vault
from services.runtime.web.routes import Routes

RUNGS_A_COMMIT = 200
SCAN_SECONDS, LETTER_SECONDS, SEAL_SECONDS = 0.5, 1.0, 3600.0
log = structlog.get_logger()


def build(settings: Settings, database: Database, _: Clock) -> Notify:
    """What this service works with."""
    others = {
        "supervisor": settings.supervisor_channels,
        "leader": settings.leader_channels,
        "congress": settings.congress_channels,
    }
    secrets, vault = settings.secrets.values, Vault(settings.contact_keys)
    ways = {"email": settings.submitter_email.url, "sms": settings.submitter_sms.url}

    def office(catalogue: Catalogue) -> Office:
        return Office(catalogue, Ladder.of(catalogue), Secretary(catalogue, others, secrets), Postbox(catalogue, ways))

    return Notify(
        database=database, place=InUse.of(settings, office), vault=vault,
        courier=AppriseCourier(settings.letter_timeout, secrets.values()), lost_after=timedelta(seconds=settings.letter_lost),
    )  # fmt: skip


class Climbing:
    """Fires what is due: what occasions call for, and the rungs of deadlines. Outside office hours nothing fires; what falls due
    there waits for the next opening."""

    def __init__(self, service: Notify) -> None:
        self._service = service
        called = Due[handlers.Climber, Called](self._climber, _called, lambda each: each.key, handlers.answer)
        found = Due[handlers.Climber, Found](self._climber, _found, lambda each: each.key, handlers.climb)
        self._sweeps = [Sweep("ladder", service.database, due, RUNGS_A_COMMIT) for due in (called, found)]

    @property
    def failed(self) -> int:
        """How many of them could not be dealt with."""
        return sum(sweep.failed for sweep in self._sweeps)

    def step(self) -> bool:
        """At most one commit's worth of both; whether there may be more."""
        now = self._service.database.clock.now()
        with self._service.database.reading() as connection:
            due = next_due(connection)
        if due is None or due > now or not self._service.ladder.is_open(now):
            return False
        more = [sweep.step() for sweep in self._sweeps]
        return any(more)

    def _climber(self, work: Transaction) -> handlers.Climber:
        service = self._service
        return handlers.Climber(
            Deadlines(work), Supervisions(work), partial(Reminders, work), service.ladder, service.secretary, work.now
        )


def _called(climber: handlers.Climber, after: After, limit: int) -> Sequence[Called]:
    return climber.deadlines.called(climber.now, limit, after)


def _found(climber: handlers.Climber, after: After, limit: int) -> Sequence[Found]:
    return climber.deadlines.due(climber.now, limit, after)


def chores(service: Notify) -> Sequence[Chore]:
    """Climbing the ladder, bringing letters to channels, and letters to submitters."""
    letters, notes = Letters(service.database), Notes(service.database, service.vault)

    def visit(channel: str) -> int:
        return handlers.visit_channel(letters, service.secretary, service.courier, service.ladder, channel)

    def visit_way(way: str) -> int:
        return handlers.visit_way(notes, service.postbox, service.courier, service.ladder, way)

    rounds, post = Rounds(visit), Rounds(visit_way)

    climbing = Climbing(service)

    def bring_letters() -> bool:
        rounds.begin(handlers.channels_to_visit(letters, service.ladder, service.lost_after))
        return False

    def bring_notes() -> bool:
        post.begin(handlers.ways_to_visit(notes, service.lost_after))
        return False

    def seal() -> bool:
        renewed = notes.reseal()
        if renewed:
            log.info("notes_sealed_anew", count=renewed)
        return False

    def forget() -> bool:
        with service.database.transaction() as work:
            forget_addressed(work.connection, work.now.timestamp(), sa.true())
        return False

    return (
        Chore("seal", SEAL_SECONDS, seal),
        Chore("forget", SEAL_SECONDS, forget),
        Chore("ladder", SCAN_SECONDS, climbing.step, lambda: climbing.failed),
        Chore("letters", LETTER_SECONDS, bring_letters),
        Chore("notes", LETTER_SECONDS, bring_notes),
    )


ROUTES = Routes([*app.routes, *pages.routes])
ASSEMBLY = Assembly(
    "notify", Settings, build, ROUTES, hearings, Path(__file__).parent / "migrations", chores, place=lambda service: service.place
)

if __name__ == "__main__":
    sys.exit(run(ASSEMBLY, sys.argv[1:]))
