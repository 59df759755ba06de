"""挂起: the clock stands still while the submitter is asked, once a round and never beyond the cap."""

from datetime import timedelta

import pytest

from services.contracts.messages.merging import AssignmentDetailed
from services.contracts.messages.opinions import OpinionDetailed
from tests.unit.routing.bureau import REPLY, at

WAYS = ["http", "amqp"]
#: The deadline of an ordinary case that came at the clock's start; ten working days after that start.
DUE, CAP = at("2026-12-14T23:59:59"), at("2026-12-07T23:59:59")
QUESTION = {"reason": "请说明是哪一段。"}


@pytest.fixture
def paused(bureau):
    """A case that waits for its submitter."""
    assignment = bureau.accept(opinion="o-1")
    assert bureau.ask("http", assignment, "pause", QUESTION) is None
    return assignment


@pytest.mark.parametrize("way", WAYS)
def test_who_pauses_has_signed_with_it_and_the_end_is_known(bureau, way):
    assignment = bureau.accept(opinion="o-1")
    assert bureau.ask(way, assignment, "pause", QUESTION) is None
    row, said = bureau.row(assignment), bureau.said("o-1")[-1]
    assert (row["state"], row["paused"], row["paused_until"], row["pauses"]) == ("paused", bureau.clock.now(), CAP, 1)
    assert (said.data.reason, said.data.until) == (QUESTION["reason"], CAP)
    assert bureau.story("o-1") == [("created", 1), ("signed", 2), ("paused", 3)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("until", [at("2026-11-23T09:30"), CAP + timedelta(seconds=1)])
def test_a_pause_ends_later_than_now_and_within_the_cap(bureau, way, until):
    assignment = bureau.accept(opinion="o-1")
    _, errors = bureau.ask(way, assignment, "pause", QUESTION | {"until": until.isoformat()})
    assert errors == {"until": [f"until {CAP.isoformat()}"]}
    assert bureau.story("o-1") == [("created", 1)]


def test_what_the_submitter_adds_lets_it_go_on_with_the_working_days_given_back(bureau, paused):
    bureau.clock.instant = at("2026-11-25T15:00")
    bureau.publish_to_routing("o-1", OpinionDetailed("桥东二十米。"))
    row, said = bureau.row(paused), bureau.said("o-1")[-1]
    assert (row["state"], row["paused"], row["paused_until"], row["reply_by"]) == ("signed", None, None, at("2026-12-16T23:59:59"))
    assert row["content"].endswith("【补充】桥东二十米。")
    assert (said.type, said.data.details) == ("assignment.resumed", "桥东二十米。")
    assert said.data.deadlines == {
        "object": at("2026-12-04T23:59:59"), "contact": at("2026-11-30T23:59:59"), "reply": at("2026-12-16T23:59:59"),
    }  # fmt: skip
    assert {kind: row[f"{kind}_by"] for kind in said.data.deadlines} == said.data.deadlines


@pytest.mark.parametrize(("day", "resumed"), [("2026-11-26", "2026-11-30"), ("2026-11-27", "2026-11-26")])
def test_a_contact_that_was_missed_before_the_pause_stays_missed_and_one_of_that_day_goes_on(bureau, day, resumed):
    assignment = bureau.accept(opinion="o-1")
    bureau.clock.instant = at(f"{day}T15:00")
    bureau.do(assignment, "pause", QUESTION)
    bureau.clock.instant = at("2026-11-30T09:00") if day == "2026-11-26" else at("2026-12-01T09:00")
    bureau.do(assignment, "resume")
    assert bureau.said("o-1")[-1].data.deadlines["contact"] == bureau.row(assignment)["contact_by"] == at(f"{resumed}T23:59:59")
    bureau.do(assignment, "progress", {"content": "已通话。", "contact": "phone"})
    assert bureau.said("o-1")[-1].data.on_time == (day == "2026-11-26")


def test_what_is_done_or_over_does_not_come_back(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "progress", {"content": "已通话。", "contact": "phone"})
    bureau.clock.instant = at("2026-12-03T09:00")
    bureau.do(assignment, "pause", QUESTION)
    bureau.clock.instant = at("2026-12-04T09:00")
    bureau.do(assignment, "resume")
    assert bureau.said("o-1")[-1].data.deadlines == {"reply": at("2026-12-15T23:59:59")}


def test_a_round_that_is_done_again_brings_back_its_reply_alone(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", REPLY)
    bureau.evaluate(assignment, "dissatisfied")
    bureau.do(assignment, "pause", QUESTION)
    bureau.clock.instant = at("2026-11-24T09:00")
    bureau.do(assignment, "resume")
    assert bureau.said("o-1")[-1].data.deadlines == {"reply": at("2026-12-01T23:59:59")}


@pytest.mark.parametrize("then", ["resume", "reply"])
def test_a_contact_within_the_pause_is_measured_with_it_and_stays_as_it_was_measured(bureau, paused, then):
    bureau.clock.instant = at("2026-11-30T15:00")
    contact = {"content": "已通话。", "contact": "phone"}
    assert bureau.ask("http", paused, "progress", contact) is None
    assert (bureau.said("o-1")[-1].data.on_time, bureau.row(paused)["contact_by"]) == (True, at("2026-12-03T23:59:59"))
    bureau.clock.instant = at("2026-12-04T15:00")
    bureau.do(paused, then, REPLY if then == "reply" else {})
    if then == "resume":
        assert "contact" not in bureau.said("o-1")[-1].data.deadlines
        bureau.do(paused, "progress", contact)
        assert bureau.said("o-1")[-1].data.on_time
    assert bureau.row(paused)["contact_by"] == at("2026-12-03T23:59:59")


def test_a_pause_within_one_day_gives_no_day_back(bureau, paused):
    bureau.clock.instant += timedelta(hours=3)
    bureau.publish_to_routing("o-1", OpinionDetailed("。"))
    assert bureau.row(paused)["reply_by"] == DUE


def test_a_pause_that_reached_its_end_ends_by_itself_and_once(bureau, paused):
    bureau.clock.instant = CAP
    assert bureau.resume_capped() == 0
    bureau.clock.instant = CAP + timedelta(seconds=1)
    assert [bureau.resume_capped(), bureau.resume_capped()] == [1, 0]
    row = bureau.row(paused)
    assert (row["state"], row["reply_by"]) == ("signed", at("2026-12-28T23:59:59"))
    assert bureau.said("o-1")[-1].data.details is None


def test_what_is_added_to_a_case_that_does_not_wait_is_read_and_moves_nothing(bureau):
    assignment = bureau.accept(opinion="o-1")
    before = bureau.row(assignment)
    bureau.publish_to_routing("o-1", OpinionDetailed("。"))
    bureau.publish_to_routing("o-unknown", OpinionDetailed("。"))
    assert bureau.row(assignment) == {**before, "content": f"{before['content']}\n\n【补充】。"}
    assert bureau.said("o-1")[-1].data == AssignmentDetailed(assignment, before["department"], "。")


@pytest.mark.parametrize("way", WAYS)
def test_a_case_is_paused_once_a_round(bureau, paused, way):
    bureau.publish_to_routing("o-1", OpinionDetailed("。"))
    before = bureau.story("o-1")
    detail, _ = bureau.ask(way, paused, "pause", QUESTION)
    assert "paused as often as it may be: 1 a round" in detail
    assert (bureau.story("o-1"), bureau.row(paused)["state"]) == (before, "signed")


def test_a_case_done_again_can_be_paused_again(bureau, paused):
    bureau.publish_to_routing("o-1", OpinionDetailed("。"))
    bureau.do(paused, "reply", REPLY)
    bureau.evaluate(paused, "dissatisfied")
    assert bureau.row(paused)["pauses"] == 0
    assert bureau.ask("http", paused, "pause", QUESTION) is None
    assert bureau.get(f"/assignments/{paused}", "water").get_json()["pauses"] == 1
    assert "'pause' is not possible while the opinion is 'paused'" in bureau.ask("http", paused, "pause", QUESTION)[0]


@pytest.mark.parametrize("way", WAYS)
def test_a_reply_ends_the_pause_and_is_measured_with_it(bureau, paused, way):
    bureau.clock.instant = at("2026-11-25T15:00")
    assert bureau.ask(way, paused, "reply", REPLY) is None
    row = bureau.row(paused)
    assert (row["state"], row["paused"], row["paused_until"], row["reply_by"]) == (
        "replied", None, None, at("2026-12-16T23:59:59"),
    )  # fmt: skip
    assert bureau.story("o-1")[-2:] == [("paused", 3), ("replied", 4)]
