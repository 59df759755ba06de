"""The periodic job that tells people what is new, in office hours."""

from __future__ import annotations

from collections.abc import Sequence

from services.notify.app.context import Notify
from services.notify.domain.digests import DueDigest
from services.notify.handlers.digests import DigestWork, tell
from services.notify.store.digests import DigestStore, next_digest
from services.runtime.process.sweep import After, Sweep, SweepTarget
from services.runtime.store.database import Transaction

DIGESTS_A_COMMIT = 200


class DigestJob:
    """Looks at those who want to be told and whose time has come. Outside office hours nobody is."""

    def __init__(self, service: Notify) -> None:
        self._service = service
        target = SweepTarget[DigestWork, DueDigest](self._begin, _due, lambda each: (each.at, each.person), tell)
        self._sweep = Sweep("digests", service.database, target, DIGESTS_A_COMMIT)

    @property
    def failed(self) -> int:
        """How many of them could not be looked at."""
        return self._sweep.failed

    def step(self) -> bool:
        """At most one commit's worth; whether there may be more."""
        now = self._service.database.clock.now()
        if not self._service.ladder.is_open(now):
            return False
        with self._service.database.reading() as connection:
            due = next_digest(connection)
        return due is not None and due <= now and self._sweep.step()

    def _begin(self, work: Transaction) -> DigestWork:
        service = self._service
        return DigestWork(DigestStore(work), service.acting, service.catalogue.calendar, service.digest_stretch)


def _due(telling: DigestWork, after: After, limit: int) -> Sequence[DueDigest]:
    return telling.store.due(after, limit)
