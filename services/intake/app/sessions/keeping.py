"""How long it is kept who made bookings, and under which key."""

from __future__ import annotations

from datetime import datetime

from services.intake.app.context import Intake
from services.intake.store.sessions.personal import renew
from services.intake.store.sessions.sessions import KnownSessions
from services.runtime.store.database import Transaction

A_COMMIT = 500


def forget_visitors(service: Intake, before: datetime) -> int:
    """Erase who made bookings of sessions that were over by then; returns how many people were erased."""

    def unit(work: Transaction) -> int:
        store = KnownSessions(work, service.vault)
        found = store.outlived(before, A_COMMIT)
        for booking in found:
            store.forget(booking)
        return len(found)

    persons = done = service.database.write(unit)
    while done == A_COMMIT:
        done = service.database.write(unit)
        persons += done
    return persons


def reseal_visitors(service: Intake) -> None:
    """Bring who made bookings under the newest key."""
    after: str | None = ""
    while after is not None:
        last = after
        after = service.database.write(lambda work: renew(work, service.vault, last, A_COMMIT))  # noqa: B023
