"""The cases behind questions, which follow what is said of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.contracts.lifecycle import State
from services.contracts.messages.values import Outcome, Rating
from services.notify.domain.lists.cases import SessionCase
from services.notify.store.erasing import erased_among
from services.notify.store.lists.tables import session_cases
from services.notify.store.sessions.tables import sessions
from services.runtime.store.database import Transaction
from services.runtime.store.nouns import Nouns, NounTable
from services.runtime.store.statements.bulk import among


def _case(row: Any) -> SessionCase:
    found = SessionCase(*row)
    found.state = State(row.state)
    found.outcome = None if row.outcome is None else Outcome(row.outcome)
    found.rating = None if row.rating is None else Rating(row.rating)
    return found


CASES = NounTable(session_cases, SessionCase, _case)
_BEGINS = sa.select(sessions.c.id, sessions.c.at).where(among(sessions.c.id, "sessions"))
_KNOWN = CASES.query.where(among(session_cases.c.id, "opinions")).order_by(session_cases.c.id).with_for_update()
#: All but those of which only what became of them was heard yet.
ASKED = CASES.query.where(session_cases.c.number > 0)


class SessionCaseStore:
    """The cases of some opinions that were asked at a session, inside one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work, self._nouns = work, Nouns(work, CASES)

    def load(self, opinions: Iterable[str]) -> dict[str, SessionCase]:
        """Those of them that there are, by opinion: one look-up. Held, for two workers may hear of one case at once."""
        return {case.id: case for case in self._nouns.load(_KNOWN, {"opinions": sorted(opinions)})}

    def begins(self, sessions: Collection[str]) -> dict[str, datetime]:
        """When sessions begin, of those that are known."""
        found = self._work.fetch(_BEGINS, {"sessions": sorted(sessions)}) if sessions else ()
        return {row.id: row.at for row in found}

    def erased_among(self, opinions: Collection[str]) -> Mapping[str, str]:
        """Those whose text was erased, with what stands in its place."""
        return erased_among(self._work, opinions)

    def save(self, cases: Iterable[SessionCase]) -> None:
        """Keep what has changed."""
        self._nouns.save(cases)
