"""Notifications to submitters, sealed. Who they go to is kept no longer than it takes to deliver them or to give up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain.letters.gathered import DIGEST
from services.notify.domain.letters.members import ABOUT_SESSION
from services.notify.domain.letters.submitters import SubmitterDelivery, SubmitterNotification
from services.notify.store.channels import RESTING, NotificationStore, recover
from services.notify.store.notices import prune
from services.notify.store.tables import is_state, submitter_notifications
from services.runtime.clock import new_id
from services.runtime.store.database import Database, Transaction
from services.runtime.store.statements.bulk import fetch
from services.runtime.store.vault import SealBroken, Vault
from services.runtime.web.lists.listing import newest_first

ERASED: Mapping[str, None] = {"contact": None, "title": None, "body": None}
#: What is shown of one: nothing that says who it is for.
SHOWN = tuple(submitter_notifications.c[field.name] for field in fields(SubmitterDelivery))
NO_KEY = "no key opens it any more"
CANCELLED = "whom it was for has been erased"
OUTDATED = "a newer letter about the session took its place"
_FORGET = submitter_notifications.delete().where(
    submitter_notifications.c.opinion == sa.bindparam("_opinion", type_=sa.Text), submitter_notifications.c.ended.is_not(None)
)
#: What still says whom it is for.
WAITING = is_state(submitter_notifications, "pending") | is_state(submitter_notifications, "sending")
_WAYS = (
    sa.select(submitter_notifications.c.way)
    .where(is_state(submitter_notifications, "pending"), submitter_notifications.c.next_at <= sa.bindparam("now"))
    .distinct()
)


@dataclass(frozen=True, slots=True)
class TakenSubmitterNotification:
    """One that was taken for an attempt; `attempts` counts this one. Printing it does not tell who it is for."""

    id: str
    opinion: str
    about: str
    attempts: int
    content: tuple[str, str, str]

    def __repr__(self) -> str:
        return f"TakenSubmitterNotification({self.id})"


class SubmitterNotificationStore(NotificationStore):
    """The notifications to submitters of one store; their channels are the ways: `email`, `sms`, `chat`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        super().__init__(database, submitter_notifications)
        self._vault = vault

    def recorded_as(self, channel: str) -> str:
        """A way beside the channels of staff."""
        return f"submitters#{channel}"

    def end(self, work: Transaction, which: sa.ColumnElement[bool], state: str, reason: str | None) -> int:
        """Record that some have ended, and forget who they were for."""
        return _end(work, which, state, reason)

    def waiting_ways(self, now: datetime) -> list[str]:
        """The ways that have something to send now and are not resting from a failure."""
        with self._database.reading() as connection:
            ways = [row.way for row in fetch(connection, _WAYS, {"now": now})]
            rests = {row.channel for row in fetch(connection, RESTING, {"now": now})} if ways else set()
        return [way for way in ways if self.recorded_as(way) not in rests]

    def take(self, way: str) -> TakenSubmitterNotification | None:
        """Mark the next notification of a way as being sent; None when there is none. One that no key opens is given up."""
        table = submitter_notifications.c
        with self._database.transaction() as work:
            query = (
                sa.select(table.id, table.opinion, table.about, table.attempts, table.contact, table.title, table.body)
                .where(is_state(submitter_notifications, "pending"), table.way == way, table.next_at <= work.now)
                .order_by(table.next_at, table.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            while (row := work.execute(query).one_or_none()) is not None:
                try:
                    content = (self._vault.open(row.contact), row.title, self._vault.open(row.body))
                except SealBroken:
                    _end(work, table.id == row.id, "failed", NO_KEY)
                    continue
                change = {"state": "sending", "attempts": row.attempts + 1, "begun": work.now, "next_at": None}
                work.execute(submitter_notifications.update().where(table.id == row.id).values(change))
                return TakenSubmitterNotification(row.id, row.opinion, row.about, row.attempts + 1, content)
        return None

    def reseal(self) -> int:
        """Bring what waits under the newest key; returns how many were under an older one."""
        renewed = 0
        with self._database.transaction() as work:
            waiting = (
                sa.select(submitter_notifications.c.id, submitter_notifications.c.contact, submitter_notifications.c.body)
                .where(WAITING)
                .order_by(submitter_notifications.c.id)
            )
            for row in work.execute(waiting.with_for_update(skip_locked=True)):
                with suppress(SealBroken):
                    change = {
                        "contact": self._vault.renew(row.contact) or row.contact,
                        "body": self._vault.renew(row.body) or row.body,
                    }
                    if change["contact"] != row.contact:
                        work.execute(submitter_notifications.update().where(submitter_notifications.c.id == row.id).values(change))
                        renewed += 1
        return renewed

    def delivered(self, taken: TakenSubmitterNotification, way: str) -> None:
        """It was accepted: the contact is erased."""
        with self._database.transaction() as work:
            _end(work, submitter_notifications.c.id == taken.id, "sent", None)
            recover(work, self.recorded_as(way))

    def refused(self, taken: TakenSubmitterNotification, reason: str, again: datetime | None) -> None:
        """It was not taken: it is tried again at `again`, or is given up."""
        with self._database.transaction() as work:
            if again is None:
                _end(work, submitter_notifications.c.id == taken.id, "failed", reason)
            else:
                change = {"state": "pending", "next_at": again, "reason": reason}
                # One that was cancelled meanwhile has ended.
                work.execute(
                    submitter_notifications.update()
                    .where(submitter_notifications.c.id == taken.id, is_state(submitter_notifications, "sending"))
                    .values(change)
                )


def _end(work: Transaction, which: sa.ColumnElement[bool], state: str, reason: str | None) -> int:
    change = {"state": state, "ended": work.now, "next_at": None, "reason": reason, **ERASED}
    return int(work.execute(submitter_notifications.update().where(which).values(change)).rowcount)


def cancel_submitter_notifications(work: Transaction, vault: Vault, opinion: str, receipts: Sequence[str]) -> int:
    """Throw away what waits for the holder of one of these receipts of an opinion; returns how many."""
    work.overwrite()
    waiting = sa.select(submitter_notifications.c.id, submitter_notifications.c.body).where(
        WAITING, submitter_notifications.c.opinion == opinion
    )
    wanted = [row.id for row in work.execute(waiting.with_for_update()) if _is_for(vault, row.body, receipts)]
    return _end(work, submitter_notifications.c.id.in_(wanted), "dropped", CANCELLED) if wanted else 0


def _is_for(vault: Vault, body: str, receipts: Sequence[str]) -> bool:
    try:
        text = vault.open(body)
    except SealBroken:
        return True
    return any(receipt in text for receipt in receipts)


def _end_older(work: Transaction, vault: Vault, session: str, newer: SubmitterNotification) -> None:
    """Drop what waits to tell the same person about the session by the same way."""
    table = submitter_notifications.c
    waiting = (
        sa.select(table.id, table.contact, table.body)
        .where(is_state(submitter_notifications, "pending"), table.opinion == session, table.way == newer.way)
        .where(table.about.in_(ABOUT_SESSION))
        .order_by(table.id)
    )
    found = work.execute(waiting.with_for_update())
    older = [row.id for row in found if _is_to_the_same(vault, row.contact, row.body, newer)]
    if older:
        _end(work, table.id.in_(older), "dropped", OUTDATED)


def _is_to_the_same(vault: Vault, contact: str, body: str, newer: SubmitterNotification) -> bool:
    """Several people may share an address: they are told apart by the greeting, the first line."""
    try:
        return (vault.open(contact), vault.open(body).partition("\n")[0]) == (newer.contact, newer.body.partition("\n")[0])
    except SealBroken:
        return False


def keep_submitter_notification(
    work: Transaction, vault: Vault, message: str, opinion: str, about: str, written: SubmitterNotification, at: datetime
) -> None:
    """Queue a notification inside `work`, sealed, to leave from `at` on; one that cannot be sent is recorded as ended."""
    over = written.reason is not None
    if about in ABOUT_SESSION and not over:
        _end_older(work, vault, opinion, written)
    if about == DIGEST:
        _forget_digests(work, opinion)
    state = "dropped" if written.dropped else "failed" if over else "pending"
    row = {
        "id": new_id(), "message": message, "opinion": opinion, "about": about, "way": written.way, "state": state,
        "attempts": 0, "at": work.now, "next_at": None if over else at, "begun": None, "ended": work.now if over else None,
        "reason": written.reason, "title": written.title or None,
        "contact": vault.seal(written.contact) if written.contact else None,
        "body": vault.seal(written.body) if written.body else None,
    }  # fmt: skip
    work.add(submitter_notifications, row)


def prune_submitter_notifications(work: Transaction, kept: timedelta) -> int:
    """Forget some that ended longer ago than that; returns how many."""
    return prune(work, submitter_notifications.c.id, submitter_notifications.c.ended, kept)


def forget_submitter_notifications(work: Transaction, opinions: Collection[str]) -> None:
    """Forget those about these opinions that have ended."""
    if opinions:
        work.run_many(_FORGET, [{"_opinion": opinion} for opinion in sorted(opinions)])


def _forget_digests(work: Transaction, person: str) -> None:
    """Of what was told to somebody day after day, no more is kept than the last."""
    table = submitter_notifications.c
    # What was kept at this very instant is the same digest by another way.
    older = (table.opinion == person, table.about == DIGEST, table.ended.is_not(None), table.at < work.now)
    work.execute(submitter_notifications.delete().where(*older))


def listed_submitter_notifications(
    connection: Connection, filters: Mapping[str, object], before: str | None, limit: int
) -> list[SubmitterDelivery]:
    """Notifications to submitters without who they are for, the newest first, one more than `limit`; None filters nothing."""
    query = newest_first(sa.select(*SHOWN), submitter_notifications, filters, before, limit)
    return [SubmitterDelivery(*row) for row in connection.execute(query)]
