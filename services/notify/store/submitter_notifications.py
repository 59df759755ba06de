"""Letters to submitters in the store, sealed. Who they go to is kept no longer than it takes to deliver them or to give up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain.submitters import SubmitterDelivery, SubmitterNotification
from services.notify.store.channels import LOST, failures_of, let_rest, lost_attempts, recover, resting
from services.notify.store.tables import is_state, notes
from services.runtime.clock import new_id
from services.runtime.store.database import Database, Transaction
from services.runtime.store.vault import SealBroken, Vault
from services.runtime.web.listing import newest_first

ERASED: Mapping[str, None] = {"contact": None, "title": None, "body": None}
#: What is shown of a letter: nothing that says who it is for.
SHOWN = tuple(notes.c[field.name] for field in fields(SubmitterDelivery))
NO_KEY = "no key opens it any more"
CANCELLED = "whom it was for has been erased"
#: What still says whom it is for.
WAITING = is_state(notes, "pending") | is_state(notes, "sending")


@dataclass(frozen=True, slots=True)
class TakenSubmitterNotification:
    """A letter taken for an attempt; `attempts` counts this one. Printing it does not tell who it is for."""

    id: str
    opinion: str
    about: str
    attempts: int
    letter: tuple[str, str, str]

    def __repr__(self) -> str:
        return f"Sendable({self.id})"


class SubmitterNotificationStore:
    """The letters to submitters of one store. Each step is a commit of its own."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def now(self) -> datetime:
        """The present instant by the store's clock."""
        return self._database.clock.now()

    def waiting_ways(self, now: datetime) -> list[str]:
        """The ways that have a letter to take now and are not resting from a failure."""
        query = sa.select(notes.c.way).where(is_state(notes, "pending"), notes.c.next_at <= now).distinct()
        with self._database.reading() as connection:
            ways = list(connection.execute(query).scalars())
            rests: set[str] = set(connection.scalars(resting(now))) if ways else set()
        return [way for way in ways if _channel(way) not in rests]

    def take(self, way: str) -> TakenSubmitterNotification | None:
        """Mark the next letter of a way as being sent; None when there is none. One that no key opens is given up."""
        table = notes.c
        with self._database.transaction() as work:
            query = (
                sa.select(table.id, table.opinion, table.about, table.attempts, table.contact, table.title, table.body)
                .where(is_state(notes, "pending"), table.way == way, table.next_at <= work.now)
                .order_by(table.next_at, table.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            while (row := work.execute(query).one_or_none()) is not None:
                try:
                    letter = (self._vault.open(row.contact), row.title, self._vault.open(row.body))
                except SealBroken:
                    _end(work, table.id == row.id, "failed", NO_KEY)
                    continue
                change = {"state": "sending", "attempts": row.attempts + 1, "begun": work.now, "next_at": None}
                work.execute(notes.update().where(table.id == row.id).values(change))
                return TakenSubmitterNotification(row.id, row.opinion, row.about, row.attempts + 1, letter)
        return None

    def reseal(self) -> int:
        """Bring what waits under the newest key; returns how many letters were under an older one."""
        renewed = 0
        with self._database.transaction() as work:
            waiting = sa.select(notes.c.id, notes.c.contact, notes.c.body).where(WAITING).order_by(notes.c.id)
            for row in work.execute(waiting.with_for_update(skip_locked=True)):
                with suppress(SealBroken):
                    change = {
                        "contact": self._vault.renew(row.contact) or row.contact,
                        "body": self._vault.renew(row.body) or row.body,
                    }
                    if change["contact"] != row.contact:
                        work.execute(notes.update().where(notes.c.id == row.id).values(change))
                        renewed += 1
        return renewed

    def delivered(self, letter: TakenSubmitterNotification, way: str) -> None:
        """It was taken: nobody needs to know any more who it was for."""
        with self._database.transaction() as work:
            _end(work, notes.c.id == letter.id, "sent", None)
            recover(work, _channel(way))

    def refused(self, letter: TakenSubmitterNotification, reason: str, again: datetime | None) -> None:
        """It was not taken: it is tried again at `again`, or is given up."""
        with self._database.transaction() as work:
            if again is None:
                _end(work, notes.c.id == letter.id, "failed", reason)
            else:
                change = {"state": "pending", "next_at": again, "reason": reason}
                # One that was cancelled meanwhile has ended.
                work.execute(notes.update().where(notes.c.id == letter.id, is_state(notes, "sending")).values(change))

    def failures(self, way: str) -> int:
        """How often in a row a way has failed."""
        with self._database.reading() as connection:
            return failures_of(connection, _channel(way))

    def rest(self, way: str, failures: int, until: datetime, reason: str) -> None:
        """Leave a way alone after its failure number `failures` in a row."""
        with self._database.transaction() as work:
            let_rest(work, _channel(way), failures, until, reason)

    def give_up_lost(self, begun_before: datetime) -> int:
        """Mark attempts whose process must have died as `uncertain`, and forget who they were for; returns how many."""
        lost = lost_attempts(self._database, notes, begun_before)
        if lost is None:
            return 0
        with self._database.transaction() as work:
            return _end(work, lost, "uncertain", LOST)


def _end(work: Transaction, which: sa.ColumnElement[bool], state: str, reason: str | None) -> int:
    change = {"state": state, "ended": work.now, "next_at": None, "reason": reason, **ERASED}
    return int(work.execute(notes.update().where(which).values(change)).rowcount)


def cancel_submitter_notifications(work: Transaction, vault: Vault, opinion: str, receipts: Sequence[str]) -> int:
    """Throw away what waits for whoever held one of these receipts of an opinion; returns how many letters."""
    work.overwrite()
    waiting = sa.select(notes.c.id, notes.c.body).where(WAITING, notes.c.opinion == opinion)
    wanted = [row.id for row in work.execute(waiting.with_for_update()) if _is_for(vault, row.body, receipts)]
    return _end(work, notes.c.id.in_(wanted), "dropped", CANCELLED) if wanted else 0


def _is_for(vault: Vault, body: str, receipts: Sequence[str]) -> bool:
    try:
        text = vault.open(body)
    except SealBroken:
        return True
    return any(receipt in text for receipt in receipts)


def keep_submitter_notification(
    work: Transaction, vault: Vault, message: str, opinion: str, about: str, note: SubmitterNotification, at: datetime
) -> None:
    """Put a letter into the post inside `work`, to leave from `at` on, sealed; one that cannot be sent is recorded as ended."""
    over = note.reason is not None
    state = "dropped" if note.dropped else "failed" if over else "pending"
    row = {
        "id": new_id(), "message": message, "opinion": opinion, "about": about, "way": note.way, "state": state,
        "attempts": 0, "at": work.now, "next_at": None if over else at, "begun": None, "ended": work.now if over else None,
        "reason": note.reason, "title": note.title or None,
        "contact": vault.seal(note.contact) if note.contact else None, "body": vault.seal(note.body) if note.body else None,
    }  # fmt: skip
    work.add(notes, row)


def listed_submitter_notifications(
    connection: Connection, filters: Mapping[str, object], before: str | None, limit: int
) -> list[SubmitterDelivery]:
    """Letters to submitters without who they are for, the newest first, one more than `limit`; None filters nothing."""
    query = newest_first(sa.select(*SHOWN), notes, filters, before, limit)
    return [SubmitterDelivery(*row) for row in connection.execute(query)]


def _channel(way: str) -> str:
    return f"submitters#{way}"
