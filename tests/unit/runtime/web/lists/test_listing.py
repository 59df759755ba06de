"""Following a list: whatever changes while it is read, in whatever order it is committed, nothing is missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.errors import Invalid
from services.runtime.store.database import Instant
from services.runtime.store.statements.bulk import rows_of
from services.runtime.web.lists.listing import SETTLING, followed, read_listing
from services.runtime.web.requests import validate

BEGIN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
QUERY = followed("ThingFollowing", "made")()
things = sa.Table(
    "things", sa.MetaData(), sa.Column("id", sa.String, primary_key=True), sa.Column("made", Instant),
    sa.Column("updated", Instant), sa.Column("state", sa.String), sa.Index("things_updated", "updated", "id"),
)  # fmt: skip


@dataclass
class Shelf:
    """A list in memory, and a clock."""

    connection: sa.Connection
    now: datetime = BEGIN
    open: list[tuple[datetime, str]] = field(default_factory=list)

    def ask(self, **query: Any) -> dict[str, Any]:
        """One page, as a route answers it."""
        reading = read_listing(validate(QUERY, query), "made", {}, self.now)
        return reading.page(rows_of(self.connection.execute(reading.select(sa.select(things), things))))

    def commit(self, begun: datetime, name: str) -> None:
        """A transaction that began then changes a thing; it is to be seen from now on."""
        row = {"id": name, "made": BEGIN, "updated": begun, "state": begun.isoformat()}
        self.connection.execute(things.delete().where(things.c.id == name))
        self.connection.execute(things.insert().values(row))

    def round(self, since: str, steps: Iterator[None]) -> tuple[list[tuple[str, str]], str]:
        """What a follower reads in one round, while others commit between its pages; and where its next round begins."""
        seen: list[tuple[str, str]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.ask(updated_since=since, limit=2, **cursor)
            seen += [(item["id"], item["state"]) for item in page["items"]]
            if page["next"] is None:
                return seen, page["follow_from"].isoformat()
            cursor = {"cursor": page["next"]}
            next(steps, None)


@pytest.fixture(scope="module")
def engine() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://")
    yield engine
    engine.dispose()


def shelf_on(engine: sa.Engine) -> Shelf:
    connection = engine.connect()
    things.drop(connection, checkfirst=True)
    things.create(connection)
    return Shelf(connection)


#: (what a step waits for in seconds, which thing it changes, how long its transaction had been running)
LONGEST = int(SETTLING.total_seconds()) - 1
STEPS = st.lists(st.tuples(st.integers(0, 40), st.sampled_from("abcdef"), st.integers(0, LONGEST)), max_size=40)


@pytest.mark.slow
@given(STEPS, st.data())
@settings(max_examples=200)
def test_a_follower_meets_every_last_state_whenever_it_was_committed(engine, steps, data):
    shelf = shelf_on(engine)
    last: dict[str, str] = {}

    def happen() -> Iterator[None]:
        for wait, name, running in steps:
            shelf.now += timedelta(seconds=wait)
            begun = shelf.now - timedelta(seconds=running)
            shelf.commit(begun, name)
            last[name] = begun.isoformat()
            yield

    going, seen, since = happen(), dict[str, set[str]](), (BEGIN - SETTLING).isoformat()
    for _ in range(len(steps) + 1):
        for _ in range(data.draw(st.integers(0, 3))):
            next(going, None)
        met, since = shelf.round(since, going)
        for name, state in met:
            seen.setdefault(name, set()).add(state)
    for _ in going:
        pass
    met, since = shelf.round(since, iter(()))
    for name, state in met:
        seen.setdefault(name, set()).add(state)
    assert all(state in seen[name] for name, state in last.items())
    shelf.connection.close()


@pytest.mark.parametrize("sort", ["made", "-made", "updated", "-updated"])
def test_pages_in_any_order_have_every_item_once_ties_too(engine, sort):
    shelf = shelf_on(engine)
    for number in range(25):
        shelf.commit(BEGIN + timedelta(seconds=number // 10), f"t{number:02}")
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = shelf.ask(sort=sort, limit=7, **cursor)
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == sorted(found, reverse=sort.startswith("-"))
    assert len(set(found)) == 25
    shelf.connection.close()


def test_a_list_is_narrowed_to_days_and_instants(engine):
    shelf = shelf_on(engine)
    shelf.commit(BEGIN, "a")
    day = BEGIN.date().isoformat()
    asked = ({"from": day, "to": day}, {"from": BEGIN.isoformat()}, {"to": BEGIN.isoformat()}, {"updated_since": "2026-11-23"})
    assert [len(shelf.ask(**each)["items"]) for each in asked] == [1, 1, 0, 0]
    shelf.connection.close()


def test_a_cursor_is_of_the_order_that_it_was_given_for(engine):
    shelf = shelf_on(engine)
    for name in "abc":
        shelf.commit(BEGIN, name)
    cursors = {sort: shelf.ask(sort=sort, limit=1)["next"] for sort in ("made", "updated")}
    for sort, other in (("made", "updated"), ("updated", "made")):
        with pytest.raises(Invalid):
            shelf.ask(sort=sort, cursor=cursors[other])
    shelf.connection.close()


def test_following_reads_an_index_and_sorts_nothing(engine):
    shelf = shelf_on(engine)
    reading = read_listing(validate(QUERY, {"updated_since": "2026-11-22"}), "made", {}, BEGIN)
    query = reading.select(sa.select(things), things).compile(shelf.connection, compile_kwargs={"literal_binds": True})
    plan = " ".join(row[3] for row in shelf.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}"))
    assert "things_updated" in plan
    assert "TEMP B-TREE" not in plan
    shelf.connection.close()
