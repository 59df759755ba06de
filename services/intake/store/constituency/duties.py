"""Relays and cares in the store. Indexes of what is open alone: what is closed costs those who look at their desk nothing."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import State
from services.contracts.people.duties import OPEN_CARES, CareState, HopState
from services.intake.domain.constituency.care import Care
from services.intake.domain.constituency.owing import Party
from services.intake.domain.constituency.relay import Hop, RelayChain
from services.intake.domain.opinion import Opinion
from services.intake.store.columns import EnumCode
from services.intake.store.constituency.registers import RegisterStore
from services.intake.store.tables import opinions, tables
from services.runtime.clock import new_id
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.nouns import Nouns, NounTable
from services.runtime.store.statements.bulk import among

_OPEN = ", ".join(f"'{state}'" for state in OPEN_CARES)
_HELD = ", ".join(f"'{state}'" for state in (HopState.TOLD, HopState.TAKEN))
IS_OPEN = sa.text(f"state IN ({_OPEN})")  # nosec B608
IS_HELD = sa.text(f"state IN ({_HELD})")  # nosec B608
#: `deputy` is None where a station has to find one; `owes` is what is to be done by `due`, None for one who waits.
cares = sa.Table(
    "cares",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("deputy", sa.String(40)),
    sa.Column("name", sa.String(100)),
    sa.Column("station", sa.String(60)),
    sa.Column("state", EnumCode(CareState, 12), nullable=False),
    sa.Column("asked", Instant, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("owes", sa.String(10)),
    sa.Column("due", Instant),
    sa.Column("how", sa.String(12)),
    sa.Column("answered_sequence", sa.Integer, nullable=False),
    sa.Index("cares_opinion", "opinion", "id"),
    sa.Index("cares_open", "deputy", "owes", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    sa.Index("cares_given_back", "station", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
)
#: A hop that nobody confirmed is no hop: it stays `told`, or is `missed` once it was given to somebody else.
relay_hops = sa.Table(
    "relay_hops",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("holder", sa.String(12), nullable=False),
    sa.Column("code", sa.String(60)),
    sa.Column("name", sa.String(100)),
    sa.Column("state", EnumCode(HopState, 12), nullable=False),
    sa.Column("told", Instant, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("at", Instant),
    sa.Column("confirmed_by", sa.String(80)),
    sa.Column("then", sa.String(40)),
    sa.Index("relay_hops_opinion", "opinion", "number", unique=True),
    sa.Index("relay_hops_held", "holder", "code", "state", "id", sqlite_where=IS_HELD, postgresql_where=IS_HELD),
)
#: As queries say it that know other tables beside.
CARE_IS_OPEN, HOP_IS_HELD = sa.text(f"cares.{IS_OPEN}"), sa.text(f"relay_hops.{IS_HELD}")
CARES, HOPS = NounTable(cares, Care), NounTable(relay_hops, Hop)
#: Not NOT IN, which is made again each time because of the list beside it.
_STANDS = (cares.c.state != CareState.PASSED_ON) & (cares.c.state != CareState.ENDED)
_OF_OPINIONS = CARES.query.where(among(cares.c.opinion, "opinions"), _STANDS).order_by(cares.c.id)
_CARE = (
    CARES.query.where(cares.c.opinion == sa.bindparam("opinion"), cares.c.state != CareState.PASSED_ON)
    .order_by(cares.c.asked.desc(), cares.c.id.desc())
    .limit(1)
)
_PASSED_ON = CARES.query.where(
    cares.c.opinion == sa.bindparam("opinion"), cares.c.deputy == sa.bindparam("deputy"), cares.c.state == CareState.PASSED_ON
).limit(1)
_CARE_OF_DUTY = CARES.query.where(cares.c.id == sa.bindparam("duty"))
_HOP_OF_DUTY = HOPS.query.where(relay_hops.c.id == sa.bindparam("duty"))
_HOPS = HOPS.query.where(relay_hops.c.opinion == sa.bindparam("opinion")).order_by(relay_hops.c.number)


class DutyStore:
    """The relays and cares of one transaction. To be called with their opinions locked, so that nobody else moves them."""

    def __init__(self, work: Transaction) -> None:
        self._work, self.register = work, RegisterStore(work)
        self._cares, self._hops = Nouns(work, CARES), Nouns(work, HOPS)

    def new_id(self) -> str:
        """The id of a new care."""
        return new_id()

    def care(self, opinion: str) -> Care | None:
        """The care of an opinion that was asked for last and not passed on, wherever it stands."""
        found = self._cares.load(_CARE, {"opinion": opinion})
        return found[0] if found else None

    def standing(self, opinions: Sequence[str]) -> dict[str, Care]:
        """The cares of these opinions that were neither passed on nor ended, by opinion."""
        return {care.opinion: care for care in self._cares.load(_OF_OPINIONS, {"opinions": opinions})}

    def relay(self, opinion: Opinion, catalogue: Catalogue) -> RelayChain:
        """The chain of an opinion, which may be empty."""
        return RelayChain(opinion, catalogue, new_id, self._hops.load(_HOPS, {"opinion": opinion.id}))

    def save(self, *changed: Care) -> None:
        """Keep what is new and what has changed of cares."""
        self._cares.save(changed)

    def save_relay(self, relay: RelayChain) -> None:
        """Keep what is new and what has changed of a chain."""
        self._hops.save(relay.hops)

    def waiting_hop(self, opinion: str) -> Hop | None:
        """The hop of an opinion that waits to be confirmed."""
        return next((hop for hop in self._hops.load(_HOPS, {"opinion": opinion}) if hop.state is HopState.TOLD), None)

    def save_hop(self, hop: Hop) -> None:
        """Keep what has changed of a hop."""
        self._hops.save([hop])

    def owed_by(self, deputy: str) -> list[str]:
        """The opinions that a deputy is asked for, has taken up, is to confirm, or may pass on."""
        theirs = sa.select(cares.c.opinion).where(cares.c.deputy == deputy, IS_OPEN)
        goes_on = opinions.c.state.in_([state for state in State if not state.is_closed])
        held = sa.select(relay_hops.c.opinion).join_from(relay_hops, opinions, opinions.c.id == relay_hops.c.opinion)
        held = held.where(relay_hops.c.holder == "deputy", relay_hops.c.code == deputy, HOP_IS_HELD)
        held = held.where((relay_hops.c.state == HopState.TOLD) | goes_on)
        return list(self._work.execute(theirs.union(held)).scalars())

    def passed_on_by(self, opinion: str, deputy: str) -> bool:
        """Whether a deputy had the care of an opinion and passed it on."""
        return bool(self._cares.load(_PASSED_ON, {"opinion": opinion, "deputy": deputy}))

    def holder(self, duty: str) -> tuple[Party | None, bool]:
        """Whose duty this is, by the id of its hop or care, and whether they owe it still."""
        for care in self._cares.load(_CARE_OF_DUTY, {"duty": duty}):
            return care.party, care.owes is not None
        for hop in self._hops.load(_HOP_OF_DUTY, {"duty": duty}):
            return hop.party, hop.state is HopState.TOLD
        return None, False
