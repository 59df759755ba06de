"""Public opinions that say much the same as a text, and can be supported in place of telling it once more."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.publication.supporting import SUPPORTABLE
from services.intake.domain.similarity.likeness import plain
from services.intake.store.publication import public
from services.intake.store.publication.public import PageStart, PublicCase
from services.intake.store.similarity.similar import similar
from services.intake.store.tables import opinions

#: How many are offered.
MOST_OFFERED = 3
#: From how many letters on a title is looked for: a shorter one is in too much.
SHORTEST_TITLE = 4


def offered(connection: Connection, title: str, content: str) -> list[PublicCase]:
    """Those whose text is much the same, the likest first; then those in which the title stands."""
    may = sa.and_(opinions.c.published.is_not(None), opinions.c.state.in_(SUPPORTABLE))
    alike = similar(connection, title, content, only=may, limit=MOST_OFFERED)
    found = public.found_in(connection, [each.opinion.id for each in alike])
    if len(found) < MOST_OFFERED and len(plain(title)) >= SHORTEST_TITLE:
        known = {each.id for each in found}
        titled = public.listing(connection, {"state": SUPPORTABLE}, title, PageStart(), MOST_OFFERED)
        found += [each for each in titled.cases if each.id not in known]
    return found[:MOST_OFFERED]
