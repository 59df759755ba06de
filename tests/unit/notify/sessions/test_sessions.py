"""Sessions over HTTP: planned, announced, held, minuted, followed, rated, closed; rules broken need a reason and stay visible."""

from __future__ import annotations

from typing import Any

import pytest

from services.contracts.messages.sessions import AttendanceRecorded, SessionHeld
from services.notify.store.tables import staff_notifications
from tests.unit.notify.calling import Telephone
from tests.unit.notify.scenes import Scene, at
from tests.unit.notify.sessions.town import details, made, registered

CAME = {"deputies": ["d-1", "d-2"], "visitors": 14, "observers": 2}


def moved(call: Telephone, session: str, move: str, body: dict[str, Any] | None = None, who: str = "office") -> Any:
    status, answer = call("POST", f"/sessions/{session}/{move}", who, body or {})
    assert status == 200, answer
    return answer


def held(scene: Scene, call: Telephone, **said: Any) -> str:
    session = made(call, **said)
    moved(call, session, "announce", {"reason": None})
    scene.clock.instant = at("2026-12-03 11:30")
    moved(call, session, "hold", CAME | ({"officials": [{"department": "water", "title": "局长"}]} if said else {}))
    return session


@pytest.mark.slow
def test_a_session_goes_its_whole_way(scene: Scene, call: Telephone) -> None:
    session = held(scene, call, kind="chief", officials=[{"department": "water", "title": "局长"}])
    scene.clock.instant = at("2026-12-04 10:00")
    moved(call, session, "minutes", {"minutes": "议定三件事。"})
    moved(call, session, "follow")
    moved(call, session, "evaluate", {"satisfied": 10, "basically_satisfied": 3, "dissatisfied": 1})
    answer = moved(call, session, "close")
    assert (answer["state"], answer["irregular"], answer["moves"]) == ("closed", [], [])
    assert (answer["deputies_present"], answer["visitors"], answer["ratings"]["satisfied"]) == (["d-1", "d-2"], 14, 10)
    told: list[Any] = [event for event in scene.said() if event.subject == session]
    assert [event.type.partition(".")[2] for event in told] == [
        "planned", "announced", "held", "minuted", "followed", "evaluated", "closed",
    ]  # fmt: skip
    assert [event.sequence for event in told] == list(range(1, 8))
    assert [event.data.state for event in told][-1] == "closed"
    assert told[1].data.departments == ("water",)


@pytest.mark.parametrize(
    ("at_", "now", "is_late"),
    [("2026-12-03", "2026-11-26 23:00", False), ("2026-12-03", "2026-11-27 00:30", True), ("2026-11-29", "2026-11-23 09:30", True)],
)
def test_seven_days_of_notice_are_seven_days(scene: Scene, call: Telephone, at_: str, now: str, is_late: bool) -> None:
    session = made(call, at=f"{at_}T09:00:00+08:00", ends=None)
    scene.clock.instant = at(now)
    status, answer = call("POST", f"/sessions/{session}/announce", "office", {})
    assert status == (422 if is_late else 200)
    if is_late:
        (told,) = answer["errors"]["reason"]
        assert told.startswith("notice: 7d before")
        answer = moved(call, session, "announce", {"reason": "防汛紧急"})
        assert answer["irregular"] == [{"rule": "notice", "reason": "防汛紧急"}]
        last: Any = scene.said()[-1].data
        assert last.irregular == ("notice",)


def test_one_deputy_is_too_few_and_stays_visible_to_everybody(scene: Scene, call: Telephone) -> None:
    session = made(call)
    moved(call, session, "announce")
    scene.clock.instant = at("2026-12-03 11:30")
    status, answer = call("POST", f"/sessions/{session}/hold", "office", {"deputies": ["d-1"]})
    assert (status, answer["errors"]["reason"]) == (422, ["deputies: at least 2 have to be there, and 1 came"])
    moved(call, session, "hold", {"deputies": ["d-1"], "reason": "一名代表因病未到"})
    for who in (None, "office", "water"):
        assert call("GET", f"/sessions/{session}", who)[1]["irregular"] == [{"rule": "deputies", "reason": "一名代表因病未到"}]


def test_a_chief_has_to_come_in_person(scene: Scene, call: Telephone) -> None:
    session = made(call, kind="chief")
    moved(call, session, "announce")
    scene.clock.instant = at("2026-12-03 11:30")
    status, answer = call("POST", f"/sessions/{session}/hold", "office", CAME)
    assert (status, answer["errors"]["reason"]) == (422, ["officials: at least 1 have to be there, and 0 came"])


def test_minutes_have_three_working_days_and_can_be_put_right_afterwards(scene: Scene, call: Telephone) -> None:
    session = held(scene, call)
    # A Thursday: Friday, Monday, Tuesday.
    scene.clock.instant = at("2026-12-09 08:00")
    status, answer = call("POST", f"/sessions/{session}/minutes", "office", {"minutes": "议定。"})
    assert (status, answer["errors"]["reason"]) == (422, ["minutes: they were due on 2026-12-08T23:59:59+08:00"])
    moved(call, session, "minutes", {"minutes": "议定。", "reason": "核对意见"})
    answer = moved(call, session, "minutes", {"minutes": "议定两件事。"})
    assert (answer["minutes"], [each["rule"] for each in answer["irregular"]]) == ("议定两件事。", ["minutes"])


def test_minutes_are_for_who_keeps_the_session(scene: Scene, call: Telephone) -> None:
    session = held(scene, call)
    moved(call, session, "minutes", {"minutes": "张三说了水的事。"})
    assert [call("GET", f"/sessions/{session}", who)[1]["minutes"] for who in (None, "water", "other", "station")] == [
        None, None, None, "张三说了水的事。",
    ]  # fmt: skip


def test_deputies_have_to_be_in_office_where_a_register_is_kept(scene: Scene, call: Telephone) -> None:
    registered(scene, "d-1", "d-2", "d-3")
    registered(scene, "d-3", state="ended", sequence=2)
    registered(scene, "d-3", sequence=1)
    status, answer = call("POST", "/sessions", "office", details(deputies=["d-1", "d-3", "d-9"]))
    assert (status, answer["errors"]) == (422, {"deputies": ["not in office: d-3, d-9"]})
    session = made(call)
    moved(call, session, "announce")
    scene.clock.instant = at("2026-12-03 11:30")
    assert call("POST", f"/sessions/{session}/hold", "office", CAME | {"deputies": ["d-9"]})[0] == 422


def test_who_scanned_the_code_was_there(scene: Scene, call: Telephone) -> None:
    session = made(call)
    moved(call, session, "announce")
    scene.clock.instant = at("2026-12-03 11:30")
    for number, data in enumerate((
        AttendanceRecorded(session, "code", "d-7"), AttendanceRecorded(session, "code", "d-7"),
        AttendanceRecorded(session, "host", None, 9, 1), AttendanceRecorded(session, "host", None, 162, 26),
    ), 1):  # fmt: skip
        scene.consume(scene.event(data, number, session))
    answer = moved(call, session, "hold", {"deputies": ["d-1"]})
    assert (answer["deputies_present"], answer["visitors"], answer["observers"]) == (["d-1", "d-7"], 162, 26)
    told = scene.said()[-1].data
    assert isinstance(told, SessionHeld)
    assert (told.visitors, told.deputies_present) == (162, ("d-1", "d-7"))


def test_a_session_is_not_held_before_its_day(call: Telephone) -> None:
    session = made(call)
    moved(call, session, "announce")
    assert call("POST", f"/sessions/{session}/hold", "office", CAME)[0] == 409


def test_it_stands_where_it_stood_once_it_has_a_new_time(scene: Scene, call: Telephone) -> None:
    session = made(call)
    moved(call, session, "announce")
    assert moved(call, session, "postpone", {"reason": "台风"})["state"] == "postponed"
    assert call("POST", f"/sessions/{session}/hold", "office", CAME)[0] == 409
    answer = moved(call, session, "postpone", {"reason": "台风", "at": "2026-12-20T09:00:00+08:00"})
    assert (answer["state"], answer["ends"], answer["irregular"]) == ("announced", "2026-12-20T11:00:00+08:00", [])
    answer = moved(call, session, "postpone", {"reason": "提前", "at": "2026-11-25T09:00:00+08:00"})
    assert answer["irregular"] == [{"rule": "notice", "reason": "提前"}]
    answer = moved(call, session, "postpone", {"reason": "改回", "at": "2026-12-25T09:00:00+08:00"})
    assert answer["irregular"] == []
    fresh = made(call)
    assert moved(call, fresh, "postpone", {"reason": "再定", "at": "2026-12-21T09:00:00+08:00"})["state"] == "planned"


@pytest.mark.parametrize(
    "said",
    [
        {"reason": "x", "at": "2026-11-01T09:00:00+08:00"},
        {"reason": "x", "ends": "2026-12-20T09:00:00+08:00"},
        {"reason": "x", "at": "2026-12-20T09:00:00+08:00", "ends": "2026-12-20T08:00:00+08:00"},
        {"reason": "x", "at": "9999-12-31T23:59:59-12:00"},
        {"reason": ""},
        {},
    ],
)
def test_a_postponement_that_makes_no_sense_is_refused(call: Telephone, said: dict[str, Any]) -> None:
    assert call("POST", f"/sessions/{made(call)}/postpone", "office", said)[0] == 422


def test_a_cancelled_session_is_over(call: Telephone) -> None:
    session = made(call)
    assert call("POST", f"/sessions/{session}/cancel", "office", {})[0] == 422
    assert moved(call, session, "cancel", {"reason": "人太少"})["reason"] == "人太少"
    status, answer = call("POST", f"/sessions/{session}/cancel", "office", {"reason": "人太少"})
    assert (status, "none, it is over" in answer["detail"]) == (409, True)


def test_what_is_rated_is_rated_by_those_who_were_there(scene: Scene, call: Telephone) -> None:
    session = held(scene, call, kind="chief")
    moved(call, session, "minutes", {"minutes": "议定。"})
    moved(call, session, "follow")
    for counts in ((0, 0, 0), (20, 0, 0)):
        body = dict(zip(("satisfied", "basically_satisfied", "dissatisfied"), counts, strict=True))
        assert call("POST", f"/sessions/{session}/evaluate", "office", body)[0] == 422
    status, answer = call("POST", f"/sessions/{session}/close", "office", {})
    assert (status, answer["errors"]["reason"]) == (422, ["evaluation: nobody has rated it"])
    assert moved(call, session, "close", {"reason": "群众未到"})["irregular"] == [{"rule": "evaluation", "reason": "群众未到"}]


def test_a_kind_that_is_not_rated_cannot_be(scene: Scene, call: Telephone) -> None:
    session = held(scene, call)
    moved(call, session, "minutes", {"minutes": "议定。"})
    moved(call, session, "follow")
    body = {"satisfied": 1, "basically_satisfied": 0, "dissatisfied": 0}
    assert call("POST", f"/sessions/{session}/evaluate", "office", body)[0] == 409
    assert moved(call, session, "close")["state"] == "closed"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "round_table"}, "kind"),
        ({"station": "nowhere"}, "station"),
        ({"area": "nowhere"}, "area"),
        ({"departments": ["magic"]}, "departments"),
        ({"officials": [{"department": "magic", "title": "局长"}]}, "officials"),
        ({"ends": "2026-12-03T08:00:00+08:00"}, "ends"),
        ({"at": "2026-11-01T08:00:00+08:00", "ends": None}, "at"),
        ({"at": "tomorrow"}, "at"),
        ({"at": "9999-12-31T23:59:59+00:00", "ends": None}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00", "ends": None}, "at"),
        ({"title": ""}, "title"),
        ({"slots": 1.5}, "slots"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused(call: Telephone, said: dict[str, Any], field: str) -> None:
    status, answer = call("POST", "/sessions", "office", details(**said))
    assert (status, list(answer["errors"])) == (422, [field])


def test_a_station_keeps_its_own_sessions_only(call: Telephone) -> None:
    own, other = made(call, "station"), made(call, station="east-2")
    moved(call, own, "announce", who="station")
    assert call("POST", "/sessions", "station", details(station="east-2"))[0] == 403
    assert call("POST", "/sessions", "station", details(station=None))[0] == 403
    assert call("POST", f"/sessions/{other}/announce", "station", {})[0] == 403
    assert [call("POST", f"/sessions/{own}/cancel", who, {"reason": "x"})[0] for who in (None, "water")] == [401, 403]
    assert call("POST", "/sessions/nothing/announce", "office", {})[0] == 404


def test_the_public_sees_announced_sessions_of_open_kinds(call: Telephone) -> None:
    plain, announced, closed = made(call), made(call), made(call, kind="inspection")
    moved(call, announced, "announce")
    moved(call, closed, "announce")

    def listed(who: str | None) -> set[str]:
        return {each["id"] for each in call("GET", "/sessions", who)[1]["items"]}

    assert listed(None) == listed("water") == listed("other") == {announced}
    assert listed("station") == listed("office") == {plain, announced, closed}
    assert [call("GET", f"/sessions/{each}", None)[0] for each in (plain, announced, closed)] == [404, 200, 404]


def test_lists_are_by_time_and_go_on_where_they_ended(call: Telephone) -> None:
    days = ["2026-12-03", "2026-12-04", "2026-12-04", "2026-12-05"]
    ids = [made(call, at=f"{day}T09:00:00+08:00", ends=None) for day in days]
    found, cursor = [], None
    while True:
        answer = call("GET", "/sessions", "office", sort="at", limit=1, **({"cursor": cursor} if cursor else {}))[1]
        found += [each["id"] for each in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert found == [ids[0], *sorted(ids[1:3]), ids[3]]
    narrowed = {"from": "2026-12-04", "to": "2026-12-04", "kind": "reception", "state": "planned"}
    answer = call("GET", "/sessions", "office", **narrowed)[1]
    assert [each["id"] for each in answer["items"]] == sorted(ids[1:3], reverse=True)
    assert call("GET", "/sessions", "office", station="east-2")[1]["items"] == []
    for name in ("cursor", "kind", "state", "station", "from", "sort"):
        assert call("GET", "/sessions", "office", **{name: "x"})[0] == 422


def test_departments_are_written_to_when_they_are_asked_and_when_it_changes(scene: Scene, call: Telephone) -> None:
    session = made(call, officials=[{"department": "roads", "title": "局长"}])
    moved(call, session, "announce")
    moved(call, session, "postpone", {"reason": "台风"})
    moved(call, session, "cancel", {"reason": "台风"})
    titles = [row["title"] for row in scene.rows(staff_notifications)]
    assert titles == [
        "【活动通知】周二代表有约 · Asked to come", "【活动延期】周二代表有约 · Postponed", "【活动取消】周二代表有约 · Cancelled",
    ]  # fmt: skip
    body = scene.rows(staff_notifications)[0]["body"]
    assert "2026-12-03 09:00" in body
    assert "一楼" in body
    quiet = made(call)
    moved(call, quiet, "cancel", {"reason": "人太少"})
    assert len(scene.rows(staff_notifications)) == 3
    assert call("GET", "/reminders", "water")[0] == 200


def test_nobody_undoes_what_another_has_changed_meanwhile(scene: Scene, call: Telephone) -> None:
    session = made(call)
    assert call("PUT", f"/sessions/{session}", "office", details(title="水的专场"))[0] == 200
    assert scene.said()[-1].type == "session.changed"
    assert call("PUT", f"/sessions/{session}", "office", details(kind="chief"))[1]["errors"] == {"kind": ["it stays as it is"]}
    moved(call, session, "announce")
    assert call("PUT", f"/sessions/{session}", "office", details(at="2026-12-04T09:00:00+08:00", ends=None))[0] == 422
    assert call("PUT", f"/sessions/{session}", "office", details(place="二楼"))[1]["place"] == "二楼"


def test_the_same_request_twice_makes_one_session(call: Telephone) -> None:
    first = call("POST", "/sessions", "office", details(), key="k-1")
    assert call("POST", "/sessions", "office", details(), key="k-1") == first
    assert call("POST", "/sessions", "office", details(title="另一场"), key="k-1")[0] == 409
    assert len(call("GET", "/sessions", "office")[1]["items"]) == 1
