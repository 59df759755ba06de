"""Words that are told of more than before: counted as opinions are read, on both kinds of store, and forgotten with them."""

from __future__ import annotations

import random
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.intake.domain.similarity.rising import WordCount, stand_out, told_by
from services.intake.domain.similarity.words import words_of
from services.intake.store.similarity.rising import words
from services.intake.store.similarity.wordings import wordings
from tests.contract.test_incidents import SIGNS
from tests.contract.test_wordings import desk, read, rows

STREETS = re.findall("..", "城北梅林石桥柳湾桃源安和白马青山金沙龙泉云溪双河南塘永丰新华红旗长乐太平凤凰玉泉仙岩虹桥清江芙蓉大荆")


def tell(harness, thing, places, time=1, **fields):
    """Opinions about one thing at several places, each in words of its own."""
    told = []
    for place in places:
        dice = random.Random(f"{place}{thing}{time}")
        title, rest = f"{place}{thing}问题", "".join(dice.choices(SIGNS, k=40))
        told.append(harness.submit(title=title, content=f"{place}{thing}。{rest}", **fields).id)
    return told


@pytest.fixture
def harness(any_database, clock):
    """Four weeks in which people told of lamps, and a week in which they tell of elevators."""
    harness = desk(any_database, clock)
    tell(harness, "路灯", STREETS, channel="campaign")
    read(harness)
    clock.instant += timedelta(days=7)
    return harness


def shown(harness, **query):
    answer = harness.get("/rising", "reviewer", **query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def risen(harness, **query):
    return {each["word"]: each["opinions"] for each in shown(harness, **query)["items"]}


def test_what_is_told_of_more_than_before_stands_out_and_nothing_else_does(harness):
    told = tell(harness, "电梯", STREETS[:12], area="east", channel="campaign")
    tell(harness, "路灯", STREETS[12:16], time=2)
    read(harness)
    week = shown(harness)
    assert (week["opinions"], week["before"]) == (16, 25)
    assert risen(harness) == {"电梯": 12}
    assert shown(harness)["items"][0]["z"] >= 3
    # Where there is nothing to compare it with, nothing is said.
    assert (shown(harness, area="east")["opinions"], risen(harness, area="east")) == (12, {})
    before = (harness.clock.now() - timedelta(days=7)).date().isoformat()
    assert (shown(harness, day=before)["opinions"], risen(harness, day=before)) == (25, {})
    # A topic that a reviewer sets counts from then on.
    assert shown(harness, topic="rivers")["opinions"] == 0
    harness.post("/opinions/accept", {"opinions": told, "topic": "rivers"}, "reviewer")
    read(harness)
    assert shown(harness, area="east,town")["opinions"] == 12
    assert (shown(harness, topic="rivers")["opinions"], risen(harness)) == (12, {"电梯": 12})
    assert shown(harness)["themes"] == shown(harness, topic="rivers")["themes"] == []
    assert harness.get("/rising", "reviewer", topic="rivers", area="east").status_code == 422


def test_what_says_the_same_counts_once_and_what_is_erased_not_at_all(harness):
    told = tell(harness, "电梯", STREETS[:6], channel="campaign")
    for _ in range(5):
        tell(harness, "电梯", STREETS[:1], channel="campaign")
    read(harness)
    assert risen(harness) == {"电梯": 6}
    for opinion in told[1:]:
        harness.post(f"/opinions/{opinion}/erasure", {"content": True}, "admin")
    read(harness)
    lifts = sa.select(words.c.opinions).where(words.c.scope == "county", words.c.word == "电梯")
    assert rows(harness, lifts) == [(1,)]
    assert risen(harness) == {}
    # The others of its group count in its place; when the last is gone, so is the word.
    alike = rows(harness, sa.select(wordings.c.opinion).where(wordings.c.counted.like("%电梯%")))
    assert len(alike) == 1
    harness.post(f"/opinions/{told[0]}/erasure", {"content": True}, "admin")
    read(harness)
    (heir,) = rows(harness, sa.select(wordings.c.opinion).where(wordings.c.counted.like("%电梯%")))
    assert heir != alike[0]
    for (opinion,) in rows(harness, sa.select(wordings.c.opinion).where(wordings.c.alike.is_not(None))):
        harness.post(f"/opinions/{opinion}/erasure", {"content": True}, "admin")
    read(harness)
    assert (
        rows(harness, sa.select(words)) == rows(harness, sa.select(wordings.c.number).where(wordings.c.counted.is_not(None))) == []
    )


def test_names_numbers_and_latin_letters_are_no_words():
    told = told_by(
        words_of("王建国反映电梯故障"), words_of("本人王建国，电话 13900001111，住三号楼，找物业公司 wifi abc@example.com 也没用。")
    )
    assert "电梯" in told.titled
    assert "物业公司" in told.words or "物业" in told.words
    assert not {word for word in told.words if "王建国" in word or not word.isalpha() or word.isascii()}


@pytest.mark.parametrize(
    ("count", "opinions", "before", "stands_out"),
    [
        (WordCount("电梯", 12, 3), 100, 400, True),
        (WordCount("电梯", 4, 0), 100, 400, False),
        (WordCount("电梯", 7, 0), 100, 400, True),
        (WordCount("电梯", 12, 48), 100, 400, False),
        (WordCount("电梯", 6, 0), 100, 400, False),
        (WordCount("电梯", 12, 3), 100, 19, False),
        (WordCount("电梯", 90, 17), 100, 400, False),
        (WordCount("电梯", 90, 16), 100, 400, True),
        (WordCount("电梯", 100, 0), 100, 400, True),
    ],
)
def test_a_word_stands_out_that_is_told_of_often_enough_and_surely_more(count, opinions, before, stands_out):
    assert bool(stand_out([count], opinions, before)) is stands_out


def test_the_surest_comes_first_and_no_more_than_twenty():
    found = stand_out([WordCount(f"词{number}", 10 + number, 0) for number in range(30)], 1000, 4000)
    assert [each.word for each in found] == [f"词{number}" for number in range(29, 9, -1)]
