"""`python -m services.notify web|worker|migrate|settings`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
import structlog

from services.contracts.catalogue.model import Catalogue
from services.contracts.people.callers import Caller
from services.notify.app.context import Notify, Office
from services.notify.app.digests import DigestJob
from services.notify.app.raising import climber_of
from services.notify.app.routes import routes
from services.notify.app.sessions.plans import make_due_sessions
from services.notify.consumer import subscriptions
from services.notify.domain.ladder import Ladder
from services.notify.domain.letters.recipients import Recipients
from services.notify.domain.letters.submitters import SubmitterChannels
from services.notify.gateway import AppriseNotifier, NotifierPool
from services.notify.handlers import climbing, staff_notifications, submitter_notifications
from services.notify.pages.routes import PAGES
from services.notify.settings import Settings
from services.notify.store.deadlines import DueDeadline, DueOccasion
from services.notify.store.notices import A_PRUNING, prune_notices
from services.notify.store.staff_notifications import StaffNotificationStore
from services.notify.store.submitter_notifications import SubmitterNotificationStore, prune_submitter_notifications
from services.notify.store.timeline import next_due
from services.runtime.clock import Clock
from services.runtime.process.assembly import Assembly, run
from services.runtime.process.catalogue import InUse
from services.runtime.process.sweep import After, Sweep, SweepTarget
from services.runtime.process.worker import PeriodicJob
from services.runtime.store.database import Database
from services.runtime.store.journal import forget_addressed
from services.runtime.store.vault import Vault
from services.runtime.web.access.people import acting
from services.runtime.web.routes import Routes

RUNGS_A_COMMIT = 200
SCAN_SECONDS, LETTER_SECONDS, DIGEST_SECONDS, PLAN_SECONDS, SEAL_SECONDS = 0.5, 1.0, 15.0, 60.0, 3600.0
log = structlog.get_logger()


def build(settings: Settings, database: Database, clock: Clock) -> Notify:
    """Make the context that views and consumers get."""
    others = {
        "supervisor": settings.supervisor_channels,
        "leader": settings.leader_channels,
        "congress": settings.congress_channels,
    }
    secrets, vault = settings.secrets.values, Vault(settings.contact_keys)
    ways = {"email": settings.submitter_email.url, "sms": settings.submitter_sms.url, "chat": settings.staff_chat.url}
    access = Database(settings.access_database_url, "access", clock)

    def office(catalogue: Catalogue) -> Office:
        return Office(catalogue, Ladder.of(catalogue), Recipients(catalogue, others, secrets), SubmitterChannels(catalogue, ways))

    def acting_now(persons: Collection[str]) -> Mapping[str, Sequence[Caller]]:
        with access.reading() as connection:
            return acting(connection, persons)

    return Notify(
        database=database, place=InUse.of(settings, office), vault=vault, acting=acting_now,
        notifier=AppriseNotifier(settings.letter_timeout, secrets.values()), lost_after=timedelta(seconds=settings.letter_lost),
        ahead=timedelta(days=settings.plan_ahead), notices_kept=timedelta(days=settings.notice_days),
        letters_kept=timedelta(days=settings.letter_days),
        digest_stretch=timedelta(minutes=settings.digest_minutes),
    )  # fmt: skip


class Climbing:
    """Fires what is due: what occasions call for, and the rungs of deadlines. Outside office hours nothing fires; what falls due
    there waits for the next opening."""

    def __init__(self, service: Notify) -> None:
        self._service, begin = service, partial(climber_of, service)
        occasions = SweepTarget[climbing.Climber, DueOccasion](begin, _occasions, lambda each: each.key, climbing.answer)
        deadlines = SweepTarget[climbing.Climber, DueDeadline](begin, _due, lambda each: each.key, climbing.climb)
        self._sweeps = [Sweep("ladder", service.database, due, RUNGS_A_COMMIT) for due in (occasions, deadlines)]

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


def _occasions(climber: climbing.Climber, after: After, limit: int) -> Sequence[DueOccasion]:
    return climber.deadlines.occasions(climber.now, limit, after)


def _due(climber: climbing.Climber, after: After, limit: int) -> Sequence[DueDeadline]:
    return climber.deadlines.due(climber.now, limit, after)


def periodic_jobs(service: Notify) -> Sequence[PeriodicJob]:
    """Climbing the ladder, telling people what is new, sending notifications to staff and to submitters, and forgetting."""
    to_staff = StaffNotificationStore(service.database)
    to_submitters = SubmitterNotificationStore(service.database, service.vault)

    def serve_channel(channel: str) -> int:
        return staff_notifications.serve_channel(to_staff, service.recipients, service.notifier, service.ladder, channel)

    def serve_way(way: str) -> int:
        return submitter_notifications.serve_way(to_submitters, service.submitter_channels, service.notifier, service.ladder, way)

    staff_pool, submitter_pool = NotifierPool(serve_channel), NotifierPool(serve_way)

    climber, digests = Climbing(service), DigestJob(service)

    def send_to_staff() -> bool:
        staff_pool.begin(staff_notifications.channels_due(to_staff, service.ladder, service.lost_after))
        return False

    def send_to_submitters() -> bool:
        submitter_pool.begin(submitter_notifications.ways_due(to_submitters, service.lost_after))
        return False

    def seal() -> bool:
        renewed = to_submitters.reseal()
        if renewed:
            log.info("submitter_notifications_resealed", count=renewed)
        return False

    def forget() -> bool:
        with service.database.transaction() as work:
            forget_addressed(work.connection, work.now.timestamp(), sa.true())
            pruned = prune_notices(work, service.notices_kept), prune_submitter_notifications(work, service.letters_kept)
            return A_PRUNING in pruned

    return (
        PeriodicJob("seal", SEAL_SECONDS, seal),
        PeriodicJob("forget", SEAL_SECONDS, forget),
        PeriodicJob("plans", PLAN_SECONDS, partial(make_due_sessions, service)),
        PeriodicJob("ladder", SCAN_SECONDS, climber.step, lambda: climber.failed),
        PeriodicJob("digests", DIGEST_SECONDS, digests.step, lambda: digests.failed),
        PeriodicJob("letters", LETTER_SECONDS, send_to_staff),
        PeriodicJob("notes", LETTER_SECONDS, send_to_submitters),
    )


ROUTES = Routes([*routes, *PAGES])
ASSEMBLY = Assembly(
    "notify",
    Settings,
    build,
    ROUTES,
    subscriptions,
    Path(__file__).parent / "migrations",
    periodic_jobs,
    place=lambda service: service.place,
)

if __name__ == "__main__":
    sys.exit(run(ASSEMBLY, sys.argv[1:]))
