"""`Retry`: what comes too early waits and comes back; the rest of its batch is one commit all the same."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import ANY

import pytest
from structlog.testing import capture_logs

from services.contracts.errors import Retry
from services.runtime.messaging.subscription import TooEarly, for_each
from tests.integration.dispatching import QUEUE, Bench
from tests.stores import MakeDatabase

RETRY = "huiying.retry.5s"


@pytest.fixture
def bench(sqlite_database: MakeDatabase) -> Bench:
    return Bench(sqlite_database())


def waiting(bench: Bench) -> list[tuple[str, str]]:
    return [(one.body.decode(), str(one.headers["x-error"])) for one in bench.broker.waiting(RETRY)]


def test_the_rest_of_a_batch_is_committed_together_without_what_comes_too_early(bench: Bench) -> None:
    bench.trouble |= {"b": Retry("b is not known yet"), "d": Retry("d is not known yet")}
    bench.send("a", "b", "c", "d", "e")
    bench.turn()
    assert bench.batches == [["a", "b", "c", "d", "e"], ["a", "c", "e"]]
    assert bench.effects() == ["a", "c", "e"]
    assert waiting(bench) == [("b", "b is not known yet"), ("d", "d is not known yet")]
    assert bench.nothing_open()


def test_it_comes_back_and_has_its_effect_once(bench: Bench) -> None:
    bench.trouble["b"] = Retry("not yet")
    bench.send("a", "b")
    bench.turn()
    bench.trouble.clear()
    bench.broker.release(RETRY)
    bench.turn()
    bench.send("b")
    bench.turn()
    assert bench.effects() == ["a", "b"]


def test_it_is_no_error_in_the_log(bench: Bench) -> None:
    bench.trouble["b"] = Retry("not yet")
    bench.send("a", "b")
    with capture_logs() as lines:
        bench.turn()
    assert lines == [{
        "event": "message_passed_on", "log_level": "warning", "queue": QUEUE, "message": "id-b", "reason": "not yet", "dead": False,
    }]  # fmt: skip


def test_an_error_beside_it_still_splits_the_batch(bench: Bench) -> None:
    bench.trouble |= {"b": Retry("not yet"), "c": ValueError("broken")}
    bench.send("a", "b", "c")
    bench.turn()
    assert bench.effects() == ["a"]
    assert waiting(bench) == [("b", ANY), ("c", "ValueError('broken')")]
    assert bench.nothing_open()


def test_a_copy_in_the_same_batch_waits_too(bench: Bench) -> None:
    bench.trouble["bad"] = Retry("not yet")
    bench.send("a", "bad", twice=True)
    bench.turn()
    assert bench.effects() == ["a"]
    assert [body for body, _ in waiting(bench)] == ["bad", "bad"]


def test_what_comes_too_early_for_ever_is_dead_in_the_end(bench: Bench) -> None:
    bench.trouble["bad"] = Retry("never known")
    bench.send("a", "bad")
    bench.turn()
    for name in [RETRY] * 3 + ["huiying.retry.1m"] * 3 + ["huiying.retry.10m"] * 4:
        bench.broker.release(name)
        bench.turn()
    assert bench.dead() == [("bad", "never known")]
    assert bench.effects() == ["a"]


def test_the_handler_is_told_before_its_message_is_given_up(bench: Bench) -> None:
    bench.trouble["bad"] = Retry("never known")
    bench.send("bad")
    bench.turn()
    assert bench.given_up == []
    for name in [RETRY] * 3 + ["huiying.retry.1m"] * 3 + ["huiying.retry.10m"] * 4:
        bench.broker.release(name)
        bench.turn()
    assert bench.given_up == ["bad"]


def fails(on: str) -> Callable[[str], None]:
    def act(message: str) -> None:
        if message == on:
            raise Retry(f"no {message} yet")

    return act


def test_every_message_is_tried_before_the_batch_is_given_back() -> None:
    with pytest.raises(TooEarly) as caught:
        for_each(["a", "b", "c"], fails("b"))
    assert caught.value.messages == [("b", "no b yet")]
    for_each(["a", "c"], fails("b"))
