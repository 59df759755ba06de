"""Routing on both kinds of store: departments of one case that act at the same moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.contracts.commands import Object, Reply, Sign
from services.contracts.envelope import decode
from services.contracts.errors import Conflict
from services.contracts.messages.assignments import AssignmentReplied
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import OpinionText, Outcome
from services.routing.app import Routing
from services.routing.consumer import subscriptions
from services.routing.domain.choice import Router
from services.routing.domain.commanding import command_of
from services.routing.gateway.learning import Learning
from services.routing.handlers import due, events, people
from services.routing.store.cases import RoutingStore
from services.routing.store.reading import listing
from services.runtime.clock import FixedClock
from services.runtime.process.catalogue import InUse
from services.runtime.store.database import Database
from services.runtime.store.outgoing.outbox import outbox_table
from tests.reading import newest
from tests.stores import MakeDatabase
from tests.unit.routing.bureau import MIGRATIONS, TOWN

ROUTER = Router(TOWN)
ROUNDS = 15


def act(database: Database, verb: str, assignment: str, department: str, command: Any) -> None:
    """A department's move in a transaction of its own."""
    with database.transaction() as work:
        people.move(RoutingStore(work, TOWN), verb, assignment, department, command)


def flood(database: Database, opinion: str) -> dict[str, str]:
    """A case with two co-handlers; returns the assignments' ids by department."""
    accepted = OpinionAccepted(OpinionText(opinion, "内涝", "。"), "web", "automatic")
    with database.transaction() as work:
        events.assign(RoutingStore(work, TOWN), ROUTER, accepted)
    with database.reading() as connection:
        return {each.department: each.id for each in listing(connection, newest("created", {"opinion": opinion}), None)}


def at_once(*moves: Callable[[], None]) -> list[str]:
    """Make moves in threads that begin together; returns the refusals, and raises what else went wrong."""
    start, refused, failed = threading.Barrier(len(moves)), [], []

    def run(move: Callable[[], None]) -> None:
        start.wait(5)
        try:
            move()
        except Conflict as error:
            refused.append(error.detail)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(move,)) for move in moves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == []
    return refused


def said(database: Database, opinion: str) -> list[Any]:
    """What was said of an opinion, by sequence number."""
    with database.reading() as connection:
        query = sa.select(outbox_table.c.body).where(outbox_table.c.subject == opinion)
        events = [decode(body) for body in connection.execute(query).scalars()]
    return sorted(events, key=lambda event: event.sequence)


@pytest.fixture
def routing(any_database: MakeDatabase) -> Database:
    return any_database("routing", MIGRATIONS)


class TestAtTheSameMoment:
    def test_a_co_handler_and_the_lead_answer_and_every_number_is_given_once(self, routing):
        for number in range(ROUNDS):
            opinion = f"o-{number}"
            ids = flood(routing, opinion)
            refused = at_once(
                lambda ids=ids: act(routing, "reply", ids["water"], "water", Reply("已清。", Outcome.SOLVED)),
                lambda ids=ids: act(routing, "reply", ids["roads"], "roads", Reply("涵洞由我们清。")),
                lambda ids=ids: act(routing, "object", ids["schools"], "schools", Object("无关。", "petitions")),
            )
            events = said(routing, opinion)
            assert [event.sequence for event in events] == list(range(1, len(events) + 1))
            (reply,) = (event.data for event in events if isinstance(event.data, AssignmentReplied))
            advised = any(event.type == "assignment.advised" for event in events)
            # The first one is quoted, the second is told that it is too late.
            assert len(reply.co_opinions) == advised
            assert len([detail for detail in refused if "'reply'" in detail]) == (not advised)

    def test_departments_beside_one_another_all_come_through(self, routing: Database) -> None:
        for number in range(ROUNDS):
            opinion = f"o-{number}"
            ids = flood(routing, opinion)
            refused = at_once(*(lambda code=code, ids=ids: act(routing, "sign", ids[code], code, Sign()) for code in ids))
            events = said(routing, opinion)
            assert refused == []
            assert [event.sequence for event in events] == [1, 2, 3, 4, 5, 6]
            assert {event.data.department for event in events[3:]} == {"water", "roads", "schools"}
            assert {event.data.role for event in events[3:]} == {"lead", "co_handler"}

    def test_batches_in_opposite_order_do_not_stand_in_one_another_s_way(self, routing: Database) -> None:
        service = Routing(routing, InUse(TOWN, Router), Learning(routing))
        consume = next(subscription for subscription in subscriptions(service) if subscription.queue == "routing.commands").handle
        floods = [flood(routing, f"o-{number}") for number in range(ROUNDS)]

        def batch(code: str, ids: Sequence[dict[str, str]]) -> None:
            with routing.transaction() as work:
                bodies = [(each[code], json.dumps({"data": {"assignment": each[code]}}).encode()) for each in ids]
                consume(work, [command_of(f"{code}.sign", f"{code}-{assignment}", None, body) for assignment, body in bodies])

        assert at_once(lambda: batch("water", floods), lambda: batch("roads", floods[::-1]), lambda: batch("schools", floods)) == []
        for number in range(ROUNDS):
            assert [event.sequence for event in said(routing, f"o-{number}")] == [1, 2, 3, 4, 5, 6]

    def test_workers_that_conclude_side_by_side_conclude_each_case_once(self, routing: Database, clock: FixedClock) -> None:
        opinions = [f"o-{number}" for number in range(ROUNDS)]
        for opinion in opinions:
            act(routing, "reply", flood(routing, opinion)["water"], "water", Reply("已清。", Outcome.SOLVED))
        clock.instant += timedelta(days=400)

        def conclude() -> None:
            for _ in range(ROUNDS):
                with routing.transaction() as work:
                    found = (routing_store := RoutingStore(work, TOWN)).lapsed(work.now, 2)
                    due.conclude_lapsed(routing_store, found)

        assert at_once(conclude, conclude, conclude) == []
        for opinion in opinions:
            events = said(routing, opinion)
            assert [event.sequence for event in events] == list(range(1, len(events) + 1))
            assert [event.type for event in events].count("assignment.concluded") == 1
