"""A desk on a fresh store for every test."""

import pytest

from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.migrate import STORE, migrate
from tests.unit.intake.desk import MIGRATIONS, MORNING, Desk


@pytest.fixture
def desk(sqlite_database, clock) -> Desk:
    return Desk(sqlite_database("intake", MIGRATIONS), clock)


@pytest.fixture(scope="module")
def open_desk(tmp_path_factory):
    """Makes desks that all tests of a module share."""
    opened = []

    def make() -> Desk:
        clock = FixedClock(MORNING)
        database = Database(f"sqlite:///{tmp_path_factory.mktemp('intake')}/intake.db", "intake", clock)
        opened.append(database)
        migrate(database, STORE, "runtime")
        migrate(database, MIGRATIONS, "intake")
        return Desk(database, clock)

    yield make
    for database in opened:
        database.close()
