"""What people owe who are no department: done in time, done late, not done, and owed no longer."""

from services.metrics.domain.rates import RATES
from tests.unit.metrics.events import DAY, HOUR, Case


def figures(running, of, **asked):
    total = running.statistics(**asked)["total"]
    rate = total["rates"][f"{of}_on_time"]["plain"]
    (known,) = (each for each in RATES if each.name == f"{of}_on_time")
    done, missed = known.denominator
    return [total["counts"][name] for name in (done, *known.numerator, missed)], (rate["numerator"], rate["denominator"])


def test_each_duty_is_judged_by_its_own_limit(running):
    in_time = Case("o1").submitted().owed("take").later(DAY).settled("take")
    late = Case("o2").submitted().owed("take").later(DAY + HOUR).settled("take").owed("feedback").later(HOUR).settled("feedback")
    never = Case("o3").submitted().owed("take").later(HOUR).owed("relay")
    given_up = Case("o4").submitted().owed("take").later(2 * DAY).settled("take", done=False)
    running.live([event for case in (in_time, late, never, given_up) for event in case.events])
    assert figures(running, "take") == ([2, 1, 1], (1, 3))
    assert figures(running, "feedback") == ([1, 1, 0], (1, 1))
    assert figures(running, "relay") == ([0, 0, 1], (0, 1))
    # Before its limit it is not late yet, and what was given up later was late until then.
    assert figures(running, "take", as_of=(never.at - 2 * HOUR).isoformat()) == ([0, 0, 0], (0, 0))
    assert figures(running, "take", as_of=(given_up.at - HOUR).isoformat()) == ([2, 1, 2], (1, 4))


def test_feedback_is_owed_again_after_each_reply_and_a_moved_limit_counts_in_place_of_the_first(running):
    case = Case("o1").submitted().owed("feedback").later(HOUR).settled("feedback").later(DAY).owed("feedback")
    case.later(HOUR).owed("feedback", 3 * DAY).later(2 * DAY).settled("feedback")
    running.live(case.events)
    assert figures(running, "feedback") == ([2, 2, 0], (2, 2))


def test_they_count_for_the_department_that_leads_and_the_deputy_whom_the_opinion_came_through(running):
    running.live(Case("o1").submitted(deputy_code="d-1").owed("take").later(HOUR).assigned().events)
    for by, key in (("department", "water"), ("deputy", "d-1")):
        (group,) = running.statistics(by=by)["groups"]
        assert (group["key"], group["counts"]["take_missed"]) == ({by: key}, 1)
