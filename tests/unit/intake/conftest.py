"""A desk on a fresh store for every test."""

import pytest

from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.migrate import STORE, migrate
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness
from tests.unit.intake.opinions import MORNING


@pytest.fixture
def harness(sqlite_database, clock) -> IntakeHarness:
    return IntakeHarness(sqlite_database("intake", MIGRATIONS), clock)


@pytest.fixture(scope="module")
def open_harness(tmp_path_factory):
    """Makes desks that all tests of a module share."""
    opened = []

    def make() -> IntakeHarness:
        clock = FixedClock(MORNING)
        database = Database(f"sqlite:///{tmp_path_factory.mktemp('intake')}/intake.db", "intake", clock)
        opened.append(database)
        migrate(database, STORE, "runtime")
        migrate(database, MIGRATIONS, "intake")
        return IntakeHarness(database, clock)

    yield make
    for database in opened:
        database.close()
