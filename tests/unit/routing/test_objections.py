"""退办: a department says whose duty it is instead, a supervisor rules, and the ruling is quoted as a precedent."""

from datetime import timedelta

import pytest

from services.contracts.lifecycle import State, allowed_moves
from tests.unit.routing.bureau import REPLY, at

WAYS = ["http", "amqp"]
OBJECTION = {"reason": "路面归公路站。", "department": "roads"}


@pytest.fixture
def objected(bureau):
    """A case of the water department, which says that it is the roads department's."""
    assignment = bureau.accept(opinion="o-1")
    assert bureau.ask("http", assignment, "object", OBJECTION) is None
    return assignment


def precedents(bureau, title="河堤塌了一段"):
    bureau.service.learning.look()
    return bureau.post("/routes/preview", {"title": title}, "reviewer").get_json()["precedents"]


@pytest.mark.parametrize("way", WAYS)
def test_an_objection_waits_for_a_ruling_and_says_whose_duty_it_is(bureau, way):
    assignment = bureau.accept(opinion="o-1")
    assert bureau.ask(way, assignment, "object", OBJECTION) is None
    row, said = bureau.row(assignment), bureau.said("o-1")[-1]
    assert (row["state"], row["proposed"], row["objection"]) == ("objected", "roads", OBJECTION["reason"])
    assert (said.type, said.data.reason, said.data.proposed) == ("assignment.objected", OBJECTION["reason"], "roads")


@pytest.mark.parametrize("way", WAYS)
def test_the_window_is_open_to_its_last_second_and_then_silence_means_accepted(bureau, way):
    late, last = bureau.accept(), bureau.accept()
    window = at("2026-12-02T23:59:59")
    assert bureau.row(late)["object_by"] == window
    bureau.clock.instant = window
    assert bureau.ask(way, last, "object", OBJECTION) is None
    bureau.clock.instant = window + timedelta(seconds=1)
    detail, _ = bureau.ask(way, late, "object", OBJECTION)
    assert "silence means accepted" in detail
    assert bureau.row(late)["state"] == "assigned"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("department", ["water", "moon", "道路"])
def test_an_objection_names_another_department_of_the_catalogue(bureau, way, department):
    assignment = bureau.accept(opinion="o-1")
    _, errors = bureau.ask(way, assignment, "object", OBJECTION | {"department": department})
    assert list(errors) == ["department"]
    assert bureau.story("o-1") == [("created", 1)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("verb", ["sign", "extend", "pause", "progress", "reply", "object"])
def test_while_a_ruling_is_due_the_department_does_nothing_else(bureau, objected, way, verb):
    bodies = {
        "extend": {"until": "2026-12-18T23:59:59+08:00", "reason": "。"}, "pause": {"reason": "。"}, "progress": {"content": "。"},
        "reply": REPLY, "object": OBJECTION,
    }  # fmt: skip
    detail, _ = bureau.ask(way, objected, verb, bodies.get(verb))
    # What a supervisor does is not among what the department is told that it can do.
    assert detail.endswith("Allowed now: nothing.")


def test_an_upheld_objection_gives_the_case_to_the_other_department_with_a_clock_of_its_own(bureau, objected):
    bureau.clock.instant = at("2026-12-01T10:00")
    answer = bureau.rule(objected, "objection", True)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "reassigned")
    before, after = bureau.leads("o-1")
    assert (before["id"], before["state"], after["state"]) == (objected, "reassigned", "assigned")
    assert (after["department"], after["transfers"], after["title"]) == ("roads", 1, before["title"])
    assert after["rule"] == "ruling: 依职责清单。"
    assert after["object_by"] == at("2026-12-10T23:59:59")
    assert after["reply_by"] > before["reply_by"]
    assert bureau.ask("http", objected, "sign")[0].startswith("'sign' is not possible while the opinion is 'reassigned'")


def test_sequences_go_on_strictly_across_departments_and_the_created_one_comes_last(bureau, objected):
    bureau.rule(objected, "objection", True)
    _, second = bureau.leads("o-1")
    assert bureau.ask("amqp", second["id"], "object", {"reason": "不是。", "department": "schools"}, "roads") is None
    bureau.rule(second["id"], "objection", True)
    third = bureau.leads("o-1")[-1]
    bureau.do(third["id"], "reply", REPLY, who="schools")
    bureau.evaluate(third["id"])
    assert bureau.story("o-1") == [
        ("created", 1), ("objected", 2), ("ruled", 3), ("reassigned", 4), ("created", 5), ("objected", 6), ("ruled", 7),
        ("reassigned", 8), ("created", 9), ("signed", 10), ("replied", 11), ("concluded", 12),
    ]  # fmt: skip
    assert [each["transfers"] for each in bureau.leads("o-1")] == [0, 1, 2]


def test_an_opinion_has_one_lead_at_a_time(bureau, objected):
    for number, who in enumerate(("water", "roads", "water"), 1):
        leads = [each for each in bureau.leads("o-1") if each["state"] != "reassigned"]
        assert [each["department"] for each in leads] == [who]
        assert len(bureau.leads("o-1")) == number
        if leads[0]["state"] == "assigned":
            other = "roads" if who == "water" else "water"
            assert bureau.ask("http", leads[0]["id"], "object", {"reason": "不是。", "department": other}, who) is None
        assert bureau.rule(leads[0]["id"], "objection", True).status_code == 200


def test_a_supervisor_may_send_it_to_a_third_department(bureau, objected):
    assert bureau.rule(objected, "objection", True, department="moon").status_code == 422
    bureau.rule(objected, "objection", True, department="schools")
    assert bureau.leads("o-1")[-1]["department"] == "schools"
    assert bureau.said("o-1")[-2].data.to == "schools"
    assert precedents(bureau)[0]["target"] == "schools"


def test_a_denied_objection_leaves_the_case_and_its_deadlines(bureau, objected):
    before = bureau.row(objected)
    bureau.clock.instant += timedelta(days=2)
    assert bureau.rule(objected, "objection", False).get_json()["state"] == "assigned"
    after = bureau.row(objected)
    assert {name: after[name] for name in after if name.endswith("_by")} == {
        name: before[name] for name in before if name.endswith("_by")
    }
    assert bureau.story("o-1") == [("created", 1), ("objected", 2), ("ruled", 3)]
    assert bureau.ask("http", objected, "sign") is None


@pytest.mark.parametrize("granted", [True, False])
def test_a_ruling_is_made_once(bureau, objected, granted):
    assert bureau.rule(objected, "objection", granted).status_code == 200
    refused = bureau.rule(objected, "objection", granted)
    assert refused.status_code == 409
    state = "reassigned" if granted else "assigned"
    assert all(move in refused.get_json()["detail"] for move in allowed_moves(State(state)))


def test_a_ruling_sent_twice_with_one_key_is_one_ruling(bureau, objected):
    body = {"about": "objection", "granted": True, "reason": "是。"}
    path = f"/assignments/{objected}/rule"
    answers = [bureau.post(path, body, "supervisor", Idempotency_Key="k") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    assert (len(bureau.leads("o-1")), len(precedents(bureau))) == (2, 1)


def test_a_preview_quotes_the_rulings_nearest_to_its_text(bureau):
    assert precedents(bureau) == []
    for number in range(4):
        assignment = bureau.accept()
        bureau.ask("http", assignment, "object", OBJECTION)
        bureau.rule(assignment, "objection", number % 2 == 0, reason=f"第 {number} 次。")
        bureau.clock.instant += timedelta(hours=1)
    quoted = precedents(bureau)
    assert [(each["reason"], each["granted"]) for each in quoted] == [
        ("第 3 次。", False), ("第 2 次。", True), ("第 1 次。", False),
    ]  # fmt: skip
    assert {(each["department"], each["target"]) for each in quoted} == {("water", "roads")}
    assert precedents(bureau, "路灯不亮") == []


def test_a_ruling_on_an_extension_is_no_precedent_for_whose_duty_it_is(bureau):
    assignment = bureau.accept()
    bureau.ask("http", assignment, "extend", {"until": "2026-12-18T23:59:59+08:00", "reason": "等配件。"})
    assert bureau.rule(assignment, "extension", True).status_code == 200
    assert precedents(bureau) == []
