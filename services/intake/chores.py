"""What intake's worker does by itself."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from services.intake import store
from services.intake.app import Intake
from services.runtime.worker import Chore

SEAL_SECONDS, SEALED_A_COMMIT = 3600.0, 500
log = structlog.get_logger()


class Sealer:
    """Seals personal data that stands in the clear, as an earlier version left it: some in a commit, the oldest first."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._last: str | None = None

    def turn(self) -> bool:
        """Seal the next ones; whether there may be more. At the end it begins anew, for what an old process may still bring."""
        database, vault = self._intake.database, self._intake.vault
        with database.reading() as connection:
            ids = store.in_the_clear(connection, self._last, SEALED_A_COMMIT)
        if ids:
            with database.transaction() as work:
                done = store.reseal(work, vault, ids)
            log.info("persons_sealed", opinions=len(ids), sealed=done.renewed)
        elif self._last is not None:
            database.tidy()
        self._last = ids[-1] if ids else None
        return bool(ids)


def chores(intake: Intake) -> Sequence[Chore]:
    """Everything of this service that nobody asks for."""
    return (Chore("seal", SEAL_SECONDS, Sealer(intake).turn),)
