"""The town, on a store, with a telephone to it."""

from __future__ import annotations

import pytest

from tests.unit.notify.calling import Telephone
from tests.unit.notify.scenes import MIGRATIONS, Scene, at
from tests.unit.notify.sessions.town import town


@pytest.fixture
def scene(sqlite_database, clock):
    clock.instant = at("2026-11-23 09:30")
    return Scene(sqlite_database("notify", MIGRATIONS), clock, town(water=("json://water",)))


@pytest.fixture
def call(scene):
    return Telephone(scene)
