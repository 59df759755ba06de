"""Deadlines after the calendar has changed: what they are counted from, and what is told."""

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.messages.values import Moved
from services.contracts.time.worktime import Closure
from services.routing.domain.limits import deadlines
from services.routing.domain.moves.rescheduling import (
    MovedDeadline,
    basis_of,
    moves_to_announce,
    recomputed,
    recomputed_beside,
    what_changed,
)
from tests.unit.routing.bureau import TOWN, at
from tests.unit.routing.nouns import NOW, new_lead, new_part

DAYS = st.dates(date(2026, 11, 20), date(2026, 12, 31))


def closed(*days, town=TOWN):
    """The town with these days closed."""
    return dataclasses.replace(town, closures={day: Closure("停电", "no power") for day in days})


def mark(catalogue):
    return basis_of(catalogue.calendar).fingerprint


def test_the_same_working_days_have_the_same_fingerprint():
    named = dataclasses.replace(TOWN, closures={date(2026, 12, 1): Closure("检修", "repairs")})
    assert mark(closed()) == mark(TOWN)
    assert mark(named) == mark(closed(date(2026, 12, 1)))
    assert mark(dataclasses.replace(TOWN, name="他镇")) == mark(TOWN)


def test_closures_the_time_zone_and_the_published_holidays_all_count(monkeypatch):
    others = [closed(date(2026, 12, 1)), closed(date(2026, 12, 2)), dataclasses.replace(TOWN, timezone="Asia/Urumqi")]
    marks = {mark(TOWN), *(mark(other) for other in others)}
    monkeypatch.setattr("services.routing.domain.moves.rescheduling.HOLIDAYS", {date(2026, 12, 3): "New"})
    assert len(marks | {mark(TOWN)}) == 5


def test_the_reason_names_what_has_changed():
    before, now = (basis_of(each.calendar) for each in (closed(date(2026, 12, 1)), closed(date(2026, 12, 2))))
    assert what_changed(before, now) == (
        "日历变更：新增停办日 2026-12-02；恢复办公 2026-12-01 · "
        "The calendar has changed: now closed on 2026-12-02; open again on 2026-12-01"
    )
    many = basis_of(closed(*(date(2026, 12, day) for day in range(1, 9))).calendar)
    assert "2026-12-05等共 8 天" in what_changed(dataclasses.replace(before, closures=()), many)
    assert "公布至 2027 年" in what_changed(before, dataclasses.replace(before, published=2027, notices="n"))
    assert "Asia/Urumqi" in what_changed(before, dataclasses.replace(before, timezone="Asia/Urumqi"))


@given(st.sampled_from(["simple", "ordinary"]), st.datetimes(at("2026-01-05T00:00").replace(tzinfo=None), NOW.replace(tzinfo=None)))
def test_without_a_change_nothing_moves(difficulty, start):
    start = start.replace(tzinfo=NOW.tzinfo)
    due = deadlines(TOWN, TOWN.difficulties[difficulty], start)
    instants = {f"{kind}_by": instant for kind, instant in due.instants.items()}
    again = recomputed(TOWN, new_lead(created=start, opened=start, difficulty=difficulty, **instants), start)
    assert (again.instants, again.provisional) == (due.instants, due.provisional)


@given(DAYS)
def test_a_closure_moves_what_it_lies_before_and_nothing_else(day):
    town, before = closed(day), new_lead()
    after = recomputed(town, before, NOW).instants
    for kind, instant in after.items():
        counts = TOWN.calendar.is_working_day(day) and NOW.date() < day <= before.deadline(kind).date()
        assert (instant > before.deadline(kind)) is counts


def test_what_is_met_is_not_counted_again():
    town = closed(date(2026, 11, 24))
    assert set(recomputed(town, new_lead(), NOW).instants) == {"sign", "object", "contact", "reply"}
    assert set(recomputed(town, new_lead(signed=NOW, contacted=NOW), NOW).instants) == {"object", "reply"}
    late = at("2027-01-04T09:30")
    assert set(recomputed(town, new_lead(signed=NOW), late).instants) == {"contact", "reply"}


def test_an_extended_deadline_stays_as_it_was_ruled():
    town = closed(date(2026, 11, 24))
    assert "reply" not in recomputed(town, new_lead(extensions=1), NOW).instants
    assert "reply" not in recomputed(town, new_lead(opened=None, counted=None), NOW).instants


def test_a_reopened_case_is_counted_from_its_new_beginning():
    town, opened = closed(date(2026, 12, 15)), at("2026-12-14T10:00")
    again = recomputed(town, new_lead(round=2, counted="rework", opened=opened), opened)
    assert again.instants == {"reply": at("2026-12-22T23:59:59")}


def pauses(*pairs):
    return tuple((at(begin), at(end)) for begin, end in pairs)


def test_what_was_paused_moves_it_as_it_did_before():
    paused = new_lead(waited=pauses(("2026-11-23T09:30", "2026-11-25T15:00")), reply_by=at("2026-12-16T23:59:59"))
    assert recomputed(TOWN, paused, NOW).instants["reply"] == paused.reply_by
    twice = new_lead(waited=pauses(("2026-11-23T09:30", "2026-11-25T15:00"), ("2026-12-01T09:30", "2026-12-02T09:30")))
    assert recomputed(TOWN, twice, NOW).instants["reply"] == at("2026-12-17T23:59:59")


def test_a_closure_within_a_pause_costs_the_department_nothing():
    paused = new_lead(waited=pauses(("2026-11-23T09:30", "2026-11-25T15:00")))
    # Counted without the pause it would be a day later, but a day less was paused.
    assert recomputed(closed(date(2026, 11, 24)), paused, NOW).instants["reply"] == at("2026-12-16T23:59:59")
    assert recomputed(closed(date(2026, 11, 27)), paused, NOW).instants["reply"] == at("2026-12-17T23:59:59")


def test_elapsed_time_knows_no_calendar():
    durations = TOWN.difficulties["simple"].deadlines
    seconds = {kind: dataclasses.replace(duration, unit="m") for kind, duration in durations.items()}
    town = dataclasses.replace(
        closed(date(2026, 11, 23), date(2026, 11, 24)),
        difficulties={"ordinary": dataclasses.replace(TOWN.difficulties["simple"], deadlines=seconds)},
    )
    waited = pauses(("2026-11-23T09:31", "2026-11-23T09:33"))
    assert recomputed(town, new_lead(waited=waited), NOW).instants["reply"] == NOW + timedelta(minutes=7)


def test_what_lies_beyond_the_published_holidays_is_provisional():
    start = at("2026-12-28T09:30")
    late = new_lead(created=start, opened=start, object_by=at("2027-01-06T23:59:59"))
    assert recomputed(TOWN, late, start).provisional
    assert not recomputed(TOWN, new_lead(), NOW).provisional
    assert not recomputed(
        TOWN, dataclasses.replace(late, extensions=1, signed=start, contacted=start), at("2027-03-01T00:00")
    ).provisional


def test_a_department_beside_the_lead_is_counted_anew_and_never_later_than_the_lead():
    moved = recomputed_beside(closed(date(2026, 11, 24)), new_part(), new_lead(), NOW).instants
    assert moved == {
        "sign": at("2026-11-25T23:59:59"), "object": at("2026-12-03T23:59:59"), "co_opinion": at("2026-12-08T23:59:59"),
    }  # fmt: skip
    near = new_lead(opened=at("2026-11-10T09:30"), original_reply_by=at("2026-12-01T23:59:59"), reply_by=at("2026-12-01T23:59:59"))
    bound = new_part(reply_by=at("2026-12-01T23:59:59"))
    assert recomputed_beside(TOWN, bound, near, NOW).instants["co_opinion"] == at("2026-12-01T23:59:59")
    assert recomputed_beside(closed(date(2026, 11, 24)), bound, near, NOW).instants["co_opinion"] == at("2026-12-02T23:59:59")


@pytest.mark.parametrize(
    "lead", [{"extensions": 1, "reply_by": at("2026-12-25T23:59:59")}, {"waited": pauses(("2026-11-23T09:30", "2026-11-25T15:00"))}]
)
def test_what_moved_the_lead_alone_does_not_move_those_beside_it(lead):
    separate = new_part("separate", reply_by=new_lead().reply_by)
    assert recomputed_beside(TOWN, separate, new_lead(**lead), NOW).instants["reply"] == separate.reply_by


def test_a_department_is_told_each_deadline_once_and_nothing_that_is_back_where_it_was():
    def audit(assignment, kind, before, after):
        return MovedDeadline("m", assignment, "o", "water", kind, NOW + timedelta(before), NOW + timedelta(after), "。", NOW)

    rows = [
        audit("a", "reply", 1, 2),
        audit("a", "sign", 1, 2),
        audit("b", "reply", 1, 2),
        audit("a", "reply", 2, 3),
        audit("b", "reply", 2, 1),
    ]
    assert moves_to_announce(rows) == (
        Moved("a", "o", "reply", NOW + timedelta(1), NOW + timedelta(3)),
        Moved("a", "o", "sign", NOW + timedelta(1), NOW + timedelta(2)),
    )
