"""What routing answers over HTTP, to whom, and that the same request twice has one effect."""

from datetime import timedelta
from typing import Any

import pytest

from services.contracts.commands import VERBS
from services.contracts.lifecycle import State, allowed_moves
from services.contracts.people.callers import PUBLIC
from services.routing.app import routes
from services.routing.schemas.answers import AssignmentPage, AssignmentStanding, PreviewAnswer
from tests.cells import each_of
from tests.unit.routing.bureau import REPLY, TOWN

OWN = tuple(each for each in VERBS if each in allowed_moves(State.SIGNED) and each != "keep")
READERS = {"reviewer", "supervisor", "admin", "water", "roads", "head-of-water"}
STAFF_ROUTES = [
    ("GET", "/assignments", READERS),
    ("GET", "/assignments/nothing", READERS),
    ("POST", "/assignments/resync", {"admin", "water", "roads"}),
    ("POST", "/assignments/nothing/sign", {"admin", "water", "roads"}),
    ("POST", "/assignments/nothing/object", {"admin", "water", "roads"}),
    ("POST", "/assignments/nothing/extend", {"admin", "water", "roads"}),
    ("POST", "/assignments/nothing/pause", {"admin", "water", "roads"}),
    ("POST", "/assignments/nothing/progress", {"admin", "water", "roads"}),
    ("POST", "/assignments/nothing/reply", {"admin", "water", "roads"}),
    ("POST", "/assignments/nothing/approve", {"admin", "head-of-water"}),
    ("POST", "/assignments/nothing/amend", {"admin", "head-of-water"}),
    ("POST", "/assignments/nothing/resume", {"admin", "water", "roads"}),
    ("POST", "/assignments/nothing/keep", {"admin", "water", "roads"}),
    ("POST", "/assignments/resync", {"admin", "water", "roads"}),
    ("POST", "/assignments/nothing/rule", {"supervisor", "admin"}),
    ("POST", "/assignments/nothing/handlers", {"supervisor", "admin"}),
    ("POST", "/assignments/nothing/release", {"supervisor", "admin"}),
    ("POST", "/assignments/nothing/mark", {"supervisor", "admin"}),
    ("POST", "/assignments/nothing/raise", {"supervisor", "admin"}),
    ("POST", "/assignments/resync", {"admin", "water", "roads"}),
    ("POST", "/routes/preview", READERS),
    ("GET", "/routes/model", {"reviewer", "supervisor", "admin"}),
    ("GET", "/routes/doubtful", {"reviewer", "supervisor", "admin"}),
    ("POST", "/routes/doubtful/nothing", {"reviewer", "supervisor", "admin"}),
    ("GET", "/promises", READERS),
    ("GET", "/reschedulings", READERS),
    ("GET", "/lookbacks", {"reviewer", "supervisor", "admin"}),
    ("GET", "/assignments/codes", {"supervisor", "admin"}),
    ("GET", "/lookbacks/nothing", {"reviewer", "supervisor", "admin"}),
    ("POST", "/lookbacks", {"supervisor", "admin"}),
    ("POST", "/lookbacks/nothing/checks", {"supervisor", "admin"}),
    ("GET", "/departments/water/templates", {"admin", "water", "head-of-water"}),
    ("POST", "/departments/water/templates", {"admin", "water", "head-of-water"}),
    ("GET", "/departments/water/templates/nothing", {"admin", "water", "head-of-water"}),
    ("PUT", "/departments/water/templates/nothing", {"admin", "water", "head-of-water"}),
    ("DELETE", "/departments/water/templates/nothing", {"admin", "water", "head-of-water"}),
]


def ids(answer):
    assert answer.status_code == 200, answer.text
    assert AssignmentPage().validate(answer.get_json()) == {}
    return [item["id"] for item in answer.get_json()["items"]]


def named(path):
    """The path of the route behind an address of the table."""
    parameters = {"/lookbacks": "<lookback_id>", "/routes": "<opinion>", "/departments": "<template_id>"}
    path = path.replace("/departments/water/", "/departments/<department>/")
    return path.replace("nothing", next((name for begin, name in parameters.items() if path.startswith(begin)), "<assignment_id>"))


def test_the_table_here_has_every_route_that_is_not_public():
    guarded = {(route.method, route.path) for route in routes if route.access is not PUBLIC}
    assert guarded == {(method, f"/api/v1{named(path)}") for method, path, _ in STAFF_ROUTES}


@each_of(("method", "path"), [row[:2] for row in STAFF_ROUTES])
def test_without_a_token_nobody_comes_in(bureau, method, path):
    assert bureau.client.open(f"/api/v1{path}", method=method).status_code == 401


@pytest.mark.slow
@each_of(
    ("method", "path", "allowed", "who"),
    [(*row, who) for row in STAFF_ROUTES for who in ("reviewer", "supervisor", "admin", "scraper", "water", "head-of-water")],
)
def test_a_token_opens_the_routes_of_its_role_only(bureau, method, path, allowed, who):
    answer = bureau.client.open(f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {who}"})
    assert (answer.status_code != 403) is (who in allowed)


def test_a_department_sees_its_own_assignments_only(bureau):
    water, roads = bureau.accept("河堤塌了"), bureau.accept("路灯不亮")
    assert ids(bureau.get("/assignments", "water")) == ids(bureau.get("/assignments", "water", department="water")) == [water]
    assert bureau.get("/assignments", "water", department="roads").status_code == 403
    assert set(ids(bureau.get("/assignments", "supervisor"))) == {water, roads}
    assert bureau.get(f"/assignments/{roads}", "roads").status_code == 200
    for hidden in (roads, "nothing"):
        assert bureau.get(f"/assignments/{hidden}", "water").status_code == 404


def test_an_administrator_may_act_for_any_department(bureau):
    assignment = bureau.accept("路灯不亮")
    assert bureau.do(assignment, "sign", who="admin").status_code == 200
    assert bureau.row(assignment)["state"] == "signed"


@pytest.mark.parametrize(
    ("who", "before", "asking", "objected"),
    [
        ("roads", OWN, OWN, ()),
        ("reviewer", ("merge",), ("merge",), ("merge",)),
        ("supervisor", ("mark", "raise"), ("grant", "refuse", "mark", "raise"), ("uphold", "deny", "mark", "raise")),
    ],
)  # fmt: skip
def test_what_is_allowed_is_what_the_caller_can_do(bureau, who, before, asking, objected):
    assignment = bureau.accept("路灯不亮")
    asked = bureau.clock.now() + timedelta(days=9)
    bureau.do(assignment, "sign", who="roads")
    for forged, allowed in (({}, before), ({"asked_until": asked}, asking), ({"asked_until": None, "state": "objected"}, objected)):
        bureau.forge(assignment, **{"state": "signed"} | forged)
        assert bureau.get(f"/assignments/{assignment}", who).get_json()["allowed"] == list(allowed)
        (listed,) = bureau.get("/assignments", who).get_json()["items"]
        assert listed["allowed"] == list(allowed)


def test_an_assignment_is_shown_with_its_deadlines_its_reason_and_what_may_be_done(bureau):
    assignment = bureau.accept("路灯不亮", opinion="o-1")
    shown = bureau.get(f"/assignments/{assignment}", "roads").get_json()
    assert shown["deadlines"] == {
        "sign": "2026-11-24T23:59:59+08:00", "object": "2026-12-02T23:59:59+08:00", "contact": "2026-11-24T23:59:59+08:00",
        "reply": "2026-11-30T23:59:59+08:00", "original_reply": "2026-11-30T23:59:59+08:00",
    }  # fmt: skip
    assert shown["why"] == {"rule": "keywords: 路灯", "confidence": 1.0, "learned": None}
    assert (shown["opinion"], shown["department"], shown["state"], shown["allowed"]) == (
        "o-1", "roads", "assigned", [each for each in VERBS if each in allowed_moves(State.ASSIGNED) and each != "keep"],
    )  # fmt: skip
    bureau.do(assignment, "reply", REPLY, who="roads")
    shown = bureau.get(f"/assignments/{assignment}", "roads").get_json()
    assert (shown["reply"], shown["outcome"], shown["on_time"]) == (REPLY["content"], "solved", True)
    assert shown["deadlines"]["evaluation"] == "2026-12-21T23:59:59+08:00"


def test_lists_come_page_by_page_each_once(bureau):
    made = {bureau.accept() for _ in range(7)}
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        answer = bureau.get("/assignments", "water", limit=3, **cursor)
        found += ids(answer)
        if answer.get_json()["next"] is None:
            break
        cursor = {"cursor": answer.get_json()["next"]}
    assert len(found) == 7
    assert set(found) == made
    assert found == sorted(found, reverse=True)


def test_lists_are_narrowed(bureau):
    late, lamp, done = bureau.accept("路灯不亮", opinion="o-x"), bureau.accept("校车晚点"), bureau.accept("路灯不亮")
    bureau.clock.instant = bureau.row(late)["reply_by"]
    bureau.do(done, "reply", REPLY, who="roads")
    assert ids(bureau.get("/assignments", "admin", overdue=True)) == []
    bureau.clock.instant = bureau.clock.instant.replace(hour=23, minute=59, second=59, microsecond=1)
    assert set(ids(bureau.get("/assignments", "admin", overdue=True))) == {late, lamp}
    assert ids(bureau.get("/assignments", "admin", department="schools")) == [lamp]
    assert ids(bureau.get("/assignments", "admin", state="replied")) == [done]
    assert set(ids(bureau.get("/assignments", "admin", topic="lamps"))) == {late, done}
    assert ids(bureau.get("/assignments", "admin", opinion="o-x")) == [late]


@pytest.mark.parametrize(
    ("query", "field"),
    [({"limit": 0}, "limit"), ({"cursor": "!"}, "cursor"), ({"overdue": "perhaps"}, "overdue"), ({"colour": 1}, "colour")],
)
def test_a_query_that_is_not_right_names_its_field(bureau, query, field):
    answer = bureau.get("/assignments", "admin", **query)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])


def test_the_same_move_with_the_same_key_has_one_effect_and_one_answer(bureau):
    assignment = bureau.accept(opinion="o-1")
    first, again = (bureau.post(f"/assignments/{assignment}/sign", {}, "water", Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.get_json() == first.get_json()
    assert AssignmentStanding().validate(first.get_json()) == {}
    assert bureau.story("o-1") == [("created", 1), ("signed", 2)]
    assert bureau.do(assignment, "sign").status_code == 409


def test_the_same_key_with_another_body_is_refused(bureau):
    path = f"/assignments/{bureau.accept()}/progress"
    assert bureau.post(path, {"content": "甲"}, "water", Idempotency_Key="k").status_code == 200
    assert bureau.post(path, {"content": "乙"}, "water", Idempotency_Key="k").status_code == 409


def test_another_department_with_the_same_key_gets_no_answer_that_is_not_its_own(bureau):
    path = f"/assignments/{bureau.accept()}/sign"
    assert bureau.post(path, {}, "water", Idempotency_Key="k").status_code == 200
    assert bureau.post(path, {}, "roads", Idempotency_Key="k").status_code == 403


def test_anybody_may_read_the_departments_and_topics(bureau):
    departments, topics = (bureau.get(path).get_json()["items"] for path in ("/departments", "/topics"))
    assert [each["code"] for each in departments] == list(TOWN.departments)
    assert departments[1] == {"code": "water", "name": "水利站", "name_en": "Water", "queue": True}
    assert topics[1] == {
        "code": "lamps", "name": "路灯", "name_en": "Street lamps", "department": "roads", "difficulty": "simple",
        "keywords": ["路灯", "灯杆", "LED"], "aliases": [],
    }  # fmt: skip


def test_a_preview_says_what_would_happen_and_makes_nothing_happen(bureau):
    shown = bureau.post("/routes/preview", {"title": "路灯不亮"}, "reviewer")
    assert shown.status_code == 200
    assert PreviewAnswer().validate(shown.get_json()) == {}
    assert (shown.get_json()["topic"], shown.get_json()["department"], shown.get_json()["difficulty"]) == (
        "lamps",
        "roads",
        "simple",
    )
    assert shown.get_json()["deadlines"]["reply"] == "2026-11-30T23:59:59+08:00"
    lost = bureau.post("/routes/preview", {"title": "你好", "content": "无事"}, "reviewer").get_json()
    assert (lost["topic"], lost["department"], lost["why"]) == (
        None,
        "petitions",
        {"rule": "fallback", "confidence": 0.0, "learned": None},
    )
    assert bureau.said() == []
    assert list(bureau.post("/routes/preview", {"title": ""}, "reviewer").get_json()["errors"]) == ["title"]


def test_a_topic_is_suggested_to_anybody_and_nothing_else_is_said(bureau):
    shown = bureau.post("/routes/suggestion", {"title": "路灯不亮"}, None)
    assert shown.get_json() == {"items": [{"code": "lamps", "name": "路灯", "name_en": "Street lamps"}]}
    for text in ({"title": "你好", "content": "无事"}, {}, {"title": ""}):
        assert bureau.post("/routes/suggestion", text, None).get_json() == {"items": []}
    assert bureau.post("/routes/suggestion", {"content": "长" * 2_001}, None).status_code == 422
    assert bureau.said() == []


def test_what_a_preview_says_is_what_then_happens(bureau):
    text = {"title": "桥面有坑", "content": "护栏也断了。"}
    shown = bureau.post("/routes/preview", text, "reviewer").get_json()
    row = bureau.row(bureau.accept(**text))
    assert (row["department"], row["topic"], row["rule"], row["confidence"]) == (
        shown["department"], shown["topic"], shown["why"]["rule"], shown["why"]["confidence"],
    )  # fmt: skip
    assert row["reply_by"].isoformat() == shown["deadlines"]["reply"]
