"""督政议事会: supervisions on the agenda of a meeting, and what they come to, once."""

from __future__ import annotations

import pytest

from services.contracts.messages.supervision import SupervisionResolved, SupervisionScheduled
from services.contracts.messages.values import Promise
from services.notify.store.supervision.tables import supervisions
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import at

AT = "2026-12-28T09:00:00+08:00"
MEETING = {"title": "四季度督政议事会", "at": AT}
RESULT = {"result": "criticism", "note": "责令整改"}


def meet(call, **changes):
    status, meeting = call("POST", "/meetings", body=MEETING | changes)
    assert status == 201, meeting
    return meeting


def test_a_meeting_takes_all_that_are_open_and_groups_them_by_department(call, raised):
    meeting = meet(call)
    assert (meeting["title"], meeting["total"], meeting["resolved"]) == ("四季度督政议事会", 3, 0)
    assert [(group["department"], group["name"], group["name_en"]) for group in meeting["departments"]] == [
        ("roads", "roads局", "Bureau of roads"), ("water", "water局", "Bureau of water"),
    ]  # fmt: skip
    water = meeting["departments"][1]["items"]
    assert [(item["opinion"], item["overdue_working_days"], item["waiting"], item["rung"]) for item in water] == [
        ("o-2", 6, True, "supervise"), ("o-1", 5, True, "supervise"),
    ]  # fmt: skip
    assert call("GET", f"/meetings/{meeting['id']}") == (200, meeting)
    assert {item["state"] for item in call("GET", "/supervisions")[1]["items"]} == {"scheduled"}


@pytest.mark.parametrize("left", ["nothing", "scheduled", "resolved"])
def test_a_meeting_needs_something_on_its_agenda(request, call, left):
    raised = {} if left == "nothing" else request.getfixturevalue("raised")
    if left == "scheduled":
        meet(call)
    for each in raised.values() if left == "resolved" else ():
        assert call("POST", f"/supervisions/{each}/result", body=RESULT)[0] == 200
    meetings = call("GET", "/meetings")[1]["items"]
    status, answer = call("POST", "/meetings", body=MEETING)
    assert (status, "no supervision is open" in answer["detail"]) == (409, True)
    assert call("GET", "/meetings")[1]["items"] == meetings
    assert left != "scheduled" or meet(call, supervisions=list(raised.values()))["total"] == 3


def test_a_case_answered_meanwhile_is_overdue_until_then(scene, call, raised):
    case = Case(scene, "a-1", "water", "o-1")
    case.sequence = 1
    case.replied()
    scene.clock.instant = at("2026-12-25 09:00")
    meeting = meet(call)
    items = {item["opinion"]: item for group in meeting["departments"] for item in group["items"]}
    assert (items["o-1"]["overdue_working_days"], items["o-1"]["waiting"]) == (5, False)
    assert (items["o-3"]["overdue_working_days"], items["o-3"]["waiting"]) == (9, True)


def test_a_case_that_was_given_more_time_still_waits(scene, call, raised):
    case = Case(scene, "a-1", "water", "o-1")
    case.sequence = 1
    case.extended("2026-12-31 23:59:59")
    items = {item["opinion"]: item for group in meet(call)["departments"] for item in group["items"]}
    assert (items["o-1"]["waiting"], items["o-1"]["overdue_working_days"]) == (True, 5)


def test_a_case_found_wanting_twice_waits_for_its_rework(scene, call):
    case = Case(scene)
    case.created()
    case.replied()
    case.reopened("2026-11-30 23:59:59", 3)
    scene.climb()
    (item,) = meet(call)["departments"][0]["items"]
    assert (item["rung"], item["of"], item["overdue_working_days"], item["waiting"]) == ("dissatisfied", "evaluation", 0, True)
    case.replied()
    scene.clock.instant = at("2026-12-14 09:00")
    meeting = call("GET", "/meetings")[1]["items"][0]["id"]
    (item,) = call("GET", f"/meetings/{meeting}")[1]["departments"][0]["items"]
    assert (item["overdue_working_days"], item["waiting"]) == (0, False)


def test_every_department_on_the_agenda_hears_of_it_in_its_own_queue(scene, call, raised):
    before = len(scene.said())
    meeting = meet(call, supervisions=[raised["o-1"], raised["o-3"]])
    first, *told = scene.said()[before:]
    assert (first.type, first.subject, first.data.kind) == ("session.announced", meeting["id"], "supervision_meeting")
    assert [(event.subject, event.data.department, event.data.supervision) for event in told] == [
        ("o-1", "water", raised["o-1"]), ("o-3", "roads", raised["o-3"]),
    ]  # fmt: skip
    assert all(isinstance(event.data, SupervisionScheduled) and event.data.meeting == meeting["id"] for event in told)
    assert {event.data.at for event in told} == {at("2026-12-28 09:00")}
    assert [event.sequence for event in told] == [2, 2]


def test_the_same_call_twice_is_one_meeting(call, raised):
    first = call("POST", "/meetings", body=MEETING, key="k-1")
    assert call("POST", "/meetings", body=MEETING, key="k-1") == first
    assert len(call("GET", "/meetings")[1]["items"]) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"at": "2026-12-28"}, "at"),
        ({"at": "2026-12-28T09:00:00"}, "at"),
        ({"at": "2026-12-20T09:00:00+08:00"}, "at"),
        ({"supervisions": []}, "supervisions"),
        ({"supervisions": ["nothing"]}, "supervisions.0"),
        ({"supervisions": "all"}, "supervisions"),
        ({"place": "二楼"}, "place"),
    ],
)
def test_what_cannot_be_called_names_the_field(scene, call, raised, change, field):
    status, answer = call("POST", "/meetings", body=MEETING | change)
    assert (status, list(answer["errors"])) == (422, [field])
    assert call("GET", "/meetings")[1]["items"] == []


def test_an_agenda_names_what_stands_there_twice_or_is_done(call, raised):
    call("POST", f"/supervisions/{raised['o-1']}/result", body=RESULT)
    chosen = [raised["o-1"], raised["o-2"], raised["o-2"]]
    status, answer = call("POST", "/meetings", body=MEETING | {"supervisions": chosen})
    assert (status, answer["errors"]) == (
        422, {"supervisions.0": ["it is resolved already"], "supervisions.2": ["it stands here twice"]},
    )  # fmt: skip


def test_what_was_not_reached_goes_on_a_later_agenda(call, raised):
    first = meet(call, supervisions=[raised["o-1"]])
    second = meet(call, title="续会", supervisions=[raised["o-2"]])
    status, row = call("POST", f"/supervisions/{raised['o-1']}/schedule", body={"meeting": second["id"]})
    assert (status, row["state"], row["meeting"]) == (200, "scheduled", second["id"])
    (group,) = call("GET", f"/meetings/{first['id']}")[1]["departments"]
    assert [item["moved_to"] for item in group["items"]] == [second["id"]]
    assert call("GET", f"/meetings/{second['id']}")[1]["total"] == 2
    status, answer = call("POST", f"/supervisions/{raised['o-1']}/schedule", body={"meeting": second["id"]})
    assert (status, "already" in answer["detail"]) == (409, True)


@pytest.mark.parametrize(("body", "field"), [({}, "meeting"), ({"meeting": "m-0"}, "meeting"), ({"meeting": 7}, "meeting")])
def test_what_cannot_be_scheduled_names_the_field(call, raised, body, field):
    status, answer = call("POST", f"/supervisions/{raised['o-1']}/schedule", body=body)
    assert (status, list(answer["errors"])) == (422, [field])


def test_a_result_is_recorded_once_and_told(scene, call, raised):
    meeting = meet(call, supervisions=[raised["o-1"]])
    scene.clock.instant = at("2026-12-28 10:00")
    promise = {"what": "三月底前清淤", "due": "2027-03-31T23:59:59+08:00"}
    body = {"result": "promise", "note": "当场承诺", "promise": promise}
    status, row = call("POST", f"/supervisions/{raised['o-1']}/result", body=body)
    assert (status, row["state"], row["result"], row["resolved"]) == (200, "resolved", "promise", "2026-12-28T10:00:00+08:00")
    assert row["promise"] == promise | {"who": None}
    told = scene.said()[-1]
    assert told.subject == "o-1"
    assert told.data == SupervisionResolved(
        "a-1", "water", raised["o-1"], "promise", "当场承诺", meeting["id"], Promise("三月底前清淤", at("2027-03-31 23:59:59"))
    )
    status, answer = call("POST", f"/supervisions/{raised['o-1']}/result", body=RESULT)
    assert (status, "once" in answer["detail"]) == (409, True)
    assert call("POST", f"/supervisions/{raised['o-1']}/schedule", body={"meeting": meeting["id"]})[0] == 409
    assert call("GET", f"/meetings/{meeting['id']}")[1]["resolved"] == 1
    assert [item["total"] for item in call("GET", "/meetings")[1]["items"]] == [1]
    assert {row["opinion"]: row["resolved_by"] for row in scene.rows(supervisions)} == {"o-1": "t-boss", "o-2": None, "o-3": None}


def test_a_case_that_is_late_again_after_a_result_is_a_new_supervision(scene, call, raised):
    call("POST", f"/supervisions/{raised['o-1']}/result", body=RESULT)
    case = Case(scene, "a-1", "water", "o-1")
    case.sequence = 1
    case.extended("2026-12-25 23:59:59")
    scene.climb("2027-01-04 09:00")
    rows = [row for row in scene.rows(supervisions, "id") if row["opinion"] == "o-1"]
    assert [row["state"] for row in rows] == ["resolved", "open"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"result": "nothing"}, "result"),
        ({"note": ""}, "note"),
        ({"note": "x" * 2001}, "note"),
        ({"result": "promise"}, "promise"),
        ({"promise": {"what": "清淤", "due": "2027-03-31T23:59:59+08:00"}}, "promise"),
        ({"result": "promise", "promise": {"what": "清淤", "due": "2026-03-31T23:59:59+08:00"}}, "promise.due"),
        ({"result": "promise", "promise": {"what": "清淤"}}, "promise.due"),
        ({"result": "promise", "promise": {"due": "2027-03-31T23:59:59+08:00"}}, "promise.what"),
        ({"by": "me"}, "by"),
    ],
)
def test_a_result_that_is_not_right_names_the_field(scene, call, raised, change, field):
    status, answer = call("POST", f"/supervisions/{raised['o-1']}/result", body=RESULT | change)
    assert (status, list(answer["errors"])) == (422, [field])
    assert {row["state"] for row in scene.rows(supervisions)} == {"open"}


def test_a_department_sees_its_own_and_calls_no_meetings(call, raised):
    meeting = meet(call)
    assert {item["department"] for item in call("GET", "/supervisions", "water")[1]["items"]} == {"water"}
    assert call("GET", "/supervisions", "water", department="roads")[0] == 403
    assert call("GET", "/supervisions", None)[0] == 401
    for method, path, body in (
        ("GET", "/meetings", None), ("GET", f"/meetings/{meeting['id']}", None), ("POST", "/meetings", MEETING),
        ("POST", f"/supervisions/{raised['o-1']}/result", RESULT),
        ("POST", f"/supervisions/{raised['o-1']}/schedule", {"meeting": meeting["id"]}),
    ):  # fmt: skip
        assert [call(method, path, who, body=body)[0] for who in ("water", "office")] == [403, 403], path
    assert call("GET", f"/meetings/{meeting['id']}", "admin")[0] == 200


def test_lists_are_narrowed_and_paged(call, raised):
    meeting = meet(call, supervisions=[raised["o-1"], raised["o-2"]])
    assert len(call("GET", "/supervisions", state="open")[1]["items"]) == 1
    assert len(call("GET", "/supervisions", meeting=meeting["id"])[1]["items"]) == 2
    assert [item["id"] for item in call("GET", "/supervisions", opinion="o-3")[1]["items"]] == [raised["o-3"]]
    assert call("GET", "/supervisions", state="lost")[0] == 422
    _, first = call("GET", "/supervisions", limit=2)
    _, rest = call("GET", "/supervisions", limit=2, cursor=first["next"])
    assert {item["id"] for item in first["items"] + rest["items"]} == set(raised.values())
    meet(call, title="第二次")
    _, first = call("GET", "/meetings", limit=1)
    _, rest = call("GET", "/meetings", limit=1, cursor=first["next"])
    assert [item["title"] for item in first["items"] + rest["items"]] == ["第二次", "四季度督政议事会"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/meetings/none", None), ("POST", "/supervisions/none/result", RESULT),
        ("POST", "/supervisions/none/schedule", {"meeting": "m"}),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(call, method, path, body):
    assert call(method, path, body=body)[0] == 404
