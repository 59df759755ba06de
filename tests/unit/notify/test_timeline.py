"""All versions of all deadlines of a case, and how each of them comes about, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.time.durations import Duration
from services.notify.domain.kept import KeptDeadline
from services.notify.domain.ladder import Deadline
from services.notify.domain.versions import explain_history
from services.notify.store.tables import deadlines
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import at, small_place


@pytest.fixture
def case(scene):
    return Case(scene)


def listed(call, who="boss", **query):
    status, answer = call("GET", "/deadlines", who, **query)
    assert status == 200
    return answer["items"]


def explained(call, name, who="boss"):
    status, answer = call("GET", f"/deadlines/{name}/explain", who)
    assert status == 200, answer
    return answer


def test_a_case_tells_every_version_of_every_deadline(scene, call, case):
    case.created(sign="2026-11-24 23:59:59", object="2026-12-02 23:59:59", reply="2026-12-14 23:59:59")
    scene.clock.instant = at("2026-11-25 09:00")
    case.signed()
    case.extended("2026-12-21 23:59:59")
    case.promised("p-1", "2027-01-29 23:59:59")
    scene.clock.instant = at("2026-12-22 09:00")
    assert [(item["id"], item["state"], item["cause"], item["overdue"]) for item in listed(call, opinion="o-1")] == [
        ("a-1.object.1", "lapsed", "assigned", False),
        ("a-1.promise.4", "running", "promised", False),
        ("a-1.reply.1", "replaced", "assigned", False),
        ("a-1.reply.3", "running", "extended", True),
        ("a-1.sign.1", "missed", "assigned", False),
    ]
    assert [item["id"] for item in listed(call)] == ["a-1.promise.4", "a-1.reply.3"]
    case.replied()
    shown = {item["id"]: (item["state"], item["next"], item["ended"]) for item in listed(call, opinion="o-1")}
    assert shown["a-1.reply.3"] == ("missed", None, "2026-12-22T09:00:00+08:00")
    assert shown["a-1.object.1"][0] == "lapsed"
    assert shown["a-1.promise.4"][0] == "running"


def test_a_timeline_is_paged_and_a_department_sees_its_part(call, scene, case):
    case.created(sign="2026-11-24 23:59:59", reply="2026-12-14 23:59:59")
    Case(scene, "a-2", "roads").created(role="co_handler", co_opinion="2026-12-04 23:59:59")
    _, first = call("GET", "/deadlines", opinion="o-1", limit=2)
    _, rest = call("GET", "/deadlines", opinion="o-1", limit=2, cursor=first["next"])
    assert [item["id"] for item in first["items"] + rest["items"]] == ["a-1.reply.1", "a-1.sign.1", "a-2.co_opinion.1"]
    assert [item["id"] for item in listed(call, "roads", opinion="o-1")] == ["a-2.co_opinion.1"]


@pytest.mark.parametrize(
    ("end", "states"), [("replied", ["lapsed", "met"]), ("paused", ["paused", "paused"]), ("cancelled", ["void", "void"])]
)
def test_what_ended_before_it_was_heard_of_is_shown_as_ended(scene, call, case, end, states):
    case.sequence = 1
    getattr(case, end)()
    case.sequence = 0
    case.created(object="2026-12-02 23:59:59", reply="2026-12-14 23:59:59")
    assert {row["state"] for row in scene.rows(deadlines)} == {"open"}
    assert [item["state"] for item in listed(call, opinion="o-1")] == states
    assert listed(call) == []


def test_an_ordinary_deadline_is_explained_day_by_day(call, case):
    case.created(reply="2026-12-14 23:59:59")
    told = explained(call, "a-1.reply.1")
    assert (told["rule"], told["counted"], told["from"], told["due"]) == (
        "15wd", 15, "2026-11-23T09:30:00+08:00", "2026-12-14T23:59:59+08:00",
    )  # fmt: skip
    assert told["zh"] == "交办，限 15 个工作日：截止 2026-12-14 23:59:59；计时中。"
    assert told["en"] == "assigned, 15 working days: due 2026-12-14 23:59:59; running."
    assert (told["days"][0]["day"], told["days"][-1]["day"], len(told["days"])) == ("2026-11-24", "2026-12-14", 21)
    assert told["days"][4] == {"day": "2026-11-28", "counted": False, "zh": "星期六，周末", "en": "Saturday, weekend"}
    assert (len(told["versions"]), told["pauses"]) == (1, [])


def test_a_pause_is_told_and_its_days_do_not_count(scene, call, case):
    case.created(reply="2026-12-14 23:59:59")
    scene.clock.instant = at("2026-12-01 15:00")
    case.paused()
    paused = explained(call, "a-1.reply.1")
    assert (paused["state"], paused["pauses"]) == ("paused", [{"from": "2026-12-01T15:00:00+08:00", "until": None}])
    scene.clock.instant = at("2026-12-08 10:00")
    case.resumed("2026-12-21 23:59:59")
    told = explained(call, "a-1.reply.3")
    assert [version["zh"] for version in told["versions"]] == [
        "交办，限 15 个工作日：截止 2026-12-14 23:59:59；挂起，停止计时。",
        "挂起结束，按挂起的时间顺延：截止 2026-12-21 23:59:59；计时中。",
    ]
    assert told["pauses"] == [{"from": "2026-12-01T15:00:00+08:00", "until": "2026-12-08T10:00:00+08:00"}]
    assert told["counted"] == 15
    days = {day["day"]: day for day in told["days"]}
    assert days["2026-12-01"]["counted"]
    skipped = [day for day, note in days.items() if note["zh"].startswith("挂起，不计")]
    assert skipped == [f"2026-12-0{day}" for day in range(2, 9)]
    assert days["2026-12-02"]["en"] == "paused, not counted (Wednesday, working day)"
    assert told["due"].startswith(told["days"][-1]["day"])


def test_an_extension_is_told_and_its_days_are_not_counted_against_the_rule(scene, call, case):
    case.created(reply="2026-12-14 23:59:59")
    case.extended("2026-12-18 23:59:59")
    told = explained(call, "a-1.reply.2")
    assert [(version["cause"], version["state"]) for version in told["versions"]] == [
        ("assigned", "replaced"),
        ("extended", "running"),
    ]
    assert told["counted"] == 15
    assert [day["zh"] for day in told["days"][-2:]] == ["延期之内（星期四，工作日）", "延期之内（星期五，工作日）"]
    assert len(explained(call, "a-1.reply.1")["versions"]) == 1


def test_a_rework_is_counted_from_its_own_start_and_by_its_own_rule(scene, call, case):
    case.created(reply="2026-12-14 23:59:59")
    case.replied()
    scene.clock.instant = at("2026-12-01 09:00")
    case.reopened("2026-12-08 23:59:59")
    told = explained(call, "a-1.reply.3")
    assert (told["rule"], told["counted"], [version["version"] for version in told["versions"]]) == ("5wd", 5, [3])
    assert told["zh"].startswith("重办，限 5 个工作日")


def test_a_moved_calendar_is_told(scene, call, case):
    case.created(reply="2026-12-14 23:59:59")
    case.rescheduled(reply="2026-12-15 23:59:59", provisional=True)
    told = explained(call, "a-1.reply.2")
    assert told["provisional"]
    assert "工作日历变动" in told["zh"]
    assert "暂定" in told["zh"]
    assert "provisional" in told["en"]


def test_a_promise_is_the_day_that_was_promised(scene, call, case):
    case.created()
    case.promised("p-1", "2027-01-29 23:59:59")
    case.promised("p-2", "2027-02-26 23:59:59")
    told = explained(call, "a-1.promise.2")
    assert (told["rule"], told["promise"], len(told["versions"])) == (None, "p-1", 1)
    assert told["days"] == [{"day": "2027-01-29", "counted": True, "zh": "承诺的日期", "en": "the day that was promised"}]


def test_months_are_explained_in_one_line_and_what_moved_them_in_another(call, scene, case):
    case.created(role="co_handler", co_opinion="2026-12-23 23:59:59")
    (day,) = explained(call, "a-1.co_opinion.1")["days"]
    assert (day["day"], day["zh"]) == ("2026-12-23", "满 1 个月（自然日，节假日不顺延）")
    case.rescheduled(co_opinion="2026-12-24 23:59:59")
    days = explained(call, "a-1.co_opinion.2")["days"]
    assert [date.fromisoformat(each["day"]).day for each in days] == [23, 24]


@given(
    start=st.timedeltas(timedelta(0), timedelta(days=2700)).map(lambda passed: at("2019-01-01 00:00") + passed),
    amount=st.integers(1, 30),
    begins=st.timedeltas(timedelta(0), timedelta(days=30)),
    lasts=st.timedeltas(timedelta(0), timedelta(days=30)),
)
def test_however_a_case_was_paused_its_explanation_counts_what_the_rule_gives(start, amount, begins, lasts):
    calendar, rule = small_place().calendar, Duration(amount, "wd")
    due = calendar.due(start, rule).at
    paused = min(start + begins, due)
    resumed = paused + lasts
    days = calendar.working_days(paused.date(), resumed.date())
    moved = calendar.due(due, Duration(days, "wd")).at if days else due
    first = Deadline("o-1", "a-1", "water", "reply", 1, start, due, False, 1)
    second = replace(first, version=3, start=resumed, begun=start, due=moved, cause="resumed")
    told = explain_history(calendar, [KeptDeadline(first, "paused", paused), KeptDeadline(second, "open", None)], rule)
    assert told.counted == amount
    assert [note.day for note in told.days] == [
        start.date() + timedelta(days=n) for n in range(1, (moved.date() - start.date()).days + 1)
    ]
    assert not any(note.counted for note in told.days if paused.date() < note.day <= resumed.date())


@pytest.mark.parametrize("name", ["a-1.reply.9", "a-1.reply", "a-1", "a-1.reply.x", "a-1.reply.99999999999", "a-1.reply.-1", "..1"])
def test_what_is_no_deadline_is_not_found(call, case, name):
    case.created()
    assert call("GET", f"/deadlines/{name}/explain")[0] == 404


def test_an_explanation_of_a_case_is_for_staff_and_for_the_department_concerned(call, case):
    case.created()
    assert [call("GET", "/deadlines/a-1.reply.1/explain", who)[0] for who in ("water", "office", "roads", None)] == [
        200,
        200,
        404,
        401,
    ]
