"""Brings a store to the shape the code expects, with Alembic. The runtime's own tables are a stream of their own."""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import Connection

from services.runtime.clock import SystemClock
from services.runtime.settings import SettingsInvalid
from services.runtime.store.database import Database

# Alembic takes a fifth of a second and 8 MB to load. Where every store is as it should be nobody needs it.
if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent / "migrations"
STORE, ACCESS = HERE / "store", HERE / "access"


def _config(folder: Path) -> Config:
    from alembic.config import Config

    config, place = Config(), str(folder).replace("%", "%%")
    # A folder's name may hold blanks and commas, at which Alembic would split by default.
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("version_locations", place)
    return config


@cache
def known_revisions(folder: Path) -> tuple[str, ...]:
    """The revisions of `folder`, newest first: its files begin with their numbers, and each follows the one before."""
    return tuple(sorted((file.name.partition("_")[0] for file in folder.glob("[0-9]*_*.py")), reverse=True))


def _revisions(connection: Connection, folder: Path, stream: str) -> tuple[tuple[str, ...], str | None]:
    """The revisions of `folder`, newest first, and the one that the store has."""
    table = sa.table(f"version_{stream}", sa.column("version_num", sa.String))
    seen = sa.inspect(connection).has_table(table.name)
    return known_revisions(folder), connection.scalar(sa.select(table.c.version_num)) if seen else None


def missing_revisions(connection: Connection, folder: Path, stream: str) -> list[str]:
    """The revisions of `folder` that the store has not seen, oldest first; none where the store is newer than this code."""
    known, current = _revisions(connection, folder, stream)
    if current is not None and current not in known:
        return []
    return list(known[: known.index(current)][::-1] if current is not None else known[::-1])


def migrate(database: Database, folder: Path, stream: str) -> None:
    """Run the revisions of `folder` that the store has not seen; `stream` names its version table.

    Raises `SettingsInvalid` for a store of a version that this code does not know.
    """
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            # One at a time, as the SQLite transaction is already, and for as long as it takes.
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(zlib.crc32(b"migrate"))))
        known, current = _revisions(connection, folder, stream)
        if current is not None and current not in known:
            raise SettingsInvalid(
                f"The store of {stream} was made by another version of Huiying, whose revision {current} this one does not know. "
                "Use the version that made it, or name a store that is empty."
            )
        if current not in known[:1]:
            _upgrade(connection, folder, stream)
        counted = _forget_counts(connection) if database.is_sqlite else False
    if counted:
        # A connection that has read them goes by them as long as it is open.
        database.engine.dispose()


def _forget_counts(connection: Connection) -> bool:
    """Remove what somebody's ANALYZE has counted in an SQLite file; whether there was anything.

    Without counts, SQLite takes every table for a large one and uses the index. With them, it believes what was there then: where
    those were few rows, it reads the whole table for each batch, however long it has become.
    """
    counts = connection.scalars(sa.text("SELECT name FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4')")).all()
    for name in counts:
        connection.exec_driver_sql(f"DROP TABLE {name}")
    return bool(counts)


def _upgrade(connection: Connection, folder: Path, stream: str) -> None:
    from alembic import command

    config = _config(folder)
    config.attributes |= {"connection": connection, "version_table": f"version_{stream}"}
    command.upgrade(config, "head")


def migrate_access(url: str) -> None:
    """Bring the store of the access tokens to its shape."""
    database = Database(url, "access", SystemClock())
    try:
        migrate(database, ACCESS, "access")
    finally:
        database.close()
