"""How much lies in queues, and for how long nothing has left them, from looks at their depth alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import Unavailable
from services.runtime.clock import FixedClock
from services.runtime.messaging.depths import QueueLook, QueueWatch, look_at
from services.runtime.telemetry import Telemetry

WORK, DEAD = "routing.events", "routing.events.dead"


class Watched:
    """A watch of one queue whose depth a test sets; None for a broker that is away."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock, self.telemetry = clock, Telemetry()
        self.depth: int | None = 0
        self.watch = QueueWatch(self._depths, lambda: ((WORK,), (DEAD,)), self.telemetry, clock)

    def _depths(self, queues: Sequence[str]) -> Mapping[str, int]:
        if self.depth is None:
            raise Unavailable("away")
        return dict.fromkeys(queues, self.depth)

    def look(self, depth: int | None) -> None:
        self.clock.instant += timedelta(seconds=15)
        self.depth = depth
        self.watch.look()

    def shown(self, name: str, queue: str = WORK) -> float | None:
        return self.telemetry.registry.get_sample_value(name, {"queue": queue})

    def handle(self, result: str) -> None:
        self.telemetry.count("huiying_messages_consumed_total", queue=WORK, result=result)


@pytest.fixture
def watched(clock: FixedClock) -> Watched:
    return Watched(clock)


@pytest.mark.parametrize(
    ("depths", "age"),
    [
        ([0], 0), ([5], 0), ([5, 5], 15), ([5, 7, 9], 30), ([0, 5, 5], 15), ([5, 5, 4], 0), ([5, 5, 4, 4], 15), ([5, 5, 0], 0),
        ([0, 0, 0], 0), ([3, 2, 1, 1, 1], 30),
    ],
)  # fmt: skip
def test_what_waits_is_as_old_as_the_last_thing_that_left(watched: Watched, depths: list[int], age: float) -> None:
    for depth in depths:
        watched.look(depth)
    assert watched.shown("huiying_queue_messages") == depths[-1]
    assert watched.shown("huiying_queue_oldest_seconds") == age


@pytest.mark.parametrize("result", ["handled", "duplicate", "retried", "dead"])
def test_a_queue_that_this_process_empties_as_fast_as_it_fills_is_not_old(watched: Watched, result: str) -> None:
    for _ in range(4):
        watched.handle(result)
        watched.look(100)
    assert watched.shown("huiying_queue_oldest_seconds") == 0
    watched.look(100)
    assert watched.shown("huiying_queue_oldest_seconds") == 15


def test_what_was_counted_last_stands_while_the_broker_is_away(watched: Watched) -> None:
    watched.look(3)
    watched.look(3)
    watched.look(None)
    assert (watched.shown("huiying_queue_messages"), watched.shown("huiying_queue_oldest_seconds")) == (3, 15)
    watched.look(3)
    assert watched.shown("huiying_queue_oldest_seconds") == 45


def test_a_queue_of_what_nobody_could_handle_is_told_as_such_alone(watched: Watched) -> None:
    watched.look(2)
    assert watched.shown("huiying_dead_letters", DEAD) == 2
    assert watched.shown("huiying_queue_messages", DEAD) is None
    assert watched.shown("huiying_dead_letters") is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=20))
def test_nothing_is_old_that_moved_and_age_grows_only_while_nothing_does(looks: list[tuple[int, int]]) -> None:
    clock, handled = FixedClock(datetime(2026, 11, 22, tzinfo=UTC)), 0
    seen: list[QueueLook] = []
    for depth, more in looks:
        clock.instant += timedelta(seconds=15)
        handled += more
        seen.append(look_at(seen[-1] if seen else None, depth, handled, clock.now()))
    for (before, after), (depth, more) in zip(pairwise(seen), looks[1:], strict=True):
        moved = depth == 0 or before.depth == 0 or depth < before.depth or more > 0
        assert (after.since == before.since) == (not moved)
