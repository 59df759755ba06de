"""Relays and cares as rules: what each move changes, publishes and records, and that a refused one changes nothing. No store."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from services.contracts.errors import Conflict, Invalid, NotAllowed
from services.contracts.lifecycle import State
from services.contracts.messages.duties import DutyEnded, DutySet, OpinionFedback, OpinionRelayed, OpinionTaken
from services.contracts.people.duties import CareState, HopState
from services.intake.domain.constituency.care import Care
from services.intake.domain.constituency.owing import Party
from services.intake.domain.constituency.relay import RelayChain
from tests.unit.intake.harness import TOWN
from tests.unit.intake.opinions import opinion

STATION, WANG, LI = Party("informant", "east"), Party("deputy", "wang", "王代表"), Party("deputy", "li", "李代表")
PRESIDIUM, LATER = Party("presidium"), timedelta(days=4)


def relay():
    ids = (f"h-{number}" for number in itertools.count(1))
    return RelayChain(opinion(TOWN), TOWN, lambda: next(ids))


def published(case, *kinds):
    """The messages of these kinds that were published, in order."""
    return [message for _, message in case.events if isinstance(message, kinds)]


def test_a_relay_of_three_hops_counts_each_when_it_is_confirmed_and_says_which_was_late():
    chain = relay()
    chain.start(STATION, "person-1")
    chain.pass_on(STATION, WANG)
    chain.opinion.now += LATER
    chain.confirm(WANG, "person-2")
    chain.pass_on(WANG, None)
    chain.confirm(PRESIDIUM, "person-3")
    assert [(hop.number, hop.holder, hop.state) for hop in chain.chain] == [
        (1, "informant", HopState.PASSED), (2, "deputy", HopState.PASSED), (3, "presidium", HopState.TAKEN),
    ]  # fmt: skip
    assert published(chain.opinion, OpinionRelayed) == [
        OpinionRelayed(1, "informant", None, "east"), OpinionRelayed(2, "deputy", "wang", None, False),
        OpinionRelayed(3, "presidium"),
    ]  # fmt: skip
    assert [message.done for message in published(chain.opinion, DutyEnded)] == [True] * 3
    shown = [line.facts for line in chain.opinion.timeline if line.audience is None]
    assert [facts["hop"] for facts in shown] == [1, 2, 3]
    assert shown[1]["deputy"] == "王代表"
    assert not any("person" in str(facts) for facts in shown)


def test_a_hop_that_nobody_confirmed_is_no_hop():
    chain = relay()
    chain.start(STATION, "person-1")
    chain.pass_on(STATION, WANG)
    chain.pass_on(STATION, LI)
    chain.confirm(LI, "person-3")
    assert [(hop.code, hop.state) for hop in chain.hops] == [
        ("east", HopState.PASSED), ("wang", HopState.MISSED), ("li", HopState.TAKEN),
    ]  # fmt: skip
    assert [(each.hop, each.deputy) for each in published(chain.opinion, OpinionRelayed)] == [(1, None), (2, "li")]
    assert [message.done for message in published(chain.opinion, DutyEnded)] == [True, False, True]


def test_what_a_deputy_had_who_left_office_is_passed_on_again_and_was_a_hop():
    chain = relay()
    chain.start(STATION, "person-1")
    chain.pass_on(STATION, WANG)
    chain.confirm(WANG, "person-2")
    chain.return_from(LI)
    chain.return_from(WANG)
    with pytest.raises(NotAllowed):
        chain.pass_on(WANG, None)
    chain.pass_on(STATION, WANG)
    chain.pass_on(STATION, LI)
    chain.return_from(LI)
    assert chain.waiting is None
    chain.pass_on(STATION, LI)
    chain.confirm(LI, "person-3")
    chain.pass_on(LI, None)
    chain.return_from(LI)
    assert [(hop.number, hop.code, hop.state) for hop in chain.hops] == [
        (1, "east", HopState.PASSED), (2, "wang", HopState.PASSED), (3, "wang", HopState.MISSED), (4, "li", HopState.MISSED),
        (5, "li", HopState.PASSED), (6, None, HopState.TOLD),
    ]  # fmt: skip
    assert [(each.hop, each.deputy) for each in published(chain.opinion, OpinionRelayed)] == [(1, None), (2, "wang"), (3, "li")]


def test_what_is_done_twice_is_done_once():
    chain = relay()
    chain.start(STATION, None)
    chain.confirm(STATION, "person-1")
    chain.pass_on(STATION, WANG)
    before = len(chain.opinion.events)
    assert chain.confirm(STATION, "person-1") is chain.hops[0]
    assert chain.pass_on(STATION, WANG) is chain.waiting
    assert (len(chain.opinion.events), len(chain.hops)) == (before, 2)


def at_presidium():
    chain = relay()
    chain.start(STATION, "a")
    chain.pass_on(STATION, WANG)
    chain.confirm(WANG, "b")
    chain.pass_on(WANG, None)
    chain.confirm(PRESIDIUM, "c")
    return chain


def informed():
    chain = relay()
    chain.start(STATION, "a")
    return chain


@pytest.mark.parametrize(
    ("stands", "move", "error"),
    [
        (informed, lambda chain: chain.start(STATION, "a"), Conflict),
        (informed, lambda chain: chain.confirm(WANG, "b"), NotAllowed),
        (informed, lambda chain: chain.pass_on(WANG, None), NotAllowed),
        (informed, lambda chain: chain.pass_on(STATION, None), Invalid),
        (relay, lambda chain: chain.confirm(STATION, "a"), NotAllowed),
        (relay, lambda chain: chain.pass_on(STATION, WANG), NotAllowed),
        (at_presidium, lambda chain: chain.pass_on(PRESIDIUM, None), Conflict),
    ],
)
def test_a_hop_that_is_not_next_is_refused_and_changes_nothing(stands, move, error):
    chain = stands()
    before = [replace(hop) for hop in chain.hops], list(chain.opinion.events)
    with pytest.raises(error):
        move(chain)
    assert (chain.hops, chain.opinion.events) == before


def test_a_relay_that_ends_leaves_nobody_waiting():
    chain = informed()
    chain.pass_on(STATION, WANG)
    chain.hops[1].miss(chain.opinion)
    assert (chain.waiting, chain.hops[1].state) == (None, HopState.MISSED)
    chain.opinion.state = State.WITHDRAWN
    with pytest.raises(Conflict):
        chain.pass_on(STATION, LI)


def asked(state=State.SIGNED):
    case = opinion(TOWN)
    case.state = state
    return case, Care.ask(case, "c-1", WANG, TOWN)


def test_a_deputy_takes_an_opinion_and_feeds_back_within_three_working_days_of_the_reply():
    case, care = asked()
    care.take(case, TOWN)
    assert (care.state, care.owes, care.due) == (CareState.TAKEN, None, None)
    answered = case.now + timedelta(days=1)
    assert care.hear_reply(case, 7, answered, TOWN) is True
    assert care.due == TOWN.calendar.due(answered, TOWN.duties.feedback).at
    case.state = State.REPLIED
    case.now = care.due + timedelta(seconds=1)
    care.feed_back(case, "visit")
    assert (care.state, care.how, care.owes) == (CareState.FED_BACK, "visit", None)
    assert published(case, OpinionTaken, OpinionFedback) == [OpinionTaken("wang"), OpinionFedback("wang", "visit", on_time=False)]
    assert [(each.of, each.duty) for each in published(case, DutySet)] == [("take", "c-1"), ("feedback", "c-1")]
    assert [(each.of, each.done) for each in published(case, DutyEnded)] == [("take", True), ("feedback", True)]


def test_a_reply_is_heard_once_and_a_later_one_is_fed_back_again():
    case, care = asked(State.REPLIED)
    care.take(case, TOWN)
    assert care.owes == "feedback"
    assert [care.hear_reply(case, sequence, case.now, TOWN) for sequence in (7, 7, 6)] == [True, False, False]
    care.feed_back(case, "phone")
    care.hear_reopened(case, 8)
    assert care.hear_reply(case, 9, case.now, TOWN) is True
    assert (care.state, care.owes) == (CareState.TAKEN, "feedback")
    care.hear_reopened(case, 10)
    assert (care.state, care.owes) == (CareState.TAKEN, None)
    opened, ended = published(case, DutySet), published(case, DutyEnded)
    assert len(opened) == len(ended) == 4


def test_a_deputy_passes_on_to_another_or_back_to_the_station():
    case, care = asked()
    to_li = care.pass_on(case, "c-2", LI, TOWN)
    back = to_li.pass_on(case, "c-3", Party("station", "east"), TOWN)
    assert [each.state for each in (care, to_li, back)] == [CareState.PASSED_ON, CareState.PASSED_ON, CareState.ASKED]
    assert (back.deputy, back.station, back.owes) == (None, "east", "take")
    assert all(line.audience == "staff" for line in case.timeline)


@pytest.mark.parametrize(
    ("state", "move", "error"),
    [
        (CareState.ASKED, lambda care, case: care.feed_back(case, "visit"), Conflict),
        (CareState.TAKEN, lambda care, case: care.take(case, TOWN), Conflict),
        (CareState.FED_BACK, lambda care, case: care.pass_on(case, "c-2", LI, TOWN), Conflict),
        (CareState.PASSED_ON, lambda care, case: care.take(case, TOWN), Conflict),
        (CareState.ENDED, lambda care, case: care.feed_back(case, "visit"), Conflict),
    ],
)
def test_a_move_that_the_table_does_not_have_is_refused(state, move, error):
    case, care = asked(State.REPLIED)
    care.state = state
    before = list(case.events)
    with pytest.raises(error):
        move(care, case)
    assert (care.state, case.events) == (state, before)


def test_nothing_is_fed_back_before_there_is_a_reply():
    case, care = asked()
    care.take(case, TOWN)
    with pytest.raises(Conflict, match="no reply"):
        care.feed_back(case, "visit")


def test_a_closed_case_asks_nobody():
    with pytest.raises(Conflict):
        asked(State.WITHDRAWN)
