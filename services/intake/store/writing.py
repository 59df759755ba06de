"""Intake's side of one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.contracts.grants import EARLIER
from services.contracts.messages.values import Message
from services.intake.store import contacts
from services.intake.store.attachments import attached, attachments
from services.intake.store.following import takeover
from services.intake.store.personal import OF_OPINION, OF_SIGNER, put_away, take_out
from services.intake.store.reading import REACHABLE_COSIGNERS, REACHABLE_SUBMITTERS, followers_query, ratings_query
from services.intake.store.tables import handlers, opinions, ratings, signers, timeline
from services.runtime.store import idempotency
from services.runtime.store.database import Transaction, row_of, rows_of
from services.runtime.store.vault import Vault

Row = Mapping[str, Any]
_TOLD = (opinions.c.personal, *(opinions.c[name] for name in OF_OPINION))
_KNOWN = sa.select(
    opinions.c.external_id,
    opinions.c.id,
    opinions.c.receipt,
    opinions.c.state,
    opinions.c.fingerprint,
    opinions.c.source,
    opinions.c.given,
    *_TOLD,
).where(
    opinions.c.external_id.in_(sa.bindparam("external_ids", expanding=True)),
    sa.func.coalesce(opinions.c.source, EARLIER).in_(sa.bindparam("sources", expanding=True)),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a receipt: the opinion it is of, and whether it is the one of whoever submitted it."""

    opinion: Row
    first: bool


class IntakeStore:
    """Intake's side of one transaction. Personal data goes in and comes out as it was told; what is kept is sealed."""

    def __init__(self, work: Transaction, vault: Vault) -> None:
        self._work, self._vault = work, vault
        self.now = work.now

    def seal(self, value: Any) -> str:
        """A value of a person's, as it may leave this transaction."""
        return self._vault.seal(value)

    def publish(self, message: Message, opinion: str, sequence: int) -> None:
        """Put a message about an opinion into the outbox."""
        self._work.publish(message, subject=opinion, sequence=sequence)

    def add_opinion(self, row: dict[str, Any]) -> None:
        """Store a new opinion."""
        self._work.add(opinions, put_away(self._vault, {"updated": self.now, **row}, OF_OPINION))

    def add_signer(self, row: dict[str, Any]) -> None:
        """Store a co-signer."""
        self._work.add(signers, put_away(self._vault, row, OF_SIGNER))

    def add_handler(self, opinion: str, assignment: str, department: str, role: str, *, ended: bool = False) -> None:
        """Note that a department has an assignment, or has it no longer."""
        row = {"opinion": opinion, "assignment": assignment, "department": department, "role": role, "ended": ended}
        self._work.add(handlers, row)

    def record(self, opinion: str, at: datetime, what: str, by: str, /, *, audience: str | None = None, **facts: Any) -> None:
        """Add a line to the timeline of an opinion; `audience` is None for everybody, `STAFF`, or the one receipt that reads it."""
        row = {"opinion": opinion, "at": at, "what": what, "by": by, "facts": facts, "audience": audience}
        self._work.add(timeline, row)

    def with_external_ids(self, external_ids: Sequence[str], sources: Sequence[str]) -> dict[str, Row]:
        """The opinions of these senders that are known among these external ids, and what is kept of how they were sent."""
        wanted = {"external_ids": external_ids, "sources": sources}
        return {row["external_id"]: row for row in rows_of(self._work.execute(_KNOWN, wanted))}

    def persons(self, row: Row) -> dict[str, Any]:
        """Who told a stored opinion, who passed it on, and the deputy it names."""
        return take_out(self._vault, row, OF_OPINION)

    def signers(self, opinion_ids: Sequence[str]) -> dict[str, list[Row]]:
        """The co-signers of opinions with their receipts, by opinion, in the order they were named."""
        query = sa.select(signers).where(signers.c.opinion.in_(opinion_ids)).order_by(signers.c.number)
        found: dict[str, list[Row]] = {}
        for row in rows_of(self._work.execute(query)):
            person = {"receipt": row["receipt"], "kind": row["kind"], **take_out(self._vault, row, OF_SIGNER)}
            found.setdefault(row["opinion"], []).append(person)
        return found

    def opinion(self, opinion_id: str) -> Row | None:
        """One opinion by id, locked until the commit."""
        return self._one(opinions.c.id == opinion_id)

    def opinions(self, opinion_ids: Sequence[str]) -> dict[str, Row]:
        """Several opinions by id, locked until the commit, always in the same order."""
        query = sa.select(opinions).where(opinions.c.id.in_(opinion_ids)).order_by(opinions.c.id).with_for_update()
        return {row["id"]: row for row in rows_of(self._work.execute(query))}

    def holder(self, receipt: str) -> Holder | None:
        """Who holds a receipt, with the opinion locked until the commit."""
        row = self._one(opinions.c.receipt == receipt)
        if row is not None:
            return Holder(row, first=True)
        signer = self._work.execute(sa.select(signers.c.opinion).where(signers.c.receipt == receipt)).scalar_one_or_none()
        joined = self.opinion(signer) if signer else None
        return Holder(joined, first=False) if joined else None

    def change(self, opinion_id: str, **values: Any) -> None:
        """Set columns of an opinion."""
        self._work.execute(opinions.update().where(opinions.c.id == opinion_id).values(**values))

    def follow(self, opinion_id: str, sequence: int, values: Mapping[str, Any]) -> None:
        """Take over what routing says. Heard in whatever order, what it said last stands in the end."""
        self._work.defer(*takeover(opinion_id, sequence, values, self.now))

    def move_followers(self, opinion_id: str, into: str) -> None:
        """Whoever was merged into an opinion is merged into another one from now on."""
        self._work.execute(opinions.update().where(opinions.c.merged_into == opinion_id).values(merged_into=into))

    def followers(self, opinion_id: str) -> list[Row]:
        """Those that were merged into an opinion, the first one first, locked until the commit."""
        query = sa.select(opinions).where(opinions.c.merged_into == opinion_id).order_by(opinions.c.id)
        return rows_of(self._work.execute(query.with_for_update()))

    def case_of(self, opinion_id: str) -> str:
        """The opinion that this one is handled with, or its own id."""
        query = sa.select(opinions.c.merged_into).where(opinions.c.id == opinion_id)
        return self._work.execute(query).scalar() or opinion_id

    def has_happened(self, opinion_id: str, what: str) -> bool:
        """Whether there is such a line in the timeline of an opinion."""
        query = sa.select(timeline.c.id).where(timeline.c.opinion == opinion_id, timeline.c.what == what).limit(1)
        return self._work.execute(query).first() is not None

    def is_followed(self, opinion_id: str) -> bool:
        """Whether others were merged into an opinion."""
        return self._work.execute(followers_query(opinion_id)).first() is not None

    def ratings(self, case: str, receipt: str, round_: int) -> list[Row]:
        """What the holder of a receipt has said of the reply of a round, oldest first."""
        query = ratings_query(case).where(ratings.c.receipt == receipt, ratings.c.round == round_)
        return rows_of(self._work.execute(query))

    def add_rating(self, row: dict[str, Any]) -> None:
        """Store a rating."""
        self._work.add(ratings, row)

    def count_attachments(self, opinion: str) -> int:
        """How many photos an opinion has."""
        return int(self._work.execute(attached(opinion)).scalar_one())

    def add_attachment(self, row: dict[str, Any]) -> None:
        """Keep a photo."""
        self._work.add(attachments, row)

    def reachable(self, cases: Sequence[str]) -> list[Row]:
        """Whoever gets the reply of one of these cases and can be reached by letter: case, receipt, title and contact data."""
        submitters = [
            (row, take_out(self._vault, row, OF_OPINION)["submitter"] or {})
            for row in rows_of(self._work.execute(REACHABLE_SUBMITTERS, {"cases": cases}))
        ]
        cosigners = [
            (row, take_out(self._vault, row, OF_SIGNER))
            for row in rows_of(self._work.execute(REACHABLE_COSIGNERS, {"cases": cases}))
        ]
        shown = ("case", "receipt", "title")
        return [{**{name: row[name] for name in shown}, **person} for row, person in (*submitters, *cosigners)]

    def forget_answers(self, opinion: str) -> None:
        """Remove the remembered answers that hold the receipts of an opinion."""
        idempotency.forget(self._work, opinion)

    def forget_persons(self, opinion: str, signer: str | None = None) -> list[str]:
        """Take away who told an opinion and who signed it, or one signer alone; returns the receipts of the forgotten."""
        return contacts.forget_persons(self._work, opinion, signer)

    def forget_words(self, opinion: str, title: str, content: str) -> None:
        """Put a note in the place of all that the submitters of an opinion wrote."""
        contacts.forget_words(self._work, opinion, title, content)

    def _one(self, condition: Any) -> Row | None:
        return row_of(self._work.execute(sa.select(opinions).where(condition).with_for_update()))
