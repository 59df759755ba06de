"""What a department can add to one assignment in one round, over either way; the round after begins with nothing."""

from dataclasses import replace

import pytest

from services.contracts.commands import MOST, MOST_CHARACTERS, Progress, Reply
from services.contracts.errors import Conflict
from services.contracts.messages.values import Outcome, ReplyItem
from services.routing.domain.allowance import counted
from tests.unit.routing.bureau import REPLY
from tests.unit.routing.nouns import new_lead


def set_made(bureau, assignment, **made):
    bureau.forge(assignment, made={"round": 1, **made})


@pytest.mark.parametrize("way", ["http", "amqp"])
def test_notes_are_taken_up_to_a_number_and_the_reply_after_them(bureau, way):
    assignment = bureau.accept()
    set_made(bureau, assignment, progress=MOST["progress"] - 1)
    assert bureau.ask(way, assignment, "progress", {"content": "进场。"}) is None
    detail, _ = bureau.ask(way, assignment, "progress", {"content": "又进场。"})
    assert f"'progress' {MOST['progress']} times" in detail
    assert bureau.ask(way, assignment, "reply", REPLY) is None
    assert bureau.row(assignment)["made"]["progress"] == MOST["progress"]


@pytest.mark.parametrize("way", ["http", "amqp"])
def test_what_is_refused_counts_nothing(bureau, way):
    assignment = bureau.accept()
    assert bureau.ask(way, assignment, "progress", {"content": "进场。"}) is None
    before = bureau.row(assignment)["made"]
    assert bureau.ask(way, assignment, "resume") is not None
    assert bureau.ask(way, assignment, "object", {"reason": "不归我们管。", "department": "nobody"}) is not None
    assert bureau.row(assignment)["made"] == before == {"round": 1, "progress": 1, "characters": 3}


@pytest.mark.parametrize("verb", MOST)
def test_each_verb_has_its_number_and_a_new_round_begins_with_nothing(verb):
    lead = new_lead(round=2, made={"round": 2, verb: MOST[verb], "characters": 10})
    with pytest.raises(Conflict, match=f"'{verb}' {MOST[verb]} times"):
        counted(lead, verb, Progress("x"))
    assert counted(replace(lead, round=3), verb, Progress("x")) == {"round": 3, verb: 1, "characters": 1}
    assert counted(replace(lead, made=None), verb, Progress("x")) == {"round": 2, verb: 1, "characters": 1}


def test_characters_count_wherever_they_stand():
    item = ReplyItem("一", "二三", Outcome.SOLVED)
    lead = new_lead(made={"round": 1, "characters": MOST_CHARACTERS - 10})
    longest = Reply("四五", Outcome.SOLVED, items=(item,))
    length = counted(new_lead(), "reply", longest)["characters"]
    assert length >= 5
    with pytest.raises(Conflict, match="10 are left"):
        counted(lead, "reply", Reply("x" * 11, Outcome.SOLVED))
