"""Which deadlines there were, and from when to when each was in force."""

import pytest

from services.metrics.domain.days import WorkingDays
from services.metrics.domain.history.derivation import derive
from services.metrics.domain.history.facts import fact_of
from tests.unit.metrics.events import COUNTY, DAY, HOUR, START, Case

DAYS = WorkingDays(COUNTY.calendar)


def derived(case):
    return derive("o1", [fact for event in case.events if (fact := fact_of(event, event.time)) is not None], DAYS)


def limits(case, kind="reply", role="lead"):
    """(what set it, hours from the start it was in force from, until, and for) of each deadline of a kind."""

    def hours(instant):
        return None if instant is None else (instant - START) / HOUR

    rows = [row for row in derived(case).periods if (row.kind, row.role) == (kind, role)]
    return [(row.set_by, hours(row.set_at), hours(row.lifted_at), hours(row.due)) for row in rows]


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
    assert [until for _, _, until, _ in limits(case, "sign")] == ([1, None] if end == "handed_over" else [1])


def test_the_deadlines_for_signing_and_for_the_first_contact_are_met_once():
    case = Case("o1").submitted().accepted().assigned(sign=DAY, contact=2 * DAY).later(HOUR).signed().later(HOUR).contacted()
    case.later(HOUR).rescheduled(sign=DAY, contact=DAY).later(HOUR).replied().later(DAY).reopened().rescheduled(sign=DAY)
    assert limits(case, "sign") == [("created", 0, 1, 24), ("rescheduled", 3, 3, 27), ("rescheduled", 28, 28, 52)]
    assert limits(case, "contact") == [("created", 0, 2, 48), ("rescheduled", 3, 3, 27)]


@pytest.mark.parametrize("step", ["paused", "replied"])
def test_a_signature_or_a_contact_that_was_missed_stays_missed(step):
    case = Case("o1").submitted().accepted().assigned(sign=HOUR, contact=2 * DAY).later(DAY)
    getattr(case, step)()
    assert limits(case, "sign") == [("created", 0, None, 1)]
    assert limits(case, "contact") == [("created", 0, 24, 48)]
    assert limits(case.later(HOUR).signed(False), "sign") == [("created", 0, 25, 1)]


def test_a_changed_calendar_moves_what_it_names_from_then_on():
    case = Case("o1").submitted().accepted().assigned(sign=DAY, reply=7 * DAY).later(HOUR).rescheduled(reply=9 * DAY)
    assert limits(case) == [("created", 0, 1, 168), ("rescheduled", 1, None, 217)]
    assert limits(case, "sign") == [("created", 0, None, 24)]


def test_a_case_that_waits_has_no_deadline_even_when_the_calendar_changes():
    case = Case("o1").submitted().accepted().assigned().later(HOUR).paused().later(HOUR).rescheduled(reply=DAY)
    assert limits(case) == [("created", 0, 1, 168), ("rescheduled", 2, 2, 26)]
    assert derived(case).rounds[0].reply_by is None


def test_those_who_take_part_have_deadlines_of_their_own():
    case = Case("o1").submitted().accepted().assigned().joined(due=2 * DAY).joined("separate", "roads", due=3 * DAY).later(HOUR)
    case.advised()
    assert limits(case, "co_opinion", "co_handler") == [("created", 0, 1, 48)]
    assert limits(case, "reply", "separate") == [("created", 0, None, 72)]
    assert limits(case, "sign", "co_handler") == []
    assert limits(case.later(HOUR).released("answered", "separate"), "reply", "separate") == [("created", 0, 2, 72)]


def test_a_paused_round_has_no_deadline_in_force():
    case = Case("o1").submitted().accepted().assigned().later(HOUR).paused()
    assert [row.reply_by for row in derived(case).rounds] == [None]
    assert [row.reply_by for row in derived(case.resumed(DAY)).rounds] == [case.at + DAY]


def test_a_contact_that_was_open_at_the_pause_is_due_again_after_it_and_one_that_was_missed_counts_once():
    def told(before):
        case = Case("o1").submitted().accepted().assigned(sign=DAY, contact=2 * HOUR).later(before).paused().later(HOUR)
        return limits(case.resumed(contact=2 * HOUR - before), "contact")

    assert told(HOUR) == [("created", 0, 1, 2), ("resumed", 2, None, 3)]
    assert told(3 * HOUR) == [("created", 0, 4, 2), ("resumed", 4, None, 3)]
