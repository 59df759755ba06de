"""Unit tests' stores wait for no disk: what they lose when the power goes is of no use to anybody."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from services.runtime.store.database import Database
from tests.stores import MakeDatabase


@pytest.fixture
def sqlite_database(sqlite_database: MakeDatabase) -> MakeDatabase:
    """The factory of SQLite stores, with commits that do not wait."""

    def make(name: str = "test", *folders: Path) -> Database:
        database = sqlite_database(name, *folders)
        sa.event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        return database

    return make
