"""The way of a case through routing: assigned once, moved by its department, concluded or done again."""

from datetime import timedelta

import pytest

from services.contracts.messages.assignments import AssignmentConcluded, AssignmentCreated
from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.messages.supervision import PromiseMade
from services.contracts.messages.values import Outcome, Promise, Rating
from services.contracts.topology import RETRIES
from services.routing.handlers.due import ON_ITS_WAY
from tests.unit.routing.bureau import PLANNED, PROMISE, REPLY, accepted, at


def limits(row):
    return {kind: row[f"{kind}_by"] for kind in ("sign", "object", "contact", "reply")}


@pytest.fixture
def replied(bureau):
    """A case of the water department with a reply that nobody has rated."""
    assignment = bureau.accept()
    assert bureau.do(assignment, "reply", REPLY).status_code == 200
    return assignment


def test_whatever_is_said_of_a_question_names_the_session_at_which_it_was_asked(bureau):
    case = bureau.let_in("o-1", session="s-1")
    other = bureau.let_in("o-2")
    for each in (case, other):
        bureau.do(each["id"], "sign")
        bureau.do(each["id"], "reply", PLANNED)
        bureau.evaluate(each["id"], "dissatisfied")
    assert {event.session for event in bureau.said() if event.subject == "o-1"} == {"s-1"}
    assert {event.session for event in bureau.said() if event.subject == "o-2"} == {None}


def test_an_accepted_opinion_becomes_the_task_of_one_department(bureau):
    bureau.accept("路灯不亮", "东街一带，晚上漆黑。", opinion="o-9")
    row = bureau.of("o-9")
    (event,) = bureau.said()
    created = event.data
    assert isinstance(created, AssignmentCreated)
    assert (event.source, event.subject, event.sequence, event.time) == ("/routing", "o-9", 1, bureau.clock.now())
    assert (created.assignment, created.department, created.role, created.difficulty) == (row["id"], "roads", "lead", "simple")
    assert (created.why.rule, created.why.confidence, created.provisional) == ("keywords: 路灯", 1.0, False)
    assert (created.opinion.id, created.opinion.topic, created.opinion.content) == ("o-9", "lamps", "东街一带，晚上漆黑。")
    assert created.deadlines == limits(row)
    assert row["reply_by"] == at("2026-11-30T23:59:59")


def test_what_no_rule_knows_goes_to_the_fallback_department(bureau):
    bureau.accept("你好", "无事。", opinion="o-1")
    row = bureau.of("o-1")
    assert (row["department"], row["topic"], row["rule"], row["difficulty"]) == ("petitions", None, "fallback", "ordinary")


def test_a_second_acceptance_of_the_same_opinion_never_makes_a_second_lead(bureau):
    first = bureau.accept(opinion="o-1")
    others = [bureau.accept("路灯不亮", opinion=name) for name in ("o-2", "o-3")]
    assert bureau.accept("路灯不亮", opinion="o-1") == first
    assert bureau.row(first)["department"] == "water"
    assert bureau.story("o-1") == [("created", 1)]
    assert len(bureau.said()) == 1 + len(others)
    assert len(bureau.broker.waiting(RETRIES[0].exchange)) == 1


def test_a_second_acceptance_in_one_batch_harms_only_itself(bureau):
    for opinion in ("o-1", "o-2", "o-1", "o-3"):
        bureau.put(opinion, accepted(opinion))
    bureau.consume("routing.events")
    assert [bureau.story(opinion) for opinion in ("o-1", "o-2", "o-3")] == [[("created", 1)]] * 3
    assert len(bureau.broker.waiting(RETRIES[0].exchange)) == 1


def test_signing_is_measured_against_its_deadline(bureau):
    early, late = bureau.accept(), bureau.accept()
    bureau.do(early, "sign")
    bureau.clock.instant = bureau.row(late)["sign_by"] + timedelta(seconds=1)
    bureau.do(late, "sign")
    signed = [event.data for event in bureau.said() if event.type == "assignment.signed"]
    assert [(each.assignment, each.on_time) for each in signed] == [(early, True), (late, False)]
    assert signed[0].deadline == bureau.row(early)["sign_by"]


def test_progress_tells_the_note_and_leaves_the_state(bureau):
    assignment = bureau.accept()
    for expected in ("assigned", "signed"):
        assert bureau.do(assignment, "progress", {"content": "周三进场。"}).get_json()["state"] == expected
        bureau.do(assignment, "sign")
    assert bureau.said()[1].data.content == "周三进场。"


def test_who_replies_without_having_signed_has_signed_with_it(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", REPLY)
    assert bureau.story("o-1") == [("created", 1), ("signed", 2), ("replied", 3)]
    row = bureau.row(assignment)
    assert (row["state"], row["signed"], row["replied"], row["on_time"]) == (
        "replied",
        bureau.clock.now(),
        bureau.clock.now(),
        True,
    )


def test_a_reply_is_measured_against_the_deadline_in_force(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "sign")
    bureau.clock.instant = bureau.row(assignment)["reply_by"] + timedelta(seconds=1)
    bureau.do(assignment, "reply", REPLY)
    replied = bureau.said("o-1")[-1].data
    assert (replied.on_time, replied.deadline) == (False, bureau.row(assignment)["reply_by"])
    assert replied.evaluate_by == bureau.row(assignment)["evaluate_by"] > bureau.clock.now()


def test_a_promise_is_told_on_its_own(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", PLANNED)
    assert bureau.story("o-1")[-1] == ("promise.made", 4)
    *_, replied, made = (event.data for event in bureau.said("o-1"))
    (row,) = bureau.promises(assignment)
    assert made == PromiseMade(assignment, "water", "换管道", at("2027-01-15T17:00"), "水利站", row.id)
    assert replied.promise == Promise("换管道", at("2027-01-15T17:00"), "水利站")
    assert bureau.get(f"/assignments/{assignment}", "water").get_json()["promise"] == PROMISE | {"who": "水利站"}


@pytest.mark.parametrize("rating", ["satisfied", "basically_satisfied"])
def test_a_content_submitter_concludes_the_case(bureau, replied, rating):
    bureau.evaluate(replied, rating)
    concluded = bureau.said()[-1]
    assert concluded.data == AssignmentConcluded(replied, "water", Outcome.SOLVED, True, True)
    assert (concluded.sequence, bureau.row(replied)["state"], bureau.row(replied)["concluded"]) == (
        4,
        "concluded",
        bureau.clock.now(),
    )


def test_a_dissatisfied_submitter_gets_it_done_again(bureau, replied):
    bureau.clock.instant += timedelta(days=1)
    bureau.evaluate(replied, "dissatisfied", "没有来人。")
    row, reopened = bureau.row(replied), bureau.said()[-1]
    assert (row["state"], row["round"], row["replied"], row["evaluate_by"]) == ("reopened", 2, None, None)
    assert (reopened.data.round, reopened.data.reason, reopened.data.deadlines) == (2, "没有来人。", {"reply": row["reply_by"]})
    assert row["reply_by"] == at("2026-12-01T23:59:59")


def test_a_case_done_again_is_replied_to_and_concluded_by_its_new_deadline(bureau, replied):
    opinion = bureau.row(replied)["opinion"]
    bureau.evaluate(replied, "dissatisfied")
    bureau.clock.instant = bureau.row(replied)["reply_by"] + timedelta(days=1)
    bureau.do(replied, "reply", {"content": "这次好了。", "outcome": "deferred"})
    bureau.evaluate(replied)
    assert bureau.story(opinion) == [
        ("created", 1), ("signed", 2), ("replied", 3), ("reopened", 4), ("replied", 5), ("concluded", 6),
    ]  # fmt: skip
    concluded = bureau.said()[-1].data
    assert (concluded.outcome, concluded.on_time, concluded.rated) == ("deferred", False, True)


def test_a_second_signature_is_measured_by_the_first(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "sign")
    first = bureau.row(assignment)["signed"]
    bureau.do(assignment, "reply", REPLY)
    bureau.evaluate(assignment, "dissatisfied")
    bureau.clock.instant += timedelta(days=5)
    bureau.do(assignment, "sign")
    again = bureau.said("o-1")[-1]
    assert (again.type, again.data.on_time) == ("assignment.signed", True)
    assert bureau.row(assignment)["signed"] == first


def test_what_nobody_rates_in_time_is_concluded_unrated_and_once(bureau, replied):
    window = bureau.row(replied)["evaluate_by"]
    bureau.clock.instant = window + ON_ITS_WAY
    assert bureau.conclude_lapsed() == 0
    bureau.clock.instant += timedelta(seconds=1)
    assert [bureau.conclude_lapsed(), bureau.conclude_lapsed()] == [1, 0]
    concluded = [event.data for event in bureau.said() if isinstance(event.data, AssignmentConcluded)]
    assert concluded == [AssignmentConcluded(replied, "water", Outcome.SOLVED, True, False)]


def test_what_some_have_rated_and_others_not_is_concluded_as_rated_when_the_time_is_over(bureau, replied):
    bureau.evaluate(replied, awaited=1)
    assert (bureau.row(replied)["state"], bureau.row(replied)["awaited"]) == ("replied", 1)
    bureau.clock.instant += timedelta(days=400)
    assert bureau.conclude_lapsed() == 1
    concluded = [event.data for event in bureau.said() if isinstance(event.data, AssignmentConcluded)]
    assert concluded == [AssignmentConcluded(replied, "water", Outcome.SOLVED, True, True)]


def test_only_what_waits_for_a_rating_lapses_and_so_many_at_a_time(bureau, replied):
    waiting = [replied] + [bureau.accept() for _ in range(4)]
    for assignment in waiting[1:]:
        bureau.do(assignment, "reply", REPLY)
    bureau.evaluate(waiting[0])
    bureau.evaluate(waiting[1], "dissatisfied")
    bureau.accept()
    bureau.clock.instant += timedelta(days=400)
    assert [bureau.conclude_lapsed(limit=2), bureau.conclude_lapsed(limit=2)] == [2, 1]
    assert [bureau.row(assignment)["state"] for assignment in waiting] == ["concluded", "reopened"] + ["concluded"] * 3


@pytest.mark.parametrize("rating", ["satisfied", "basically_satisfied"])
def test_content_after_the_end_changes_nothing(bureau, replied, rating):
    bureau.clock.instant += timedelta(days=400)
    bureau.conclude_lapsed()
    before = bureau.said()
    bureau.evaluate(replied, rating)
    assert bureau.said() == before
    assert bureau.row(replied)["state"] == "concluded"
    assert not bureau.broker.waiting(RETRIES[0].exchange)


def test_who_is_dissatisfied_after_the_end_gets_it_done_again_and_once(bureau, replied):
    bureau.evaluate(replied)
    bureau.evaluate(replied, "dissatisfied", "又坏了。", revision=True)
    row, reopened = bureau.row(replied), bureau.said()[-1].data
    assert (row["state"], row["round"], row["concluded"], row["replied"]) == ("reopened", 2, None, None)
    assert (reopened.cause, reopened.round, reopened.reason) == ("dissatisfied", 2, "又坏了。")
    before = bureau.said()
    bureau.evaluate(replied, "dissatisfied", "我也不满意。", round=1, rater="second")
    assert bureau.said() == before


@pytest.mark.parametrize("rating", Rating)
def test_a_rating_of_a_round_that_is_over_changes_nothing(bureau, replied, rating):
    bureau.evaluate(replied, "dissatisfied")
    bureau.do(replied, "reply", REPLY)
    before, row = bureau.said(), bureau.row(replied)
    bureau.evaluate(replied, rating, round=1)
    assert (bureau.said(), bureau.row(replied)) == (before, row)


def test_a_rating_of_an_unknown_assignment_waits_for_another_try(bureau):
    bureau.publish_to_routing("o-x", OpinionEvaluated("nothing", "water", Rating.SATISFIED))
    assert len(bureau.broker.waiting(RETRIES[0].exchange)) == 1
