"""A case with everything in it: the state follows the lead alone, each line is for whom it is for, and every answer is shown."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.lifecycle import State
from services.contracts.messages.assignments import AssignmentCancelled, AssignmentSigned
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.registry import MESSAGES
from services.intake.handlers.effects import EFFECTS
from services.intake.pages.events import EVENTS
from services.intake.pages.timeline import FACTS
from services.intake.schemas.answers import OpinionFile
from tests.cells import each_of
from tests.saying import chinese, english
from tests.unit.intake.harness import DUE, WINDOW, Routing
from tests.unit.intake.whole_case import (
    ADVISER,
    LEAD,
    SEPARATE,
    after_the_reply,
    answer,
    at_the_end,
    before_the_reply,
    live_through,
    open_case,
)

INTERNAL = {"assignment.drafted", "assignment.amended", "assignment.cancelled"}
#: Facts that lead from one line to another, or to an assignment; and what a page shows as what somebody wrote.
NOT_WORDS = {"assignment", "opinion", "promise", "content", "of", "why"}
FOLLOWED = (
    "state", "department", "assignment", "reply", "outcome", "evaluate_by", "round", "key", "leader", "level", "items",
    "co_opinions",
)  # fmt: skip


def receipt(harness, case):
    return harness.get(f"/receipts/{case.receipts[0]}").get_json()


def staff(harness, case, who="reviewer"):
    seen = harness.get(f"/opinions/{case.id}", who).get_json()
    assert OpinionFile().validate(seen) == {}
    return seen


@pytest.fixture(scope="module")
def lived(open_harness):
    harness = open_harness()
    case = open_case(harness)
    live_through(harness, case)
    return harness, case


@pytest.fixture(scope="module")
def answered(open_harness):
    """A case that has been answered by everybody, with its promises."""
    harness = open_harness()
    case = open_case(harness)
    harness.consume(*(case.routing.says(message) for message in (*before_the_reply(), answer(), *after_the_reply())))
    return harness, case


def test_every_message_that_is_heard_is_tried_here(lived):
    harness, case = lived
    assert {shape.TYPE for shape in EFFECTS} - {line["what"] for line in harness.timeline(case.id)} == set()


def test_departments_beside_the_lead_never_move_the_opinion(harness):
    case = open_case(harness)
    for message in (*before_the_reply(), answer(), *after_the_reply()):
        before = harness.row(case.id)
        harness.consume(case.routing.says(message))
        if getattr(message, "role", "lead") != "lead" or getattr(message, "assignment", None) in ("a-2", "a-3"):
            assert harness.row(case.id) == before, message
    assert harness.row(case.id)["department"] == LEAD


@pytest.mark.parametrize(("department", "role"), [(ADVISER, "co_handler"), (SEPARATE, "separate")])
def test_what_departments_beside_the_lead_do_is_for_staff_but_what_is_told_to_the_submitter(lived, department, role):
    harness, case = lived
    theirs = [line for line in staff(harness, case)["timeline"] if line["facts"].get("role") == role]
    shown = [line["what"] for line in receipt(harness, case)["timeline"] if line["facts"].get("role") == role]
    assert {line["facts"]["department"] for line in theirs} == {department}
    assert "assignment.signed" in {line["what"] for line in theirs}
    assert shown == ([] if role == "co_handler" else ["assignment.created", "assignment.progressed", "assignment.advised"])
    assert [line["what"] for line in theirs if not line["internal"]] == shown


def test_a_receipt_has_every_line_that_is_not_internal_and_staff_have_all(lived):
    harness, case = lived
    told, all_ = receipt(harness, case)["timeline"], staff(harness, case)["timeline"]
    assert len(all_) == len(harness.timeline(case.id))
    public = [line for line in all_ if not line["internal"]]
    other = [line for line in public if line["what"] == "opinion.evaluated"]
    assert len(told) == len(public) - len(other) + 2
    assert not INTERNAL & {line["what"] for line in told}
    cards = [line["facts"]["of"] for line in told if line["what"] == "card.issued"]
    assert cards == ["reply"]
    assert [line["facts"]["of"] for line in all_ if line["what"] == "card.issued"] == ["reply", "co_opinion"]


def test_that_a_draft_waits_for_its_approval_stays_inside(harness):
    case = open_case(harness)
    harness.consume(*(case.routing.says(message) for message in before_the_reply()))
    assert (harness.row(case.id)["state"], receipt(harness, case)["state"]) == ("drafted", "signed")
    assert "审定" not in harness.client.get(f"/receipts/{case.receipts[0]}").text


def test_the_answer_is_shown_with_its_demands_what_was_promised_and_what_others_said(answered):
    harness, case = answered
    seen = receipt(harness, case)
    assert [(item["demand"], item["outcome"]) for item in seen["reply"]["items"]] == [
        ("修河堤", "in_progress"),
        ("装护栏", "solved"),
    ]
    assert seen["reply"]["co_opinions"] == [{"department": ADVISER, "content": "路面由我们恢复。"}]
    assert [(each["department"], each["content"]) for each in seen["answers"]] == [(SEPARATE, "信访部分已办结。")]
    assert [(each["what"], each["state"], each["who"], each["evidence"]) for each in seen["promises"]] == [
        ("修好河堤", "kept", "工程科", "验收单第 12 号。"), ("装护栏", "broken", None, None),
    ]  # fmt: skip
    assert seen["reply"]["evaluate_by"] == (WINDOW + timedelta(days=9)).isoformat()
    assert staff(harness, case)["promises"] == seen["promises"]
    page = harness.client.get(f"/receipts/{case.receipts[0]}").text
    for text in (
        "修河堤",
        "雨季前修完。",
        "路面由我们恢复。",
        "信访办的答复",
        "信访部分已办结。",
        "验收单第 12 号。",
        "没有按期兑现",
        "工程科",
    ):
        assert text in page, text
    assert page.count("信访部分已办结。") == 1


def test_who_was_merged_into_it_reads_the_same_answers(answered):
    harness, case = answered
    own, theirs = receipt(harness, case), harness.get(f"/receipts/{case.follower}").get_json()
    for name in ("reply", "answers", "promises", "department", "key", "leader", "level"):
        assert theirs[name] == own[name], name
    assert "opinion.detailed" not in {line["what"] for line in theirs["timeline"]}
    assert "东街桥" not in str(theirs["timeline"])


def test_the_timeline_says_why_by_whom_and_which_deadline(lived):
    harness, case = lived
    lines = {(line["what"], line["facts"].get("role")): line for line in receipt(harness, case)["timeline"]}
    created = lines["assignment.created", None]
    assert (created["by"], created["facts"]["rule"], created["facts"]["due"], created["facts"]["sign_by"]) == (
        "routing", "keywords: 河堤", DUE.isoformat(), DUE.isoformat(),
    )  # fmt: skip
    for what, by in (("assignment.signed", "department"), ("assignment.replied", "department"), ("card.issued", "ladder")):
        assert (lines[what, None]["by"], lines[what, None]["facts"]["deadline"]) == (by, DUE.isoformat())
    assert lines["assignment.reopened", None]["facts"]["cause"] == "look_back"
    assert lines["assignment.marked", None]["facts"]["leader"] == "王主任"


def test_every_line_of_a_receipt_reads_as_words(lived):
    harness, case = lived
    page = harness.client.get(f"/receipts/{case.receipts[0]}").text
    for line in receipt(harness, case)["timeline"]:
        assert chinese(EVENTS[line["what"]]) in page
        assert set(line["facts"]) - NOT_WORDS <= set(FACTS), line
    text = re.sub(r"<[^>]+>", " ", page)
    assert not re.search(r"\b(assignment|opinion|promise|card|supervision)\.[a-z]+", text)
    assert not re.search(r"\b(None|True|False)\b", text)
    for words in ("经", "转办 3 次", "十二月督政议事会", "红牌", "上门", "没有落实", "2026-11-27"):
        assert words in text, words


@each_of(("shape",), [(shape,) for shape in MESSAGES], [shape.TYPE for shape in MESSAGES])
def test_every_message_has_words_in_both_languages(shape):
    words = EVENTS[shape.TYPE]
    assert re.search(r"[\u4e00-\u9fff]", chinese(words))
    assert re.fullmatch(r"[A-Za-z ',-]+", english(words))


def test_the_words_of_a_dissatisfied_submitter_are_not_told_to_the_others(harness):
    case = open_case(harness)
    harness.consume(case.routing.says(answer()), case.routing.says(at_the_end()[1]), case.routing.reopened(3))
    reopened = [line["facts"] for line in receipt(harness, case)["timeline"] if line["what"] == "assignment.reopened"]
    assert [(each["cause"], each.get("reason")) for each in reopened] == [
        ("look_back", "look-back: 护栏又倒了。"), ("dissatisfied", None),
    ]  # fmt: skip


@pytest.mark.parametrize("who", [LEAD, ADVISER, SEPARATE])
def test_whoever_handles_it_reads_it_in_lists_and_alone(answered, who):
    harness, case = answered
    assert case.id in [item["id"] for item in harness.get("/opinions", who).get_json()["items"]]
    seen = staff(harness, case, who)
    assert {(each["department"], each["role"]) for each in seen["handlers"]} == {
        (LEAD, "lead"), (ADVISER, "co_handler"), (SEPARATE, "separate"),
    }  # fmt: skip
    assert harness.get("/opinions", who, department=who).get_json()["items"] != []


@pytest.mark.parametrize("order", [1, -1])
def test_who_lost_it_reads_it_no_longer_in_whatever_order_that_is_heard(harness, order):
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    events = [routing.created(), routing.says(at_the_end()[-1]), routing.beside("roads", "co_handler")]
    events += [routing.says(AssignmentCancelled("a-2", "roads", "reassigned", None, "co_handler"))]
    harness.consume(*events[::order])
    for who in ("water", "roads"):
        assert harness.get(f"/opinions/{taken.id}", who).status_code == 404
        assert harness.get("/opinions", who).get_json()["items"] == []


def test_a_co_handler_whose_word_came_too_late_still_reads_the_case(harness):
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.beside("roads", "co_handler"))
    harness.consume(routing.says(AssignmentCancelled("a-2", "roads", "answered", None, "co_handler")))
    assert harness.get(f"/opinions/{taken.id}", "roads").status_code == 200


def in_order(routing):
    """What routing says of a case, in order; what notify says has its own numbers and changes nothing but the timeline."""
    messages = [*before_the_reply(), answer(), *after_the_reply(), *at_the_end()[:2], answer("这次修好了。")]
    counted = [message for message in messages if message.TYPE.startswith(("assignment.", "promise."))]
    return [routing.created(), routing.beside(ADVISER, "co_handler"), *(routing.says(message) for message in counted)]


def end(harness, opinion):
    row = harness.row(opinion)
    return {name: row[name] for name in FOLLOWED}


COUNT = len(in_order(Routing("-", DUE)))


@pytest.mark.slow
@settings(max_examples=60)
@given(length=st.integers(1, COUNT), chance=st.randoms(use_true_random=False))
def test_a_case_stands_the_same_in_whatever_order_it_is_heard(lived, length, chance):
    harness, _ = lived
    ends = []
    for shuffled in (False, True):
        opinion = harness.submit().id
        events = in_order(Routing(opinion, harness.clock.now()))[:length]
        if shuffled:
            chance.shuffle(events)
        harness.consume(*events)
        ends.append(end(harness, opinion))
    assert ends[0] == ends[1]


def test_a_note_does_not_hide_what_was_said_before_it(harness):
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    created, signed, progressed = routing.created(), routing.signed(), routing.progressed()
    harness.consume(created, progressed, signed)
    assert harness.row(taken.id)["state"] == State.SIGNED


def test_a_signature_of_a_co_handler_does_not_hide_the_lead_s(harness):
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    created, signed = routing.created(), routing.signed()
    theirs = routing.says(AssignmentSigned("a-2", "roads", DUE, True, "co_handler"))
    harness.consume(created, theirs, signed)
    assert (harness.row(taken.id)["state"], harness.row(taken.id)["department"]) == ("signed", "water")


def test_what_was_let_in_is_told_with_the_reviewer_s_terms(lived):
    harness, case = lived
    (line,) = [line for line in receipt(harness, case)["timeline"] if line["what"] == OpinionAccepted.TYPE]
    assert line["facts"] == {"topic": "rivers", "level": "town", "difficulty": "simple", "key": True, "leader": "李镇长"}
