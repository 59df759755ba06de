"""The record of every rung, and the notifications that went with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages.values import Message
from services.notify.domain.ladder import Behind, Deadline, Step
from services.notify.domain.letters.recipients import StaffNotification
from services.notify.domain.reminders import ClimbedStep, Reminder, ReminderState, SentNotification, behind
from services.notify.store.cases import CasePublisher
from services.notify.store.tables import reminders, staff_notifications
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.web.lists.listing import newest_first

NAMES = tuple(field.name for field in fields(Reminder))
_VALUES = attrgetter(*NAMES)
_CLIMBED = tuple(reminders.c[field.name] for field in fields(ClimbedStep))
_SENT = tuple(staff_notifications.c[field.name] for field in fields(SentNotification))


class ReminderStore:
    """The record inside one transaction, for the deadlines it is about."""

    def __init__(self, work: Transaction, deadlines: Iterable[Deadline]) -> None:
        self._work = work
        found = list(deadlines)
        self._climbed = self._read_climbed({deadline.assignment for deadline in found}) if found else {}
        self._case_publisher = CasePublisher(work, (deadline.opinion for deadline in found))

    def behind(self, deadline: Deadline) -> Behind:
        """How far this version of the deadline has been climbed, and what fired in earlier ones."""
        return behind(self._climbed.get((deadline.assignment, deadline.kind), ()), deadline.version)

    def skip(self, deadline: Deadline, step: Step) -> None:
        """Record that a later rung was due as well, and fires instead."""
        self._add(self._reminder(deadline, step, "skipped"))

    def send(self, deadline: Deadline, step: Step, message: Message, written: Sequence[StaffNotification]) -> None:
        """Record the rung, publish its message and queue its notifications, all in this transaction."""
        reminder = self._reminder(deadline, step, "sent")
        reminder.message, reminder.sequence = self._case_publisher.publish(message, deadline.opinion)
        self._add(reminder)
        self._queue(reminder, written)

    def settle(self) -> None:
        """Keep the notices of what was sent; the last thing in a unit of work."""
        self._case_publisher.settle()

    def add_calendar_notification(self, event: str, opinion: str, department: str, written: Sequence[StaffNotification]) -> None:
        """Record that a department was written to about a changed calendar, and queue the notifications."""
        self._add_notice(opinion, event, department, "calendar", "calendar-changed", written)

    def add_session_notice(self, session: str, department: str, move: str, written: Sequence[StaffNotification]) -> None:
        """Record that a department was written to about a session that it is asked to, and queue the notifications."""
        self._add_notice(session, new_id(), department, "session", f"session-{move}", written)

    def _add_notice(
        self, about: str, assignment: str, department: str, kind: str, rung: str, written: Sequence[StaffNotification]
    ) -> None:
        """One that is about no deadline of a case: `assignment` tells it from others."""
        now = self._work.now
        reminder = Reminder(new_id(), about, assignment, department, kind, 1, rung, "notice", None, "sent", now, now, now)
        self._add(reminder)
        self._queue(reminder, written)

    def _reminder(self, deadline: Deadline, step: Step, state: ReminderState) -> Reminder:
        rung = step.rung
        return Reminder(
            new_id(), deadline.opinion, deadline.assignment, deadline.department, deadline.kind, deadline.version, rung.code,
            rung.action, rung.card, state, deadline.due, step.at, self._work.now, time=step.time,
        )  # fmt: skip

    def _add(self, reminder: Reminder) -> None:
        self._work.add(reminders, dict(zip(NAMES, _VALUES(reminder), strict=True)))

    def _queue(self, reminder: Reminder, written: Sequence[StaffNotification]) -> None:
        for notification in written:
            self._work.add(staff_notifications, {
                "id": new_id(), "reminder": reminder.id, "opinion": reminder.opinion, "recipient": notification.recipient,
                "channel": notification.channel, "title": notification.title, "body": notification.body, "state": "pending",
                "attempts": 0,
                "next_at": notification.at or self._work.now, "person": notification.person, "digest": notification.digest,
            })  # fmt: skip

    def _read_climbed(self, assignments: set[str]) -> dict[tuple[str, str], list[ClimbedStep]]:
        climbed: dict[tuple[str, str], list[ClimbedStep]] = {}
        query = sa.select(reminders.c.assignment, reminders.c.kind, *_CLIMBED).where(reminders.c.assignment.in_(assignments))
        for row in self._work.execute(query):
            climbed.setdefault((row.assignment, row.kind), []).append(ClimbedStep(*tuple(row)[2:]))
        return climbed


def sent_reminders(
    connection: Connection, filters: Mapping[str, object], before: str | None, limit: int
) -> list[tuple[Reminder, list[SentNotification]]]:
    """Reminders with their notifications, the newest first, one more than `limit`; `filters` by column, None for any."""
    query = newest_first(sa.select(*(reminders.c[name] for name in NAMES)), reminders, filters, before, limit)
    found = [Reminder(*row) for row in connection.execute(query)]
    sent = _sent_with(connection, [reminder.id for reminder in found])
    return [(reminder, sent.get(reminder.id, [])) for reminder in found]


def _sent_with(connection: Connection, ids: Sequence[str]) -> dict[str, list[SentNotification]]:
    sent: dict[str, list[SentNotification]] = {}
    query = (
        sa.select(staff_notifications.c.reminder, *_SENT)
        .where(staff_notifications.c.reminder.in_(ids))
        .order_by(staff_notifications.c.id)
    )
    for reminder, *facts in connection.execute(query):
        sent.setdefault(reminder, []).append(SentNotification(*facts))
    return sent
