"""Promises, look-backs and changed calendars on both kinds of store, also when two workers do the same at once."""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.contracts.commands import Keep, Reply
from services.contracts.envelope import decode
from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.messages.values import Outcome, Promise, Rating
from services.contracts.time.worktime import Closure
from services.routing.__main__ import Rescheduling, periodic_jobs
from services.routing.app import Routing
from services.routing.domain.choice import Router
from services.routing.domain.sampling import Sample, SampleCheck, draw
from services.routing.gateway.learning import Learning
from services.routing.handlers import due, events, lookback, people, rescheduling
from services.routing.store.calendars import list_reschedulings
from services.routing.store.cases import RoutingStore
from services.routing.store.lookbacks import list_lookbacks
from services.routing.store.promises import promises_of
from services.runtime.clock import FixedClock, new_id
from services.runtime.process.catalogue import InUse
from services.runtime.store.database import Database
from services.runtime.store.outgoing.outbox import outbox_table
from tests.stores import MakeDatabase
from tests.unit.routing.bureau import MIGRATIONS, TOWN, accepted

CLOSED = dataclasses.replace(TOWN, closures={date(2026, 11, 25): Closure("停电检修", "no power")})
CASES = 40


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    return any_database("routing", MIGRATIONS)


def within(database: Database, do: Callable[[RoutingStore], Any]) -> Any:
    """Something done in a transaction of its own."""
    with database.transaction() as work:
        return do(RoutingStore(work, TOWN))


def replied(database: Database, number: int, reply: Reply) -> list[str]:
    """So many cases with this reply."""
    router, made = Router(TOWN), []
    for place in range(number):
        message = accepted(f"o-{place}", ("河堤塌了一段", "路灯不亮")[place % 2])
        lead = within(database, lambda store: events.assign(store, router, message))  # noqa: B023 (called at once)
        made.append(lead.id if lead else "")
        within(database, lambda store: people.move(store, "reply", made[-1], None, reply))
    return made


def said(database: Database) -> Counter[str]:
    """How many messages of each type were said."""
    with database.reading() as connection:
        # A message has a row for each place it goes to.
        rows = connection.execute(sa.select(outbox_table.c.message_id, outbox_table.c.body).distinct())
        return Counter(decode(body).type for _, body in rows)


def together(*work: Callable[[], Any]) -> list[BaseException]:
    """Run these at once; returns what went wrong."""
    wrong: list[BaseException] = []

    def run(do: Callable[[], Any]) -> None:
        try:
            do()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(do,)) for do in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


class TestPromises:
    def test_two_workers_break_each_promise_once(self, database: Database, clock: FixedClock) -> None:
        planned = Reply("。", Outcome.PLANNED, Promise("换管道", clock.now() + timedelta(days=30)))
        made = replied(database, CASES, planned)
        clock.instant += timedelta(days=31)
        service = Routing(database, InUse(TOWN, Router), Learning(database))
        (broken,) = (job for job in periodic_jobs(service) if job.name == "break")
        assert together(broken.run, broken.run) == []
        counts = said(database)
        assert (counts["promise.broken"], counts["assignment.reopened"]) == (CASES, CASES)
        with database.reading() as connection:
            assert {promise.state for each in made for promise in promises_of(connection, each)} == {"broken"}

    def test_a_promise_that_is_kept_while_it_is_looked_at_is_one_of_both(self, database: Database, clock: FixedClock) -> None:
        planned = Reply("。", Outcome.PLANNED, Promise("换管道", clock.now() + timedelta(days=30)))
        made = replied(database, CASES, planned)
        clock.instant += timedelta(days=31)

        def keep() -> None:
            for each in made:
                within(database, lambda store: people.move(store, "keep", each, None, Keep("。")))  # noqa: B023

        def break_one(store: RoutingStore) -> bool:
            found = store.promises_due(1)
            due.break_overdue(store, found)
            return bool(found)

        def break_one_by_one() -> None:
            while within(database, break_one):
                pass

        assert together(keep, break_one_by_one) == []
        counts = said(database)
        assert counts["promise.kept"] == CASES
        assert counts["promise.broken"] == counts["assignment.reopened"] <= CASES


class TestLookBacks:
    def test_what_was_drawn_can_be_drawn_again_and_is_checked(self, database: Database, clock: FixedClock) -> None:
        for each in replied(database, 9, Reply("。", Outcome.SOLVED)):
            rating = OpinionEvaluated(each, "water", Rating.SATISFIED)
            within(database, lambda store: events.close(store, rating, new_id()))  # noqa: B023
        sample = Sample(4, (), None, clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
        made = within(database, lambda store: lookback.look_back(store, sample, new_id(), "t"))
        drawn = [each.assignment for each in made.cases]
        assert drawn == draw(made.population, 4, made.seed)
        for held, each in enumerate(drawn):
            within(database, lambda store: lookback.check(store, made.id, SampleCheck(each, bool(held), "。"), "t"))  # noqa: B023
        with database.reading() as connection:
            ((_, found),) = list_lookbacks(connection, None, 10)
        assert (found.sample, found.checked, found.held) == (4, 4, 3)


class TestCalendars:
    def test_two_workers_that_start_at_once_move_each_deadline_once_and_tell_once(
        self, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.routing.__main__.RECOUNTED_A_COMMIT", 7)
        router = Router(TOWN)
        for place in range(CASES):
            message = accepted(f"o-{place}", ("河堤塌了一段", "路灯不亮")[place % 2])
            within(database, lambda store: events.assign(store, router, message))  # noqa: B023
        within(database, rescheduling.adopt_calendar)

        def follow() -> None:
            job = Rescheduling(Routing(database, InUse(CLOSED, Router), Learning(database)))
            while job.step():
                pass

        assert together(follow, follow) == []
        counts = said(database)
        assert (counts["assignment.rescheduled"], counts["calendar.changed"]) == (CASES, 2)
        with database.reading() as connection:
            moved = list_reschedulings(connection, {"department": "water"}, None, 500)
            untold = connection.execute(sa.text("SELECT count(*) FROM reschedulings WHERE told IS NULL")).scalar()
        assert (len({each.assignment for each in moved}), untold) == (CASES // 2, 0)
