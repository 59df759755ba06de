"""What came in through a station, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.contracts.people.duties import CareState, HopState
from services.intake.store.constituency.duties import cares, relay_hops
from services.intake.store.tables import opinions

#: By which channels somebody of the station takes an opinion down, and so knows it.
TAKEN_DOWN: Final = ("station", "mobile_station", "meeting", "campaign")
_SHOWN = [opinions.c[name] for name in ("id", "title", "channel", "visibility", "topic", "state", "submitted", "department")]


@dataclass(frozen=True, slots=True)
class BroughtOpinion:
    """An opinion that came through a station. `title` is None for one that its sender typed and did not want to be seen.

    `deputy` is whose care it is, in the state `care`; `holder` and `hop` are the last hop of its relay.
    """

    opinion: str
    title: str | None
    channel: str
    topic: str | None
    state: State
    submitted: datetime
    department: str | None
    deputy: str | None = None
    care: CareState | None = None
    holder: str | None = None
    hop: HopState | None = None


def brought_by(connection: Connection, stations: Sequence[str] | None, before: str | None, limit: int) -> list[BroughtOpinion]:
    """What came through some stations, or any, the newest first, one more than `limit`."""
    of = opinions.c.station.is_not(None) if stations is None else opinions.c.station.in_(stations)
    query = sa.select(*_SHOWN).where(of).order_by(opinions.c.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(opinions.c.id < before)
    rows = connection.execute(query).all()
    ids = [row.id for row in rows]
    told = sa.select(cares.c.opinion, cares.c.name, cares.c.state).where(
        cares.c.opinion.in_(ids), cares.c.state.not_in([CareState.PASSED_ON, CareState.ENDED]), cares.c.deputy.is_not(None)
    )
    care = {row.opinion: (row.name, row.state) for row in connection.execute(told)}
    hops = sa.select(relay_hops.c.opinion, relay_hops.c.holder, relay_hops.c.state).where(
        relay_hops.c.opinion.in_(ids), relay_hops.c.state != HopState.MISSED
    )
    hop = {row.opinion: (row.holder, row.state) for row in connection.execute(hops.order_by(relay_hops.c.number))}
    return [
        BroughtOpinion(
            row.id, row.title if row.channel in TAKEN_DOWN or row.visibility == "public" else None, row.channel, row.topic,
            row.state, row.submitted, row.department, *care.get(row.id, (None, None)), *hop.get(row.id, (None, None)),
        )
        for row in rows
    ]  # fmt: skip
