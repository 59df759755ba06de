"""The rows follow from the facts alone: not from their order, nor from how often they came."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.messages import REGISTRY
from services.metrics.domain.deadlines import DEADLINE_COLUMNS
from services.metrics.domain.story import CASE_COLUMNS, KEPT, ROUND_COLUMNS, WorkingDays, derive, fact_of, read_story, write_story
from services.metrics.store.tables import cases, deadlines, rounds
from tests.unit.metrics.telling import COUNTY, DAY, HOUR, START, Case, small_story

DAYS = WorkingDays(COUNTY.calendar)


def facts(events):
    return [fact for event in events if (fact := fact_of(event)) is not None]


def full_case() -> Case:
    case = Case("o1").submitted().accepted().assigned().assigned(role="co_handler", department="petitions", assignment="o1-b")
    case.later(HOUR).signed().later(2 * DAY).replied().later(DAY).evaluated("dissatisfied", "satisfied").reopened()
    case.later(DAY).signed().later(HOUR).replied("planned", False).later(DAY).evaluated("satisfied").concluded("planned", False)
    return case


STEPS = (
    "signed", "replied", "evaluated", "reopened", "concluded", "reminded", "promised", "objected", "ruled", "handed_over",
    "extended", "paused", "resumed", "cancelled", "returned", "detailed", "merged", "withdrawn",
)  # fmt: skip


@st.composite
def told(draw):
    """A case with any steps at any distance, also such as no service would say, in any order and with any repeated."""
    case = Case("o1").submitted().accepted().assigned()
    number = 1
    for step in draw(st.lists(st.sampled_from(STEPS), max_size=12)):
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
    rows = derive("o1", facts(full_case().events), DAYS).rounds
    own = [row for row in rows if row["role"] == "lead"]
    assert [(row["round"], row["replied_in_time"], row["result"], row["outcome"]) for row in own] == [
        (1, True, "dissatisfied", None),
        (2, False, "satisfied", "planned"),
    ]
    assert own[0]["superseded_at"] == own[1]["opened_at"] == own[0]["evaluated_at"]
    assert own[0]["reevaluated_at"] == own[1]["evaluated_at"]
    assert [row["reply_days"] for row in own] == [2, 1]


def test_a_co_handler_does_not_become_the_department_of_the_opinion():
    derived = derive("o1", facts(full_case().events), DAYS)
    assert derived.case["department"] == "water"
    assert {(row["department"], row["role"]) for row in derived.rounds} == {("water", "lead"), ("petitions", "co_handler")}


def test_what_is_known_of_an_opinion_stands_on_its_rounds():
    rows = derive("o1", facts(full_case().events), DAYS).rounds
    assert {(row["topic"], row["area"], row["channel"], row["station"], row["month"]) for row in rows} == {
        ("rivers", "town", "web", "central", "2026-11")
    }


def test_the_month_is_that_of_the_place():
    late = Case("o1", at=START.replace(day=30, hour=23)).submitted()
    early = Case("o2", at=(START.replace(day=30, hour=23) + 2 * HOUR)).submitted()
    assert [derive(case.id, facts(case.events), DAYS).case["month"] for case in (late, early)] == ["2026-11", "2026-12"]


def test_an_assignment_that_was_not_heard_of_yet_has_no_row():
    events = [event for event in full_case().events if event.type != "assignment.created"]
    derived = derive("o1", facts(events), DAYS)
    assert (derived.rounds, derived.deadlines) == ([], [])


def test_only_types_that_exist_are_kept_and_the_columns_are_those_of_the_tables():
    assert set(KEPT) <= set(REGISTRY)
    assert set(CASE_COLUMNS) == set(cases.c.keys())
    assert set(ROUND_COLUMNS) == set(rounds.c.keys())
    assert set(DEADLINE_COLUMNS) == set(deadlines.c.keys())


def limits(case):
    """(what set it, hours from the start it was in force from, until, and for) of each deadline."""

    def hours(instant):
        return None if instant is None else (instant - START) / HOUR

    rows = derive("o1", facts(case.events), DAYS).deadlines
    return [(row["set_by"], hours(row["set_at"]), hours(row["lifted_at"]), hours(row["reply_by"])) for row in rows]


def test_every_deadline_is_kept_with_the_time_it_was_in_force():
    case = Case("o1").submitted().accepted().assigned(reply=7 * DAY).later(HOUR).extended(9 * DAY).later(HOUR).paused()
    case.later(5 * HOUR).resumed(9 * DAY).later(HOUR).replied().later(HOUR).evaluated("dissatisfied").reopened(reply=DAY)
    assert limits(case) == [
        ("created", 0, 1, 168), ("extended", 1, 2, 217), ("resumed", 7, 8, 223), ("reopened", 9, None, 33),
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["replied", "cancelled", "handed_over", "paused"])
def test_no_deadline_is_in_force_after_the_end(end):
    case = Case("o1").submitted().accepted().assigned().later(HOUR)
    getattr(case, end)()
    assert limits(case)[0] == ("created", 0, 1, 168)
    assert limits(case)[1:] == ([("created", 1, None, 169)] if end == "handed_over" else [])


def test_a_co_handler_has_no_deadline_for_the_reply():
    assert [row["department"] for row in derive("o1", facts(full_case().events), DAYS).deadlines] == ["water"] * 2


def test_a_paused_round_has_no_deadline_in_force():
    case = Case("o1").submitted().accepted().assigned().later(HOUR).paused()
    (row,) = derive("o1", facts(case.events), DAYS).rounds
    assert row["reply_by"] is None
    (row,) = derive("o1", facts(case.resumed(DAY).events), DAYS).rounds
    assert row["reply_by"] == case.at + DAY


def test_an_objection_and_what_became_of_it_stand_on_the_first_round():
    case = Case("o1").submitted().accepted().assigned().later(HOUR).objected().later(HOUR).ruled(False).later(HOUR)
    case.objected().later(HOUR).handed_over()
    first, second = derive("o1", facts(case.events), DAYS).rounds
    assert (first["objected_at"], first["denied_at"], first["upheld_at"], first["ended_at"]) == (
        START + HOUR, START + 2 * HOUR, START + 4 * HOUR, START + 4 * HOUR,
    )  # fmt: skip
    assert (second["department"], second["objected_at"], second["ended_at"]) == ("petitions", None, None)


def test_a_ruling_on_an_extension_is_no_ruling_on_an_objection():
    case = Case("o1").submitted().accepted().assigned().later(HOUR).objected().ruled(False, "extension")
    (row,) = derive("o1", facts(case.events), DAYS).rounds
    assert row["denied_at"] is None


def test_reminders_and_promises_are_no_part_of_the_story():
    assert {event.type for event in small_story() if fact_of(event) is None} == {"reminder.sent", "card.issued", "promise.made"}
