"""Counting no further than somebody needs to know, and without holding what is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.runtime.store.statements.bulk import rows_of

#: How many rows are grouped at a time: SQLite holds them all in memory for that.
GROUPED = 5_000


def count_up_to(connection: Connection, query: sa.Select[Any], most: int) -> int:
    """How many rows a query has; one more than `most` for any number beyond that, however many they are."""
    return int(connection.execute(counted_up_to(query, most)).scalar_one())


def counted_up_to(query: sa.Select[Any], most: int) -> sa.Select[Any]:
    """The same as a query."""
    return sa.select(sa.func.count()).select_from(query.limit(most + 1).subquery())


def grouped(connection: Connection, query: sa.Select[Any], example: str, most: int = GROUPED) -> Iterator[Mapping[str, Any]]:
    """Groups of a query's rows by all columns but `id`, by which they are read, and `example`; how many are in each as `cases`.

    A group comes once for each `most` rows that are read in which it has one; the caller adds them up.
    """
    ids = query.selected_columns["id"]
    read = query.where(ids > sa.bindparam("after")).order_by(ids).limit(most).subquery()
    codes = [column for column in read.c if column.key not in {"id", example}]
    counted = (sa.func.count().label("cases"), sa.func.min(read.c[example]).label("example"), sa.func.max(read.c.id).label("last"))
    statement = sa.select(*codes, *counted).group_by(*codes)
    after = ""
    while found := rows_of(connection.execute(statement, {"after": after})):
        yield from found
        after = max(each["last"] for each in found)
