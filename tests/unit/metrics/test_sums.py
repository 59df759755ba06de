"""The kept sums say the same as counting anew, as of any instant, however they are cut into segments."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from services.metrics import __main__ as main
from services.metrics.domain.counts import DIMENSIONS, Scope
from services.metrics.domain.statistics import GroupKey
from services.metrics.domain.sums.contributions import Contribution
from services.metrics.domain.sums.cubes import KEPT, MONTH, UNSUMMED, cube_for
from services.metrics.domain.sums.figures import FORMULA, Summary
from services.metrics.handlers import recording
from services.metrics.store import changing
from services.metrics.store.counting import count_anew, count_series
from services.metrics.store.sum_tables import changes, segments, standing, sums, sums_past
from services.metrics.store.summing import summed_groups, summed_series
from services.metrics.store.tables import stories
from tests.unit.metrics.conftest import Running
from tests.unit.metrics.events import DAY, HOUR, START, Case, whole_history
from tests.unit.metrics.histories import Arrival, histories
from tests.unit.metrics.test_as_of import empty

#: More of them with HISTORIES=1000.
HISTORIES = int(os.environ.get("HISTORIES", "8"))  # noqa: TID251
ZONE = ZoneInfo("Asia/Shanghai")
OCTOBER, NOVEMBER, DECEMBER = (datetime(2026, month, 1, tzinfo=ZONE) for month in (10, 11, 12))
EVER = datetime(2099, 1, 1, tzinfo=ZONE)
PERIODS = ((None, None), (NOVEMBER, None), (OCTOBER, NOVEMBER), (NOVEMBER, DECEMBER), (None, EVER), (DECEMBER, None))
QUESTIONS = [Scope((*by, *month), None, *period) for by, month, period in product(KEPT, ((), (MONTH,)), PERIODS)]
QUESTIONS += [Scope((), deputy="d-1"), Scope(("group",), group="law"), Scope((), since=NOVEMBER, group="law")]
KEPT_TABLES = (changes, standing, segments, sums, sums_past)


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums that are made after every few changes."""
    monkeypatch.setattr(changing, "UNFOLDED", 2)
    monkeypatch.setattr(changing, "A_SEGMENT", 6)


def told(groups: dict[GroupKey, Summary] | None) -> dict[GroupKey, Summary]:
    assert groups is not None
    return {key: summary for key, summary in groups.items() if summary}


def counted(running: Running) -> dict[str, Contribution]:
    with running.database.reading() as connection:
        return {row.opinion: Contribution.read(row.counted) for row in connection.execute(sa.select(stories))}


def compare(running: Running, at: datetime, questions: list[Scope]) -> Iterator[dict[GroupKey, Summary]]:
    """What was counted anew, where the sums say the same."""
    with running.database.reading() as connection:
        for scope in questions:
            anew = told(count_anew(connection, scope, at, 1000, back=True))
            assert told(summed_groups(connection, scope, at)) == anew, (scope, at)
            yield anew


@pytest.mark.slow
@settings(max_examples=HISTORIES, suppress_health_check=list(HealthCheck))
@given(history=histories())
def test_the_sums_say_the_same_as_counting_anew(running, cut, history):
    empty(running)
    clock = running.service.clock
    arrivals = [each for each in history if isinstance(each, Arrival)]
    for each in arrivals:
        clock.instant = each.at
        running.consume([each.event])
    instants = [*{each.at for each in history}, clock.now() + 400 * DAY]
    for number, at in enumerate(instants):
        list(compare(running, at, QUESTIONS[number % 20 :: 20]))
    list(compare(running, instants[-1], QUESTIONS[::3]))
    with running.database.reading() as connection:
        both = summed_series(connection, instants[-1]), count_series(connection)
    summed, anew = ({department: each.series for department, each in (found or {}).items() if each.series} for found in both)
    assert summed == anew
    before = counted(running)
    with running.database.transaction() as work:
        work.execute(standing.update().values(formula="another"))
    while recording.recount(running.service):
        pass
    assert counted(running) == before
    for at in instants:
        list(compare(running, at, QUESTIONS[::40]))


@pytest.mark.slow
def test_a_whole_story_is_in_segments_and_in_sums_of_before(running, cut):
    running.live(whole_history())
    with running.database.reading() as connection:
        sizes = [connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() for table in KEPT_TABLES]
    assert all(sizes), sizes
    assert sizes[2] > 3
    asked = [found for day in range(0, 40, 8) for found in compare(running, START + day * DAY, QUESTIONS[day % 9 :: 9])]
    assert max(map(len, asked)) > 3


@pytest.mark.slow
def test_a_question_that_parts_a_month_or_asks_by_several_is_counted_anew(running):
    running.live(whole_history())
    with running.database.reading() as connection:
        for scope in (
            Scope(("department", "topic")), Scope((), None, NOVEMBER + DAY), Scope((), None, None, NOVEMBER + timedelta(days=9)),
        ):  # fmt: skip
            assert summed_groups(connection, scope, EVER) is None
    assert running.statistics(by="department,topic")["total"] == running.statistics()["total"]
    assert cube_for(Scope((), None, None, NOVEMBER + DAY), NOVEMBER + HOUR) is not None


def test_every_dimension_is_kept():
    assert {name for kept in KEPT for name in kept} | {MONTH} | UNSUMMED == set(DIMENSIONS)


@pytest.mark.slow
def test_while_opinions_are_counted_again_answers_are_counted_anew_and_nothing_is_lost(running, cut):
    first, second = Case("a").submitted().accepted(), Case("b").submitted()
    running.live([*first.events, *second.events])
    before = running.statistics(by="department"), running.series()
    with running.database.transaction() as work:
        work.execute(standing.update().values(formula="another"))
    assert (running.statistics(by="department"), running.series()) == before
    # What comes meanwhile is counted once, of an opinion that was counted before and of one that was not.
    running.consume(second.later(HOUR).accepted().reminded().events)
    running.consume(Case("c").submitted().events)
    during = running.statistics(by="channel"), running.series()
    with running.database.reading() as connection:
        assert connection.execute(sa.select(standing.c.formula, standing.c.complete)).one() == (FORMULA, False)
        assert summed_groups(connection, Scope(()), running.clock.now()) is None
    while recording.recount(running.service):
        pass
    with running.database.reading() as connection:
        assert summed_groups(connection, Scope(()), running.clock.now()) is not None
    assert (running.statistics(by="channel"), running.series()) == during
    assert during[0]["total"]["counts"]["submitted"] == 3


@pytest.mark.slow
def test_all_can_be_counted_again_whatever_the_sums_say(running, cut):
    running.live(whole_history())
    before = running.statistics(by="department"), running.series(), counted(running)
    with running.database.transaction() as work:
        work.execute(sums.update().values(figures=b"{}"))
    assert running.statistics(by="department") != before[0]
    main.ASSEMBLY.commands["recount"](running.service)
    assert (running.statistics(by="department"), running.series(), counted(running)) == before


def test_a_reply_within_the_same_second_is_counted_alike_both_ways(running, cut):
    running.consume(Case("a").submitted().accepted().assigned().replied().events)
    with running.database.reading() as connection:
        summed, anew = summed_series(connection, running.clock.now()), count_series(connection)
    assert {department: each.series for department, each in (summed or {}).items() if each.series} == {
        department: each.series for department, each in anew.items() if each.series
    }
