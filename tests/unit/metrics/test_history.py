"""The rows follow from the facts alone: not from their order, nor from how often they came."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.messages.registry import REGISTRY
from services.metrics.domain.days import WorkingDays
from services.metrics.domain.history.derivation import derive
from services.metrics.domain.history.facts import KEPT, fact_of, read_history, write_history
from services.metrics.store.columns import rows_of
from services.metrics.store.tables import PAST, cases, rounds
from tests.unit.metrics.events import COUNTY, DAY, HOUR, START, Case, whole_history

DAYS = WorkingDays(COUNTY.calendar)


def facts(events):
    return [fact for event in events if (fact := fact_of(event, event.time)) is not None]


def full_case() -> Case:
    case = Case("o1").submitted().accepted().assigned().joined()
    case.later(HOUR).signed().later(2 * DAY).replied().later(DAY).evaluated("dissatisfied", "satisfied").reopened()
    case.later(DAY).signed().later(HOUR).replied("planned", False).later(DAY).evaluated("satisfied").concluded("planned", False)
    answer: Case = case
    return answer


#: Every step a case can tell of, with a few ways to tell it.
STEPS = {
    "signed": ({}, {"on_time": False}), "contacted": ({}, {"on_time": False}), "replied": ({}, {"on_time": False}),
    "concluded": ({},),
    "evaluated": ({}, {"result": "dissatisfied"}, {"result": "basically_satisfied", "process": "dissatisfied", "rater": "r"}),
    "reopened": ({}, {"cause": "promise"}, {"cause": "look_back"}), "drafted": ({},), "amended": ({},),
    "promised": ({}, {"name": "q"}), "kept": ({}, {"on_time": False, "name": "q"}), "broken": ({}, {"name": "q"}),
    "objected": ({},), "ruled": ({}, {"granted": False}), "handed_over": ({},), "extended": ({},), "paused": ({},),
    "resumed": ({},),
    "rescheduled": ({}, {"reply": DAY, "sign": HOUR, "contact": DAY}), "cancelled": ({}, {"why": "merged"}),
    "joined": ({}, {"role": "separate"}), "co_signed": ({},), "advised": ({}, {"role": "separate", "on_time": False}),
    "released": ({}, {"why": "reassigned"}), "marked": ({}, {"key": False}, {"leader": None}), "raised": ({}, {"level": "town"}),
    "rechecked": ({}, {"held": False}), "returned": ({},), "detailed": ({},), "merged": ({},), "withdrawn": ({},),
    "reminded": ({},), "taken": ({},), "fed_back": ({},),
    "supported": ({}, {"change": "withdrawn"}, {"department": None}),
}  # fmt: skip
ANY_STEP = st.sampled_from([(step, how) for step, ways in STEPS.items() for how in ways])


@st.composite
def told(draw):
    """A case with any steps at any distance, also such as no service would say, in any order and with any repeated."""
    case = Case("o1").submitted().accepted().assigned(contact=DAY, key=draw(st.booleans()))
    for step, how in draw(st.lists(ANY_STEP, max_size=14)):
        case.later(timedelta(hours=draw(st.integers(0, 100))))
        getattr(case, step)(**how)
    copies = draw(st.lists(st.sampled_from(case.events), max_size=6))
    return case.events, draw(st.permutations(case.events + copies))


@given(told())
def test_any_order_and_any_copies_give_the_same_rows(both):
    straight, shuffled = both
    history = {fact.id: fact for fact in facts(shuffled)}
    assert derive("o1", history.values(), DAYS) == derive("o1", facts(straight), DAYS)


def rows_by_key(derived):
    rows = ((table, row) for table, row in rows_of(derived) if table is not cases)
    return {(table.name, *(row[column.name] for column in table.primary_key)): row for table, row in rows}


@pytest.mark.slow
@given(told())
def test_a_row_that_followed_from_some_facts_is_never_left_behind_by_more_of_them(both):
    straight, shuffled = both
    written: dict[Any, Any] = {}
    heard: list[Any] = []
    for fact in facts(shuffled):
        heard.append(fact)
        written |= rows_by_key(derive("o1", {each.id: each for each in heard}.values(), DAYS))
    assert written == rows_by_key(derive("o1", facts(straight), DAYS))


@pytest.mark.slow
@given(told())
def test_a_story_reads_as_it_was_written(both):
    own = {fact.id: fact for fact in facts(both[1])}
    text = write_history(own.values())
    assert {fact.id: fact for fact in read_history(text)} == own
    assert write_history(read_history(text)) == text


def test_each_round_has_its_own_reply_and_evaluation():
    rows = derive("o1", facts(full_case().events), DAYS).rounds
    own = [row for row in rows if row.role == "lead"]
    assert [(row.round, row.replied_in_time, row.outcome, row.cause) for row in own] == [
        (1, True, None, None),
        (2, False, "planned", "dissatisfied"),
    ]
    assert own[0].superseded_at == own[1].opened_at == own[0].evaluated_at
    assert [row.reply_days for row in own] == [2, 1]


def test_a_co_handler_does_not_become_the_department_of_the_opinion():
    derived = derive("o1", facts(full_case().events), DAYS)
    assert derived.profile.department == "water"
    assert {(row.department, row.role) for row in derived.rounds} == {("water", "lead"), ("petitions", "co_handler")}


def test_what_is_known_of_an_opinion_stands_on_its_rounds():
    rows = [row for table, row in rows_of(derive("o1", facts(full_case().events), DAYS)) if table is rounds]
    assert {(row["topic"], row["area"], row["channel"], row["station"], row["month"]) for row in rows} == {
        ("rivers", "town", "web", "central", "2026-11")
    }


def test_the_month_is_that_of_the_place():
    late = Case("o1", at=START.replace(day=30, hour=23)).submitted()
    early = Case("o2", at=(START.replace(day=30, hour=23) + 2 * HOUR)).submitted()
    assert [derive(case.id, facts(case.events), DAYS).profile.month for case in (late, early)] == ["2026-11", "2026-12"]


def test_an_assignment_that_was_not_heard_of_yet_has_no_row():
    events = [event for event in full_case().events if event.type != "assignment.created"]
    derived = derive("o1", facts(events), DAYS)
    assert (derived.rounds, derived.periods) == ([], [])


def test_only_types_that_exist_are_kept():
    assert set(KEPT) <= set(REGISTRY)


def test_the_rows_of_what_is_derived_have_the_columns_of_the_tables():
    case = Case("o1").submitted().accepted().owed().assigned(key=True).later(HOUR).replied().promised().evaluated()
    derived = derive("o1", facts(case.events), DAYS)
    rows = list(rows_of(derived))
    assert {table for table, _ in rows} == set(PAST)
    for table, row in rows:
        assert set(row) | {"known_from"} == set(table.c.keys())


def test_an_objection_and_what_became_of_it_stand_on_the_first_round():
    case = Case("o1").submitted().accepted().assigned().later(HOUR).objected().later(HOUR).ruled(False).later(HOUR)
    case.objected().later(HOUR).handed_over()
    first, second = derive("o1", facts(case.events), DAYS).rounds
    assert (first.objected_at, first.denied_at, first.upheld_at, first.ended_at) == (
        START + HOUR, START + 2 * HOUR, START + 4 * HOUR, START + 4 * HOUR,
    )  # fmt: skip
    assert (second.department, second.objected_at, second.ended_at) == ("petitions", None, None)


def test_a_ruling_on_an_extension_is_no_ruling_on_an_objection():
    case = Case("o1").submitted().accepted().assigned().later(HOUR).objected().ruled(False, "extension")
    (row,) = derive("o1", facts(case.events), DAYS).rounds
    assert row.denied_at is None


def test_what_is_counted_as_often_as_it_happens_is_no_part_of_the_story():
    assert {event.type for event in whole_history() if fact_of(event, event.time) is None} == {
        "reminder.sent", "card.issued", "supervision.raised", "supervision.resolved", "assignment.drafted",
        "assignment.amended", "assignment.rechecked",
    }  # fmt: skip
    assert fact_of(Case("o1").contacted(contact=None).events[0], START) is None
