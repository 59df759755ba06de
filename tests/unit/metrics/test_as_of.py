"""A published past never moves: what was answered as of an instant is answered for ever, whatever is heard later."""

import os
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings

from services.metrics.domain.counts import DIMENSIONS
from services.metrics.domain.history.editions import History
from services.metrics.domain.history.facts import read_history
from services.metrics.domain.statistics import PublishedStatistics, StatisticsRequest
from services.metrics.handlers import recording
from services.metrics.handlers.statistics import statistics as published_statistics
from services.metrics.store.model import SETTLING
from services.metrics.store.tables import PAST, stories, tables
from tests.unit.metrics.conftest import Running
from tests.unit.metrics.events import DAY, HOUR, Case, whole_history
from tests.unit.metrics.histories import EVERYTHING, Arrival, histories
from tests.unit.metrics.test_history import DAYS

#: More of them with HISTORIES=1000.
HISTORIES = int(os.environ.get("HISTORIES", "80"))  # noqa: TID251

EVERY = settings(max_examples=HISTORIES)


def numbers(answer: PublishedStatistics) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in ("as_of", "groups", "total")}


def empty(running: Running) -> None:
    with running.database.transaction() as work:
        for table in tables.sorted_tables:
            work.execute(table.delete())


def ask(running: Running, query: dict[str, Any]) -> dict[str, Any]:
    return numbers(published_statistics(running.service, StatisticsRequest(**query)))


def rows(running: Running, *some: sa.Table) -> dict[str, list[str]]:
    with running.database.reading() as connection:
        return {table.name: sorted(map(str, connection.execute(sa.select(table)))) for table in some}


@pytest.mark.slow
@EVERY
@given(history=histories())
def test_what_was_answered_as_of_an_instant_is_answered_for_ever(running, history):
    clock = running.service.clock
    empty(running)
    answers = []
    for each in history:
        clock.instant = each.at
        if isinstance(each, Arrival):
            running.consume([each.event])
            continue
        answer = ask(running, each.query)
        answers.append((each.query | {"as_of": answer["as_of"]}, answer))
        assert each.query["as_of"] in (None, answer["as_of"])
    clock.instant += DAY
    for query, answer in answers:
        assert ask(running, query) == answer
    # In the end all is as if it had come at once, in the order in which it was said, and only once.
    end = {"by": EVERYTHING, "as_of": clock.now() + DAY}
    events = [each.event for each in history if isinstance(each, Arrival)]
    clock.instant += DAY
    final = ask(running, end)
    derived_again(running)
    assert ask(running, end) == final
    empty(running)
    clock.instant -= DAY
    running.consume(sorted(events, key=attrgetter("time", "sequence", "id")))
    clock.instant += DAY
    assert ask(running, end) == final


def derived_again(running: Running) -> None:
    """What the worker does with the stories of an older program leaves the very same rows and editions."""
    every = [table for both in PAST.items() for table in both]
    before = rows(running, stories, *every)
    with running.database.transaction() as work:
        for table in every:
            work.execute(table.delete())
        work.execute(stories.update().values(counted=None, edition=1))
    while recording.recount(running.service):
        pass
    assert rows(running, stories, *every) == before


def assigned(**more):
    return Case("o1").submitted().accepted().later(HOUR).assigned(level="town", **more).later(DAY)


CHANGES = {
    "department": assigned().objected().later(HOUR).handed_over(),
    "level": assigned().raised("city"),
    "topic": Case("o1", topic=None).submitted().later(DAY),
    "area": Case("o1").submitted(area=None).later(DAY).accepted(),
    "key": assigned().marked(True, None),
    "leader": assigned(leader="li").marked(False, "wu"),
    "channel": Case("o1").submitted("web").later(DAY).accepted(channel="hotline"),
    "station": Case("o1").submitted(station=None).later(DAY).accepted(),
}
SAID_ONCE: dict[str, dict[str, Any]] = {
    "code_kind": {"code_kind": "household"}, "campaign": {"campaign": "household"}, "deputy": {"deputy_code": "household"},
    "group": {"groups": ("household",)}, **{name: {name: "household"} for name in ("session", "session_kind", "theme")},
}  # fmt: skip
CHANGES["topic"].topic = "rivers"
CHANGES["topic"].accepted()


def values(running: Running, dimension: str, at: datetime) -> set[str | None]:
    groups = running.statistics(by=dimension, as_of=at.isoformat())["groups"]
    return {group["key"][dimension] for group in groups if group["counts"]["submitted"]}


@pytest.mark.parametrize("dimension", CHANGES)
def test_a_dimension_is_what_it_was_then(running, dimension):
    case = CHANGES[dimension]
    running.live(case.events)
    before, after = (values(running, dimension, at) for at in (case.at - timedelta(seconds=1), case.at + HOUR))
    assert (len(before), len(after), before & after) == (1, 1, set())


def test_every_dimension_that_can_change_is_tried():
    assert set(CHANGES) == set(DIMENSIONS) - {"month", *SAID_ONCE}


@pytest.mark.parametrize("dimension", SAID_ONCE)
def test_what_is_said_with_the_submission_alone_stays(running, dimension):
    running.live(Case("o1").submitted(**SAID_ONCE[dimension]).accepted().later(DAY).assigned(level="town").events)
    running.live(Case("o2").submitted().events)
    groups = running.statistics(by=dimension)["groups"]
    assert [(group["key"][dimension], group["counts"]["submitted"]) for group in groups] == [("household", 1), (None, 1)]


def test_what_is_heard_late_counts_from_when_it_was_heard(running, clock):
    case = assigned().signed().later(DAY).replied()
    *first, reply = case.events
    running.live(first)
    clock.instant = case.at + 3 * DAY
    running.consume([reply])
    late = [case.at + HOUR, case.at + 3 * DAY - HOUR, clock.instant]
    assert [running.statistics(as_of=at.isoformat())["total"]["counts"]["replied"] for at in late] == [0, 0, 1]


def test_what_is_heard_at_the_instant_asked_for_counts_after_it(running, clock):
    running.consume(Case("o1").submitted().events)
    asked = {"by": "channel", "as_of": clock.now().isoformat()}
    before = running.statistics(**asked)
    running.consume(Case("o2").submitted().events)
    clock.instant += HOUR
    assert running.statistics(**asked) == before
    assert running.statistics()["total"]["counts"]["submitted"] == 2


def test_the_newest_answer_is_of_the_last_batch_or_of_a_while_ago_and_needs_no_pen(running, clock, monkeypatch):
    running.consume(Case("o1").submitted().events)
    monkeypatch.setattr(running.database, "transaction", None)
    assert running.statistics()["as_of"] == clock.now().isoformat()
    clock.instant += 2 * SETTLING
    assert running.statistics()["as_of"] == (clock.now() - SETTLING).isoformat()


def test_a_clock_that_was_put_back_does_not_move_the_past(running, clock):
    running.consume(assigned().events)
    asked = {"by": "department", "as_of": clock.now().isoformat()}
    before = running.statistics(**asked)
    clock.instant -= HOUR
    running.consume(assigned().raised().signed().events)
    assert running.statistics()["total"]["counts"]["signed"] == 1
    clock.instant += DAY
    assert running.statistics(**asked) == before


def test_what_only_adds_begins_no_edition(running):
    case = assigned().signed().later(DAY).replied("planned").promised().later(HOUR).evaluated("dissatisfied").later(HOUR)
    case.reopened().later(DAY).replied().later(HOUR).evaluated().later(HOUR).concluded().later(DAY).kept()
    running.live(case.events)
    with running.database.reading() as connection:
        history = connection.execute(sa.select(stories)).one()
        ended = connection.execute(sa.select(PAST[tables.tables["rounds"]])).all()
    # Assigned to a department, and no more.
    assert (history.edition, ended) == (2, [])
    history = History("o1", {fact.id: fact for fact in read_history(history.facts)})
    history.renew(DAYS)
    assert [edition.number for edition in history.unsaved] == [1, 2]


@pytest.mark.slow
def test_a_store_is_asked_as_often_however_long_the_past_is(running):
    asked = []
    sa.event.listen(running.database.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    running.live(whole_history())
    asked.clear()
    running.statistics(by="department")
    newest = len([text for text in asked if text.startswith("SELECT")])
    assert (newest, [text for text in asked if any(past.name in text for past in PAST.values())]) == (5, [])


def test_the_first_rating_of_a_case_stays_the_first(running):
    case = assigned().replied().later(HOUR).evaluated("dissatisfied").later(HOUR).reopened().later(DAY).replied().later(HOUR)
    running.live(case.evaluated("satisfied").later(HOUR).evaluated("basically_satisfied", revision=True).concluded().events)
    satisfaction = running.statistics()["total"]["rates"]["satisfaction"]
    assert {name: rate["text"] for name, rate in satisfaction.items()} == {"basic": "100.00%", "strict": "0.00%", "first": "0.00%"}


SANCTIONS = ("yellow_cards", "red_cards", "supervisions", "summonses", "criticisms")


def test_a_supervision_counts_once_whatever_the_ladder_and_the_meeting_make_of_it(running):
    case = assigned().carded("yellow").later(DAY).carded().later(DAY).supervised().later(DAY).supervised("criticise").later(DAY)
    case.supervised("summon").later(DAY).resolved("summons").supervised(supervision="t").resolved("criticism", "t")
    running.live(case.events)
    (group,) = (group for group in running.statistics(by="department")["groups"] if group["key"]["department"])
    assert [group["counts"][name] for name in SANCTIONS] == [1, 1, 2, 1, 2]
    assert group["counts"]["reminded"] == 6
