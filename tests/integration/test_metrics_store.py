"""The read model says the same on SQLite and on PostgreSQL, and keeps every fact when two workers write side by side."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.metrics import __main__ as main
from services.metrics.domain.counts import DIMENSIONS
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.telling import DAY, START, Case, whole_story

MIGRATIONS = main.ASSEMBLY.migrations


@pytest.mark.parametrize("by", ["", *DIMENSIONS, "department,topic,area,channel,station,month"])
def test_both_stores_publish_the_same(sqlite_database, postgres_database, clock, tmp_path, by):
    both = [running_on(make("metrics", MIGRATIONS), clock, tmp_path) for make in (sqlite_database, postgres_database)]
    for running in both:
        for event in whole_story():
            running.hear([event])
    for query in ({}, {"as_of": (START + 5 * DAY).isoformat()}, {"from": "2026-11-03"}):
        light, full = (running.statistics(by=by, **query) for running in both)
        assert light == full
    assert both[0].statistics(by=by)["total"]["counts"]["submitted"] == 14
    light, full = (sorted(running.series().splitlines()) for running in both)
    assert light == full


def test_workers_side_by_side_lose_no_fact_of_an_opinion(any_database, clock, tmp_path):
    running = running_on(any_database("metrics", MIGRATIONS), clock, tmp_path)
    cases = [Case(f"o{number}").submitted().accepted().assigned().signed().replied().later(DAY).concluded() for number in range(12)]
    batches = [[case.events[step] for case in cases] for step in range(6)]
    with ThreadPoolExecutor(len(batches)) as pool:
        list(pool.map(running.hear, batches))
    counts = running.statistics()["total"]["counts"]
    assert [counts[name] for name in ("submitted", "accepted", "assigned", "signed", "replied", "concluded")] == [12] * 6
