"""The public copies of opinions, and what waits for the office to decide whether it becomes public."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.intake.domain.location import Spot
from services.intake.domain.opinion import Opinion
from services.intake.domain.publication.bigrams import bigrams
from services.intake.domain.publication.publishing import PublicCopy, PublicPart
from services.intake.domain.submission.submission import as_given
from services.intake.store.columns import StoredRow
from services.intake.store.opinions import OPINIONS, read
from services.intake.store.publication.search import PUBLIC_WORDS
from services.intake.store.tables import IS_PUBLIC, UNDECIDED, opinions, public_counts, public_parts, publications
from services.runtime.store.counting import count_up_to
from services.runtime.store.database import Transaction

_COPIES = sa.select(publications)
_PARTS = sa.select(public_parts)


def publish(work: Transaction, copy: PublicCopy) -> None:
    """Put a copy in place of what was public of its opinion, and let it be found by its words."""
    unpublish(work, copy.opinion)
    row = {"opinion": copy.opinion, "title": copy.title, "content": copy.content, "released": copy.released}
    place = as_given(copy.place) if copy.place else {}
    number = work.execute(publications.insert().values({**row, **place}).returning(publications.c.number)).scalar_one()
    work.execute(opinions.update().where(opinions.c.id == copy.opinion).values(published=number, updated=work.now))
    for part in copy.parts:
        work.add(public_parts, {
            "opinion": copy.opinion, "entry": part.entry, "what": part.what, "department": part.department,
            "content": part.content, "outcome": part.outcome, "due": part.due, "at": part.at,
        })  # fmt: skip
    PUBLIC_WORDS.add(work.connection, number, _terms(copy))


def unpublish(work: Transaction, opinion: str) -> None:
    """Leave nothing public of an opinion, and no word by which it could be found."""
    work.flush()
    before = copy_of(work.connection, opinion)
    if before is None:
        return
    PUBLIC_WORDS.remove(work.connection, before.number or 0, _terms(before))
    work.execute(publications.delete().where(publications.c.opinion == opinion))
    work.execute(public_parts.delete().where(public_parts.c.opinion == opinion))
    work.execute(opinions.update().where(opinions.c.id == opinion).values(published=None, updated=work.now))


def _terms(copy: PublicCopy) -> list[str]:
    return bigrams(copy.title, copy.content, *(part.content for part in copy.parts))


def copy_of(connection: Connection, opinion: str) -> PublicCopy | None:
    """What is public of an opinion; None where nothing is."""
    return next(iter(copies(connection, _COPIES.where(publications.c.opinion == opinion))), None)


def copies(connection: Connection, query: sa.Select[tuple[object, ...]]) -> list[PublicCopy]:
    """The copies that a query finds, in its order, with their parts."""
    found = connection.execute(query).all()
    parts = _parts(connection, [row.opinion for row in found])
    return [
        PublicCopy(row.opinion, row.title, row.content, row.released, tuple(parts.get(row.opinion, ())), row.number, spot_of(row))
        for row in found
    ]


def spot_of(row: StoredRow) -> Spot | None:
    """About where it is, of a row of a public copy."""
    return None if row.latitude is None else Spot(row.latitude, row.longitude)


def _parts(connection: Connection, ids: Sequence[str]) -> dict[str, list[PublicPart]]:
    found: dict[str, list[PublicPart]] = {}
    if ids:
        for row in connection.execute(_PARTS.where(public_parts.c.opinion.in_(ids)).order_by(public_parts.c.entry)):
            found.setdefault(row.opinion, []).append(_part(row))
    return found


def _part(row: StoredRow) -> PublicPart:
    return PublicPart(row.entry, row.what, row.department, row.content, row.at, row.outcome, row.due)


def undecided(connection: Connection, after: str | None, limit: int) -> list[Opinion]:
    """Opinions on which the office has to decide, the oldest first, one more than `limit`."""
    query = OPINIONS.where(UNDECIDED).order_by(opinions.c.id).limit(limit + 1)
    return read(connection.execute(query.where(opinions.c.id > after) if after is not None else query))


def count_undecided(connection: Connection, most: int) -> int:
    """How many opinions wait for the office's decision, counted no further than one more than `most`."""
    return count_up_to(connection, sa.select(opinions.c.id).where(UNDECIDED), most)


def counted(connection: Connection) -> tuple[int, int, int]:
    """How many opinions were let in, are public, and wait for the office."""
    with_routing = opinions.c.state.in_([state for state in State if state.is_with_routing])
    let_in, public, undecided = (
        int(connection.execute(sa.select(sa.func.count()).select_from(opinions).where(which)).scalar_one())
        for which in (with_routing, IS_PUBLIC, UNDECIDED)
    )
    return let_in, public, undecided


def keep_counts(work: Transaction, let_in: int, public: int, undecided: int) -> None:
    """Put these counts in place of the last ones."""
    work.execute(public_counts.delete())
    work.add(public_counts, {"let_in": let_in, "public": public, "undecided": undecided, "at": work.now})
