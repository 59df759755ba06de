"""From deliveries to effects: one commit a batch, a message heard twice acts once, a bad one harms only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from services.contracts.errors import Poison, Retry
from services.contracts.topology import COMMANDS, DEAD, REQUEUE, RETRIES
from services.runtime.messaging import dispatch
from services.runtime.messaging.broker import Delivery, Outgoing
from services.runtime.messaging.dispatch import SUSPECT_AFTER, sort_out
from services.runtime.store.database import Database
from tests.integration.dispatching import QUEUE, Bench, effects
from tests.stores import MakeDatabase


@pytest.fixture
def bench(any_database: MakeDatabase) -> Iterator[Bench]:
    made = Bench(any_database())
    yield made
    effects.metadata.drop_all(made.database.engine)


def commits(database: Database) -> list[int]:
    seen: list[int] = []
    sa.event.listen(database.engine, "commit", lambda _: seen.append(1))
    return seen


class TestBatch:
    def test_a_batch_is_one_commit_and_one_acknowledgement(self, bench: Bench) -> None:
        bodies = [f"m{number}" for number in range(50)]
        bench.send(*bodies)
        seen = commits(bench.database)
        assert bench.turn() == 50
        assert (len(seen), bench.acknowledged, bench.batches) == (1, [True], [bodies])
        assert bench.effects() == bodies
        assert bench.nothing_open()

    def test_what_nobody_waits_for_is_handled_at_once_after_a_rest_and_together_under_load(
        self, sqlite_database: MakeDatabase, own_time: Callable[..., None]
    ) -> None:
        bench = Bench(sqlite_database(), patience=0.25)
        now, rests = [1000.0], list[float]()

        def arrive_meanwhile(seconds: float) -> None:
            rests.append(round(seconds, 3))
            now[0] += seconds
            bench.send("d", "e")

        own_time(dispatch, sleep=arrive_meanwhile, monotonic=lambda: now[0])
        bench.send("a", "b")
        assert bench.turn() == 2
        now[0] += 0.05
        bench.send("c")
        seen = commits(bench.database)
        assert bench.turn() == 3
        assert (rests, len(seen), bench.batches) == ([0.2], 1, [["a", "b"], ["c", "d", "e"]])
        now[0] += 0.3
        bench.send("f")
        assert (bench.turn(), rests) == (1, [0.2])
        assert bench.nothing_open()

    def test_a_full_batch_is_not_kept_waiting(self, sqlite_database: MakeDatabase, own_time: Callable[..., None]) -> None:
        bench = Bench(sqlite_database(), patience=0.25)
        rests: list[float] = []
        own_time(dispatch, sleep=rests.append, monotonic=lambda: 1000.0)
        bench.send(*(f"m{number}" for number in range(200)))
        assert (bench.turn(), bench.turn(), rests) == (100, 100, [])

    def test_how_far_behind_it_is_can_be_seen(self, sqlite_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("services.runtime.messaging.dispatch.POLL_SECONDS", 0.01)
        database = sqlite_database()
        now = database.clock.now()
        sent = {"a": now - timedelta(seconds=30), "b": now - timedelta(seconds=90)}
        bench = Bench(database, sent=lambda delivery: sent[delivery.body.decode()])
        bench.send("a", "b")
        bench.turn()
        assert bench.telemetry.registry.get_sample_value("huiying_queue_lag_seconds", {"queue": QUEUE}) == 30
        bench.turn()
        assert bench.telemetry.registry.get_sample_value("huiying_queue_lag_seconds", {"queue": QUEUE}) == 0

    def test_nothing_to_do_is_no_transaction(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("services.runtime.messaging.dispatch.POLL_SECONDS", 0.01)
        seen = commits(bench.database)
        assert bench.turn() == 0
        assert (seen, bench.acknowledged) == ([], [])

    def test_a_copy_in_the_same_batch_acts_once(self, bench: Bench) -> None:
        bench.send("a", "b", twice=True)
        bench.turn()
        assert bench.effects() == ["a", "b"]
        assert bench.nothing_open()

    def test_a_copy_in_a_later_batch_acts_once(self, bench: Bench) -> None:
        bench.send("a")
        bench.turn()
        bench.send("a", "b")
        bench.turn()
        bench.send("a")
        bench.turn()
        assert bench.batches == [["a"], ["b"]]
        assert bench.effects() == ["a", "b"]
        assert bench.nothing_open()

    def test_what_became_of_messages_is_counted(self, bench: Bench) -> None:
        bench.trouble["bad"] = Retry("later")
        bench.send("a", "a", "not readable", "bad")
        bench.turn()
        exposed = bench.telemetry.expose().decode()
        for result in ("handled", "duplicate", "retried", "dead"):
            assert f'huiying_messages_consumed_total{{queue="{QUEUE}",result="{result}"}} 1.0' in exposed
        assert f'huiying_message_seconds_count{{queue="{QUEUE}"}} 4.0' in exposed


class TestTrouble:
    def test_an_unreadable_message_is_parked_with_the_reason_and_harms_nobody(self, bench: Bench) -> None:
        bench.send("a", "not readable", "b", "odd", "c")
        bench.turn()
        assert bench.effects() == ["a", "b", "c"]
        assert bench.dead() == [("not readable", "cannot be read"), ("odd", "LookupError('nobody thought of this')")]
        assert bench.nothing_open()

    def test_a_message_its_handler_calls_poison_is_parked_at_once(self, bench: Bench) -> None:
        bench.trouble["bad"] = Poison("no such department")
        bench.send("a", "bad", "b")
        bench.turn()
        assert bench.effects() == ["a", "b"]
        assert bench.dead() == [("bad", "no such department")]
        assert bench.nothing_open()

    def test_a_failing_message_waits_longer_and_longer_and_is_parked_in_the_end(self, bench: Bench) -> None:
        bench.trouble["bad"] = ValueError("always")
        bench.send("a", "bad", "b")
        waited = []
        for attempt in range(1, 11):
            bench.turn()
            (name,) = [delay.exchange for delay in RETRIES if bench.broker.waiting(delay.exchange)]
            (copy,) = bench.broker.waiting(name)
            assert (copy.headers["x-attempt"], copy.message_id) == (attempt, "id-bad")
            waited.append(name.removeprefix("huiying.retry."))
            assert bench.dead() == []
            bench.broker.release(name)
        bench.turn()
        assert waited == ["5s"] * 3 + ["1m"] * 3 + ["10m"] * 4
        assert bench.dead() == [("bad", "ValueError('always')")]
        assert bench.effects() == ["a", "b"]
        assert bench.nothing_open()

    def test_a_message_that_fails_once_has_its_effect_once(self, bench: Bench) -> None:
        bench.trouble["bad"] = Retry("not yet")
        bench.send("bad")
        bench.turn()
        bench.trouble.clear()
        bench.broker.release("huiying.retry.5s")
        bench.turn()
        assert bench.effects() == ["bad"]
        assert bench.nothing_open()

    def test_when_nothing_can_be_put_aside_nothing_is_acknowledged(self, bench: Bench) -> None:
        bench.broker.full.add(f"{QUEUE}.dead")
        bench.send("a", "not readable")
        with pytest.raises(TimeoutError, match="refused by the broker"):
            bench.turn()
        assert bench.acknowledged == []
        bench.broker.full.clear()
        bench.consumer.close()
        bench.consumer = bench.subscribe()
        bench.turn()
        assert bench.effects() == ["a"]
        assert len(bench.dead()) == 1
        assert bench.nothing_open()

    def test_when_the_store_is_away_nothing_is_acknowledged_or_blamed(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        bench.send("a", "b")

        def away() -> None:
            raise OperationalError("BEGIN", {}, Exception("the store is away"))

        with monkeypatch.context() as patch:
            patch.setattr(bench.database, "transaction", away)
            with pytest.raises(OperationalError):
                bench.turn()
        assert bench.acknowledged == []
        bench.consumer.close()
        bench.consumer = bench.subscribe()
        bench.turn()
        assert bench.effects() == ["a", "b"]
        assert bench.dead() == []


class TestSuspects:
    def test_what_came_back_often_is_handled_alone(self, bench: Bench) -> None:
        bench.send("a", "b", "c")
        for _ in range(SUSPECT_AFTER):
            bench.consumer.collect(10, 0)
            bench.consumer.close()
            bench.consumer = bench.subscribe()
        bench.send("fresh", "new")
        bench.turn()
        assert bench.batches == [["fresh", "new"], ["a"], ["b"], ["c"]]
        assert bench.nothing_open()

    def test_every_other_time_from_the_end(self) -> None:
        def come_back(count: int) -> list[Delivery]:
            return [Delivery(tag, QUEUE, str(tag), "", b"", delivery_count=count) for tag in range(3)]

        assert [one.tag for one in sort_out(come_back(2))[0]] == [0, 1, 2]
        assert [one.tag for one in sort_out(come_back(3))[1]] == [0, 1, 2]
        assert [one.tag for one in sort_out(come_back(4))[1]] == [2, 1, 0]

    @pytest.mark.parametrize("place", [0, 20, 39])
    def test_a_message_that_kills_the_worker_ends_in_the_dead_queue_alone(self, bench: Bench, place: int) -> None:
        class Death(BaseException):
            pass

        bodies = [f"m{number}" for number in range(40)]
        bench.send(*bodies)
        killer = bodies[place]
        bench.trouble[killer] = Death()
        deaths = 0
        while bench.broker.waiting(QUEUE):
            try:
                bench.turn()
            except Death:
                deaths += 1
                bench.consumer.close()
                bench.consumer = bench.subscribe()
        assert deaths == 11
        assert sorted(bench.effects()) == sorted(set(bodies) - {killer})
        assert [one.body.decode() for one in bench.broker.waiting(f"{QUEUE}.dead")] == [killer]


def test_a_command_that_is_tried_again_is_still_its_departments(sqlite_database: MakeDatabase) -> None:
    bench = Bench(sqlite_database(), "routing.commands")
    bench.trouble["sign"] = Retry("not yet")
    bench.broker.route(Outgoing("c-1", COMMANDS, "water.sign", b"sign"), "department-water")
    bench.turn()
    bench.broker.release("huiying.retry.5s")
    (again,) = bench.consumer.collect(1, 0)
    assert (again.routing_key, again.user_id, again.attempt) == ("water.sign", "department-water", 1)


def test_a_parked_command_can_be_replayed_as_it_was(sqlite_database: MakeDatabase) -> None:
    bench = Bench(sqlite_database(), "routing.commands")
    bench.broker.route(Outgoing("c-1", COMMANDS, "water.sign", b"not readable"), "department-water")
    bench.turn()
    (dead_lettered,) = bench.broker.waiting("routing.commands.dead")
    assert (dead_lettered.exchange, dead_lettered.routing_key) == (DEAD, "routing.commands")
    bench.broker.route(
        Outgoing(dead_lettered.message_id, REQUEUE, dead_lettered.routing_key, b"sign", {**dead_lettered.headers, "x-attempt": 0})
    )
    bench.turn()
    assert bench.effects() == ["sign"]
