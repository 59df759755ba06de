"""A bureau on a fresh store for every test."""

import pytest

from tests.unit.routing.bureau import MIGRATIONS, Bureau


@pytest.fixture
def bureau(sqlite_database, clock):
    return Bureau(sqlite_database("routing", MIGRATIONS), clock)
