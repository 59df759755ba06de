"""What is compiled for each store anew is compiled once for all tests of a process."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

#: More statements than all services have.
STATEMENTS = 4000


def share_statements(patch: pytest.MonkeyPatch) -> None:
    """What a statement compiles to is kept for all stores of one kind; their dialects count as one."""
    caches: dict[type, LRUCache[Any, Any]] = {}

    def cache(engine: Engine) -> LRUCache[Any, Any]:
        return caches.setdefault(type(engine.dialect), LRUCache(STATEMENTS))

    # What an engine sets for itself when it is made is let go.
    patch.setattr(Engine, "_compiled_cache", property(cache, lambda engine, own: None), raising=False)
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
        patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
