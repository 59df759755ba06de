"""Locks beyond those of rows, for stores that several write to at once."""

from __future__ import annotations

import sqlalchemy as sa

from services.runtime.store.database import Transaction


def hold(work: Transaction, lock: sa.Executable) -> None:
    """Wait for a lock of PostgreSQL, held until the commit; an SQLite file has one writer at a time anyway."""
    if work.connection.dialect.name == "postgresql":
        work.execute(lock)
