"""At which sessions opinions were told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from services.intake.domain.sessions.where import AtSession
from services.intake.store.sessions.tables import heard_sessions
from services.runtime.store.database import Transaction
from services.runtime.store.statements.bulk import among

_WHERE = sa.select(heard_sessions.c.id, heard_sessions.c.kind, heard_sessions.c.theme).where(among(heard_sessions.c.id, "ids"))


def at_sessions(work: Transaction, ids: Sequence[str]) -> Mapping[str, AtSession]:
    """What opinions say of these sessions, as far as they are known."""
    return {row.id: AtSession(row.id, row.kind, row.theme) for row in work.fetch(_WHERE, {"ids": ids})}
