"""协办 and 分别办理: departments beside the lead, their own small life, and what their word is for."""

from datetime import timedelta

import pytest

from services.contracts.commands import VERBS
from services.contracts.lifecycle import CO_TRANSITIONS, CoState, allowed_co_moves
from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentCancelled,
    AssignmentCreated,
    AssignmentProgressed,
    AssignmentReplied,
    AssignmentSigned,
)
from services.contracts.messages.opinions import OpinionDetailed, OpinionMerged, OpinionWithdrawn
from services.contracts.messages.values import CoOpinion
from services.routing.schemas import answers, bodies
from tests.unit.routing.bureau import REPLY, at
from tests.unit.routing.test_routing_commands import BODIES, told

WAYS = ["http", "amqp"]
TABLE = {(row.state, str(row.move)): row.to for row in CO_TRANSITIONS}
PAIRS = [(state, verb) for state in CoState for verb in BODIES]
POSSIBLE = [pair for pair in PAIRS if pair in TABLE]
IMPOSSIBLE = [pair for pair in PAIRS if pair not in TABLE]
#: Ten working days for an opinion to the lead, fifteen for the lead itself.
ADVISE_BY, REPLY_BY = at("2026-12-07T23:59:59"), at("2026-12-14T23:59:59")


@pytest.fixture
def flood(bureau):
    """The lead's assignment of a case whose topic has two co-handlers."""
    return bureau.let_in("o-1", "内涝")


@pytest.fixture
def roads(bureau, flood):
    """One of the co-handlers' assignments of that case."""
    return bureau.beside("o-1")["roads"]["id"]


def test_every_pair_of_state_and_verb_is_tried_here():
    assert set(BODIES) == set(bodies.BODIES)
    assert len(POSSIBLE) == 7
    assert len(POSSIBLE) + len(IMPOSSIBLE) == len(CoState) * len(BODIES)


@pytest.mark.parametrize("role", ["co_handler", "separate"])
@pytest.mark.parametrize(("state", "verb"), POSSIBLE)
def test_a_move_of_the_table_is_made_over_either_way(bureau, role, state, verb):
    handling = "joint" if role == "co_handler" else "separate"
    rows = []
    for opinion in ("o-1", "o-2"):
        bureau.let_in(opinion, co_handlers=("schools",), handling=handling)
        rows.append(bureau.beside(opinion)["schools"]["id"])
        bureau.forge(rows[-1], state=state)
    answer = bureau.do(rows[0], verb, BODIES[verb], who="schools")
    bureau.command(f"schools.{verb}", {"assignment": rows[1], **BODIES[verb]})
    to = TABLE[state, verb]
    allowed = [each for each in VERBS if each in allowed_co_moves(to)]
    assert (answer.status_code, answer.get_json()["state"], answer.get_json()["allowed"]) == (200, to, allowed)
    assert bureau.rejected() == []
    assert told(bureau, "o-1")[1:] == told(bureau, "o-2")[1:] != []
    assert {getattr(event.data, "role", None) for event in bureau.said("o-1")[2:]} == {role}
    assert {event.sequence for event in bureau.said("o-1")} == set(range(1, len(bureau.said("o-1")) + 1))
    first, second = map(bureau.row, rows)
    differ = ("id", "opinion")
    assert {name: value for name, value in first.items() if name not in differ} == {
        name: value for name, value in second.items() if name not in differ
    }
    assert bureau.lead("o-1")["state"] == "assigned"


@pytest.mark.parametrize(("state", "verb"), IMPOSSIBLE)
def test_a_move_outside_the_table_is_refused_and_the_allowed_ones_named(bureau, roads, state, verb):
    bureau.forge(roads, state=state)
    before, said = bureau.row(roads), len(bureau.said("o-1"))
    refusals = [bureau.ask(way, roads, verb, BODIES[verb], "roads") for way in WAYS]
    assert refusals[0] == refusals[1]
    possible = [each for each in VERBS if each in allowed_co_moves(state)] or ["nothing" if allowed_co_moves(state) else "closed"]
    for words in (f"'{verb}'", "the assignment", f"'{state}'", *possible):
        assert words in refusals[0][0]
    assert (bureau.row(roads), len(bureau.said("o-1"))) == (before, said)


def test_a_topic_s_co_handlers_are_told_with_the_lead_and_have_limits_of_their_own(bureau, flood):
    created = [event.data for event in bureau.said("o-1")]
    assert [(each.department, each.role, each.lead) for each in created] == [
        ("water", "lead", None), ("roads", "co_handler", "water"), ("schools", "co_handler", "water"),
    ]  # fmt: skip
    assert all(isinstance(each, AssignmentCreated) for each in created)
    assert [event.sequence for event in bureau.said("o-1")] == [1, 2, 3]
    assert created[1].deadlines == {
        "sign": at("2026-11-24T23:59:59"), "object": at("2026-12-02T23:59:59"), "co_opinion": ADVISE_BY,
    }  # fmt: skip
    assert (created[1].why, created[1].opinion) == (created[0].why, created[0].opinion)
    assert bureau.row(created[1].assignment)["reply_by"] == ADVISE_BY


def test_nobody_beside_the_lead_has_longer_than_the_lead(bureau):
    bureau.let_in("o-1", "路灯", co_handlers=("water",), handling="separate", difficulty="ordinary")
    lead, beside = (event.data for event in bureau.said("o-1"))
    assert beside.deadlines["reply"] == lead.deadlines["reply"] == REPLY_BY
    assert set(beside.deadlines) == {"sign", "object", "reply"}
    lead = bureau.let_in("o-2", "路灯")
    assert lead["reply_by"] < bureau.row(lead["id"])["object_by"]
    bureau.post(f"/assignments/{lead['id']}/handlers", {"departments": ["schools"], "reason": "也归其管。"}, "supervisor")
    assert bureau.said("o-2")[-1].data.deadlines["object"] == lead["reply_by"]


def test_an_opinion_for_the_lead_goes_to_the_lead_and_is_quoted_in_its_reply(bureau, flood, roads):
    bureau.ask("amqp", roads, "reply", {"content": "涵洞由我们清。"}, "roads")
    signed, advised = (event.data for event in bureau.said("o-1")[-2:])
    assert signed == AssignmentSigned(roads, "roads", at("2026-11-24T23:59:59"), True, "co_handler")
    assert advised == AssignmentAdvised(roads, "roads", "water", "co_handler", "涵洞由我们清。", ADVISE_BY, True)
    bureau.do(flood["id"], "reply", REPLY)
    replied = next(event.data for event in bureau.said("o-1") if isinstance(event.data, AssignmentReplied))
    assert replied.co_opinions == (CoOpinion("roads", "涵洞由我们清。"),)


def test_an_outcome_is_not_a_co_handler_s_to_say(bureau, roads):
    assert bureau.ask("http", roads, "reply", REPLY, "roads") is None
    assert (bureau.row(roads)["state"], bureau.row(roads)["outcome"]) == ("advised", None)


@pytest.mark.parametrize("way", WAYS)
def test_a_lead_s_reply_has_an_outcome(bureau, flood, way):
    assert bureau.ask(way, flood["id"], "reply", {"content": "。"})[1] == {"outcome": ["Missing data for required field."]}
    assert bureau.lead("o-1")["state"] == "assigned"


def test_an_opinion_that_comes_late_is_late(bureau, roads):
    bureau.clock.instant = ADVISE_BY + timedelta(seconds=1)
    bureau.ask("http", roads, "reply", {"content": "。"}, "roads")
    assert (bureau.said("o-1")[-1].data.on_time, bureau.row(roads)["on_time"]) == (False, False)


def test_the_lead_does_not_wait_and_who_has_not_spoken_is_let_go(bureau, flood, roads):
    bureau.ask("http", roads, "sign", None, "roads")
    bureau.do(flood["id"], "reply", REPLY)
    assert [event.type for event in bureau.said("o-1")[4:]] == [
        "assignment.signed", "assignment.replied", "assignment.cancelled", "assignment.cancelled",
    ]  # fmt: skip
    ended = [event.data for event in bureau.said("o-1")[-2:]]
    assert ended[0] == AssignmentCancelled(roads, "roads", "answered", None, "co_handler")
    assert {row["state"] for row in bureau.beside("o-1").values()} == {"released"}
    assert [event.sequence for event in bureau.said("o-1")] == list(range(1, 9))
    assert "closed" in bureau.ask("amqp", roads, "reply", {"content": "。"}, "roads")[0]


def test_a_separate_handler_answers_for_its_part_also_after_the_lead(bureau):
    lead = bureau.let_in("o-1", co_handlers=("schools",), handling="separate")
    bureau.do(lead["id"], "reply", REPLY)
    replied, part = bureau.said("o-1")[-1].data, bureau.beside("o-1")["schools"]
    assert (replied.co_opinions, part["state"], part["role"]) == ((), "assigned", "separate")
    bureau.evaluate(lead["id"])
    assert bureau.ask("amqp", part["id"], "reply", {"content": "校门口也修好了。"}, "schools") is None
    assert bureau.said("o-1")[-1].data == AssignmentAdvised(
        part["id"], "schools", "water", "separate", "校门口也修好了。", REPLY_BY, True
    )
    assert bureau.lead("o-1")["state"] == "concluded"


def test_what_was_quoted_once_is_not_quoted_when_the_case_is_done_again(bureau, flood, roads):
    bureau.ask("http", roads, "reply", {"content": "甲"}, "roads")
    bureau.do(flood["id"], "reply", REPLY)
    bureau.evaluate(flood["id"], "dissatisfied")
    bureau.post(f"/assignments/{flood['id']}/handlers", {"departments": ["roads"], "reason": "也归其管。"}, "supervisor")
    bureau.ask("http", bureau.beside("o-1")["roads"]["id"], "reply", {"content": "乙"}, "roads")
    bureau.do(flood["id"], "reply", REPLY)
    assert bureau.said("o-1")[-1].data.co_opinions == (CoOpinion("roads", "乙"),)


@pytest.mark.parametrize(
    ("message", "why", "into"), [(OpinionWithdrawn(True), "withdrawn", None), (OpinionMerged("o-2", True), "merged", "o-2")]
)
def test_what_ends_the_case_ends_it_for_everybody(bureau, flood, message, why, into):
    bureau.ask("http", bureau.beside("o-1")["roads"]["id"], "reply", {"content": "。"}, "roads")
    bureau.publish_to_routing("o-1", message)
    ended = [event.data for event in bureau.said("o-1") if isinstance(event.data, AssignmentCancelled)]
    assert [(each.department, each.why, each.into, each.role) for each in ended] == [
        ("water", why, into, "lead"), ("schools", why, into, "co_handler"),
    ]  # fmt: skip
    assert {code: row["state"] for code, row in bureau.beside("o-1").items()} == {"roads": "advised", "schools": "released"}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", ["water", "schools"])
def test_nobody_else_speaks_for_a_co_handler(bureau, roads, way, who):
    detail, _ = bureau.ask(way, roads, "reply", {"content": "。"}, who)
    assert "another department" in detail
    assert bureau.row(roads)["state"] == "assigned"


@pytest.mark.parametrize("way", WAYS)
def test_a_note_of_a_co_handler_carries_its_role(bureau, roads, way):
    bureau.ask(way, roads, "progress", {"content": "在查。"}, "roads")
    assert bureau.said("o-1")[-1].data == AssignmentProgressed(roads, "roads", "在查。", "co_handler")


def test_what_the_submitter_adds_reaches_everybody_who_has_the_case(bureau, flood):
    bureau.ask("http", flood["id"], "pause", {"reason": "哪一段？"})
    bureau.publish_to_routing("o-1", OpinionDetailed("东街口。"))
    assert {row["content"] for row in bureau.leads("o-1")} == {"请修。\n\n【补充】东街口。"}


def test_the_lead_sees_who_else_has_the_case_and_they_see_who_leads(bureau, flood, roads):
    bureau.ask("http", roads, "reply", {"content": "涵洞由我们清。"}, "roads")
    shown = bureau.get(f"/assignments/{flood['id']}", "water").get_json()
    assert answers.AssignmentCase().validate(shown) == {}
    assert shown["lead"] is None
    names = ("department", "role", "state", "content", "on_time")
    assert [tuple(each[name] for name in names) for each in shown["co_handlers"]] == [
        ("roads", "co_handler", "advised", "涵洞由我们清。", True), ("schools", "co_handler", "assigned", None, None),
    ]  # fmt: skip
    other = bureau.get(f"/assignments/{roads}", "roads").get_json()
    assert (other["lead"], other["role"], other["co_handlers"], other["allowed"]) == ("water", "co_handler", [], [])
    assert set(other["deadlines"]) == {"sign", "object", "co_opinion"}
    assert bureau.get(f"/assignments/{roads}", "schools").status_code == 404


def test_lists_are_narrowed_by_role(bureau, flood, roads):
    found = {
        role: bureau.get("/assignments", "admin", role=role).get_json()["items"] for role in ("lead", "co_handler", "separate")
    }
    assert {role: {each["department"] for each in items} for role, items in found.items()} == {
        "lead": {"water"}, "co_handler": {"schools", "roads"}, "separate": set(),
    }  # fmt: skip
    assert len(found["lead"][0]["co_handlers"]) == 2
    assert [each["id"] for each in bureau.get("/assignments", "roads").get_json()["items"]] == [roads]
    assert list(bureau.get("/assignments", "admin", role="boss").get_json()["errors"]) == ["role"]


def test_who_was_let_go_is_not_overdue(bureau, flood):
    bureau.do(flood["id"], "reply", REPLY)
    bureau.clock.instant += timedelta(days=400)
    assert bureau.get("/assignments", "admin", overdue=True).get_json()["items"] == []


def test_a_rating_is_of_the_lead_s_reply_only(bureau, flood, roads):
    bureau.evaluate(roads, "dissatisfied")
    assert (bureau.row(roads)["state"], bureau.lead("o-1")["state"], len(bureau.said("o-1"))) == ("assigned", "assigned", 3)


def test_a_preview_names_the_co_handlers(bureau):
    shown = bureau.post("/routes/preview", {"title": "内涝"}, "reviewer").get_json()
    assert (shown["department"], shown["co_handlers"]) == ("water", ["roads", "schools"])
    assert answers.PreviewAnswer().validate(shown) == {}
    assert bureau.post("/routes/preview", {"title": "路灯"}, "reviewer").get_json()["co_handlers"] == []
