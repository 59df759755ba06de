"""What was said to whom: the record of every rung, and the letters that went with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages.values import Message
from services.notify.domain import Behind, Deadline, StaffNotification, Step
from services.notify.store.cases import CasePublisher
from services.notify.store.tables import letters, reminders
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction, rows_of
from services.runtime.web.listing import newest_first


class ReminderStore:
    """The record inside one transaction, for the deadlines it is about."""

    def __init__(self, work: Transaction, deadlines: Iterable[Deadline]) -> None:
        self._work = work
        found = list(deadlines)
        self._behind = self._read_behind({deadline.assignment for deadline in found})
        self._case_publisher = CasePublisher(work, (deadline.opinion for deadline in found))

    def behind(self, deadline: Deadline) -> Behind:
        """How far this version of the deadline has been climbed, and what fired in earlier ones."""
        rows = [row for row in self._behind.get((deadline.assignment, deadline.kind), ()) if row["version"] <= deadline.version]
        own = [row for row in rows if row["version"] == deadline.version]
        earlier = {(row["rung"], row["time"]) for row in rows if row["version"] < deadline.version and row["state"] == "sent"}
        passed = {(row["rung"], row["time"]) for row in own}
        return Behind(passed, max((row["planned"] for row in own), default=None), earlier)

    def skip(self, deadline: Deadline, step: Step) -> None:
        """Record that a later rung was due as well, and fires instead."""
        self._work.add(reminders, self._row(deadline, step, "skipped"))

    def send(self, deadline: Deadline, step: Step, message: Message, written: Sequence[StaffNotification]) -> None:
        """Record the rung, say its message and put its letters into the post, all in this transaction."""
        said, sequence = self._case_publisher.publish(message, deadline.opinion)
        row = self._row(deadline, step, "sent") | {"message": said, "sequence": sequence}
        self._work.add(reminders, row)
        for letter in written:
            self._work.add(letters, self._letter(row["id"], deadline.opinion, letter))

    def add_calendar_notification(self, event: str, opinion: str, department: str, written: Sequence[StaffNotification]) -> None:
        """Record that a department was written to about a changed calendar, and put the letters into the post."""
        row = {
            "id": new_id(), "opinion": opinion, "assignment": event, "department": department, "kind": "calendar", "version": 1,
            "rung": "calendar-changed", "action": "notice", "card": None, "state": "sent", "due": self._work.now,
            "planned": self._work.now, "at": self._work.now, "message": None, "sequence": None, "time": 1,
        }  # fmt: skip
        self._work.add(reminders, row)
        for letter in written:
            self._work.add(letters, self._letter(str(row["id"]), opinion, letter))

    def _row(self, deadline: Deadline, step: Step, state: str) -> dict[str, Any]:
        return {
            "id": new_id(), "opinion": deadline.opinion, "assignment": deadline.assignment, "department": deadline.department,
            "kind": deadline.kind, "version": deadline.version, "rung": step.rung.code, "action": step.rung.action,
            "card": step.rung.card, "state": state, "due": deadline.due, "planned": step.at, "at": self._work.now,
            "message": None, "sequence": None, "time": step.time,
        }  # fmt: skip

    def _letter(self, reminder: str, opinion: str, letter: StaffNotification) -> dict[str, Any]:
        return {
            "id": new_id(), "reminder": reminder, "opinion": opinion, "recipient": letter.recipient, "channel": letter.channel,
            "title": letter.title, "body": letter.body, "state": "pending", "attempts": 0, "next_at": letter.at or self._work.now,
            "person": letter.person, "digest": letter.digest,
        }  # fmt: skip

    def _read_behind(self, assignments: set[str]) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
        table, behind = reminders.c, dict[tuple[str, str], list[Mapping[str, Any]]]()
        query = sa.select(table.assignment, table.kind, table.version, table.rung, table.time, table.planned, table.state)
        for row in rows_of(self._work.execute(query.where(table.assignment.in_(assignments)))):
            behind.setdefault((row["assignment"], row["kind"]), []).append(row)
        return behind


def sent_reminders(connection: Connection, filters: Mapping[str, Any], before: str | None, limit: int) -> list[dict[str, Any]]:
    """Reminders with their letters, the newest first, one more than `limit`; `filters` by column, None for any."""
    query = newest_first(sa.select(reminders), reminders, filters, before, limit)
    rows = [dict(row) for row in rows_of(connection.execute(query))]
    posted = _letters_of(connection, [row["id"] for row in rows])
    return [row | {"letters": posted.get(row["id"], [])} for row in rows]


def _letters_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    query = sa.select(letters).where(letters.c.reminder.in_(ids)).order_by(letters.c.id)
    posted: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows_of(connection.execute(query)):
        posted.setdefault(row["reminder"], []).append(row)
    return posted
