"""Inserts for rows that may be there already. Each statement is made once, so that it is compiled once."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from services.runtime.store.database import INSERTS


@cache
def addition(table: sa.Table, dialect: str) -> sa.Executable:
    """Adds a row unless there is one with its primary key."""
    statement: sa.Executable = INSERTS[dialect](table).on_conflict_do_nothing()
    return statement


@cache
def renewal(table: sa.Table, dialect: str) -> sa.Executable:
    """Adds a row, or writes over the one with its primary key."""
    insert = INSERTS[dialect](table)
    changed = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    statement: sa.Executable = insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)
    return statement
