"""现场答复: what was answered or promised at a session goes out with the assignment, and what cannot is asked for as usual."""

from datetime import timedelta

import pytest

from services.contracts.messages.assignments import AssignmentCreated, AssignmentReplied, AssignmentSigned
from services.contracts.messages.supervision import PromiseMade
from services.contracts.messages.values import Outcome, SpotAnswer, SpotPromise
from tests.unit.routing.bureau import TOWN, at

SOLVED = SpotAnswer("当场答复：已安排清淤。", Outcome.SOLVED)
EVIDENCE = {"evidence": "新管道已通水，照片为证。"}
DUE = at("2027-01-15T17:00")


def promising(**promise):
    return SpotAnswer("列入计划。", Outcome.PLANNED, SpotPromise("换管道", **promise))


def asked(bureau, answer, department="water", **more):
    return bureau.let_in("o-1", topic=more.pop("topic", "rivers"), department=department, answer=answer, **more)


def test_an_answer_on_the_spot_signs_and_replies_with_the_assignment(bureau):
    lead = asked(bureau, SOLVED)
    assert (lead["state"], lead["reply"], lead["on_time"], lead["signed"]) == ("replied", SOLVED.content, True, bureau.clock.now())
    kinds = [type(event.data) for event in bureau.said("o-1")]
    assert kinds == [AssignmentCreated, AssignmentSigned, AssignmentReplied]
    assert [event.sequence for event in bureau.said("o-1")] == [1, 2, 3]
    bureau.evaluate(lead["id"])
    assert bureau.row(lead["id"])["state"] == "concluded"


def test_a_promise_made_on_the_spot_is_tracked_kept_and_broken_as_any_other(bureau):
    lead = asked(bureau, promising(due=DUE, who="局长"))
    (promise,) = bureau.promises(lead["id"])
    assert (promise.what, promise.due, promise.who, promise.state) == ("换管道", DUE, "局长", "open")
    assert [event.data.promise for event in bureau.said("o-1") if isinstance(event.data, PromiseMade)] == [promise.id]
    assert bureau.do(lead["id"], "keep", EVIDENCE).status_code == 200
    other = bureau.let_in("o-2", topic="rivers", department="water", answer=promising(due=DUE))
    bureau.clock.instant = DUE + timedelta(minutes=1)
    assert (bureau.break_overdue(), bureau.row(other["id"])["state"]) == (1, "reopened")


@pytest.mark.parametrize(
    ("named", "difficulty"), [({}, "ordinary"), ({"difficulty": "simple"}, "simple"), ({"difficulty": "?"}, "ordinary")]
)
def test_a_promise_without_a_date_is_due_by_difficulty(bureau, named, difficulty):
    lead = asked(bureau, promising(**named))
    (promise,) = bureau.promises(lead["id"])
    reply = TOWN.difficulties[difficulty].deadlines["reply"]
    assert promise.due == TOWN.calendar.due(bureau.clock.now(), reply).at


def test_nobody_is_asked_to_help_with_what_is_answered(bureau):
    asked(bureau, SOLVED, topic="floods")
    assert bureau.beside("o-1") == {}


def test_what_a_department_said_in_public_waits_for_no_head(bureau):
    assert asked(bureau, SOLVED, "gas", topic="pipes")["state"] == "replied"


@pytest.mark.parametrize(("answer", "department", "whose"), [
    (SOLVED, None, "water"),
    (SOLVED, "nobody", "water"),
    (SpotAnswer("会修。", Outcome.PLANNED), "roads", "roads"),
    (SpotAnswer("修好了。", Outcome.SOLVED, SpotPromise("再修")), "roads", "roads"),
    (promising(due=at("2020-01-01T00:00")), "roads", "roads"),
    (promising(due=at("2199-01-01T00:00")), "roads", "roads"),
])  # fmt: skip
def test_an_answer_that_cannot_be_sent_is_asked_for_as_usual_and_its_words_are_not_lost(bureau, answer, department, whose):
    lead = asked(bureau, answer, department)
    assert (lead["department"], lead["state"], lead["signed"], bureau.promises(lead["id"])) == (whose, "assigned", None, [])
    assert answer.content in lead["content"]
    if answer.promise:
        assert answer.promise.what in lead["content"]
    created = bureau.said("o-1")[0].data
    assert isinstance(created, AssignmentCreated)
    assert answer.content in created.opinion.content
    assert bureau.do(lead["id"], "reply", {"content": "已修好。", "outcome": "solved"}, whose).status_code == 200
