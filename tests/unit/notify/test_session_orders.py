"""Questions of sessions in whatever order their messages come, and however often."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.envelope import Event
from services.contracts.lifecycle import State
from services.contracts.messages.assignments import AssignmentConcluded, AssignmentObjected, AssignmentReassigned, AssignmentRuled
from services.contracts.messages.values import Outcome, Rating
from services.notify.handlers.lists.following import follow
from services.notify.store.lists.tables import session_cases
from services.runtime.clock import ZONE, FixedClock
from tests.unit.notify.lists import SESSION, Question
from tests.unit.notify.scenes import at

DUE = "2027-01-15 17:00"


class Kept:
    """A store in memory. Of anything but questions it is asked nothing."""

    def __init__(self):
        self.cases = {}

    def load(self, opinions):
        assert all(each.startswith("o-s-") for each in opinions)
        return {each: self.cases[each] for each in opinions if each in self.cases}

    def erased_among(self, opinions):
        return {}

    def begins(self, sessions):
        return dict.fromkeys(sessions, at("2027-01-01 00:30"))

    def save(self, cases):
        self.cases |= {case.id: case for case in cases}


class Written:
    """In the place of a scene: keeps the messages that are told."""

    def __init__(self):
        self.clock, self.told, self._ids = FixedClock(at("2026-11-23 09:30")), [], itertools.count(1)

    def event(self, message, sequence, opinion):
        return Event(f"e-{next(self._ids)}", "/routing", opinion, self.clock.now(), sequence, message)

    def consume(self, *events):
        self.told += events


def lives():
    """What is told of four questions and of an opinion that is none, in order."""
    scene = Written()
    ruled, promised, withdrawn, moved = (Question(scene, number) for number in (1, 2, 3, 4))
    for each in (ruled, promised, withdrawn, moved):
        each.asked(f"第{each.number}件事", "rivers" if each is moved else None)
        each.created()
    ruled.publish_to_notify(AssignmentObjected("a-s-1-1", "water", "不归我们", "roads"))
    ruled.publish_to_notify(AssignmentRuled("a-s-1-1", "water", "objection", False, "归你们"))
    ruled.signed()
    ruled.paused()
    ruled.resumed("2026-12-16 23:59:59")
    ruled.extended("2026-12-20 23:59:59")
    promised.replied()
    promised.promised("p-1", DUE)
    promised.promised("p-2", "2027-02-15 17:00")
    promised.rated(Rating.DISSATISFIED, 4)
    promised.reopened("2027-01-04 23:59:59")
    promised.broken("p-1", DUE)
    promised.kept("p-1", DUE)
    promised.kept("p-2", "2027-02-15 17:00")
    promised.replied()
    promised.rated(Rating.SATISFIED, 5)
    promised.publish_to_notify(AssignmentConcluded("a-s-1-2", "water", Outcome.SOLVED, True, True))
    withdrawn.created("co_handler")
    withdrawn.cancelled("withdrawn")
    moved.publish_to_notify(AssignmentReassigned("a-s-1-4", "water", "roads", "归公路局"))
    moved.assignment, moved.department = "a-2", "roads"
    moved.created()
    other = Question(scene, 9, "other")
    other.session = None
    other.created()
    other.replied()
    return scene.told


TOLD = lives()


def kept_of(batches):
    store = Kept()
    for batch in batches:
        follow(store, batch, ZONE)
    return store.cases


IN_ORDER = kept_of([[event] for event in TOLD])


def test_in_order_each_question_stands_where_it_was_left():
    stands = {case.number: (case.state, case.department, case.year, case.rating) for case in IN_ORDER.values()}
    assert stands == {
        1: (State.SIGNED, "water", 2027, None),
        2: (State.CONCLUDED, "water", 2027, Rating.SATISFIED),
        3: (State.WITHDRAWN, "water", 2027, None),
        4: (State.ASSIGNED, "roads", 2027, None),
    }


@pytest.mark.slow
@settings(max_examples=60)
@given(data=st.data())
def test_whatever_order_messages_come_in_and_however_often_the_rows_are_the_same(data):
    again = data.draw(st.lists(st.sampled_from(TOLD), max_size=12))
    heard = data.draw(st.permutations([*TOLD, *again]))
    size = data.draw(st.integers(1, 9))
    assert kept_of(heard[start : start + size] for start in range(0, len(heard), size)) == IN_ORDER


def test_what_became_of_a_question_may_be_heard_before_it_and_shows_when_it_is(scene):
    question = Question(scene)
    question.replied()
    question.created()
    assert [row["number"] for row in scene.rows(session_cases)] == [0]
    question.asked("桥上的灯")
    case = question.kept_case
    assert (case.session, case.number, case.summary, case.state) == (SESSION, 1, "桥上的灯", State.ASSIGNED)
    assert (case.outcome, case.station) == (Outcome.PLANNED, "centre")
