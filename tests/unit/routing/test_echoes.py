"""What a department hears of its own case: its moves, over either way, and what becomes of it; and what others beside it hear."""

import json

import pytest

from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.messages.values import Rating
from services.contracts.topology import DEPARTMENTS, EVENTS
from tests.unit.routing.bureau import PLANNED, REPLY

MOVES = {
    "sign": ({}, "assignment.signed"),
    "object": ({"reason": "不归我们管。", "department": "roads"}, "assignment.objected"),
    "extend": ({"until": "2026-12-18T23:59:59+08:00", "reason": "等配件。"}, "assignment.asked"),
    "pause": ({"reason": "请说明是哪一段。"}, "assignment.paused"),
    "progress": ({"content": "周三进场。"}, "assignment.progressed"),
    "reply": (REPLY, "assignment.replied"),
}


def heard(bureau, department):
    """Types of what is in a department's queue, without what assigns the work and without answers to commands, in order."""
    queue = [DEPARTMENTS, f"department.{department}"]
    types = [row["type"] for row in bureau.sent() if queue in json.loads(row["destinations"])]
    return [kind for kind in types if kind != "assignment.created" and not kind.startswith("command.")]


@pytest.mark.parametrize("way", ["http", "amqp"])
@pytest.mark.parametrize("verb", MOVES)
def test_a_department_hears_its_own_moves_whichever_way_they_came(bureau, way, verb):
    body, kind = MOVES[verb]
    assert bureau.ask(way, bureau.accept(), verb, body) is None
    assert kind in heard(bureau, "water")
    assert heard(bureau, "roads") == []


def test_a_department_hears_that_its_promise_was_made_and_kept_and_its_case_concluded(bureau):
    assignment = bureau.accept()
    bureau.do(assignment, "reply", PLANNED)
    bureau.evaluate(assignment)
    bureau.do(assignment, "keep", {"evidence": "照片为证。"})
    assert heard(bureau, "water") == [
        "assignment.signed", "assignment.replied", "promise.made", "opinion.evaluated", "assignment.concluded", "promise.kept",
    ]  # fmt: skip


@pytest.mark.parametrize("result", list(Rating))
def test_a_rating_is_told_without_who_gave_it_and_what_they_wrote(bureau, result):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", REPLY)
    bureau.evaluate(assignment, result, "电话 13800000000", rater="3")
    (row,) = [each for each in bureau.sent() if each["type"] == "opinion.evaluated"]
    body = json.loads(row["body"])
    assert json.loads(row["destinations"]) == [[DEPARTMENTS, "department.water"]]
    assert set(body["data"]) == {"assignment", "department", "result", "process", "topic", "round", "revision", "awaited"}
    assert (body["data"]["result"], body["source"], body["subject"], body["id"]) == (result, "/routing", "o-1", row["message_id"])


def test_a_rating_of_an_earlier_round_is_told_too_and_changes_no_sequence(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", REPLY)
    bureau.publish_to_routing("o-1", OpinionEvaluated(assignment, "water", Rating.SATISFIED, round=7))
    assert heard(bureau, "water")[-1] == "opinion.evaluated"
    before, copy = [json.loads(row["body"]) for row in bureau.sent("o-1")][-2:]
    assert (before["type"], copy["type"], before["sequence"], copy["sequence"]) == ("assignment.replied", "opinion.evaluated", 3, 3)


def test_a_copy_of_a_rating_has_the_id_of_what_intake_published(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", REPLY)
    bureau.put("o-1", OpinionEvaluated(assignment, "water", Rating.SATISFIED))
    (published,) = bureau.broker.waiting("routing.events")
    bureau.consume("routing.events")
    (row,) = [each for each in bureau.sent() if each["type"] == "opinion.evaluated"]
    assert row["message_id"] == published.message_id


def test_those_beside_the_lead_hear_what_becomes_of_the_case(bureau):
    lead = bureau.let_in("o-1", co_handlers=("roads", "gas"), handling="separate")
    for code in ("roads", "gas"):
        bureau.do(bureau.beside("o-1")[code]["id"], "reply", {"content": "我们这部分已办。"}, code)
    bureau.post(f"/assignments/{lead['id']}/mark", {"key": True, "leader": None, "reason": "常委会决定。"}, "supervisor")
    bureau.do(lead["id"], "reply", REPLY)
    bureau.evaluate(lead["id"])
    own = ["assignment.signed", "assignment.advised"]
    for code in ("roads", "gas"):
        assert heard(bureau, code) == [*own, "assignment.marked", "assignment.replied", "assignment.concluded"]


def test_a_department_that_was_let_go_hears_no_more(bureau):
    lead = bureau.let_in("o-1", co_handlers=("roads",))
    bureau.do(lead["id"], "reply", REPLY)
    bureau.evaluate(lead["id"])
    assert heard(bureau, "roads") == ["assignment.cancelled"]


def test_what_lapses_unrated_is_told_to_everybody_on_the_case(bureau):
    lead = bureau.let_in("o-1", co_handlers=("roads",), handling="separate")
    bureau.do(bureau.beside("o-1")["roads"]["id"], "reply", {"content": "我们这部分已办。"}, "roads")
    bureau.do(lead["id"], "reply", REPLY)
    bureau.clock.instant = bureau.row(lead["id"])["evaluate_by"].replace(year=2027)
    assert bureau.conclude_lapsed() == 1
    assert [heard(bureau, code)[-1] for code in ("water", "roads")] == ["assignment.concluded"] * 2


def test_what_a_co_handler_advises_is_heard_by_the_lead_and_by_itself(bureau):
    bureau.let_in("o-1", co_handlers=("roads",))
    bureau.do(bureau.beside("o-1")["roads"]["id"], "reply", {"content": "同意。"}, "roads")
    (row,) = [each for each in bureau.sent() if each["type"] == "assignment.advised"]
    places = [[EVENTS, "assignment.advised.roads"], [DEPARTMENTS, "department.water"], [DEPARTMENTS, "department.roads"]]
    assert json.loads(row["destinations"]) == places
