"""About where public opinions are, as far as that may be public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.intake.domain.location import Spot
from services.intake.store.publication import public
from services.intake.store.publication.public import PageStart
from services.intake.store.tables import publications
from services.runtime.store.statements.bulk import among

_COPY = publications.c
_PLACED = (
    sa.select(_COPY.number, _COPY.opinion, _COPY.title, _COPY.latitude, _COPY.longitude)
    .where(among(_COPY.number, "numbers"), _COPY.latitude.is_not(None))
    .order_by(_COPY.number.desc())
)


@dataclass(frozen=True, slots=True)
class MappedCase:
    """A public case on the map."""

    id: str
    title: str
    state: State
    place: Spot


def mapped(connection: Connection, wanted: Mapping[str, Any], query: str, start: PageStart, most: int) -> list[MappedCase]:
    """Those of the `most` public cases that were released last, of those a list is narrowed to, that have a place."""
    states = {row.published: row.state for row in public.listed(connection, wanted, query, start, most)[0]}
    rows = connection.execute(_PLACED, {"numbers": list(states)}) if states else ()
    return [MappedCase(row.opinion, row.title, states[row.number], Spot(row.latitude, row.longitude)) for row in rows]
