"""What notify knows of a case: how much it has said of it, and whether it starts one rung higher."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from services.contracts.messages.values import Message
from services.notify.store.tables import cases
from services.runtime.store.database import INSERTS, Transaction

_SAID = cases.update().where(cases.c.opinion == sa.bindparam("_opinion")).values(said=sa.bindparam("_said"))


class CasePublisher:
    """Says things of some cases inside one transaction, each under the next number of its case.

    The cases are taken for as long as the transaction lasts, in the order of their ids, so that nobody else counts beside
    it and no two wait for each other.
    """

    def __init__(self, work: Transaction, opinions: Iterable[str]) -> None:
        self._work = work
        wanted = sorted(set(opinions))
        self._said: dict[str, int] = {}
        if wanted:
            know(work, wanted)
            query = sa.select(cases.c.opinion, cases.c.said).where(cases.c.opinion.in_(wanted))
            found = work.execute(query.order_by(cases.c.opinion).with_for_update())
            self._said = {row.opinion: row.said for row in found}

    def publish(self, message: Message, opinion: str) -> tuple[str, int]:
        """Say it; returns the message's id and its number."""
        number = self._said[opinion] = self._said[opinion] + 1
        self._work.defer(_SAID, {"_opinion": opinion, "_said": number})
        return self._work.publish(message, subject=opinion, sequence=number), number


def know(work: Transaction, opinions: Iterable[str]) -> None:
    """Keep a row for each case that has none yet."""
    rows = [{"opinion": opinion, "said": 0, "higher": False, "marked": 0} for opinion in opinions]
    work.execute(INSERTS[work.connection.dialect.name](cases).on_conflict_do_nothing(), rows)


def mark(work: Transaction, opinion: str, higher: bool, sequence: int) -> None:
    """Keep whether a case starts one rung higher, as the event with this sequence told, unless a later one is known."""
    know(work, [opinion])
    newer = cases.update().where(cases.c.opinion == opinion, cases.c.marked < sequence)
    work.execute(newer.values(higher=higher, marked=sequence))
