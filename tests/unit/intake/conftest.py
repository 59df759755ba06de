"""A desk on a fresh store for every test."""

import pytest

from tests.unit.intake.desk import MIGRATIONS, Desk


@pytest.fixture
def desk(sqlite_database, clock) -> Desk:
    return Desk(sqlite_database("intake", MIGRATIONS), clock)
