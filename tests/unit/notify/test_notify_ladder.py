"""The ladder as pure rules: when rungs fire, in which order, and that none fires twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.messages.supervision import CardIssued, ReminderSent, SupervisionRaised
from services.notify.domain.ladder import Behind, message_of
from tests.unit.notify.scenes import LADDER, at, deadline, ladder_of, rung, small_place

PLACE = small_place()
OPEN_ALL_DAY = small_place(every_day=True)


def plan(of, place=PLACE):
    return [(step.rung.code, f"{step.at:%m-%d %H:%M}") for step in ladder_of(place).steps(of)]


def test_the_rungs_of_an_ordinary_reply_come_in_order_at_the_opening_of_their_days():
    assert plan(deadline()) == [
        ("half", "12-03 08:30"),
        ("three", "12-09 08:30"),
        ("yellow", "12-11 08:30"),
        ("red", "12-15 08:30"),
        ("urge", "12-16 08:30"),
        ("supervise", "12-21 08:30"),
    ]


def test_a_short_deadline_reminds_three_days_before_ahead_of_half_time():
    assert plan(deadline(due="2026-11-30 23:59:59"))[:2] == [("three", "11-25 08:30"), ("half", "11-26 08:30")]


def test_nobody_is_reminded_of_what_they_have_only_just_been_given():
    codes = [code for code, _ in plan(deadline(due="2026-11-24 23:59:59"))]
    assert codes == ["half", "red", "urge", "supervise"]


def test_a_rework_climbs_the_rungs_of_a_reply_unless_it_has_its_own():
    assert [code for code, _ in plan(deadline(kind="rework"))][:2] == ["half", "three"]
    own = small_place(*LADDER, rung("again", of="rework", after="1wd"))
    assert plan(deadline(kind="rework"), own) == [("again", "12-15 08:30")]


def test_a_kind_without_rungs_has_no_steps():
    assert ladder_of(PLACE).first(deadline(kind="object")) is None


@pytest.mark.parametrize(
    ("now", "fires", "skips", "waits"),
    [
        ("2026-12-02 17:00", None, [], "half"),
        ("2026-12-03 08:30", "half", [], "three"),
        ("2026-12-11 09:00", "yellow", ["half", "three"], "red"),
        ("2027-03-01 09:00", "supervise", ["half", "three", "yellow", "red", "urge"], None),
    ],
)
def test_of_several_rungs_due_only_the_last_one_fires(now, fires, skips, waits):
    climbed = ladder_of(PLACE).climb(deadline(), Behind(), at(now))
    assert (climbed.fired.rung.code if climbed.fired else None) == fires
    assert [step.rung.code for step in climbed.skipped] == skips
    assert (climbed.following.rung.code if climbed.following else None) == waits


def test_a_rung_behind_the_last_that_fired_is_not_caught_up_on():
    climbed = ladder_of(PLACE).climb(deadline(), Behind({("yellow", 1)}), at("2026-12-14 09:00"))
    assert climbed.fired is None
    assert climbed.skipped == ()
    assert climbed.following is not None
    assert climbed.following.rung.code == "red"


@pytest.mark.parametrize(
    ("now", "is_open"),
    [("2026-11-23 09:30", True), ("2026-11-23 12:30", False), ("2026-11-23 23:00", False), ("2026-11-22 10:00", False)],
)
def test_nobody_is_reminded_outside_office_hours(now, is_open):
    assert ladder_of(PLACE).is_open(at(now)) is is_open


def test_what_is_remembered_of_a_day_is_the_same_as_what_is_counted_anew():
    shared = ladder_of(PLACE)
    for start in ("2026-11-23 08:00", "2026-11-23 16:45", "2026-11-24 09:00"):
        for due in ("2026-11-24 23:59:59", "2026-11-25 12:00", "2026-12-14 23:59:59"):
            assert shared.steps(deadline(start, due)) == ladder_of(PLACE).steps(deadline(start, due))


@pytest.mark.parametrize(("code", "message"), [("half", ReminderSent), ("red", CardIssued), ("supervise", SupervisionRaised)])
def test_what_a_rung_says(code, message):
    (step,) = (each for each in ladder_of(PLACE).steps(deadline()) if each.rung.code == code)
    said = message_of(step, deadline())
    assert isinstance(said, message)
    assert (said.assignment, said.department, said.rung, said.of, said.deadline) == (
        "a-1", "water", code, "reply", at("2026-12-14 23:59:59"),
    )  # fmt: skip


rungs = st.lists(
    st.one_of(
        st.just({"half": True}),
        st.builds(lambda n, unit: {"before": f"{n}{unit}"}, st.integers(1, 40), st.sampled_from(["wd", "d", "h", "m", "s"])),
        st.builds(lambda n, unit: {"after": f"{n}{unit}"}, st.integers(1, 40), st.sampled_from(["wd", "d", "h", "m", "s"])),
    ),
    min_size=1,
    max_size=8,
)


@given(
    times=rungs,
    length=st.timedeltas(timedelta(seconds=5), timedelta(days=60)),
    looks=st.lists(st.timedeltas(timedelta(0), timedelta(days=120)), min_size=1, max_size=12),
    every_day=st.booleans(),
)
def test_each_rung_fires_at_most_once_and_in_order_however_often_one_looks(times, length, looks, every_day):
    ladder = ladder_of(small_place(*(rung(f"r{place}", **when) for place, when in enumerate(times)), every_day=every_day))
    start = at("2026-09-21 10:00")
    held = deadline("2026-09-21 10:00", (start + length).strftime("%Y-%m-%d %H:%M:%S"))
    order = [step.key for step in ladder.steps(held)]
    behind: list[tuple[str, int]] = []
    until = None
    for look in sorted(looks):
        now = start + look
        climbed = ladder.climb(held, Behind(set(behind), until), now)
        steps = [*climbed.skipped, *([climbed.fired] if climbed.fired else [])]
        assert all(step.at <= now for step in steps)
        assert climbed.following is None or climbed.following.at > now
        behind += [step.key for step in steps]
        until = max([step.at for step in steps], default=until)
    assert behind == order[: len(behind)]
    assert all(step.at >= step.moment for step in ladder.steps(held))
    assert all(ladder.is_open(step.at) for step in ladder.steps(held))
