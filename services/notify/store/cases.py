"""Notify's row for a case: the sequence of its messages, what they tell whom, and whether it starts one rung higher."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from services.contracts.messages.values import Message
from services.notify.domain.notices import Notice, notices_of
from services.notify.domain.timetable import CaseMark
from services.notify.store.notices import keep_notices
from services.notify.store.tables import cases
from services.runtime.store.database import INSERTS, Transaction

_PUBLISHED = cases.update().where(cases.c.opinion == sa.bindparam("_opinion")).values(last_sequence=sa.bindparam("_sequence"))


class CasePublisher:
    """Publishes messages about some cases inside one transaction, each under the next number of its case.

    The cases are taken for as long as the transaction lasts, in the order of their ids, so that nobody else counts beside
    it and no two wait for each other.
    """

    def __init__(self, work: Transaction, opinions: Iterable[str]) -> None:
        self._work = work
        self._notices: list[Notice] = []
        wanted = sorted(set(opinions))
        self._sequences: dict[str, int] = {}
        if wanted:
            know(work, wanted)
            query = sa.select(cases.c.opinion, cases.c.last_sequence).where(cases.c.opinion.in_(wanted))
            found = work.execute(query.order_by(cases.c.opinion).with_for_update())
            self._sequences = {row.opinion: row.last_sequence for row in found}

    def publish(self, message: Message, opinion: str) -> tuple[str, int]:
        """Publish; returns the message's id and its number."""
        number = self._sequences[opinion] = self._sequences[opinion] + 1
        self._work.defer(_PUBLISHED, {"_opinion": opinion, "_sequence": number})
        event = self._work.publish(message, subject=opinion, sequence=number).event
        self._notices += notices_of(event)
        return event.id, number

    def settle(self) -> None:
        """Keep the notices of what was published. Comes last in a unit of work, because others wait for their turn from here."""
        kept, self._notices = self._notices, []
        keep_notices(self._work, kept)


def know(work: Transaction, opinions: Iterable[str]) -> None:
    """Keep a row for each case that has none yet."""
    rows = [{"opinion": opinion, "last_sequence": 0, "higher": False, "marked_sequence": 0} for opinion in opinions]
    work.execute(INSERTS[work.connection.dialect.name](cases).on_conflict_do_nothing(), rows)


def mark_case(work: Transaction, mark: CaseMark) -> None:
    """Keep whether a case starts one rung higher, unless a later event is known."""
    know(work, [mark.opinion])
    newer = cases.update().where(cases.c.opinion == mark.opinion, cases.c.marked_sequence < mark.sequence)
    work.execute(newer.values(higher=mark.higher, marked_sequence=mark.sequence))
