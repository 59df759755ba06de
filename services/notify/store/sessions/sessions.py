"""Sessions inside one transaction: loaded to be changed, saved with what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa

from services.contracts.messages.sessions import SessionMessage
from services.notify.domain.sessions.details import Attendance, Details
from services.notify.domain.sessions.session import Session
from services.notify.store.sessions.tables import attendances, deputies, sessions
from services.runtime.clock import new_id
from services.runtime.store.database import INSERTS, Transaction
from services.runtime.store.nouns import Nouns, NounTable

SESSIONS = NounTable(sessions, Session)
_ONE = SESSIONS.query.where(sessions.c.id == sa.bindparam("which")).with_for_update()
_OF_A_PLAN = SESSIONS.query.where(
    sessions.c.plan == sa.bindparam("plan"), sessions.c.nominal >= sa.bindparam("first")
).with_for_update()
_PRESENT = sa.select(attendances.c.deputy, attendances.c.visitors, attendances.c.observers).where(
    attendances.c.session == sa.bindparam("session")
)
_ANY_DEPUTY = sa.select(sa.select(deputies.c.code).exists())


class SessionStore:
    """What is changed about sessions in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._sessions = Nouns[Session](work, SESSIONS)

    @property
    def now(self) -> datetime:
        """The present instant by the store's clock."""
        return self._work.now

    def new(self, details: Details, by: str | None = None) -> Session:
        """A session that is kept when it is saved."""
        return Session.planned(new_id(), details, self._work.now, by)

    def load(self, session: str) -> Session | None:
        """A session by id, held until the transaction ends."""
        return next(iter(self._sessions.load(_ONE, {"which": session})), None)

    def load_planned(self, plan: str, first: date) -> dict[date, Session]:
        """The sessions of a plan by their nominal days, from one on, held until the transaction ends."""
        found = self._sessions.load(_OF_A_PLAN, {"plan": plan, "first": first})
        return {each.nominal: each for each in found if each.nominal is not None}

    def save(self, session: Session, *messages: SessionMessage) -> None:
        """Write a session and what is told of it."""
        for message in messages:
            session.sequence += 1
            self._work.publish(message, subject=session.id, sequence=session.sequence)
        self._sessions.save([session])

    def attendance(self, session: str) -> Attendance:
        """Who was recorded at a session by code or by its host."""
        found = self._work.fetch(_PRESENT, {"session": session})
        codes = sorted(deputy for deputy, _, _ in found if deputy)
        return Attendance(tuple(codes), (), sum(observers for _, _, observers in found), sum(visitors for _, visitors, _ in found))

    def strange_deputies(self, codes: Sequence[str]) -> list[str]:
        """Those of these codes that no active deputy of the register has; none where no register is kept."""
        ((is_kept,),) = self._work.fetch(_ANY_DEPUTY)
        if not is_kept or not codes:
            return []
        table = deputies.c
        known = self._work.execute(sa.select(table.code).where(table.code.in_(codes), table.state == "active"))
        return sorted(set(codes) - set(known.scalars()))

    def keep_deputy(self, code: str, name: str, state: str, sequence: int) -> None:
        """Keep what the register says of a deputy, unless something later is known."""
        table = deputies.c
        insert = INSERTS[self._work.connection.dialect.name](deputies)
        kept = insert.on_conflict_do_update(
            index_elements=[table.code], set_={name: insert.excluded[name] for name in ("name", "state", "sequence")},
            where=table.sequence < insert.excluded.sequence,
        )  # fmt: skip
        self._work.execute(kept, {"code": code, "name": name, "state": state, "sequence": sequence})

    def keep_attendance(self, session: str, deputy: str | None, visitors: int, observers: int, sequence: int) -> None:
        """Keep that a deputy was there, once, or the newest count of the others."""
        table = attendances.c
        insert = INSERTS[self._work.connection.dialect.name](attendances)
        kept = insert.on_conflict_do_update(
            index_elements=[table.session, table.deputy],
            set_={name: insert.excluded[name] for name in ("visitors", "observers", "sequence")},
            where=table.sequence < insert.excluded.sequence,
        )  # fmt: skip
        row = {"session": session, "deputy": deputy or "", "visitors": visitors, "observers": observers, "sequence": sequence}
        self._work.execute(kept, row)
