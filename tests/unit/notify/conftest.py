"""A scene on an empty store, and a telephone to it; a file that needs another scene makes its own."""

from __future__ import annotations

import pytest

from tests.unit.notify.calling import Telephone
from tests.unit.notify.scenes import scene_on


@pytest.fixture
def scene(sqlite_database, clock):
    return scene_on(sqlite_database, clock)


@pytest.fixture
def call(scene):
    return Telephone(scene)
