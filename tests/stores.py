"""Migrated stores for tests: each set of revisions is run once, and what it made is copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks.cluster import PrivateCluster
from services.runtime.clock import Clock
from services.runtime.store.database import Database
from services.runtime.store.migrate import STORE, migrate

MakeDatabase = Callable[..., Database]
Revisions = tuple[str, tuple[Path, ...]]


def _migrated(url: str, clock: Clock, name: str, folders: tuple[Path, ...]) -> Database:
    database = Database(url, name, clock)
    migrate(database, STORE, "runtime")
    for folder in folders:
        migrate(database, folder, name)
    return database


class Templates:
    """Stores of both kinds that are only ever copied; one for a test session."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._files: dict[Revisions, Path] = {}
        self._databases: dict[tuple[PrivateCluster, Revisions], str] = {}

    def copy_file(self, path: Path, name: str, folders: tuple[Path, ...]) -> str:
        """A migrated SQLite store at `path`, unless one is there already; returns its URL."""
        key = (name if folders else "", folders)
        if key not in self._files:
            template = self._folder / f"{len(self._files)}.db"
            _migrated(f"sqlite:///{template}", self._clock, name, folders).close()
            self._files[key] = template
        if not path.exists():
            shutil.copyfile(self._files[key], path)
        return f"sqlite:///{path}"

    def copy_database(self, cluster: PrivateCluster, name: str, folders: tuple[Path, ...]) -> str:
        """A migrated PostgreSQL store of the cluster; returns its URL."""
        key = (cluster, (name if folders else "", folders))
        if key not in self._databases:
            template = cluster.create()
            _migrated(template, self._clock, name, folders).close()
            self._databases[key] = template.rpartition("/")[2]
        return cluster.create(self._databases[key])
