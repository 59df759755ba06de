"""Notices on both kinds of store: numbered without a gap in what somebody may have seen, once each, and read by their audiences."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from services.contracts.envelope import decode
from services.contracts.messages.accounts import DigestDue, NewsOfKind
from services.contracts.people.callers import Caller, somebody
from services.contracts.time.worktime import Calendar
from services.notify.domain.digests import DigestChoice
from services.notify.domain.notices import Notice
from services.notify.handlers.digests import DigestWork, tell
from services.notify.store.digests import DigestStore, choose, chosen_by, next_digest
from services.notify.store.notices import (
    count_notices,
    keep_notices,
    listed_notices,
    prune_notices,
    see,
    seen_by,
    standing_of,
)
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.store.outgoing.outbox import outbox_table
from tests.stores import MakeDatabase
from tests.unit.notify.scenes import MIGRATIONS, at

START = at("2026-11-23 09:30")
BOTH = ("water", "supervisor:")
AT_ONCE, BATCHES = 4, 5
#: Long enough for a writer that does not wait to be done (seconds).
A_MOMENT = 0.3


@pytest.fixture
def database(any_database: MakeDatabase, clock: FixedClock) -> Database:
    clock.instant = START
    return any_database("notify", MIGRATIONS)


def notice(number: int | str, audience: str = "water") -> Notice:
    return Notice(f"e-{number}", audience, "assigned", f"o-{number}", f"a-{number}", START)


def keep(database: Database, *found: Notice) -> None:
    with database.transaction() as work:
        keep_notices(work, found)


def test_notices_are_kept_once_and_read_by_audience_the_newest_first(database: Database) -> None:
    keep(database, notice(1), notice(1, "supervisor:"), notice(2, "roads"))
    keep(database, notice(2, "roads"), notice(3), notice(3))
    keep(database)
    with database.reading() as connection:
        found = listed_notices(connection, BOTH, None, None, 10)
        assert [(each.message, each.audience) for each in found] == [("e-3", "water"), ("e-1", "supervisor:"), ("e-1", "water")]
        newest, second, oldest = (each.position for each in found)
        assert [each.position for each in listed_notices(connection, BOTH, newest, None, 1)] == [second, oldest]
        assert [each.position for each in listed_notices(connection, BOTH, None, second, 10)] == [newest]
        assert (count_notices(connection, BOTH, 0, 10), count_notices(connection, BOTH, 0, 2)) == (3, 3)
        assert count_notices(connection, BOTH, 0, 1) == 2


def test_a_reader_s_place_moves_forward_only(database: Database) -> None:
    keep(database, notice(1), notice(2), notice(3, "roads"))
    with database.reading() as connection:
        newest, oldest = (each.position for each in listed_notices(connection, BOTH, None, None, 10))
        assert standing_of(connection, BOTH, "p-1", 999)[0] == 2
    for up_to, seen in ((oldest, oldest), (2**62, newest), (oldest, newest)):
        with database.transaction() as work:
            see(work, "p-1", BOTH, up_to)
        with database.reading() as connection:
            assert (seen_by(connection, "p-1"), seen_by(connection, "p-2")) == (seen, 0)
    with database.reading() as connection:
        new, last = standing_of(connection, BOTH, "p-1", 999)
    assert (new, last > newest) == (0, True)


def test_who_writes_at_the_same_time_gives_no_position_twice(database: Database) -> None:
    start = Barrier(AT_ONCE)

    def write(writer: int) -> None:
        start.wait()
        for batch in range(BATCHES):
            keep(database, *(notice(f"{writer}-{batch}-{number}") for number in range(3)))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(write, range(AT_ONCE)))
    with database.reading() as connection:
        found = listed_notices(connection, BOTH, None, None, 500)
    assert sorted(each.position for each in found) == list(range(1, AT_ONCE * BATCHES * 3 + 1))


def test_who_keeps_notices_waits_until_those_in_front_are_to_be_seen(database: Database) -> None:
    with ThreadPoolExecutor(1) as threads:
        with database.transaction() as work:
            keep_notices(work, [notice(1)])
            other = threads.submit(keep, database, notice(2))
            wait([other], A_MOMENT)
            assert not other.done()
        other.result()
    with database.reading() as connection:
        found = listed_notices(connection, BOTH, None, None, 10)
    assert [(each.message, each.position) for each in found] == [("e-2", 2), ("e-1", 1)]


def test_workers_who_look_at_once_tell_somebody_once_and_who_chooses_anew_goes_on(database: Database, clock: FixedClock) -> None:
    daily = DigestChoice("daily", ("email",), "zh", 10)
    keep(database, notice(1))
    for choice in (daily, replace(daily, how="bundled")):
        with database.transaction() as work:
            choose(work, "p-1", choice, START + timedelta(minutes=30))
        keep(database, notice(2))
    clock.instant = START + timedelta(minutes=30)
    start = Barrier(AT_ONCE)

    def look(_: int) -> None:
        start.wait()
        with database.transaction() as work:
            telling = DigestWork(DigestStore(work), acting_for_water, Calendar(), timedelta(minutes=30))
            tell(telling, telling.store.due(None, 10))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(look, range(AT_ONCE)))
    with database.reading() as connection:
        (said,) = connection.execute(sa.select(outbox_table.c.body)).scalars()
        assert (next_digest(connection), chosen_by(connection, "p-1")) == (START + timedelta(hours=1), choice)
    assert decode(bytes(said)).data == DigestDue(("email",), "zh", (NewsOfKind("assigned", 1, ("/desk/a-2",)),))


def acting_for_water(persons: Collection[str]) -> dict[str, Sequence[Caller]]:
    return {person: [somebody(person, "", "department", "water", None)] for person in persons}


def test_what_is_old_goes_and_what_came_since_stays(database: Database, clock: FixedClock) -> None:
    keep(database, notice(1))
    with database.transaction() as work:
        see(work, "p-1", BOTH, 1)
    clock.instant = START + timedelta(days=91)
    # It happened long ago, and nobody can have seen it before now.
    keep(database, notice(2))
    with database.transaction() as work:
        assert prune_notices(work, timedelta(days=90)) == 1
    with database.reading() as connection:
        assert [each.message for each in listed_notices(connection, BOTH, None, None, 10)] == ["e-2"]
        assert standing_of(connection, BOTH, "p-1", 999)[0] == 1
