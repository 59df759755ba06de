"""The pages of the runtime itself, in an application that has nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.runtime.store.migrate import ACCESS
from tests.browser.conftest import serving
from tests.unit.runtime.harness import WebHarness


@pytest.fixture
def harness(sqlite_database, clock):
    made = WebHarness(sqlite_database("access", ACCESS), clock)
    yield made
    made.database.close()


@pytest.fixture
def address(harness: WebHarness) -> Iterator[str]:
    """Where the application answers, in place of intake's."""
    with serving(harness.app) as url:
        yield url
