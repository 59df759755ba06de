"""What people find on their desk. Only what is open is looked through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.contracts.people.duties import CareState, HopState
from services.intake.domain.constituency.care import Care
from services.intake.domain.constituency.owing import Party
from services.intake.domain.constituency.relay import Hop
from services.intake.store.constituency.duties import CARE_IS_OPEN, CARES, HOP_IS_HELD, HOPS, cares, relay_hops
from services.intake.store.tables import opinions

Conditions = Sequence[sa.ColumnElement[bool] | sa.TextClause]
#: What somebody owes on a care, by the desk; None for one who waits.
_OWED: Final = {"take": "take", "feedback": "feedback", "wait": None}
#: In which state hops are on a desk.
_HELD: Final = {"relay": HopState.TOLD, "pass": HopState.TAKEN}


@dataclass(frozen=True, slots=True)
class Entrusted:
    """An opinion on a desk, by the `id` of the hop or the care: `since` when, and until when there is something to do."""

    id: str
    opinion: str
    title: str
    state: State
    since: datetime
    due: datetime | None


def on_desk(connection: Connection, party: Party, duty: str, after: str | None, limit: int) -> list[Entrusted]:
    """What a party finds on one of its desks, the oldest first, one more than `limit`."""
    table, which, since = (relay_hops, _hops(party, duty), "told") if duty in _HELD else (cares, _cares(party, duty), "asked")
    if which is None:
        return []
    shown = (table.c.id, table.c.opinion, opinions.c.title, opinions.c.state, table.c[since], table.c.due)
    query = sa.select(*shown).join(opinions, opinions.c.id == table.c.opinion).where(*which)
    if after is not None:
        query = query.where(table.c.id > after)
    return [Entrusted(*tuple(row)) for row in connection.execute(query.order_by(table.c.id).limit(limit + 1))]


def count_on_desk(connection: Connection, party: Party, duty: str, most: int, late: datetime | None = None) -> int:
    """How much a party finds on one of its desks, counted up to `most`; only what was due before `late` where that is given."""
    table, which = (relay_hops, _hops(party, duty)) if duty in _HELD else (cares, _cares(party, duty))
    if which is None:
        return 0
    which = (*which, table.c.due < late) if late is not None else which
    found = sa.select(table.c.id).where(*which).limit(most + 1).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(found)).scalar_one())


def held_by(connection: Connection, party: Party, opinion: str) -> tuple[Care | None, list[Hop]] | None:
    """The care and the chain of an opinion, for a party to whom it is entrusted now; None for everybody else."""
    query = CARES.query.where(cares.c.opinion == opinion, cares.c.state.not_in([CareState.PASSED_ON, CareState.ENDED]))
    care = CARES.first(connection.execute(query))
    hops = HOPS.all(connection.execute(HOPS.query.where(relay_hops.c.opinion == opinion).order_by(relay_hops.c.number)))
    holds = any(hop.party.is_same(party) and hop.state in (HopState.TOLD, HopState.TAKEN) for hop in hops)
    return (care, hops) if holds or (care is not None and care.party.is_same(party)) else None


def _cares(party: Party, duty: str) -> Conditions | None:
    table: Any = cares.c
    owed = _OWED[duty]
    owes = table.owes.is_(None) if owed is None else table.owes == owed
    if party.holder == "deputy":
        return (table.deputy == party.code, owes, CARE_IS_OPEN)
    if party.holder == "station":
        return (table.station == party.code, table.deputy.is_(None), owes, CARE_IS_OPEN)
    return None


def _hops(party: Party, duty: str) -> Conditions | None:
    if party.holder == "station" or (party.holder == "presidium" and duty == "pass"):
        return None
    table: Any = relay_hops.c
    # With the word in the statement itself: a partial index is not chosen for a bound value.
    state = sa.text(f"relay_hops.state = '{_HELD[duty]}'")
    of_party = table.code.is_(None) if party.code is None else table.code == party.code
    return (table.holder == party.holder, of_party, state, HOP_IS_HELD)
