"""Which rungs a deadline has: by difficulty, repeated, one rung higher for key cases, and upon an occasion."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.ladder import Behind, Ladder, message_of
from tests.unit.notify.scenes import at, deadline, ladder_of, rung, small_place

PLACE = small_place()


def codes(of, place=PLACE):
    return [step.rung.code for step in ladder_of(place).steps(of)]


def plan(of, place=PLACE):
    return [(*step.key, f"{step.at:%m-%d %H:%M}") for step in ladder_of(place).steps(of)]


def test_a_rung_for_some_difficulties_is_no_others():
    place = small_place(rung("every", half=True), rung("hard", after="1wd", difficulties=("suggestion",)))
    assert codes(deadline(difficulty="suggestion"), place) == ["every", "hard"]
    assert codes(deadline(difficulty="simple"), place) == ["every"]
    assert codes(deadline(difficulty=None), place) == ["every"]


def test_what_is_remembered_of_one_difficulty_is_not_taken_for_another():
    ladder = ladder_of(small_place(rung("easy", half=True, difficulties=("simple",)), rung("late", after="1wd")))
    for _ in range(2):
        assert [step.rung.code for step in ladder.steps(deadline(difficulty="simple"))] == ["easy", "late"]
        assert [step.rung.code for step in ladder.steps(deadline(difficulty="ordinary"))] == ["late"]


def test_a_reminder_repeats_as_often_as_it_may_and_counts():
    place = small_place(rung("again", after="1wd", repeat="2wd", times=3), rung("red", action="card", card="red", after="4wd"))
    assert plan(deadline(), place) == [
        ("again", 1, "12-15 08:30"), ("again", 2, "12-17 08:30"), ("red", 1, "12-18 08:30"), ("again", 3, "12-21 08:30"),
    ]  # fmt: skip
    steps = ladder_of(place).steps(deadline())
    assert [getattr(message_of(step, deadline()), "time", None) for step in steps] == [1, 2, None, 3]


def test_of_repetitions_that_were_slept_through_only_the_last_fires():
    ladder = ladder_of(small_place(rung("again", after="1wd", repeat="2wd", times=3)))
    climbed = ladder.climb(deadline(), Behind({("again", 1)}), at("2026-12-24 09:00"))
    assert climbed.fired is not None
    assert (climbed.fired.key, [step.key for step in climbed.skipped], climbed.following) == (("again", 3), [("again", 2)], None)


def test_a_key_case_hears_the_next_rung_where_an_ordinary_one_hears_its_own():
    ordinary, key = (ladder_of(PLACE).steps(deadline(higher=higher)) for higher in (False, True))
    assert [step.rung.code for step in key] == ["three", "yellow", "red", "urge", "supervise"]
    assert [step.at for step in key] == [step.at for step in ordinary[:-1]]


def test_the_only_rung_of_a_kind_stays_for_a_key_case():
    of = deadline(kind="sign", due="2026-11-24 23:59:59", higher=True)
    assert plan(of) == [("sign-late", 1, "11-25 08:30")]


def test_a_repetition_starts_where_the_rung_below_would_have_fired():
    place = small_place(rung("half", half=True), rung("again", after="1wd", repeat="2wd", times=2))
    assert plan(deadline(higher=True), place) == [("again", 1, "12-03 08:30"), ("again", 2, "12-07 08:30")]


@pytest.mark.parametrize(
    ("higher", "fired", "now", "fires"),
    [
        # (the mark now, what has fired when under which plan, the present, what fires)
        (True, ("half", "2026-12-03 08:30"), "2026-12-04 09:00", None),
        (True, ("half", "2026-12-03 08:30"), "2026-12-09 08:30", "yellow"),
        (False, ("three", "2026-12-03 08:30"), "2026-12-09 08:30", None),
        (False, ("three", "2026-12-03 08:30"), "2026-12-11 08:30", "yellow"),
        (False, ("yellow", "2026-12-09 08:30"), "2026-12-11 08:30", None),
        (False, ("yellow", "2026-12-09 08:30"), "2026-12-15 08:30", "red"),
    ],
)
def test_a_changed_mark_changes_what_comes_and_never_what_has_fired(higher, fired, now, fires):
    code, planned = fired
    climbed = ladder_of(PLACE).climb(deadline(higher=higher), Behind({(code, 1)}, at(planned)), at(now))
    assert (climbed.fired.rung.code if climbed.fired else None) == fires


def test_half_time_is_half_of_the_whole_and_not_of_what_an_extension_left():
    moved = deadline("2026-12-08 10:00", "2026-12-16 23:59:59", begun=at("2026-11-23 09:30"))
    assert codes(moved)[0] == "three"
    longer = deadline("2026-12-08 10:00", "2027-02-26 23:59:59", begun=at("2026-11-23 09:30"))
    assert plan(longer)[0] == ("half", 1, "01-11 08:30")


def test_what_an_earlier_version_said_is_not_said_again_for_a_moment_that_was_over_then():
    moved = deadline("2026-12-16 10:00", "2026-12-11 23:59:59", begun=at("2026-11-23 09:30"))
    ladder, now = ladder_of(PLACE), at("2026-12-16 10:00")
    assert ladder.climb(moved, Behind(), now).fired.rung.code == "urge"
    climbed = ladder.climb(moved, Behind(earlier={("red", 1), ("urge", 1)}), now)
    assert (climbed.fired, climbed.skipped) == (None, ())
    assert climbed.following.rung.code == "supervise"
    later = deadline("2026-12-16 10:00", "2026-12-18 23:59:59", begun=at("2026-11-23 09:30"))
    assert ladder.climb(later, Behind(earlier={("red", 1)}), at("2026-12-21 08:30")).fired.rung.code == "red"


def test_an_occasion_calls_for_its_rung_when_the_office_opens():
    night = deadline("2026-11-23 22:00", kind="promise")
    (step,) = ladder_of(PLACE).upon("broken", night)
    assert (step.rung.code, step.rung.card, step.at) == ("promise-broken", "red", at("2026-11-24 08:30"))
    (step,) = ladder_of(PLACE).upon("dissatisfied", deadline(kind="evaluation"))
    assert (step.rung.code, step.rung.action, step.at) == ("dissatisfied", "supervision", at("2026-11-23 09:30"))


def test_a_place_says_itself_what_an_occasion_calls_for():
    own = rung("shame", of="promise", upon="broken", difficulties=("ordinary",))
    ladder = Ladder([own], PLACE.calendar)
    assert [step.rung.code for step in ladder.upon("broken", deadline(kind="promise"))] == ["shame"]
    assert ladder.upon("broken", deadline(kind="promise", difficulty="simple")) == []
    assert ladder.steps(deadline(kind="promise")) == ()


@pytest.mark.parametrize(
    ("cause", "round_", "goes"),
    [("dissatisfied", 2, False), ("dissatisfied", 3, True), ("dissatisfied", 4, True), ("promise", 3, False)],
)
def test_a_case_goes_to_supervision_when_it_was_found_wanting_too_often(cause, round_, goes):
    assert Ladder([], PLACE.calendar, dissatisfied=2).is_for_supervision(cause, round_) is goes


times = st.lists(
    st.one_of(
        st.just({"half": True}),
        st.builds(lambda n: {"before": f"{n}wd"}, st.integers(1, 9)),
        st.builds(lambda n: {"after": f"{n}wd"}, st.integers(1, 9)),
        st.builds(lambda n, gap, often: {"after": f"{n}wd", "repeat": f"{gap}wd", "times": often}, *(st.integers(2, 5),) * 3),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.slow
@given(
    times=times,
    looks=st.lists(st.tuples(st.timedeltas(timedelta(0), timedelta(days=90)), st.booleans()), min_size=1, max_size=15),
)
def test_however_the_mark_changes_no_step_fires_twice(times, looks):
    ladder = ladder_of(small_place(*(rung(f"r{place}", **when) for place, when in enumerate(times))))
    start, fired, until = at("2026-09-21 10:00"), [], None
    for look, higher in sorted(looks):
        held = deadline("2026-09-21 10:00", "2026-10-16 23:59:59", higher=higher)
        climbed = ladder.climb(held, Behind(set(fired), until), start + look)
        steps = [*climbed.skipped, *([climbed.fired] if climbed.fired else [])]
        assert not {step.key for step in steps} & set(fired)
        fired += [step.key for step in steps]
        until = max([*filter(None, [until]), *(step.at for step in steps)], default=None)
    assert len(fired) == len(set(fired))
