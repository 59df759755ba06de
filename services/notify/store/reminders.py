"""What was said to whom: the record of every rung, and the letters that went with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages import Message
from services.notify.domain import Deadline, Letter, Step
from services.notify.store.tables import letters, reminders
from services.runtime.clock import new_id
from services.runtime.database import Transaction, rows_of


class Reminders:
    """The record inside one transaction, for the deadlines it is about."""

    def __init__(self, work: Transaction, deadlines: Iterable[Deadline]) -> None:
        self._work = work
        found = list(deadlines)
        self._passed = self._read_passed({deadline.assignment for deadline in found})
        self._sequences = Counter(self._read_sequences({deadline.opinion for deadline in found}))

    def passed(self, deadline: Deadline) -> set[str]:
        """The codes of the rungs that fired or were skipped for this version of the deadline."""
        return self._passed.get((deadline.assignment, deadline.kind, deadline.version), set())

    def skip(self, deadline: Deadline, step: Step) -> None:
        """Record that a later rung was due as well, and fires instead."""
        self._work.add(reminders, self._row(deadline, step, "skipped"))

    def send(self, deadline: Deadline, step: Step, message: Message, written: Sequence[Letter]) -> None:
        """Record the rung, say its message and put its letters into the post, all in this transaction."""
        self._sequences[deadline.opinion] += 1
        sequence = self._sequences[deadline.opinion]
        said = self._work.say(message, subject=deadline.opinion, sequence=sequence)
        row = self._row(deadline, step, "sent") | {"message": said, "sequence": sequence}
        self._work.add(reminders, row)
        for letter in written:
            self._work.add(letters, self._letter(row["id"], deadline.opinion, letter))

    def _row(self, deadline: Deadline, step: Step, state: str) -> dict[str, Any]:
        return {
            "id": new_id(), "opinion": deadline.opinion, "assignment": deadline.assignment, "department": deadline.department,
            "kind": deadline.kind, "version": deadline.version, "rung": step.rung.code, "action": step.rung.action,
            "card": step.rung.card, "state": state, "due": deadline.due, "planned": step.at, "at": self._work.now,
            "message": None, "sequence": None,
        }  # fmt: skip

    def _letter(self, reminder: str, opinion: str, letter: Letter) -> dict[str, Any]:
        return {
            "id": new_id(), "reminder": reminder, "opinion": opinion, "recipient": letter.recipient, "channel": letter.channel,
            "title": letter.title, "body": letter.body, "state": "pending", "attempts": 0, "next_at": letter.at or self._work.now,
            "person": letter.person, "digest": letter.digest,
        }  # fmt: skip

    def _read_passed(self, assignments: set[str]) -> dict[tuple[str, str, int], set[str]]:
        table, passed = reminders.c, dict[tuple[str, str, int], set[str]]()
        query = sa.select(table.assignment, table.kind, table.version, table.rung).where(table.assignment.in_(assignments))
        for row in self._work.execute(query):
            passed.setdefault((row.assignment, row.kind, row.version), set()).add(row.rung)
        return passed

    def _read_sequences(self, opinions: set[str]) -> dict[str, int]:
        table = reminders.c
        query = sa.select(table.opinion, sa.func.max(table.sequence).label("last")).where(
            table.opinion.in_(opinions), table.sequence.is_not(None)
        )
        return {row.opinion: row.last for row in self._work.execute(query.group_by(table.opinion))}


def sent_reminders(
    connection: Connection, filters: Mapping[str, str | None], before: str | None, limit: int
) -> list[dict[str, Any]]:
    """Reminders with their letters, the newest first, one more than `limit`; `filters` by column, None for any."""
    query = sa.select(reminders).order_by(reminders.c.id.desc()).limit(limit + 1)
    for column, value in filters.items():
        if value is not None:
            query = query.where(reminders.c[column] == value)
    if before is not None:
        query = query.where(reminders.c.id < before)
    rows = [dict(row) for row in rows_of(connection.execute(query))]
    posted = _letters_of(connection, [row["id"] for row in rows])
    return [row | {"letters": posted.get(row["id"], [])} for row in rows]


def _letters_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    query = sa.select(letters).where(letters.c.reminder.in_(ids)).order_by(letters.c.id)
    posted: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows_of(connection.execute(query)):
        posted.setdefault(row["reminder"], []).append(row)
    return posted
