from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.runtime.clock import FixedClock
from services.runtime.store.migrate import ACCESS
from tests.stores import MakeDatabase
from tests.unit.runtime.doorway import Doorway


@pytest.fixture
def doorway(sqlite_database: MakeDatabase, clock: FixedClock) -> Iterator[Callable[..., Doorway]]:
    """Makes an application behind a door: `doorway(submissions=30, …)`."""
    opened: list[Doorway] = []

    def make(**allowance: Any) -> Doorway:
        opened.append(Doorway(sqlite_database("access", ACCESS), clock, **allowance))
        return opened[-1]

    yield make
    for each in opened:
        each.scribe.close()
