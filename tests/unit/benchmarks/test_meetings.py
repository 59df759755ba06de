"""The measurement of meetings fills a store whose lists say what was put into it."""

import pytest

from benchmarks.lists import store
from benchmarks.meetings import NOW, batches, fill, questions_of
from services.notify.__main__ import ASSEMBLY, ROUTES
from services.notify.app.lists.lists import year_rows
from services.notify.domain.lists.frozen import ListScope
from services.runtime.clock import FixedClock


@pytest.mark.slow
def test_a_small_store_has_its_sessions_and_their_questions():
    with store(ASSEMBLY, "sqlite", FixedClock(NOW)) as (service, _):
        fill(service, 20, 100)
        with service.database.reading() as connection:
            rows, following = year_rows(connection, ListScope(year=2026), "promise", NOW, None, 500)
        assert (len(rows), following, {row.state for row in rows}) == (100, None, {"open", "kept"})
        assert len(batches(service)) > 0
    pages = {route.path for route in ROUTES}
    assert {address.partition("?")[0] for address, role in questions_of(20, "s").values() if role is None} & pages
