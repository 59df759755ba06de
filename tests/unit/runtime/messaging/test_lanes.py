"""What is sent from memory leaves in order within each lane, whatever is stored, confirmed and given up in between."""

from __future__ import annotations

import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from services.runtime.messaging.lanes import Lanes
from services.runtime.store.outgoing.outbox import Pending


def row(number: int, lane: str = "a") -> Pending:
    return Pending(f"m-{number}", lane, (("huiying.events", "x"),), b"", id=number)


def ids(rows: list[Pending]) -> list[int]:
    return [each.id for each in rows]


def stored(lanes: Lanes, *rows: Pending) -> None:
    lanes.expect(rows)
    lanes.take(rows)


def test_one_of_a_lane_leaves_when_the_one_before_is_confirmed() -> None:
    lanes = Lanes(100)
    stored(lanes, row(1), row(2), row(3, "b"))
    first = lanes.next(10, 0)
    assert ids(first) == [1, 3]
    assert lanes.next(10, 0) == []
    lanes.sent(first)
    assert ids(lanes.next(10, 0)) == [2]


def test_one_that_is_committed_later_but_expected_earlier_goes_first() -> None:
    lanes = Lanes(100)
    lanes.expect([row(1)])
    lanes.expect([row(2)])
    lanes.take([row(2)])
    assert lanes.next(10, 0) == []
    lanes.take([row(1)])
    assert ids(lanes.next(10, 0)) == [1]


def test_one_that_was_not_stored_holds_nobody_up_and_one_behind_does_not_repeat_the_first() -> None:
    lanes = Lanes(100)
    lanes.expect([row(1)])
    stored(lanes, row(2))
    lanes.cancel([row(1)])
    assert ids(lanes.next(10, 0)) == [2]
    lanes.expect([row(3)])
    lanes.cancel([row(3)])
    assert lanes.next(10, 0) == []
    assert (lanes.holds(1), lanes.holds(2), lanes.holds(3)) == (False, True, False)


def test_a_lane_that_was_given_up_takes_nothing_that_was_expected_in_it() -> None:
    lanes = Lanes(100)
    stored(lanes, row(1), row(2))
    lanes.expect([row(3)])
    assert ids(lanes.next(10, 0)) == [1]
    assert lanes.give_up("a") == [1, 2]
    lanes.take([row(3)])
    assert lanes.next(10, 0) == []
    assert not any(map(lanes.holds, (1, 2, 3)))
    stored(lanes, row(4))
    assert ids(lanes.next(10, 0)) == [4]


def test_what_was_ready_when_all_was_given_up_is_not_sent() -> None:
    lanes = Lanes(100)
    stored(lanes, row(1), row(2, "b"))
    assert sorted(lanes.give_up_all()) == [1, 2]
    assert lanes.next(10, 0) == []


def test_room_comes_back_when_rows_are_out_of_the_outbox() -> None:
    lanes = Lanes(3)
    stored(lanes, row(1), row(2, "b"))
    lanes.sent(lanes.next(10, 0))
    assert (lanes.room(), lanes.holds(1)) == (1, True)
    lanes.forget([1, 2])
    assert (lanes.room(), lanes.holds(1)) == (3, False)


def test_who_waits_is_woken_by_a_row_and_by_being_roused() -> None:
    lanes, found = Lanes(10), list[list[int]]()
    thread = threading.Thread(target=lambda: found.extend(ids(lanes.next(10, 30)) for _ in range(2)))
    thread.start()
    started = time.monotonic()
    stored(lanes, row(1))
    while not found:
        time.sleep(0.001)
    lanes.rouse()
    thread.join(10)
    assert found == [[1], []]
    assert time.monotonic() - started < 10


MOVES = st.sampled_from(("expect", "take", "cancel", "next", "sent", "give up"))


@given(st.lists(st.tuples(MOVES, st.integers(0, 3)), max_size=80))
def test_whatever_happens_no_row_overtakes_another_of_its_lane_or_leaves_twice(moves: list[tuple[str, int]]) -> None:
    lanes, number = Lanes(1000), 0
    expected, flying, left = list[Pending](), list[Pending](), dict[str, list[int]]()
    for move, choice in moves:
        match move:
            case "expect":
                number += 1
                expected.append(row(number, "ab"[choice % 2]))
                lanes.expect(expected[-1:])
            case "take" if expected:
                lanes.take([expected.pop(choice % len(expected))])
            case "cancel" if expected:
                lanes.cancel([expected.pop(choice % len(expected))])
            case "next":
                for each in lanes.next(1 + choice, 0):
                    assert each.subject not in {other.subject for other in flying}
                    left.setdefault(each.subject, []).append(each.id)
                    flying.append(each)
            case "sent" if flying:
                lanes.sent([flying.pop(choice % len(flying))])
            case "give up":
                lane = "ab"[choice % 2]
                lanes.give_up(lane)
                flying = [each for each in flying if each.subject != lane]
            case _:
                pass
    for order in left.values():
        assert order == sorted(set(order))
