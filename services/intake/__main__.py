"""`python -m services.intake web|worker|migrate|settings`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from prometheus_client.registry import Collector

from services.accounts.context import Accounts
from services.intake.app.context import Intake
from services.intake.app.letters import sender
from services.intake.app.limits import limits_of
from services.intake.app.routes import ROUTES as API_ROUTES
from services.intake.app.sessions.telling import inviting, telling
from services.intake.consumer import subscriptions
from services.intake.domain.similarity.comparing import Wording
from services.intake.domain.similarity.incidents import Weights
from services.intake.domain.submission.capacity import CapacityLimits
from services.intake.gateway.capacity import Capacity
from services.intake.gateway.cards import usual_font
from services.intake.handlers.comparing import Desk, compare, look_at
from services.intake.handlers.sessions.hearing import remind
from services.intake.pages.routes import PAGES
from services.intake.series import CapacityCollector, UnassignedCollector
from services.intake.settings import Settings
from services.intake.store.contacts import in_the_clear, reseal
from services.intake.store.publication import publications
from services.intake.store.reading import open_codes
from services.intake.store.sessions.sessions import KnownSessions
from services.intake.store.similarity.incidents import IncidentStore, told_since
from services.intake.store.similarity.rising import WordCounts
from services.intake.store.similarity.wordings import WordingStore, unread_texts
from services.runtime.clock import Clock
from services.runtime.process.assembly import Assembly, run
from services.runtime.process.catalogue import InUse, same
from services.runtime.process.signing import Ed25519Signer
from services.runtime.process.sweep import After, Sweep, SweepTarget
from services.runtime.process.worker import PeriodicJob
from services.runtime.store.database import Database, Transaction
from services.runtime.store.vault import Vault
from services.runtime.web.routes import Routes

SEAL_SECONDS, SEALED_A_COMMIT = 3600.0, 500
#: Few texts at a time: a fifth of a millisecond each, in which nobody else can write into an SQLite file. Fewer cost more: what
#: texts are compared with is read for each portion.
READ_SECONDS, READ_A_COMMIT = 2.0, 50
COUNTED_EVERY = timedelta(days=1)
#: How old the numbers on the public list may be.
COUNT_SECONDS = 60.0
REMIND_SECONDS, REMINDED_A_COMMIT = 60.0, 200
log = structlog.get_logger()


def build(settings: Settings, database: Database, clock: Clock) -> Intake:
    """Make the context that views and consumers get."""
    limits = CapacityLimits(settings.outbox_limit, settings.disk_reserve_mb * 1_000_000)
    signer = Ed25519Signer(settings.promise_key) if settings.promise_key else None
    if signer is None:
        log.warning("nothing_is_promised", advice="set HUIYING_PROMISE_KEY to a random text of 32 characters or more")
    vault = Vault(settings.contact_keys)
    access, send = Database(settings.access_database_url, "access", clock), sender(database, vault)
    accounts = Accounts(access, vault, settings.account_rules, send, single_sign_on=settings.single_sign_on)
    ahead = timedelta(hours=settings.booking_reminder_hours)
    place, capacity = InUse.of(settings, same), Capacity(database, limits)
    font = settings.share_font or usual_font()
    return Intake(database, place, vault, capacity, accounts, signer, settings.map_source, font, ahead)


def collectors(intake: Intake) -> Sequence[Collector]:
    """The series of this service's own."""
    return CapacityCollector(intake.capacity), UnassignedCollector(intake.database)


def readiness_facts(intake: Intake) -> Mapping[str, Callable[[], int | None]]:
    """Facts for `/readyz` beside the checks of broker and store."""
    return {"room": intake.capacity.left}


class Sealer:
    """Seals personal data that stands in the clear, as an earlier version left it: some in a commit, the oldest first."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._last: str | None = None

    def turn(self) -> bool:
        """Seal the next ones; returns whether there may be more. Starts over at the end, because an old process may add more."""
        database, vault = self._intake.database, self._intake.vault
        with database.reading() as connection:
            ids = in_the_clear(connection, self._last, SEALED_A_COMMIT)
        if ids:
            with database.transaction() as work:
                done = reseal(work, vault, ids)
            log.info("persons_sealed", opinions=len(ids), sealed=done.renewed)
        elif self._last is not None:
            database.tidy()
        self._last = ids[-1] if ids else None
        return bool(ids)


class TextReader:
    """Reads the texts of what came in. It knows the weights of terms, which are recounted every day."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._weights, self._counted = Weights(), datetime.min.replace(tzinfo=UTC)
        self._sweep = Sweep(
            "read", intake.database, SweepTarget(self._desk, _unread, lambda each: (each.number,), compare), READ_A_COMMIT
        )

    def job(self) -> PeriodicJob:
        """Reading as a periodic job."""
        return PeriodicJob("read", READ_SECONDS, self._turn, lambda: self._sweep.failed)

    def _turn(self) -> bool:
        database = self._intake.database
        now = database.clock.now()
        if now - self._counted >= COUNTED_EVERY:
            weights = Weights()
            while self._outlive():
                pass
            # Reading 90 days takes a while; nobody who writes waits for it.
            with database.reading() as connection:
                for terms in told_since(connection, now):
                    weights.add(terms)
            self._weights, self._counted = weights, now
        # What a text alone tells is known by the time others have to wait.
        with database.reading() as connection:
            ahead = unread_texts(connection, READ_A_COMMIT)
        for title, content in ahead:
            look_at(title, content)
        return self._sweep.step()

    def _outlive(self) -> bool:
        with self._intake.database.transaction() as work:
            return IncidentStore(work).outlive()

    def _desk(self, work: Transaction) -> Desk:
        places = {code: area.parent for code, area in self._intake.catalogue.areas.items()}
        return Desk(WordingStore(work), IncidentStore(work), WordCounts(work), self._weights, places)


def _unread(desk: Desk, after: After, limit: int) -> Sequence[Wording]:
    return desk.wordings.unread(after[0] if after else None, limit)


def count_public(intake: Intake) -> bool:
    """Count what is public and what is not, for the public list; there is never more to do at once."""
    # Counting takes a while where there is much; nobody who writes waits for it.
    with intake.database.reading() as connection:
        counts = publications.counted(connection)
    with intake.database.transaction() as work:
        publications.keep_counts(work, *counts)
    return False


def remind_visitors(intake: Intake) -> bool:
    """Remind those whose session comes near; whether there may be more of them."""
    return intake.database.write(lambda work: remind(telling(intake, work), REMINDED_A_COMMIT))


def remind_deputies(intake: Intake) -> bool:
    """Remind the deputies whose session is near; whether there may be more of them."""

    def unit(work: Transaction) -> bool:
        return inviting(intake, KnownSessions(work, intake.vault)).remind(REMINDED_A_COMMIT)

    return intake.database.write(unit)


def periodic_jobs(intake: Intake) -> Sequence[PeriodicJob]:
    """The periodic jobs of this service."""
    return (
        PeriodicJob("seal", SEAL_SECONDS, Sealer(intake).turn),
        TextReader(intake).job(),
        PeriodicJob("remind_visitors", REMIND_SECONDS, lambda: remind_visitors(intake)),
        PeriodicJob("remind_deputies", REMIND_SECONDS, lambda: remind_deputies(intake)),
        PeriodicJob("count_public", COUNT_SECONDS, lambda: count_public(intake)),
    )


ROUTES = Routes([*API_ROUTES, *PAGES])
ASSEMBLY = Assembly(
    "intake",
    Settings,
    build,
    ROUTES,
    subscriptions,
    Path(__file__).parent / "migrations",
    periodic_jobs,
    collectors,
    readiness_facts,
    place=lambda service: service.place,
    uses=open_codes,
    limits=limits_of,
)

if __name__ == "__main__":
    sys.exit(run(ASSEMBLY, sys.argv[1:]))
