"""Periodic work on rows: one that fails harms only itself, is reported, rests, and is tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from services.runtime.process.assembly import counted
from services.runtime.process.sweep import RESTS, Sweep, SweepTarget, behind
from services.runtime.telemetry import Telemetry

tables = sa.MetaData()
jobs = sa.Table(
    "jobs", tables, sa.Column("at", sa.Integer), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer)
)


class Town:
    """Rows that are due until their `n` is set; those named in `bad` cannot be dealt with."""

    def __init__(self, database, rows):
        self.database, self.bad = database, set()
        with database.engine.begin() as connection:
            tables.drop_all(connection)
            tables.create_all(connection)
            for place, at in enumerate(rows):
                connection.execute(jobs.insert().values(at=at, id=place, n=0))

    def take(self, work, after, limit):
        query = sa.select(jobs).where(jobs.c.n == 0, behind(after, jobs.c.at, jobs.c.id)).order_by(jobs.c.at, jobs.c.id)
        return work.execute(query.limit(limit)).all()

    def act(self, work, rows):
        for row in rows:
            work.execute(jobs.update().where(jobs.c.id == row.id).values(n=jobs.c.n + 1))
            if row.id in self.bad:
                raise ValueError(row.id)

    def sweep(self, limit):
        return Sweep(
            "town", self.database, SweepTarget(lambda work: work, self.take, lambda row: (row.at, row.id), self.act), limit
        )

    def left(self) -> set[int]:
        with self.database.reading() as connection:
            rows = connection.execute(sa.select(jobs.c.id, jobs.c.n)).all()
        assert {row.n for row in rows} <= {0, 1}
        return {row.id for row in rows if row.n == 0}


def to_the_end(sweep: Sweep[Any, Any]) -> int:
    steps = 1
    while sweep.step():
        steps += 1
        assert steps < 1000
    return steps


@pytest.fixture
def database(sqlite_database):
    return sqlite_database()


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), max_size=14), st.sets(st.integers(0, 13)), st.integers(1, 5))
def test_all_that_can_be_done_is_done_whatever_fails(database, rows, bad, limit):
    town = Town(database, rows)
    town.bad = bad
    sweep = town.sweep(limit)
    to_the_end(sweep)
    failing = bad & set(range(len(rows)))
    assert (town.left(), sweep.failed) == (failing, len(failing))


def test_without_a_failure_a_batch_is_one_transaction(database):
    assert to_the_end(Town(database, range(9)).sweep(3)) == 4


def test_what_failed_rests_is_tried_again_and_is_forgotten_when_it_works(database, clock):
    town = Town(database, range(4))
    town.bad = {1}
    tried: list[Any] = []
    act, town.act = town.act, lambda work, rows: (tried.extend(row.id for row in rows), act(work, rows))
    sweep = town.sweep(10)
    to_the_end(sweep)
    del tried[:]
    to_the_end(sweep)
    assert (tried, sweep.failed) == ([], 1)
    clock.instant += RESTS[0]
    to_the_end(sweep)
    assert (tried, sweep.failed) == ([1], 1)
    clock.instant += RESTS[0] + timedelta(seconds=1)
    to_the_end(sweep)
    assert tried == [1]
    town.bad = set()
    clock.instant += RESTS[1]
    to_the_end(sweep)
    assert (town.left(), sweep.failed) == (set(), 0)


def test_what_somebody_else_has_dealt_with_has_not_failed_any_more(database):
    town = Town(database, range(2))
    town.bad = {1}
    sweep = town.sweep(10)
    to_the_end(sweep)
    with database.transaction() as work:
        work.execute(jobs.update().where(jobs.c.n == 0).values(n=1))
    to_the_end(sweep)
    assert sweep.failed == 0


def test_a_store_that_is_away_is_no_row_s_fault(database):
    town = Town(database, range(3))

    def away(work, rows):
        raise OperationalError("SELECT", None, Exception("gone"))

    town.act = away
    sweep = town.sweep(10)
    with pytest.raises(OperationalError):
        sweep.step()
    assert sweep.failed == 0


def test_metrics_say_how_many_failed(database):
    town, telemetry = Town(database, range(3)), Telemetry()
    town.bad = {0, 2}
    job = counted(town.sweep(10).job(5.0), telemetry)
    while job.run():
        pass
    assert b'huiying_job_failed_rows{job="town"} 2.0' in telemetry.expose()
