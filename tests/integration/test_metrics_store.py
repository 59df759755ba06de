"""The read model says the same on SQLite and on PostgreSQL, and keeps every fact when two workers write side by side."""

from concurrent.futures import ThreadPoolExecutor

from examples.python import verify_ledger
from services.metrics import __main__ as main
from services.metrics.domain.counts import DIMENSIONS
from services.metrics.handlers import ledger
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.events import DAY, START, Case, whole_history
from tests.unit.metrics.test_ledger import Inside

MIGRATIONS = main.ASSEMBLY.migrations


def test_both_stores_publish_the_same(sqlite_database, postgres_database, clock, tmp_path):
    both = [running_on(make("metrics", MIGRATIONS), clock, tmp_path) for make in (sqlite_database, postgres_database)]
    for running in both:
        running.live(whole_history())
    queries = ({}, {"as_of": (START + 5 * DAY).isoformat()}, {"from": "2026-11-03"})
    asked = [{"by": by, **query} for by in ("", *DIMENSIONS, "department,topic,area,channel,station,month") for query in queries]
    light, full = ([running.statistics(**query) for query in asked] for running in both)
    assert [query for query, *said in zip(asked, light, full, strict=True) if said[0] != said[1]] == []
    assert {said["total"]["counts"]["submitted"] for said in light[:: len(queries)]} == {14}
    light, full = (sorted(running.series().splitlines()) for running in both)
    assert light == full


def test_workers_side_by_side_lose_no_fact_of_an_opinion(any_database, clock, tmp_path):
    running = running_on(any_database("metrics", MIGRATIONS), clock, tmp_path)
    cases = [Case(f"o{number}").submitted().accepted().assigned().signed().replied().later(DAY).concluded() for number in range(12)]
    batches = [[case.events[step] for case in cases] for step in range(6)]
    with ThreadPoolExecutor(len(batches)) as pool:
        list(pool.map(running.consume, batches))
    counts = running.statistics()["total"]["counts"]
    assert [counts[name] for name in ("submitted", "accepted", "assigned", "signed", "replied", "concluded")] == [12] * 6


def test_the_ledger_of_workers_side_by_side_has_no_gap_and_no_copy(any_database, clock, tmp_path):
    running = running_on(any_database("metrics", MIGRATIONS), clock, tmp_path)
    cases = [Case(f"o{number}").submitted().accepted().assigned().signed() for number in range(20)]
    batches = [[case.events[step] for case in cases] for step in range(4)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(running.consume, batches + batches))
    report = verify_ledger.verify(Inside(running), opinion="o7")
    assert (report["problems"], report["leaves"], len(report["counted"])) == ([], 80, 4)
    clock.instant += DAY
    ledger.close_day(running.service)
    running.consume(Case("next").submitted().events)
    assert [entry["closed"] for entry in Inside(running).entries()] == [True, False]
    assert verify_ledger.verify(Inside(running))["problems"] == []
