"""Plans: on which days they have a session, where a holiday moves it, and that each is made once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.contracts.errors import Invalid
from services.notify.app.sessions.plans import make_due_sessions
from services.notify.domain.sessions.plan import Every, Plan, PlannedDay
from services.notify.store.sessions.tables import plans, sessions
from tests.unit.notify.calling import Telephone
from tests.unit.notify.scenes import Scene, at
from tests.unit.notify.sessions.town import TUESDAYS, close, town

PLACE = town()
BODY = TUESDAYS
WEEKLY = Plan("周二代表有约", "reception", Every.WEEKLY, "09:00", date(2026, 11, 1), weekday=2, station="east-1", length=120)


def days(plan: Plan, first: str, last: str) -> list[str]:
    return [each.day.isoformat() for each in plan.nominal(date.fromisoformat(first), date.fromisoformat(last))]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"rule": Every.WEEKLY, "weekday": 2}, ["2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15"]),
        ({"rule": Every.FORTNIGHTLY, "weekday": None, "begins": date(2026, 11, 4)}, ["2026-12-02", "2026-12-16"]),
        ({"rule": Every.MONTHLY, "weekday": None, "day": 15}, ["2026-12-15"]),
        ({"rule": Every.MONTHLY, "weekday": None, "day": 31}, ["2026-11-30"]),
        ({"rule": Every.DATES, "weekday": None, "dates": (PlannedDay(date(2026, 12, 9), "水"), PlannedDay(date(2027, 1, 9)))},
         ["2026-12-09"]),
        ({"until": date(2026, 12, 1)}, ["2026-11-24", "2026-12-01"]),
        ({"begins": date(2026, 12, 8)}, ["2026-12-08", "2026-12-15"]),
    ],
)  # fmt: skip
def test_each_rule_has_its_days(change: dict[str, Any], expected: list[str]) -> None:
    assert days(replace(WEEKLY, **change), "2026-11-23", "2026-12-20") == expected


@pytest.mark.parametrize(("shift", "expected"), [("next", "2026-12-02"), ("previous", "2026-11-30"), ("none", "2026-12-01")])
def test_a_day_that_is_no_working_day_moves(shift: Any, expected: str) -> None:
    assert replace(WEEKLY, shift=shift).held_on(date(2026, 12, 1), PLACE.calendar).isoformat() == expected


def test_the_spring_festival_moves_a_tuesday_to_the_first_working_day_after_it() -> None:
    assert WEEKLY.held_on(date(2026, 2, 17), PLACE.calendar) == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"weekday": None}, "weekday"),
        ({"rule": Every.MONTHLY}, "day"),
        ({"rule": Every.DATES, "weekday": None}, "dates"),
        ({"day": 3}, "day"),
        ({"until": date(2026, 10, 1)}, "until"),
        ({"kind": "round_table"}, "kind"),
        ({"station": "nowhere"}, "station"),
        ({"rule": Every.DATES, "weekday": None, "dates": (PlannedDay(date(2026, 12, 9)),) * 2}, "dates"),
    ],
)
def test_a_wrong_plan_is_told_what_is_wrong(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        replace(WEEKLY, **change).check(PLACE)
    assert field in refused.value.errors


def planned(scene: Scene) -> list[tuple[str, str, str]]:
    found = scene.rows(sessions)
    return sorted((str(row["nominal"]), f"{row['at']:%Y-%m-%d %H:%M}", row["state"]) for row in found)


def test_a_plan_makes_its_sessions_for_sixty_days_and_a_holiday_moves_one(scene: Scene, call: Telephone) -> None:
    status, answer = call("PUT", "/plans/tuesday", "office", BODY)
    assert (status, answer["made_until"], answer["area"]) == (200, "2027-01-22", "east")
    assert planned(scene) == [
        (f"{day}", f"{'2026-12-02' if day == '2026-12-01' else day} 09:00", "planned")
        for day in days(WEEKLY, "2026-11-24", "2027-01-22")
    ]
    one = scene.rows(sessions)[0]
    assert (one["area"], one["slots"], one["plan"]) == ("east", 12, "tuesday")
    assert {event.type for event in scene.said()} == {"session.planned"}


def test_each_session_is_made_once_however_often_the_job_runs(scene: Scene, call: Telephone) -> None:
    call("PUT", "/plans/tuesday", "office", BODY)
    before = planned(scene)
    assert make_due_sessions(scene.service) is False
    with scene.database.transaction() as work:
        work.execute(plans.update().values(made_until=date(2026, 11, 20)))
    assert make_due_sessions(scene.service) is False
    assert planned(scene) == before
    scene.clock.instant = at("2026-11-30 10:00")
    make_due_sessions(scene.service)
    assert [each for each in planned(scene) if each not in before] == [("2027-01-26", "2027-01-26 09:00", "planned")]


def test_what_somebody_changed_by_hand_stays_when_the_job_runs(scene: Scene, call: Telephone) -> None:
    call("PUT", "/plans/tuesday", "office", BODY)
    session = next(row["id"] for row in scene.rows(sessions) if str(row["nominal"]) == "2026-12-08")
    said = {"kind": "reception", "title": "停车专场", "station": "east-1", "at": "2026-12-08T14:00:00+08:00"}
    assert call("PUT", f"/sessions/{session}", "office", said)[0] == 200
    scene.clock.instant += timedelta(days=7)
    make_due_sessions(scene.service)
    assert call("GET", f"/sessions/{session}", "office")[1]["title"] == "停车专场"


def test_sessions_that_are_still_planned_follow_their_plan(scene: Scene, call: Telephone) -> None:
    call("PUT", "/plans/tuesday", "office", BODY)
    first = call("GET", "/sessions", "office", sort="at")[1]["items"][1]
    assert call("POST", f"/sessions/{first['id']}/announce", "office", {})[0] == 200
    call("PUT", "/plans/tuesday", "office", BODY | {"weekday": 3, "time": "14:00"})
    found = planned(scene)
    assert (first["nominal"], "2026-12-02 09:00", "announced") in found
    assert {state for day, _, state in found if date.fromisoformat(day).isoweekday() == 2} == {"announced", "cancelled"}
    assert {at[-5:] for day, at, _ in found if date.fromisoformat(day).isoweekday() == 3} == {"14:00"}
    call("PUT", "/plans/tuesday", "office", BODY | {"title": "周二见"})
    assert {state for day, _, state in planned(scene) if date.fromisoformat(day).isoweekday() == 2} == {"announced", "planned"}
    titles = {row["title"] for row in scene.rows(sessions) if row["state"] == "planned"}
    assert titles == {"周二见"}


@pytest.fixture
def tuesdays(scene: Scene, call: Telephone) -> dict[str, str]:
    """周二代表有约 as it was planned before a holiday is published: the ids of its sessions by their nominal days."""
    call("PUT", "/plans/tuesday", "office", BODY | {"title": "周二见"})
    call("PUT", "/plans/tuesday", "office", BODY)
    return {str(row["nominal"]): row["id"] for row in scene.rows(sessions)}


def at_of(call: Telephone, session: str) -> str:
    found = call("GET", f"/sessions/{session}", "office")[1]
    at = datetime.fromisoformat(found["at"]).astimezone(PLACE.calendar.zone)
    ends = datetime.fromisoformat(found["ends"]).astimezone(PLACE.calendar.zone)
    return f"{at:%Y-%m-%d %H:%M}–{ends:%H:%M} {found['state']} {found['planned_day']}"


def test_a_holiday_that_is_published_later_moves_what_nobody_was_told_of(
    scene: Scene, call: Telephone, tuesdays: dict[str, str]
) -> None:
    moved, others = tuesdays["2026-12-08"], planned(scene)
    begun = len(scene.said())
    close(scene, "2026-12-08", "2026-12-09")
    assert at_of(call, moved) == "2026-12-10 09:00–11:00 planned 2026-12-10"
    assert [(event.type, event.subject) for event in scene.said()[begun:]] == [("session.changed", moved)]
    close(scene, "2026-12-08", "2026-12-09")
    assert len(scene.said()) == begun + 1, "a calendar that says the same moves nothing"
    close(scene)
    assert planned(scene) == others, "a holiday that is taken back brings it back"


def test_what_was_announced_waits_for_somebody_to_postpone_it(scene: Scene, call: Telephone, tuesdays: dict[str, str]) -> None:
    announced = tuesdays["2026-12-08"]
    assert call("POST", f"/sessions/{announced}/announce", "office", {})[0] == 200
    begun = len(scene.said())
    close(scene, "2026-12-08")
    assert at_of(call, announced) == "2026-12-08 09:00–11:00 announced 2026-12-09"
    assert scene.said()[begun:] == []
    details = {
        "kind": "reception", "title": "周二代表有约（改）", "station": "east-1", "slots": 12,
        "at": "2026-12-08T09:00:00+08:00", "ends": "2026-12-08T11:00:00+08:00",
    }  # fmt: skip
    assert call("PUT", f"/sessions/{announced}", "office", details)[0] == 200
    assert at_of(call, announced) == "2026-12-08 09:00–11:00 announced 2026-12-09", "its day was not chosen again"
    body = {"at": "2026-12-09T09:00:00+08:00", "reason": "遇节假日调整"}
    assert call("POST", f"/sessions/{announced}/postpone", "office", body)[0] == 200
    assert at_of(call, announced) == "2026-12-09 09:00–11:00 announced 2026-12-09"


def test_a_day_that_somebody_has_chosen_stays(scene: Scene, call: Telephone, tuesdays: dict[str, str]) -> None:
    by_hand, postponed, later = (tuesdays[day] for day in ("2026-12-08", "2026-12-15", "2026-12-22"))
    said = {"kind": "reception", "title": "专场", "station": "east-1", "ends": "2026-12-08T16:00:00+08:00"}
    assert call("PUT", f"/sessions/{by_hand}", "office", said | {"at": "2026-12-08T14:00:00+08:00"})[0] == 200
    body = {"at": "2026-12-17T09:00:00+08:00", "reason": "场地另有安排"}
    assert call("POST", f"/sessions/{postponed}/postpone", "office", body)[0] == 200
    assert call("POST", f"/sessions/{later}/postpone", "office", {"reason": "另行通知"})[0] == 200
    close(scene, "2026-12-08", "2026-12-15", "2026-12-17", "2026-12-22")
    assert at_of(call, by_hand) == "2026-12-09 14:00–16:00 planned 2026-12-09", "another hour, and still the day of the plan"
    assert at_of(call, postponed) == "2026-12-17 09:00–11:00 planned None"
    assert at_of(call, later) == "2026-12-22 09:00–11:00 postponed None"


def test_nothing_is_moved_into_the_past(scene: Scene, call: Telephone) -> None:
    call("PUT", "/plans/tuesday", "office", BODY | {"shift": "previous"})
    first = call("GET", "/sessions", "office", sort="at")[1]["items"][0]["id"]
    close(scene, "2026-11-24", "2026-11-23")
    assert at_of(call, first) == "2026-11-24 09:00–11:00 planned 2026-11-20"


def test_a_station_keeps_its_own_plans_only(call: Telephone) -> None:
    assert call("PUT", "/plans/ours", "station", BODY)[0] == 200
    assert call("PUT", "/plans/theirs", "station", BODY | {"station": "east-2"})[0] == 403
    call("PUT", "/plans/theirs", "office", BODY | {"station": "east-2"})
    assert call("GET", "/plans/theirs", "station")[0] == 404
    assert call("PUT", "/plans/theirs", "station", BODY)[0] == 403
    assert [each["code"] for each in call("GET", "/plans", "station")[1]["items"]] == ["ours"]
    assert call("GET", "/plans", "water")[0] == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"time": "25:00"},
        {"time": "nine"},
        {"weekday": 8},
        {"rule": "daily"},
        {"slots": -1},
        {"from": "soon"},
        {"from": "9999-12-31"},
        {"from": "0001-01-01"},
        {"shift": "up"},
    ],
)
def test_a_body_that_cannot_be_read_is_told_which_field(call: Telephone, wrong: dict[str, Any]) -> None:
    status, answer = call("PUT", "/plans/tuesday", "office", BODY | wrong)
    assert (status, list(answer["errors"])) == (422, list(wrong))


def test_the_code_of_a_plan_is_a_plain_one(call: Telephone) -> None:
    assert call("PUT", "/plans/周二", "office", BODY)[0] == 422
