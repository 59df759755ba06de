"""A clock that was put back between two messages of one service does not change what happened: the sequence tells the order."""

from services.metrics.domain.days import WorkingDays
from services.metrics.domain.history.derivation import derive
from services.metrics.domain.history.facts import fact_of
from tests.unit.metrics.events import COUNTY, DAY, HOUR, Case

DAYS = WorkingDays(COUNTY.calendar)


def test_a_rework_said_by_a_clock_that_was_put_back_is_still_the_second_round():
    case = Case("o1").submitted().accepted().assigned().later(2 * DAY).signed().later(HOUR).replied()
    case.later(-DAY - HOUR).reopened().later(HOUR).replied()
    facts = [fact for event in case.events if (fact := fact_of(event, event.time)) is not None]
    first, second = derive("o1", facts, DAYS).rounds
    assert None not in (first.signed_at, first.replied_at, second.replied_at)
    assert second.signed_at is None
