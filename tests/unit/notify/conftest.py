"""A scene on an empty store, a telephone to it, and cases under supervision; a file that needs another scene makes its own."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from services.notify.store.supervision.tables import supervisions
from tests.unit.notify.calling import Telephone
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import scene_on


@pytest.fixture
def scene(sqlite_database, clock):
    return scene_on(sqlite_database, clock)


@pytest.fixture
def call(scene):
    return Telephone(scene)


@pytest.fixture
def raised(scene):
    """Two cases of water and one of roads under supervision: water's second is overdue for longer. Ids by case."""
    for name, department, due in (("1", "water", "2026-12-14"), ("2", "water", "2026-12-11"), ("3", "roads", "2026-12-14")):
        Case(scene, f"a-{name}", department, f"o-{name}").created(reply=f"{due} 23:59:59")
    scene.climb("2026-12-21 09:00")
    return {row["opinion"]: row["id"] for row in scene.rows(supervisions)}


@pytest.fixture
def statements(scene):
    """The text and the values of every statement from here on."""
    seen: list[tuple[str, tuple[object, ...]]] = []
    sa.event.listen(scene.database.engine, "before_cursor_execute", lambda _, __, text, values, *___: seen.append((text, values)))
    return seen
