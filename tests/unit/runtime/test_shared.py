"""One answer for all who ask the same."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.runtime.shared import WORTH, SharedAnswers


class Maker:
    """Makes answers, each a number of its own, in as much time as it is told."""

    def __init__(self) -> None:
        self.time, self.takes, self.made = 100.0, 0.0, 0

    def now(self) -> float:
        return self.time

    def make(self) -> int:
        self.time += self.takes
        self.made += 1
        return self.made


def test_an_answer_is_kept_for_a_moment() -> None:
    maker = Maker()
    shared = SharedAnswers(2.0, maker.now)
    assert [shared.get("a", maker.make), shared.get("a", maker.make), shared.get("b", maker.make)] == [1, 1, 2]
    maker.time += 2.0
    assert shared.get("a", maker.make) == 3


def test_what_took_long_is_kept_for_longer_and_what_lasts_for_good() -> None:
    maker = Maker()
    shared = SharedAnswers(2.0, maker.now)
    maker.takes = 5.0
    shared.get("long", maker.make)
    maker.takes = 0.0
    shared.get("final", maker.make, lasts=lambda answer: answer == 2)
    maker.time += WORTH * 5.0 - 1
    assert shared.get("long", maker.make) == 1
    maker.time += 10_000
    assert (shared.get("long", maker.make), shared.get("final", maker.make)) == (3, 2)


def test_with_no_seconds_only_those_who_ask_at_once_share() -> None:
    maker = Maker()
    shared = SharedAnswers(0, maker.now)
    assert [shared.get("a", maker.make, lasts=lambda _: True) for _ in range(3)] == [1, 2, 3]


def test_the_oldest_are_forgotten_when_there_are_too_many() -> None:
    maker = Maker()
    shared = SharedAnswers(60.0, maker.now, most=2)
    for question in ("a", "b", "a", "c"):
        shared.get(question, maker.make)
    assert (shared.get("a", maker.make), shared.get("b", maker.make)) == (1, 4)


def test_many_at_once_wait_for_the_one_who_makes_it_and_pay_nothing() -> None:
    begun, go, paid = threading.Event(), threading.Event(), list[int]()

    def make() -> int:
        begun.set()
        assert go.wait(10)
        return 7

    shared = SharedAnswers(0)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(shared.get, "a", make, begin=lambda: paid.append(1))
        assert begun.wait(10)
        others = [pool.submit(shared.get, "a", make) for _ in range(8)]
        go.set()
        assert [each.result(10) for each in (first, *others)] == [7] * 9
    assert paid == [1]


def test_an_error_reaches_all_who_wait_and_is_not_kept() -> None:
    shared = SharedAnswers(60.0)

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        shared.get("a", fail)
    assert shared.get("a", lambda: 1) == 1


def test_how_long_is_said_by_whoever_keeps_them() -> None:
    maker = Maker()
    shared = SharedAnswers(2.0, maker.now, worth=100, error_seconds=1.0)

    def fail() -> int:
        raise ValueError("no")

    for make in (fail, maker.make):
        with pytest.raises(ValueError, match="no"):
            shared.get("a", make)
    maker.time += 1.0
    maker.takes = 5.0
    shared.get("a", maker.make)
    maker.time += 100 * 5.0 - 1
    assert shared.get("a", maker.make) == 1
    maker.time += 1
    assert shared.get("a", maker.make) == 2


def test_who_may_not_begin_leaves_nothing_behind() -> None:
    shared = SharedAnswers(60.0)

    def refuse() -> None:
        raise PermissionError

    with pytest.raises(PermissionError):
        shared.get("a", lambda: 1, begin=refuse)
    assert shared.get("a", lambda: 2) == 2
