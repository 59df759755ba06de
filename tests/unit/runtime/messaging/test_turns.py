"""Senders of one queue take turns: nobody waits for a flood, each sender's order stays, nothing is lost or acknowledged early."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.topology import COMMANDS
from services.runtime.messaging import turns
from services.runtime.messaging.broker import Delivery, Outgoing
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.messaging.turns import SHARE, Turns

QUEUE = "routing.commands"


def sender(delivery: Delivery) -> str:
    return delivery.routing_key.partition(".")[0]


class Bench:
    def __init__(self, narrow: int = 100) -> None:
        self.broker = MemoryBroker()
        self.sent = 0
        self.consumer = self.broker.consumer(QUEUE, narrow)
        self.turns = Turns(self.consumer, sender, narrow)

    def send(self, department: str, count: int = 1, body: bytes = b"{}") -> None:
        for _ in range(count):
            self.sent += 1
            self.broker.route(Outgoing(f"{self.sent:06}", COMMANDS, f"{department}.progress", body))

    def turn(self, limit: int = 200) -> list[Delivery]:
        found = self.turns.collect(limit, 0.0)
        if found:
            self.turns.acknowledge(found[-1], through=True)
        return found


@pytest.mark.slow
def test_a_command_behind_a_flood_is_in_the_next_batch_but_one() -> None:
    bench = Bench()
    bench.send("water", 10_000)
    for _ in range(5):
        bench.turn()
    bench.send("roads")
    waited = []
    for _ in range(3):
        batch = bench.turn()
        waited.append(len(batch))
        if any(sender(delivery) == "roads" for delivery in batch):
            break
    assert sender(batch[0]) == "roads" or sender(batch[1]) == "roads"
    assert sum(waited) <= 3 * (SHARE + 1)


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 60)), max_size=12), st.integers(1, 50))
def test_everything_comes_once_and_each_sender_s_in_order(floods: list[tuple[str, int]], limit: int) -> None:
    bench = Bench(40)
    for department, count in floods:
        bench.send(department, count)
    came: list[Delivery] = []
    while batch := bench.turn(limit):
        assert len(batch) <= limit
        assert max(Counter(map(sender, batch)).values()) <= SHARE
        came += batch
    assert len(came) == bench.sent
    for department in "abcd":
        own = [delivery.message_id for delivery in came if sender(delivery) == department]
        assert own == sorted(own)


@pytest.mark.slow
@given(st.integers(100, 400), st.integers(100, 400), st.integers(2, 50))
def test_shares_differ_by_one_at_most_while_both_have_something_waiting(first: int, second: int, limit: int) -> None:
    bench = Bench(1000)
    bench.send("a", first)
    bench.send("b", second)
    for _ in range(4):
        had = Counter(map(sender, bench.turn(limit)))
        assert abs(had["a"] - had["b"]) <= 1


def test_only_what_was_handed_on_is_acknowledged() -> None:
    bench = Bench()
    bench.send("water", 60)
    bench.send("roads", 2)
    bench.turn(4)
    bench.turns.close()
    left = bench.broker.waiting(QUEUE)
    assert len(left) == 58
    assert [message.routing_key for message in left].count("roads.progress") == 0


def test_it_widens_for_a_flood_and_never_while_something_came_back() -> None:
    bench = Bench(narrow=50)
    bench.send("water", 300)
    bench.turn()
    bench.turn()
    assert bench.broker.waiting(QUEUE) == []
    bench.turns.close()
    again = Turns(bench.broker.consumer(QUEUE, 50), sender, 50)
    again.collect(200, 0.0)
    again.collect(200, 0.0)
    assert len(bench.broker.waiting(QUEUE)) == 200


def test_it_takes_in_no_more_bytes_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_BYTES", 1000)
    bench = Bench(narrow=30)
    bench.send("water", 200, b"x" * 100)
    bench.turns.collect(1, 0.0)
    bench.turns.collect(1, 0.0)
    assert len(bench.broker.waiting(QUEUE)) == 170
