from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.runtime.clock import FixedClock
from services.runtime.store.migrate import ACCESS
from tests.stores import MakeDatabase
from tests.unit.runtime.harness import WebHarness


@pytest.fixture
def harness(sqlite_database: MakeDatabase, clock: FixedClock) -> Iterator[Callable[..., WebHarness]]:
    """Makes an application behind a door: `harness(submissions=30, …)`."""
    opened: list[WebHarness] = []

    def make(**allowance: Any) -> WebHarness:
        opened.append(WebHarness(sqlite_database("access", ACCESS), clock, **allowance))
        return opened[-1]

    yield make
    for each in opened:
        each.database.close()
