"""Supervisions, meetings and agendas without a store."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.messages.supervision import SupervisionResolved, SupervisionScheduled
from services.contracts.messages.values import Promise
from services.notify.domain.agenda import AgendaEntry, group_agenda
from services.notify.domain.supervisions import Meeting, Supervision, chosen_for_meeting, known_supervision
from tests.unit.notify.scenes import at, deadline, small_place

NOW = at("2026-12-21 09:00")


def supervision(name="s-1", **changes):
    return Supervision.about(deadline(**changes), "supervise", name, NOW)


def meeting(name="m-1"):
    return Meeting(name, "督政议事会", at("2026-12-28 09:00"), NOW)


def test_a_supervision_that_is_raised_again_goes_on_as_the_same_one():
    raised = supervision()
    raised.raise_to(deadline(version=3, due="2026-12-18 23:59:59"), "summon")
    assert (raised.id, raised.rung, raised.version, raised.due) == ("s-1", "summon", 3, at("2026-12-18 23:59:59"))


def test_a_meeting_takes_a_supervision_once_and_another_meeting_may_take_it_over():
    raised, first, second = supervision(), meeting(), meeting("m-2")
    first.take(raised)
    with pytest.raises(Conflict, match="on the agenda of this meeting already"):
        first.take(raised)
    second.take(raised)
    assert (raised.state, raised.meeting, first.agenda, second.agenda) == ("scheduled", "m-2", {"s-1"}, {"s-1"})
    assert [type(message) for message in raised.messages] == [SupervisionScheduled] * 2


def test_a_result_is_recorded_once_and_ends_it():
    raised = supervision()
    raised.resolve("criticism", "责令整改", None, "t-boss", NOW)
    assert (raised.state, raised.result, raised.resolved, raised.resolved_by) == ("resolved", "criticism", NOW, "t-boss")
    assert raised.messages == [SupervisionResolved("a-1", "water", "s-1", "criticism", "责令整改", None, None)]
    for again in (lambda: raised.resolve("closed", "n", None, None, NOW), lambda: meeting().take(raised)):
        with pytest.raises(Conflict, match="is resolved: criticism"):
            again()
    assert len(raised.messages) == 1


@pytest.mark.parametrize(
    ("result", "promise"),
    [("promise", None), ("closed", Promise("建泵站", at("2027-01-29 12:00"))), ("promise", Promise("建泵站", NOW))],
)
def test_a_promise_comes_with_its_result_and_lies_in_the_future(result, promise):
    raised = supervision()
    with pytest.raises(Invalid):
        raised.resolve(result, "n", promise, None, NOW)
    assert (raised.state, raised.messages) == ("open", [])


def test_what_is_wrong_with_those_that_were_chosen_is_said_of_each():
    done = supervision("s-2")
    done.resolve("closed", "n", None, None, NOW)
    found = {"s-1": supervision(), "s-2": done}
    assert chosen_for_meeting(found, ["s-1"]) == [found["s-1"]]
    with pytest.raises(Invalid) as refused:
        chosen_for_meeting(found, ["s-1", "s-2", "s-3", "s-1"])
    assert list(refused.value.errors) == ["supervisions.1", "supervisions.2", "supervisions.3"]
    with pytest.raises(NotFound):
        known_supervision(None)


def test_an_agenda_goes_by_department_and_the_longest_overdue_comes_first():
    short, long = supervision("s-1"), supervision("s-2", due="2026-12-11 23:59:59")
    roads = Supervision("s-3", "o-3", "a-3", "roads", "reply", 1, "supervise", None, at("2026-12-14 23:59:59"), NOW)
    answered = AgendaEntry(roads, waiting=False, ended=at("2026-12-16 10:00"))
    waiting = [AgendaEntry(each, waiting=True, ended=None) for each in (short, long)]
    groups = group_agenda([answered, *waiting], small_place().calendar, NOW)
    assert [
        (group.department, [(each.entry.supervision.id, each.overdue_working_days) for each in group.entries]) for group in groups
    ] == [("roads", [("s-3", 2)]), ("water", [("s-2", 6), ("s-1", 5)])]
