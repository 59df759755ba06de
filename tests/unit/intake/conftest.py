"""A desk on a fresh store for every test."""

import pytest

from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness
from tests.unit.intake.opinions import MORNING


@pytest.fixture
def harness(sqlite_database, clock):
    return IntakeHarness(sqlite_database("intake", MIGRATIONS), clock)


@pytest.fixture(scope="module")
def open_harness(tmp_path_factory, templates):
    """Makes desks that all tests of a module share."""
    opened = []

    def make() -> IntakeHarness:
        clock = FixedClock(MORNING)
        url = templates.copy_file(tmp_path_factory.mktemp("intake") / "intake.db", "intake", (MIGRATIONS,))
        database = Database(url, "intake", clock)
        opened.append(database)
        return IntakeHarness(database, clock)

    yield make
    for database in opened:
        database.close()
