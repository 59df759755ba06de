"""The rows follow from the facts alone: not from their order, nor from how often they came."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.messages import REGISTRY
from services.metrics.domain.story import CASE_COLUMNS, KEPT, ROUND_COLUMNS, WorkingDays, derive, fact_of, read_story, write_story
from services.metrics.store.tables import cases, rounds
from tests.unit.metrics.telling import COUNTY, DAY, HOUR, START, Case, small_story

DAYS = WorkingDays(COUNTY.calendar)


def facts(events):
    return [fact for event in events if (fact := fact_of(event)) is not None]


def full_case() -> Case:
    case = Case("o1").submitted().accepted().assigned().assigned(role="co_handler", department="petitions", assignment="o1-b")
    case.later(HOUR).signed().later(2 * DAY).replied().later(DAY).evaluated("dissatisfied", "satisfied").reopened()
    case.later(DAY).signed().later(HOUR).replied("planned", False).later(DAY).evaluated("satisfied").concluded("planned", False)
    return case


STEPS = ("signed", "replied", "evaluated", "reopened", "concluded", "reminded", "promised")


@st.composite
def told(draw):
    """A case with any steps at any distance, also such as no service would say, in any order and with any repeated."""
    case = Case("o1").submitted().accepted().assigned()
    number = 1
    for step in draw(st.lists(st.sampled_from(STEPS), max_size=9)):
        case.later(timedelta(hours=draw(st.integers(0, 100))))
        if step == "reopened":
            number += 1
            case.reopened(number)
        elif step == "promised":
            case.promised(DAY)
        else:
            getattr(case, step)()
    copies = draw(st.lists(st.sampled_from(case.events), max_size=6))
    return case.events, draw(st.permutations(case.events + copies))


@given(told())
def test_any_order_and_any_copies_give_the_same_rows(both):
    straight, shuffled = both
    story = {fact.id: fact for fact in facts(shuffled)}
    assert derive("o1", story.values(), DAYS) == derive("o1", facts(straight), DAYS)


@given(told())
def test_a_story_reads_as_it_was_written(both):
    own = {fact.id: fact for fact in facts(both[1])}
    text = write_story(own.values())
    assert {fact.id: fact for fact in read_story(text)} == own
    assert write_story(read_story(text)) == text


def test_each_round_has_its_own_reply_and_evaluation():
    _, rows = derive("o1", facts(full_case().events), DAYS)
    own = [row for row in rows if row["role"] == "lead"]
    assert [(row["round"], row["replied_in_time"], row["result"], row["outcome"]) for row in own] == [
        (1, True, "dissatisfied", None),
        (2, False, "satisfied", "planned"),
    ]
    assert own[0]["superseded_at"] == own[1]["opened_at"] == own[0]["evaluated_at"]
    assert own[0]["reevaluated_at"] == own[1]["evaluated_at"]
    assert [row["reply_days"] for row in own] == [2, 1]


def test_a_co_handler_does_not_become_the_department_of_the_opinion():
    case, rows = derive("o1", facts(full_case().events), DAYS)
    assert case["department"] == "water"
    assert {(row["department"], row["role"]) for row in rows} == {("water", "lead"), ("petitions", "co_handler")}


def test_what_is_known_of_an_opinion_stands_on_its_rounds():
    _, rows = derive("o1", facts(full_case().events), DAYS)
    assert {(row["topic"], row["area"], row["channel"], row["station"], row["month"]) for row in rows} == {
        ("rivers", "town", "web", "central", "2026-11")
    }


def test_the_month_is_that_of_the_place():
    late = Case("o1", at=START.replace(day=30, hour=23)).submitted()
    early = Case("o2", at=(START.replace(day=30, hour=23) + 2 * HOUR)).submitted()
    assert [derive(case.id, facts(case.events), DAYS)[0]["month"] for case in (late, early)] == ["2026-11", "2026-12"]


def test_an_assignment_that_was_not_heard_of_yet_has_no_row():
    events = [event for event in full_case().events if event.type != "assignment.created"]
    assert derive("o1", facts(events), DAYS)[1] == []


def test_only_types_that_exist_are_kept_and_the_columns_are_those_of_the_tables():
    assert set(KEPT) <= set(REGISTRY)
    assert set(CASE_COLUMNS) == set(cases.c.keys())
    assert set(ROUND_COLUMNS) == set(rounds.c.keys())


def test_reminders_and_promises_are_no_part_of_the_story():
    assert {event.type for event in small_story() if fact_of(event) is None} == {"reminder.sent", "card.issued", "promise.made"}
