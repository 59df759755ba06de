"""The days of the ledger without a store: leaves go into the open day, and each day closes the one before."""

from datetime import date

import pytest

from services.contracts.ledger import NOTHING, Peaks, entry_hash, leaf_hash
from services.metrics.domain.ledger.daybook import Daybook, day_for
from services.metrics.domain.ledger.received import ReceivedEvent
from tests.unit.metrics.events import Case

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
EVENTS = [ReceivedEvent(event, bytes(32)).counted for event in Case("o1").submitted().accepted().assigned().events]


def with_leaves(day: Daybook, number: int = 2) -> Daybook:
    for event in EVENTS[:number]:
        day.add(event)
    return day


def test_a_leaf_has_the_next_number_and_the_hash_of_the_one_before():
    day = Daybook("2026-11-02", first=7, tip=b"\1" * 32)
    first, second = (day.add(event) for event in EVENTS[:2])
    assert [(leaf.number, leaf.id, leaf.opinion) for leaf in (first, second)] == [
        (7, EVENTS[0].id, "o1"), (8, EVENTS[1].id, "o1"),
    ]  # fmt: skip
    assert (b"\1" * 32).hex().encode() in first.leaf
    assert leaf_hash(first.leaf).hex().encode() in second.leaf
    assert (day.size, day.end, day.tip) == (2, 9, leaf_hash(second.leaf))


def test_the_root_of_an_open_day_is_that_of_its_leaves_so_far():
    day, tree = Daybook("2026-11-02"), Peaks()
    for event in EVENTS:
        tree.append(leaf_hash(day.add(event).leaf))
        assert (day.current_root, day.root) == (tree.root, None)


def test_a_day_that_is_closed_stays_as_it_is():
    day = with_leaves(Daybook("2026-11-02", first=3))
    closed = day.close()
    assert closed == day.close() == day.hash == entry_hash("2026-11-02", 2, 5, day.peaks.root, NOTHING)
    assert day.current_root == day.root == day.peaks.root


def test_the_first_day_follows_nothing():
    day = day_for(None, MONDAY)
    assert (day.day, day.first, day.previous, day.tip) == ("2026-11-02", 0, NOTHING, NOTHING)


def test_a_day_lasts_until_the_next_one_begins_also_when_the_clock_is_put_back():
    monday = with_leaves(Daybook("2026-11-02"))
    assert day_for(monday, MONDAY) is monday
    assert day_for(monday, date(2026, 11, 1)) is monday
    tuesday = day_for(monday, TUESDAY)
    assert (tuesday.day, tuesday.first, tuesday.tip, tuesday.previous) == ("2026-11-03", 2, monday.tip, monday.hash)
    assert monday.hash is not None


@pytest.mark.parametrize("today", [MONDAY, date(2026, 11, 1)])
def test_after_a_day_that_is_closed_comes_the_one_after_it(today):
    monday = with_leaves(Daybook("2026-11-02"))
    monday.close()
    assert day_for(monday, today).day == "2026-11-03"
