"""Who joins a case and who leaves it: objections of co-handlers, and departments that a supervisor takes in."""

from datetime import timedelta

import pytest

from services.contracts.messages.assignments import AssignmentCancelled
from services.contracts.messages.opinions import OpinionWithdrawn
from services.contracts.messages.values import Why
from services.routing.schemas.answers import HandlersAnswer
from tests.unit.routing.bureau import REPLY, at

WAYS = ["http", "amqp"]
OBJECTION = {"reason": "与我们无关。", "department": "petitions"}
#: Ten working days for an opinion to the lead.
ADVISE_BY = at("2026-12-07T23:59:59")


@pytest.fixture
def flood(bureau):
    """The lead's assignment of a case whose topic has two co-handlers."""
    return bureau.let_in("o-1", "内涝")


@pytest.fixture
def roads(bureau, flood):
    """One of the co-handlers' assignments of that case."""
    return bureau.beside("o-1")["roads"]["id"]


class TestObjections:
    """A co-handler objects, and a supervisor rules."""

    @pytest.fixture
    def objected(self, bureau, roads):
        assert bureau.ask("amqp", roads, "object", OBJECTION, "roads") is None
        return roads

    def test_upheld_it_is_let_go_and_the_other_has_its_part(self, bureau, flood, objected):
        answer = bureau.rule(objected, "objection", True)
        assert (answer.status_code, answer.get_json()["state"], answer.get_json()["allowed"]) == (200, "released", [])
        ruled, reassigned, created = (event.data for event in bureau.said("o-1")[-3:])
        assert (ruled.role, ruled.granted, reassigned.role, reassigned.to) == ("co_handler", True, "co_handler", "petitions")
        assert (created.department, created.role, created.lead, created.why) == (
            "petitions", "co_handler", "water", Why("ruling: 依职责清单。", 1.0),
        )  # fmt: skip
        assert created.deadlines["co_opinion"] == ADVISE_BY
        assert bureau.lead("o-1")["id"] == flood["id"]
        assert bureau.lead("o-1")["transfers"] == 0

    @pytest.mark.parametrize("target", ["water", "schools"])
    def test_who_has_a_part_already_gets_no_second(self, bureau, objected, target):
        bureau.rule(objected, "objection", True, department=target)
        assert [event.type for event in bureau.said("o-1")[-2:]] == ["assignment.ruled", "assignment.reassigned"]
        assert len(bureau.leads("o-1")) == 3

    def test_denied_it_stays(self, bureau, objected):
        assert bureau.rule(objected, "objection", False).get_json()["state"] == "assigned"
        assert bureau.ask("http", objected, "sign", None, "roads") is None

    def test_it_is_ruled_on_once_and_on_what_was_asked_only(self, bureau, flood, roads, objected):
        assert bureau.rule(objected, "extension", True).status_code == 409
        assert bureau.rule(objected, "objection", True).status_code == 200
        refused = bureau.rule(objected, "objection", True)
        assert (refused.status_code, "closed" in refused.get_json()["detail"]) == (409, True)
        assert bureau.rule(bureau.beside("o-1")["schools"]["id"], "objection", True).status_code == 409

    def test_it_says_nothing_about_who_leads_such_cases(self, bureau, objected):
        bureau.rule(objected, "objection", True)
        assert bureau.post("/routes/preview", {"title": "内涝"}, "reviewer").get_json()["precedents"] == []

    @pytest.mark.parametrize("way", WAYS)
    def test_the_window_closes(self, bureau, flood, way):
        schools = bureau.beside("o-1")["schools"]["id"]
        bureau.clock.instant = at("2026-12-03T00:00")
        assert "silence means accepted" in bureau.ask(way, schools, "object", OBJECTION, "schools")[0]

    def test_a_new_lead_gets_the_co_handlers_of_the_one_before(self, bureau, flood, roads):
        bureau.ask("http", flood["id"], "object", {"reason": "归公路站。", "department": "roads"})
        bureau.rule(flood["id"], "objection", True)
        said = [(event.type.removeprefix("assignment."), event.data.department) for event in bureau.said("o-1")[4:]]
        assert said == [
            ("ruled", "water"), ("reassigned", "water"), ("cancelled", "roads"), ("cancelled", "schools"), ("created", "roads"),
            ("created", "schools"),
        ]  # fmt: skip
        assert {event.data.why for event in bureau.said("o-1")[6:8]} == {"reassigned"}
        assert [event.sequence for event in bureau.said("o-1")] == list(range(1, 11))
        assert bureau.lead("o-1")["department"] == "roads"
        assert (bureau.row(roads)["state"], bureau.beside("o-1")["schools"]["lead"]) == ("released", "roads")
        before = bureau.get(f"/assignments/{flood['id']}", "water").get_json()
        assert {each["state"] for each in before["co_handlers"]} == {"released"}


class TestAddingHandlers:
    """A supervisor takes departments into a case."""

    def add(self, bureau, assignment, departments, who="supervisor", **more):
        return bureau.post(f"/assignments/{assignment}/handlers", {"departments": departments, "reason": "也归其管。", **more}, who)

    @pytest.mark.parametrize(
        ("handling", "role", "kind"), [("joint", "co_handler", "co_opinion"), ("separate", "separate", "reply")]
    )
    def test_each_gets_an_assignment(self, bureau, handling, role, kind):
        lead = bureau.let_in("o-1")
        answer = self.add(bureau, lead["id"], ["schools", "roads", "schools"], handling=handling)
        assert answer.status_code == 201
        assert HandlersAnswer().validate(answer.get_json()) == {}
        created = [event.data for event in bureau.said("o-1")[1:]]
        assert [(each.department, each.role, each.why, set(each.deadlines)) for each in created] == [
            (code, role, Why("supervisor: 也归其管。", 1.0), {"sign", "object", kind}) for code in ("schools", "roads")
        ]
        assert [each["assignment"] for each in answer.get_json()["items"]] == [each.assignment for each in created]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"departments": []}, "departments"),
            ({"departments": ["moon"]}, "departments"),
            ({"departments": ["roads"] * 21}, "departments"),
            ({"departments": "roads"}, "departments"),
            ({"departments": [5]}, "departments.0"),
            ({"departments": None}, "departments"),
            ({"departments": ["roads"], "reason": " "}, "reason"),
            ({"departments": ["roads"], "handling": "alone"}, "handling"),
            ({"departments": ["roads"], "colour": "red"}, "colour"),
        ],
    )
    def test_a_bad_body_is_refused(self, bureau, body, field):
        lead = bureau.let_in("o-1")
        answer = bureau.post(f"/assignments/{lead['id']}/handlers", {"reason": "也归其管。"} | body, "supervisor")
        assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
        assert len(bureau.leads("o-1")) == 1

    @pytest.mark.parametrize("code", ["water", "roads"])
    def test_who_has_the_case_is_not_asked_twice(self, bureau, flood, code):
        refused = self.add(bureau, flood["id"], ["petitions", code])
        assert (refused.status_code, code in refused.get_json()["detail"]) == (409, True)
        assert len(bureau.leads("o-1")) == 3

    def test_who_was_let_go_may_be_asked_again(self, bureau, flood, roads):
        bureau.ask("http", roads, "object", OBJECTION, "roads")
        bureau.rule(roads, "objection", True)
        assert self.add(bureau, flood["id"], ["roads"]).status_code == 201

    def test_it_is_the_lead_s_assignment_that_takes_others_in(self, bureau, roads):
        assert self.add(bureau, roads, ["petitions"]).status_code == 409
        assert self.add(bureau, "nothing", ["petitions"]).status_code == 404

    @pytest.mark.parametrize("end", ["replied", "concluded", "withdrawn"])
    def test_a_case_that_nobody_handles_takes_nobody_in(self, bureau, flood, end):
        bureau.publish_to_routing("o-1", OpinionWithdrawn(True)) if end == "withdrawn" else bureau.do(flood["id"], "reply", REPLY)
        if end == "concluded":
            bureau.evaluate(flood["id"])
        assert self.add(bureau, flood["id"], ["petitions"]).status_code == 409

    def test_a_lead_that_is_late_sets_nobody_a_limit_in_the_past(self, bureau):
        lead = bureau.let_in("o-1")
        bureau.clock.instant = lead["reply_by"] + timedelta(days=1)
        self.add(bureau, lead["id"], ["roads"])
        assert all(instant > bureau.clock.now() for instant in bureau.said("o-1")[-1].data.deadlines.values())

    def test_the_same_request_twice_has_one_effect(self, bureau):
        path = f"/assignments/{bureau.let_in('o-1')['id']}/handlers"
        answers = [
            bureau.post(path, {"departments": ["roads"], "reason": "也归其管。"}, "supervisor", Idempotency_Key="k")
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].get_json() == answers[1].get_json()
        assert len(bureau.leads("o-1")) == 2


class TestTakingOut:
    """A supervisor takes a department out that handles a case beside the lead."""

    def take_out(self, bureau, assignment, who="supervisor", **more):
        return bureau.post(f"/assignments/{assignment}/release", {"reason": "现场不涉及道路。", **more}, who)

    def test_it_is_told_why_and_nothing_is_waited_for_any_more(self, bureau, flood, roads):
        answer = self.take_out(bureau, roads)
        assert (answer.status_code, answer.get_json()["state"]) == (200, "released")
        said = bureau.said("o-1")[-1]
        assert said.data == AssignmentCancelled(roads, "roads", "released", None, "co_handler", "现场不涉及道路。")
        assert bureau.ask("http", roads, "reply", {"content": "晚了。"}, "roads")[0]
        assert (bureau.lead("o-1")["state"], bureau.beside("o-1")["schools"]["state"]) == ("assigned", "assigned")
        assert TestAddingHandlers().add(bureau, flood["id"], ["roads"]).status_code == 201

    def test_a_lead_stays_and_so_does_who_has_answered(self, bureau, flood, roads):
        assert self.take_out(bureau, flood["id"]).status_code == 409
        assert self.take_out(bureau, "nothing").status_code == 404
        assert self.take_out(bureau, roads, reason=" ").status_code == 422
        bureau.ask("http", roads, "reply", {"content": "涵洞由我们清。"}, "roads")
        assert self.take_out(bureau, roads).status_code == 409
        assert bureau.row(roads)["state"] == "advised"
