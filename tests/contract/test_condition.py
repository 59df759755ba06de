"""What `/readyz` says of a store that is there and does not do what it has to."""

from __future__ import annotations

import os
import tempfile

import pytest
import sqlalchemy as sa

from benchmarks.cluster import PrivateCluster
from services.contracts.errors import Trouble
from services.runtime.clock import FixedClock
from services.runtime.process.health import readiness
from services.runtime.store.condition import FULL, READ_ONLY, StoreCheck, remember
from services.runtime.store.database import Database
from services.runtime.store.migrate import STORE, migrate
from tests.faults.volume import Volume
from tests.stores import MakeDatabase

STREAMS = {"runtime": STORE}


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    return any_database()


def words(database: Database) -> str:
    return readiness({"store": StoreCheck(database, STREAMS).check})[1]["store"]


def test_a_store_in_good_condition_is_ready(database: Database) -> None:
    assert words(database) == "ok"


def test_a_store_that_was_never_migrated_says_what_it_lacks(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM version_runtime"))
    assert words(database).startswith("it lacks the migrations runtime 0001")
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO version_runtime VALUES ('9999')"))
    assert words(database) == "ok", "a store that is newer than the code is in use while the code is replaced"


def test_a_store_that_takes_no_writes_is_not_ready(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.is_sqlite:
        monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    else:
        with database.engine.begin() as connection:
            connection.execute(sa.text(f'ALTER DATABASE "{database.url.database}" SET default_transaction_read_only = on'))
        database.engine.dispose()
    assert words(database) == READ_ONLY


def test_a_file_on_a_full_disk_is_not_ready(disk: Volume, clock: FixedClock) -> None:
    database = Database(f"sqlite:///{disk.folder}/store.db", "test", clock)
    migrate(database, STORE, "runtime")
    assert words(database) == "ok"
    disk.fill()
    assert words(database) == FULL
    disk.empty()
    assert words(database) == "ok"
    database.close()


def test_a_server_on_a_full_disk_is_not_ready(disk: Volume, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
    cluster = PrivateCluster()
    try:
        cluster.start()
        database = Database(cluster.create(), "test", clock)
        migrate(database, STORE, "runtime")
        assert words(database) == "ok"
        disk.fill()
        assert words(database) == FULL
        disk.empty()
        assert words(database) == "ok"
        database.close()
    finally:
        cluster.stop()


def test_what_was_well_is_not_looked_at_again_so_soon() -> None:
    looks: list[int] = []
    check = remember(lambda: looks.append(1))
    check()
    check()
    assert len(looks) == 1

    def fails() -> None:
        looks.append(1)
        raise Trouble(FULL)

    failing = remember(fails)
    for _ in range(2):
        with pytest.raises(Trouble):
            failing()
    assert len(looks) == 3
