"""Opinions that say the same as a text: for reviewers, who merge them, and for who is about to tell it once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.opinion import Opinion
from services.intake.domain.similarity.likeness import ALIKE, bands, likeness, shingles
from services.intake.store.opinions import OPINIONS, read
from services.intake.store.similarity.wordings import nearest, wordings
from services.intake.store.tables import opinions

#: How many are shown.
MOST_SIMILAR = 20


@dataclass(frozen=True, slots=True)
class Similar:
    """An opinion that says the same, and which part of the text is in both."""

    opinion: Opinion
    likeness: float


def similar(
    connection: Connection, title: str, content: str, *, only: sa.ColumnElement[bool], limit: int = MOST_SIMILAR
) -> list[Similar]:
    """The opinions that say the same as a text, the likest first. `only` is which ones may be shown: of `opinions`."""
    own = shingles(title, content)
    found = nearest(connection, bands(own))
    groups = {each.alike for each in found if likeness(own, shingles(each.title, each.content)) >= ALIKE}
    if not groups:
        return []
    query = OPINIONS.join(wordings, wordings.c.opinion == opinions.c.id).where(wordings.c.alike.in_(groups), only)
    told = read(connection.execute(query.order_by(wordings.c.number.desc()).limit(limit)))
    ranked = [Similar(each, round(likeness(own, shingles(each.title, each.content)), 2)) for each in told]
    return sorted(ranked, key=lambda each: -each.likeness)


def waiting_alike(connection: Connection, group: int, states: Sequence[str], limit: int) -> list[str]:
    """The ids of the opinions of a group that are in one of these states, the first one first, one more than `limit`."""
    query = sa.select(opinions.c.id).join(wordings, wordings.c.opinion == opinions.c.id)
    query = query.where(wordings.c.alike == group, opinions.c.state.in_(states)).order_by(wordings.c.number)
    return list(connection.scalars(query.limit(limit + 1)))


def waiting_with(connection: Connection, ids: Sequence[str], states: Sequence[str], limit: int) -> list[str]:
    """The ids of the opinions in one of these states that say the same as any of these, these included, one more than `limit`."""
    groups = sa.select(wordings.c.alike).where(wordings.c.opinion.in_(ids))
    query = sa.select(opinions.c.id).join(wordings, wordings.c.opinion == opinions.c.id)
    query = query.where(wordings.c.alike.in_(groups), opinions.c.state.in_(states)).order_by(wordings.c.number)
    return list(connection.scalars(query.limit(limit + 1)))
