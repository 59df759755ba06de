"""Searching what is public, on both kinds of store: everything that has the words, in order, by pages in both directions."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.intake.domain.publication.publishing import PublicCopy
from services.intake.store.publication import public, publications, search
from services.intake.store.publication.public import PageStart
from services.intake.store.writing import IntakeStore
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness

TEXTS = ("停水三天", "路灯坏了", "自来水停了", "河堤塌了，停水", "路灯与停水", "LED 路灯１２３")


@pytest.fixture
def harness(any_database, clock):
    return IntakeHarness(any_database("intake", MIGRATIONS), clock)


def release(harness, *texts):
    """Opinions with these texts that are public, an hour after one another; their ids."""
    made = []
    for text in texts:
        taken = harness.submit(content=text, visibility="public")
        with harness.database.transaction() as work:
            IntakeStore(work, harness.vault).release(PublicCopy(taken.id, "标题", text, work.now))
        made.append(taken.id)
        harness.clock.instant += timedelta(hours=1)
    return made


def found(harness, query="", limit=50, wanted=None, **place):
    with harness.database.reading() as connection:
        return [case.copy.content for case in public.listing(connection, wanted or {}, query, PageStart(**place), limit).cases]


@pytest.mark.parametrize("query", ["停水", "路灯", "水", "灯坏", "led", "123", "停水 路灯", "没有", "\"' OR 1", "*", "标题"])
def test_whatever_has_the_words_is_found_and_nothing_else(harness, query):
    release(harness, *TEXTS)
    words = [word for word in query.casefold().replace('"', "").replace("'", "").replace("*", "").split() if word]
    expected = [
        text
        for text in reversed(TEXTS)
        if words and all(word in f"标题 {text}".casefold().replace("１２３", "123") for word in words)
    ]
    assert found(harness, query) == (expected if words else [])


def test_pages_lead_there_and_back(harness):
    release(harness, *(f"路灯{number}" for number in range(7)), "河堤")
    for query in ("", "路灯"):
        everything = found(harness, query)
        numbers = {}
        with harness.database.reading() as connection:
            for case in public.listing(connection, {}, query, PageStart(), 50).cases:
                numbers[case.copy.content] = case.number
        first = found(harness, query, 3)
        assert first == everything[:3]
        second = found(harness, query, 3, before=numbers[first[2]])
        assert second == everything[3:6]
        back = found(harness, query, 3, after=numbers[second[0]])
        assert back == everything[:3]
        assert found(harness, query, 2, after=numbers[second[0]]) == everything[1:3]


def test_a_span_of_time_is_by_the_day_of_release(harness):
    start = harness.clock.instant
    release(harness, *TEXTS)
    since, until = start + timedelta(hours=1), start + timedelta(hours=3)
    assert found(harness, since=since, until=until) == [TEXTS[2], TEXTS[1]]
    assert found(harness, "停", since=since, until=until) == [TEXTS[2]]
    assert found(harness, since=start + timedelta(days=9)) == []
    assert found(harness, until=start) == []


def test_filters_and_words_hold_together_however_many_have_the_words(harness, monkeypatch):
    monkeypatch.setattr("services.intake.store.publication.search.FIRST_HITS", 2)
    ids = release(harness, *(f"路灯{number}" for number in range(40)))
    for opinion in ids[::13]:
        harness.change(opinion, topic="rivers")
    assert found(harness, "路灯", wanted={"topic": ("rivers",)}) == ["路灯39", "路灯26", "路灯13", "路灯0"]
    assert found(harness, "路灯", 1, wanted={"topic": ("rivers", "x")}) == ["路灯39"]


def test_a_page_of_words_that_many_have_and_filters_leave_ends_early_and_the_next_goes_on(harness, monkeypatch):
    monkeypatch.setattr(search, "FIRST_HITS", 2)
    monkeypatch.setattr(search, "MORE", 1)
    monkeypatch.setattr(search, "MOST_LOOKED_AT", 4)
    ids = release(harness, *(f"路灯{number}" for number in range(12)))
    harness.change(ids[0], topic="rivers")
    pages, down = [], PageStart()
    with harness.database.reading() as connection:
        while True:
            page = public.listing(connection, {"topic": ("rivers",)}, "路灯", down, 3)
            pages.append([case.copy.content for case in page.cases])
            if page.beyond is None:
                break
            down = PageStart(before=page.beyond)
        up = public.listing(connection, {"topic": ("bridges",)}, "路灯", PageStart(after=0), 3)
    assert pages == [[], [], ["路灯0"], []]
    assert (up.cases, up.beyond) == ([], 4)


def test_what_is_taken_back_is_found_no_more_and_leaves_the_others_found(harness):
    ids = release(harness, *TEXTS)
    with harness.database.transaction() as work:
        publications.unpublish(work, ids[0])
        IntakeStore(work, harness.vault).release(PublicCopy(ids[1], "标题", "桥面坏了", work.now))
    assert found(harness, "停水") == ["路灯与停水", "河堤塌了，停水"]
    assert found(harness, "灯坏") == []
    assert found(harness, "桥面") == ["桥面坏了"]
    assert found(harness)[0] == "桥面坏了"


def test_several_values_of_several_filters_come_in_one_order(harness):
    ids = release(harness, *(f"路灯{number}" for number in range(9)))
    for place, opinion in enumerate(ids):
        harness.change(opinion, topic=("rivers", "bridges", None)[place % 3], state=("replied", "signed", "paused")[place // 3])
    topics, states = ("rivers", "bridges"), ("replied", "paused")
    assert found(harness, wanted={"topic": topics}) == [f"路灯{number}" for number in (7, 6, 4, 3, 1, 0)]
    assert found(harness, wanted={"topic": topics, "state": states}) == [f"路灯{number}" for number in (7, 6, 1, 0)]
    assert found(harness, limit=2, wanted={"topic": topics, "state": states}) == [f"路灯{number}" for number in (7, 6)]


def test_the_cases_of_one_topic_are_walked_through_once_for_several_states(harness):
    ids = release(harness, *(f"路灯{number}" for number in range(6)))
    for place, opinion in enumerate(ids):
        harness.change(opinion, topic=("rivers", "bridges")[place % 2], state=("replied", "signed", "paused")[place // 2])
    wanted = {"topic": ("rivers",), "area": None, "state": ("replied", "paused", "drafted")}
    asked = []
    note = sa.event.listens_for(harness.database.engine, "before_cursor_execute")
    note(lambda connection, cursor, statement, *rest: asked.append(statement))
    assert found(harness, wanted=wanted) == ["路灯4", "路灯0"]
    assert len([each for each in asked if "LIMIT" in each]) == 1
    assert found(harness, limit=1, wanted=wanted) == ["路灯4"]
    assert found(harness, wanted={"state": ("replied", "signed")}) == ["路灯3", "路灯2", "路灯1", "路灯0"]
