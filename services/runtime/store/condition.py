"""The condition of a store, for `/readyz` and the doctor: does it answer, is it migrated, can it be written to."""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.errors import Trouble
from services.runtime.store.database import Database
from services.runtime.store.migrate import missing_revisions

#: What a look writes where it leaves nothing behind; a disk without so much is as good as full.
PROBE_BYTES = 1 << 20
FULL, READ_ONLY = "its disk is full", "it takes no writes"
DISK_FULL = "53100"
REMEMBER_SECONDS = 5.0
#: Sorting more than fits in memory makes the server write files, which needs no privilege and leaves nothing behind.
_SPILL = sa.text("SELECT count(*) FROM (SELECT md5(n::text) AS name FROM generate_series(1, 20000) n ORDER BY name OFFSET 1) rows")


def remember(check: Callable[[], None], seconds: float = REMEMBER_SECONDS) -> Callable[[], None]:
    """The check, with a good result cached for a few seconds."""
    good_until = float("-inf")

    def checked() -> None:
        nonlocal good_until
        if time.monotonic() >= good_until:
            check()
            good_until = time.monotonic() + seconds

    return checked


class StoreCheck:
    """Looks at one store. `streams` are the folders of its migrations by the name of their stream."""

    def __init__(self, database: Database, streams: Mapping[str, Path]) -> None:
        self._database, self._streams = database, dict(streams)

    def check(self) -> None:
        """Raises `Trouble` with what is wrong, or an SQLAlchemy error when the store does not answer."""
        self._database.ping()
        self._check_shape()
        self.check_writable()

    def check_writable(self) -> None:
        """Raises `Trouble` when nothing can be stored: a full disk, a file or a server that is read-only."""
        if self._database.is_sqlite:
            _write_beside(Path(str(self._database.url.database)))
            return
        with self._database.reading() as connection:
            _write_at_server(connection)

    def _check_shape(self) -> None:
        # Migrations are never undone, so a stream that was complete stays complete.
        for stream, folder in list(self._streams.items()):
            with self._database.reading() as connection:
                missing = missing_revisions(connection, folder, stream)
            if missing:
                raise Trouble(f"it lacks the migrations {stream} {', '.join(missing)}")
            del self._streams[stream]


def _write_beside(file: Path) -> None:
    if file.exists() and not os.access(file, os.W_OK):
        raise Trouble(READ_ONLY)
    try:
        with tempfile.TemporaryFile(dir=file.parent) as probe:
            probe.write(bytes(PROBE_BYTES))
    except OSError as error:
        raise Trouble(FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else READ_ONLY) from error


def _write_at_server(connection: Connection) -> None:
    if connection.execute(sa.text("SELECT current_setting('transaction_read_only')")).scalar() == "on":
        raise Trouble(READ_ONLY)
    connection.execute(sa.text("SET LOCAL work_mem = '64kB'"))
    try:
        connection.execute(_SPILL)
    except SQLAlchemyError as error:
        if getattr(getattr(error, "orig", None), "sqlstate", None) == DISK_FULL:
            raise Trouble(FULL) from error
        raise
