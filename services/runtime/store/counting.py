"""Counting no further than somebody needs to know."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection


def count_up_to(connection: Connection, query: sa.Select[Any], most: int) -> int:
    """How many rows a query has; one more than `most` for any number beyond that, however many they are."""
    return int(connection.execute(counted_up_to(query, most)).scalar_one())


def counted_up_to(query: sa.Select[Any], most: int) -> sa.Select[Any]:
    """The same as a query."""
    return sa.select(sa.func.count()).select_from(query.limit(most + 1).subquery())
