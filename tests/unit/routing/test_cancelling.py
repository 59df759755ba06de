"""What was withdrawn or merged is nobody's task any more, unless the reply was faster."""

import pytest

from services.contracts.lifecycle import State, allowed_moves
from services.contracts.messages.assignments import AssignmentCancelled
from services.contracts.messages.opinions import OpinionMerged, OpinionWithdrawn
from services.contracts.topology import RETRIES
from tests.unit.routing.bureau import REPLY, accepted

ENDS = [(OpinionWithdrawn(True), "withdrawn", None), (OpinionMerged("o-2", True), "merged", "o-2")]
OBJECTION = {"reason": "不归我们管。", "department": "roads"}
#: States of a lead assignment that neither move leaves. Whose state is `reassigned` is the lead no more.
FINAL = [each for each in State if "withdraw" not in allowed_moves(each) and each is not State.REASSIGNED]


@pytest.mark.parametrize(("message", "state", "into"), ENDS)
@pytest.mark.parametrize("verb", [None, "sign", "object", "pause", "extend"])
def test_the_department_is_told_that_there_is_nothing_more_to_do(bureau, message, state, into, verb):
    assignment = bureau.accept(opinion="o-1")
    bodies = {"object": OBJECTION, "pause": {"reason": "。"}, "extend": {"until": "2026-12-18T23:59:59+08:00", "reason": "。"}}
    if verb:
        assert bureau.ask("http", assignment, verb, bodies.get(verb)) is None
    bureau.publish_to_routing("o-1", message)
    row, said = bureau.row(assignment), bureau.said("o-1")
    assert (row["state"], row["asked_until"], row["paused"], row["paused_until"]) == (state, None, None, None)
    assert said[-1].data == AssignmentCancelled(assignment, "water", state, into)
    assert [event.sequence for event in said] == list(range(1, len(said) + 1))


@pytest.mark.parametrize(("message", "state", "_"), ENDS)
@pytest.mark.parametrize("way", ["http", "amqp"])
@pytest.mark.parametrize("verb", ["sign", "object", "reply"])
def test_nothing_is_done_on_a_case_that_has_ended_so(bureau, message, state, _, way, verb):
    assignment = bureau.accept(opinion="o-1")
    bureau.publish_to_routing("o-1", message)
    detail, _ = bureau.ask(way, assignment, verb, {"reply": REPLY, "object": OBJECTION}.get(verb))
    # A merge can be taken back, but not by a department.
    allowed = "nothing" if allowed_moves(State(state)) else "none, the case is closed"
    assert f"'{verb}' is not possible while the opinion is '{state}'. Allowed now: {allowed}." == detail


@pytest.mark.parametrize(("message", "state", "_"), ENDS)
def test_the_end_comes_once(bureau, message, state, _):
    bureau.accept(opinion="o-1")
    for _ in range(2):
        bureau.publish_to_routing("o-1", message)
    assert bureau.story("o-1") == [("created", 1), ("cancelled", 2)]


@pytest.mark.parametrize(("message", "state", "_"), ENDS)
def test_a_reply_that_was_faster_stands(bureau, message, state, _):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", REPLY)
    bureau.publish_to_routing("o-1", message)
    assert bureau.row(assignment)["state"] == "replied"
    assert bureau.story("o-1")[-1] == ("replied", 3)


@pytest.mark.parametrize(("message", "state", "_"), ENDS)
@pytest.mark.parametrize("before", FINAL)
def test_what_has_an_answer_or_an_end_keeps_it(bureau, message, state, _, before):
    assignment = bureau.accept(opinion="o-1")
    bureau.forge(assignment, state=before)
    bureau.publish_to_routing("o-1", message)
    assert (bureau.row(assignment)["state"], len(bureau.said("o-1"))) == (before, 1)


def test_after_a_reassignment_it_is_the_department_that_has_it_now_that_is_told(bureau):
    first = bureau.accept(opinion="o-1")
    bureau.ask("http", first, "object", OBJECTION)
    bureau.rule(first, "objection", True)
    bureau.publish_to_routing("o-1", OpinionWithdrawn(True))
    before, after = bureau.leads("o-1")
    assert (before["state"], after["state"]) == ("reassigned", "withdrawn")
    assert (bureau.said("o-1")[-1].data.department, bureau.said("o-1")[-1].sequence) == ("roads", 6)


@pytest.mark.parametrize("message", [OpinionWithdrawn(True), OpinionMerged("o-2", True)])
def test_an_end_that_overtook_its_beginning_waits_for_another_try(bureau, message):
    bureau.publish_to_routing("o-1", message)
    assert len(bureau.broker.waiting(RETRIES[0].exchange)) == 1


@pytest.mark.parametrize("message", [OpinionWithdrawn(False), OpinionMerged("o-2", False)])
def test_what_was_never_let_in_has_no_assignment_to_end(bureau, message):
    bureau.publish_to_routing("o-1", message)
    assert bureau.said() == []
    assert not bureau.broker.waiting(RETRIES[0].exchange)


def test_what_is_said_of_a_case_is_numbered_on_when_its_batch_began_with_another_case(bureau):
    first = bureau.row(bureau.accept())["opinion"]
    bureau.put(first, OpinionWithdrawn(True))
    bureau.put("o-new", accepted("o-new"))
    bureau.consume("routing.events")
    bureau.publish_to_routing("o-new", OpinionWithdrawn(True))
    assert bureau.story(first) == [("created", 1), ("cancelled", 2)]
    assert bureau.story("o-new") == [("created", 1), ("cancelled", 2)]
