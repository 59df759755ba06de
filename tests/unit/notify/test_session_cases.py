"""The cases behind questions of sessions: they follow what is said of them, whatever comes twice, and nothing else is kept."""

import pytest

from services.contracts.lifecycle import State
from services.contracts.messages.assignments import AssignmentObjected, AssignmentReassigned, AssignmentRuled
from services.contracts.messages.values import Outcome, Rating
from services.notify.store.lists.tables import session_cases
from tests.unit.notify.cases import REPLY, Case
from tests.unit.notify.lists import Question
from tests.unit.notify.scenes import at

DUE = "2027-01-15 17:00"


@pytest.fixture
def question(scene):
    """A question that its department has."""
    asked = Question(scene)
    asked.asked()
    asked.created()
    return asked


def test_what_was_asked_at_no_session_is_not_kept(scene):
    case = Case(scene)
    case.created()
    case.replied()
    assert scene.rows(session_cases) == []


def test_a_question_goes_the_way_of_its_case(question):
    def stands():
        case = question.kept_case
        return case.state, case.round, case.outcome, case.due

    assert stands() == (State.ASSIGNED, 1, None, at(REPLY))
    question.signed()
    assert stands()[0] is State.SIGNED
    question.paused()
    assert stands()[0] is State.PAUSED
    question.resumed("2026-12-16 23:59:59")
    assert stands() == (State.SIGNED, 1, None, at("2026-12-16 23:59:59"))
    question.extended("2026-12-20 23:59:59")
    assert stands()[3] == at("2026-12-20 23:59:59")
    question.replied()
    assert stands() == (State.REPLIED, 1, Outcome.PLANNED, at(REPLY))
    question.rated(Rating.DISSATISFIED)
    question.reopened("2027-01-04 23:59:59")
    assert stands() == (State.REOPENED, 2, Outcome.PLANNED, at("2027-01-04 23:59:59"))
    assert question.kept_case.rating is Rating.DISSATISFIED
    question.cancelled("withdrawn")
    assert stands()[0] is State.WITHDRAWN


def test_a_ruling_gives_it_to_another_department_or_leaves_it(question):
    question.publish_to_notify(AssignmentObjected("a-s-1-1", "water", "不归我们", "roads"))
    question.publish_to_notify(AssignmentRuled("a-s-1-1", "water", "objection", False, "归你们"))
    assert question.kept_case.state is State.ASSIGNED
    question.publish_to_notify(AssignmentReassigned("a-s-1-1", "water", "roads", "归公路局"))
    question.assignment, question.department = "a-2", "roads"
    question.created()
    case = question.kept_case
    assert (case.department, case.assignment, case.state) == ("roads", "a-2", State.ASSIGNED)


def test_a_promise_is_made_kept_or_broken(question):
    question.replied()
    question.promised("p-1", DUE)
    question.promised("p-2", "2027-02-15 17:00")
    assert [(each.id, each.state, each.due) for each in question.kept_case.promises] == [
        ("p-1", "open", at(DUE)), ("p-2", "open", at("2027-02-15 17:00")),
    ]  # fmt: skip
    question.broken("p-1", DUE)
    question.kept("p-2", "2027-02-15 17:00")
    assert [each.state for each in question.kept_case.promises] == ["broken", "kept"]
    question.kept("p-1", DUE)
    question.broken("p-1", DUE)
    assert [each.state for each in question.kept_case.promises] == ["kept", "kept"]


def test_what_became_of_a_promise_may_be_heard_before_the_promise(question):
    question.replied()
    question.broken("p-1", DUE)
    question.promised("p-1", DUE)
    assert [(each.id, each.state, each.what) for each in question.kept_case.promises] == [("p-1", "broken", "建泵站")]


def test_nothing_is_left_to_keep_where_another_department_has_the_case(question):
    question.replied()
    question.promised("p-1", DUE)
    question.reopened("2027-03-04 23:59:59")
    question.publish_to_notify(AssignmentReassigned("a-s-1-1", "water", "roads", "归公路局"))
    case = question.kept_case
    assert [each.state for each in case.promises_at(at("2027-01-15 16:00"))] == ["open"]
    assert [each.state for each in case.promises_at(at("2027-01-15 17:01"))] == ["released"]


def test_what_is_older_changes_nothing_and_a_co_handler_never_does(question):
    question.replied()
    question.sequence = 0
    question.signed()
    question.created("co_handler")
    assert question.kept_case.state is State.REPLIED
    question.rated(Rating.SATISFIED, 5)
    question.rated(Rating.DISSATISFIED, 4)
    assert question.kept_case.rating is Rating.SATISFIED


def test_a_question_that_is_heard_twice_is_one(question):
    question.asked("别的")
    assert question.kept_case.summary == "河堤塌了一段"
    assert question.kept_case.state is State.ASSIGNED
