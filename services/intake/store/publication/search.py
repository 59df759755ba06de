"""Indexes of words by number, on both kinds of store: FTS5 without the texts on SQLite, a `tsvector` with GIN on PostgreSQL.

The terms are made by the application (`domain.bigrams`), by one function for both: the stores' own indexes of three characters
find no word of two, of which Chinese is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.publication.bigrams import PREFIX, in_text

#: How many hits are looked at at first, where not all of them will do, and how many more each further time.
FIRST_HITS, MORE = 500, 10
#: How many hits are looked at for a page whose filters leave few of them; the next page goes on behind the last one.
MOST_LOOKED_AT: Final = 5_000


@dataclass(frozen=True, slots=True)
class Between:
    """Numbers above one and below another, None for no bound."""

    above: int | None = None
    below: int | None = None


#: Above every number, where nothing is to be found.
ABOVE_ALL: Final = 2**62
EVERYWHERE: Final = Between()
SIDES: Final[Mapping[str, str]] = {"above": ">", "below": "<"}


@dataclass(frozen=True, slots=True)
class WordIndex:
    """An index by its table, which has a number and the terms of a text."""

    table: str

    def add(self, connection: Connection, number: int, terms: Sequence[str]) -> None:
        """Let a number be found by terms."""
        self.add_many(connection, [(number, terms)])

    def add_many(self, connection: Connection, entries: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Let numbers be found by their terms, all in one statement."""
        if connection.dialect.name == "sqlite":
            rows = [(number, in_text(terms)) for number, terms in entries]
            connection.exec_driver_sql(f"INSERT INTO {self.table} (rowid, words) VALUES (?, ?)", rows)  # nosec B608
        else:
            insert = sa.text(f"INSERT INTO {self.table} (number, words) VALUES (:number, array_to_tsvector(:words))")  # nosec B608
            connection.execute(insert, [{"number": number, "words": list(terms)} for number, terms in entries])

    def remove(self, connection: Connection, number: int, terms: Sequence[str]) -> None:
        """Let a number be found no more; `terms` are those that it was added with."""
        if connection.dialect.name == "sqlite":
            # The index does not keep what it was given.
            remove = f"INSERT INTO {self.table} ({self.table}, rowid, words) VALUES ('delete', ?, ?)"  # nosec B608
            connection.exec_driver_sql(remove, (number, in_text(terms)))
        else:
            connection.execute(sa.text(f"DELETE FROM {self.table} WHERE number = :number"), {"number": number})  # nosec B608

    def found(
        self, connection: Connection, terms: Sequence[str], limit: int, between: Between = EVERYWHERE, *, descending: bool
    ) -> list[int]:
        """The numbers between two bounds that have all terms: at most `limit`, the highest first or the lowest."""
        order = "DESC" if descending else "ASC"
        bounds = {"above": between.above, "below": between.below}
        given = {"limit": limit} | {name: bound for name, bound in bounds.items() if bound is not None}
        if connection.dialect.name == "sqlite":
            beyond = "".join(f"AND rowid {SIDES[name]} :{name} " for name in given if name in SIDES)
            query = f"SELECT rowid FROM {self.table} WHERE {self.table} MATCH :terms {beyond}ORDER BY rowid {order} LIMIT :limit"  # nosec B608
            return list(connection.execute(sa.text(query), given | {"terms": _sqlite(terms)}).scalars())
        beyond = " AND ".join(f"number {SIDES[name]} :{name}" for name in given if name in SIDES)
        beyond = beyond and f" WHERE {beyond}"
        # As a step of its own: else a limit makes PostgreSQL walk the numbers and look at each for the terms.
        query = (
            f"WITH hits AS MATERIALIZED (SELECT number FROM {self.table} WHERE words @@ CAST(:terms AS tsquery)) "  # nosec B608
            f"SELECT number FROM hits{beyond} ORDER BY number {order} LIMIT :limit"
        )
        return list(connection.execute(sa.text(query), given | {"terms": _postgresql(terms)}).scalars())

    def portions(
        self, connection: Connection, terms: Sequence[str], between: Between = EVERYWHERE, *, descending: bool
    ) -> Iterator[list[int]]:
        """All hits between two bounds, more each time, for those who need some of them that meet further conditions."""
        limit = FIRST_HITS
        while True:
            found = self.found(connection, terms, limit, between, descending=descending)
            if found:
                yield found
            if len(found) < limit:
                return
            between = replace(between, below=found[-1]) if descending else replace(between, above=found[-1])
            limit *= MORE


def _sqlite(terms: Sequence[str]) -> str:
    return " AND ".join(f'"{term.removesuffix(PREFIX)}"{" *" if term.endswith(PREFIX) else ""}' for term in terms)


def _postgresql(terms: Sequence[str]) -> str:
    return " & ".join(f"'{term.removesuffix(PREFIX)}'{':*' if term.endswith(PREFIX) else ''}" for term in terms)


#: What is public, by the number of its copy.
PUBLIC_WORDS = WordIndex("public_words")
#: Every opinion, for the office and those who handle it, by the number of its wording.
STAFF_WORDS = WordIndex("staff_words")
