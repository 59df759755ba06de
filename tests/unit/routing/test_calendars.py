"""Deadlines after the calendar has changed: what they are counted from, and what is told."""

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.messages.values import Moved
from services.contracts.worktime import Closure
from services.routing import domain
from tests.unit.routing.bureau import TOWN, at

NOW = at("2026-11-23T09:30")
DAYS = st.dates(date(2026, 11, 20), date(2026, 12, 31))


def closed(*days, town=TOWN):
    """The town with these days closed."""
    return dataclasses.replace(town, closures={day: Closure("停电", "no power") for day in days})


def row(**changed):
    """An ordinary case as it is when it has just come."""
    due = domain.deadlines(TOWN, TOWN.difficulties["ordinary"], NOW).instants
    return {
        "difficulty": "ordinary", "role": "lead", "round": 1, "created": NOW, "opened": NOW, "counted": "reply", "waited": None,
        "extensions": 0, "signed": None, "contacted": None, "original_reply_by": due["reply"],
        **{f"{kind}_by": instant for kind, instant in due.items()}, **changed,
    }  # fmt: skip


def mark(catalogue):
    return domain.fingerprint(domain.basis_of(catalogue.calendar))


def test_the_same_working_days_have_the_same_fingerprint():
    named = dataclasses.replace(TOWN, closures={date(2026, 12, 1): Closure("检修", "repairs")})
    assert mark(closed()) == mark(TOWN)
    assert mark(named) == mark(closed(date(2026, 12, 1)))
    assert mark(dataclasses.replace(TOWN, name="他镇")) == mark(TOWN)


def test_closures_the_time_zone_and_the_published_holidays_all_count(monkeypatch):
    others = [closed(date(2026, 12, 1)), closed(date(2026, 12, 2)), dataclasses.replace(TOWN, timezone="Asia/Urumqi")]
    marks = {mark(TOWN), *(mark(other) for other in others)}
    monkeypatch.setattr("services.routing.domain.rescheduling.HOLIDAYS", {date(2026, 12, 3): "New"})
    assert len(marks | {mark(TOWN)}) == 5


def test_the_reason_names_what_has_changed():
    before, now = (domain.basis_of(each.calendar) for each in (closed(date(2026, 12, 1)), closed(date(2026, 12, 2))))
    assert domain.what_changed(before, now) == (
        "日历变更：新增停办日 2026-12-02；恢复办公 2026-12-01 · "
        "The calendar has changed: now closed on 2026-12-02; open again on 2026-12-01"
    )
    many = domain.basis_of(closed(*(date(2026, 12, day) for day in range(1, 9))).calendar)
    assert "2026-12-05等共 8 天" in domain.what_changed(before | {"closures": []}, many)
    assert "公布至 2027 年" in domain.what_changed(before, before | {"published": 2027, "notices": "n"})
    assert "Asia/Urumqi" in domain.what_changed(before, before | {"timezone": "Asia/Urumqi"})


@given(st.sampled_from(["simple", "ordinary"]), st.datetimes(at("2026-01-05T00:00").replace(tzinfo=None), NOW.replace(tzinfo=None)))
def test_without_a_change_nothing_moves(difficulty, start):
    start = start.replace(tzinfo=NOW.tzinfo)
    due = domain.deadlines(TOWN, TOWN.difficulties[difficulty], start)
    instants = {f"{kind}_by": instant for kind, instant in due.instants.items()}
    again = domain.recomputed(TOWN, row(created=start, opened=start, difficulty=difficulty, **instants), start)
    assert (again.instants, again.provisional) == (due.instants, due.provisional)


@given(DAYS)
def test_a_closure_moves_what_it_lies_before_and_nothing_else(day):
    town, before = closed(day), row()
    after = domain.recomputed(town, before, NOW).instants
    for kind, instant in after.items():
        counts = TOWN.calendar.is_working_day(day) and NOW.date() < day <= before[f"{kind}_by"].date()
        assert (instant > before[f"{kind}_by"]) is counts


def test_what_is_met_is_not_counted_again():
    town = closed(date(2026, 11, 24))
    assert set(domain.recomputed(town, row(), NOW).instants) == {"sign", "object", "contact", "reply"}
    assert set(domain.recomputed(town, row(signed=NOW, contacted=NOW), NOW).instants) == {"object", "reply"}
    late = at("2027-01-04T09:30")
    assert set(domain.recomputed(town, row(signed=NOW), late).instants) == {"contact", "reply"}


def test_an_extended_deadline_stays_as_it_was_ruled():
    town = closed(date(2026, 11, 24))
    assert "reply" not in domain.recomputed(town, row(extensions=1), NOW).instants
    assert "reply" not in domain.recomputed(town, row(opened=None, counted=None), NOW).instants


def test_a_reopened_case_is_counted_from_its_new_beginning():
    town, opened = closed(date(2026, 12, 15)), at("2026-12-14T10:00")
    again = domain.recomputed(town, row(round=2, counted="rework", opened=opened), opened)
    assert again.instants == {"reply": at("2026-12-22T23:59:59")}


def pauses(*pairs):
    return [[at(instant).isoformat() for instant in pair] for pair in pairs]


def test_what_was_paused_moves_it_as_it_did_before():
    paused = row(waited=pauses(("2026-11-23T09:30", "2026-11-25T15:00")), reply_by=at("2026-12-16T23:59:59"))
    assert domain.recomputed(TOWN, paused, NOW).instants["reply"] == paused["reply_by"]
    twice = row(waited=pauses(("2026-11-23T09:30", "2026-11-25T15:00"), ("2026-12-01T09:30", "2026-12-02T09:30")))
    assert domain.recomputed(TOWN, twice, NOW).instants["reply"] == at("2026-12-17T23:59:59")


def test_a_closure_within_a_pause_costs_the_department_nothing():
    paused = row(waited=pauses(("2026-11-23T09:30", "2026-11-25T15:00")))
    # Counted without the pause it would be a day later, but a day less was paused.
    assert domain.recomputed(closed(date(2026, 11, 24)), paused, NOW).instants["reply"] == at("2026-12-16T23:59:59")
    assert domain.recomputed(closed(date(2026, 11, 27)), paused, NOW).instants["reply"] == at("2026-12-17T23:59:59")


def test_elapsed_time_knows_no_calendar():
    durations = TOWN.difficulties["simple"].deadlines
    seconds = {kind: dataclasses.replace(duration, unit="m") for kind, duration in durations.items()}
    town = dataclasses.replace(
        closed(date(2026, 11, 23), date(2026, 11, 24)),
        difficulties={"ordinary": dataclasses.replace(TOWN.difficulties["simple"], deadlines=seconds)},
    )
    waited = pauses(("2026-11-23T09:31", "2026-11-23T09:33"))
    assert domain.recomputed(town, row(waited=waited), NOW).instants["reply"] == NOW + timedelta(minutes=7)


def test_what_lies_beyond_the_published_holidays_is_provisional():
    start = at("2026-12-28T09:30")
    late = row(created=start, opened=start, object_by=at("2027-01-06T23:59:59"))
    assert domain.recomputed(TOWN, late, start).provisional
    assert not domain.recomputed(TOWN, row(), NOW).provisional
    assert not domain.recomputed(
        TOWN, late | {"extensions": 1, "signed": start, "contacted": start}, at("2027-03-01T00:00")
    ).provisional


def beside(**changed):
    """A co-handler's assignment of the same case as it is when it has just come."""
    due = domain.co_deadlines(TOWN, TOWN.difficulties["ordinary"], "co_handler", NOW, row()["reply_by"]).instants
    mine = {"role": "co_handler", "counted": "co_opinion", "sign_by": due["sign"], "object_by": due["object"]}
    return row(**mine | {"reply_by": due["co_opinion"]} | changed)


def test_a_department_beside_the_lead_is_counted_anew_and_never_later_than_the_lead():
    moved = domain.recomputed_beside(closed(date(2026, 11, 24)), beside(), row(), NOW).instants
    assert moved == {
        "sign": at("2026-11-25T23:59:59"), "object": at("2026-12-03T23:59:59"), "co_opinion": at("2026-12-08T23:59:59"),
    }  # fmt: skip
    near = row(opened=at("2026-11-10T09:30"), original_reply_by=at("2026-12-01T23:59:59"), reply_by=at("2026-12-01T23:59:59"))
    bound = beside(reply_by=at("2026-12-01T23:59:59"))
    assert domain.recomputed_beside(TOWN, bound, near, NOW).instants["co_opinion"] == at("2026-12-01T23:59:59")
    assert domain.recomputed_beside(closed(date(2026, 11, 24)), bound, near, NOW).instants["co_opinion"] == at(
        "2026-12-02T23:59:59"
    )


@pytest.mark.parametrize(
    "lead", [{"extensions": 1, "reply_by": at("2026-12-25T23:59:59")}, {"waited": pauses(("2026-11-23T09:30", "2026-11-25T15:00"))}]
)
def test_what_moved_the_lead_alone_does_not_move_those_beside_it(lead):
    separate = beside(role="separate", reply_by=row()["reply_by"])
    assert domain.recomputed_beside(TOWN, separate, row(**lead), NOW).instants["reply"] == separate["reply_by"]


def test_a_department_is_told_each_deadline_once_and_nothing_that_is_back_where_it_was():
    def audit(assignment, kind, before, after):
        return {
            "assignment": assignment,
            "opinion": "o",
            "kind": kind,
            "before": NOW + timedelta(before),
            "after": NOW + timedelta(after),
        }

    rows = [
        audit("a", "reply", 1, 2),
        audit("a", "sign", 1, 2),
        audit("b", "reply", 1, 2),
        audit("a", "reply", 2, 3),
        audit("b", "reply", 2, 1),
    ]
    assert domain.moves_to_announce(rows) == (
        Moved("a", "o", "reply", NOW + timedelta(1), NOW + timedelta(3)),
        Moved("a", "o", "sign", NOW + timedelta(1), NOW + timedelta(2)),
    )
