"""What counts in several groups: a station's own and those above it in the tree, a deputy's groups; the total counts it once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metrics.domain.counts import Scope
from services.metrics.domain.statistics import CountsAsOf, each_group, statistics_of
from services.metrics.domain.sums.cubes import KEPT, cube_for
from services.metrics.domain.sums.figures import Summary
from tests.unit.metrics.events import Case
from tests.unit.metrics.test_history import DAYS

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.slow
@given(st.data())
def test_a_station_counts_itself_and_all_below_it_and_the_root_counts_everything(data):
    parents = [None, *(data.draw(st.integers(0, number)) for number in range(data.draw(st.integers(0, 12))))]
    own = {str(number): data.draw(st.integers(1, 50)) for number in range(len(parents))}

    def above(code: str) -> list[str]:
        parent = parents[int(code)]
        return [code] if parent is None else [code, *above(str(parent))]

    counted = CountsAsOf(NOW, {(code,): Summary(counts=Counter(submitted=number)) for code, number in own.items()})
    published = statistics_of(counted, Scope(("station",)), DAYS, {"station": above})
    told = {group.key["station"]: group.numbers.counts["submitted"] for group in published.groups}
    for code, total in told.items():
        assert total == own[code] + sum(told[below] for below in own if parents[int(below)] == int(code))
    assert told["0"] == published.total.counts["submitted"] == sum(own.values())


def test_a_deputy_of_two_groups_counts_in_both_and_once_in_the_total():
    counted = CountsAsOf(NOW, {
        ("build,law",): Summary(counts=Counter(submitted=2)), ("law",): Summary(counts=Counter(submitted=3)),
        (None,): Summary(counts=Counter(submitted=5)),
    })  # fmt: skip
    published = statistics_of(counted, Scope(("group",)), DAYS, {"group": each_group})
    told = [(group.key["group"], group.numbers.counts["submitted"]) for group in published.groups]
    assert (told, published.total.counts["submitted"]) == ([("build", 2), ("law", 5), (None, 5)], 10)


@pytest.mark.parametrize("by", [("deputy",), ("group",), ("group", "deputy"), ("code_kind",), ("campaign", "month")])
def test_one_of_two_dimensions_that_share_their_sums_is_answered_from_them(by):
    cube = cube_for(Scope(by), NOW)
    assert cube is not None
    assert cube.dimensions in KEPT


def test_the_answer_is_rolled_up_where_that_is_asked_for(running):
    stations = ("village", "village", "town", "central", None)
    for number, station in enumerate(stations):
        running.live(Case(f"o{number}").submitted(station=station, deputy_code="d-1", groups=("law", "build")).events)
    for rolled, expected in (
        ("false", {"village": 2, "town": 1, "central": 1, None: 1}), ("true", {"village": 2, "town": 3, "central": 4, None: 1}),
    ):  # fmt: skip
        answer = running.statistics(by="station", roll_up=rolled)
        assert {group["key"]["station"]: group["counts"]["submitted"] for group in answer["groups"]} == expected
        assert answer["total"]["counts"]["submitted"] == len(stations)
    groups = running.statistics(by="deputy,group")["groups"]
    assert [(each["key"], each["counts"]["submitted"]) for each in groups] == [
        ({"deputy": "d-1", "group": "build"}, 5), ({"deputy": "d-1", "group": "law"}, 5),
    ]  # fmt: skip


@pytest.mark.slow
def test_figures_of_one_deputy_or_one_group_stand_alone_from_the_sums_and_counted_anew(running):
    through = (("d-1", ("law", "build")), ("d-2", ("law",)), ("d_1", ("law2",)), (None, ()))
    for number, (deputy, groups) in enumerate(through):
        running.live(Case(f"o{number}").submitted(deputy_code=deputy, groups=groups).events)
    asked = {("deputy", "d-1"): 1, ("deputy", "d-9"): 0, ("group", "law"): 2, ("group", "l_w"): 0, ("group", "law2"): 1}
    for (name, code), expected in asked.items():
        for by in ("", "topic", "group"):
            answer = running.statistics(by=by, **{name: code})
            assert answer["total"]["counts"]["submitted"] == expected, (name, code, by)
    named = running.statistics(by="group", group="law")["groups"]
    assert [(each["key"], each["counts"]["submitted"]) for each in named] == [({"group": "law"}, 2)]
    page = running.get("/statistics", by="deputy", group="law")
    assert 'href="/statistics?deputy=d-1"' in page.text
    assert "d_1" not in page.text
