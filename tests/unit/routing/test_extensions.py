"""延期: asked for by the department, ruled on by a supervisor, once a round and within the cap."""

from datetime import timedelta

import pytest

from services.contracts.lifecycle import State, allowed_moves
from tests.unit.routing.bureau import REPLY, at

WAYS = ["http", "amqp"]
#: The deadline of an ordinary case that came at the clock's start, and ten working days more.
DUE, CAP = at("2026-12-14T23:59:59"), at("2026-12-28T23:59:59")


def wish(until):
    return {"until": until.isoformat(), "reason": "等配件。"}


@pytest.fixture
def asked(bureau):
    """A case whose department has asked for more time, as much as there is."""
    assignment = bureau.accept(opinion="o-1")
    assert bureau.ask("http", assignment, "extend", wish(CAP)) is None
    return assignment


@pytest.mark.parametrize("way", WAYS)
def test_until_the_ruling_the_deadline_stands(bureau, way):
    assignment = bureau.accept(opinion="o-1")
    assert bureau.ask(way, assignment, "extend", wish(CAP)) is None
    row, said = bureau.row(assignment), bureau.said("o-1")[-1]
    assert (row["state"], row["reply_by"], row["asked_until"], row["asked_reason"]) == ("assigned", DUE, CAP, "等配件。")
    assert (said.type, said.data.until, said.data.reason) == ("assignment.asked", CAP, "等配件。")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("until", [DUE - timedelta(days=1), DUE, CAP + timedelta(seconds=1)])
def test_more_time_is_later_than_the_deadline_and_within_the_cap(bureau, way, until):
    assignment = bureau.accept(opinion="o-1")
    _, errors = bureau.ask(way, assignment, "extend", wish(until))
    assert errors == {"until": [f"after {DUE.isoformat()}, until {CAP.isoformat()}"]}
    assert bureau.story("o-1") == [("created", 1)]


@pytest.mark.parametrize("until", [DUE + timedelta(seconds=1), CAP])
def test_both_ends_of_the_span_can_be_asked_for(bureau, until):
    assert bureau.ask("http", bureau.accept(), "extend", wish(until)) is None


def test_nobody_asks_for_time_that_has_passed(bureau):
    assignment = bureau.accept()
    bureau.clock.instant = DUE + timedelta(days=2)
    _, errors = bureau.ask("http", assignment, "extend", wish(DUE + timedelta(days=1)))
    assert list(errors) == ["until"]
    assert bureau.ask("http", assignment, "extend", wish(DUE + timedelta(days=3))) is None


def test_a_granted_extension_moves_the_deadline_and_keeps_the_first_on_record(bureau, asked):
    answer = bureau.rule(asked, "extension", True)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "assigned")
    row, said = bureau.row(asked), bureau.said("o-1")[-1]
    assert (row["reply_by"], row["original_reply_by"], row["extensions"], row["asked_until"]) == (CAP, DUE, 1, None)
    assert (said.data.original, said.data.deadlines, said.data.reason) == (DUE, {"reply": CAP}, "等配件。")
    assert bureau.story("o-1") == [("created", 1), ("asked", 2), ("ruled", 3), ("extended", 4)]
    deadlines = bureau.get(f"/assignments/{asked}", "water").get_json()["deadlines"]
    assert (deadlines["reply"], deadlines["original_reply"]) == (CAP.isoformat(), DUE.isoformat())


def test_a_reply_is_measured_by_the_extended_deadline(bureau, asked):
    bureau.rule(asked, "extension", True)
    bureau.clock.instant = CAP
    bureau.do(asked, "reply", REPLY)
    assert (bureau.said("o-1")[-1].data.deadline, bureau.said("o-1")[-1].data.on_time) == (CAP, True)


def test_a_refused_extension_changes_nothing_and_may_be_asked_for_again(bureau, asked):
    assert bureau.rule(asked, "extension", False).status_code == 200
    row = bureau.row(asked)
    assert (row["reply_by"], row["extensions"], row["asked_until"]) == (DUE, 0, None)
    assert bureau.story("o-1") == [("created", 1), ("asked", 2), ("ruled", 3)]
    assert bureau.ask("amqp", asked, "extend", wish(CAP)) is None


@pytest.mark.parametrize("way", WAYS)
def test_one_wish_at_a_time_and_one_extension_a_round(bureau, asked, way):
    assert "wait for the ruling" in bureau.ask(way, asked, "extend", wish(CAP))[0]
    bureau.rule(asked, "extension", True)
    assert "extended as often as it may be: 1" in bureau.ask(way, asked, "extend", wish(CAP + timedelta(days=1)))[0]


def test_a_case_done_again_can_be_extended_again(bureau, asked):
    bureau.rule(asked, "extension", True)
    bureau.do(asked, "reply", REPLY)
    bureau.evaluate(asked, "dissatisfied")
    until = bureau.row(asked)["reply_by"] + timedelta(days=1)
    assert bureau.ask("http", asked, "extend", wish(until)) is None
    assert bureau.rule(asked, "extension", True).get_json()["state"] == "reopened"
    assert bureau.row(asked)["reply_by"] == until


def test_there_is_nothing_to_rule_on_that_was_not_asked_for(bureau):
    assignment = bureau.accept(opinion="o-1")
    for granted in (True, False):
        refused = bureau.rule(assignment, "extension", granted)
        assert (refused.status_code, "has not asked" in refused.get_json()["detail"]) == (409, True)
    assert bureau.story("o-1") == [("created", 1)]


def test_a_reply_settles_what_was_asked_for(bureau, asked):
    bureau.do(asked, "reply", REPLY)
    assert bureau.row(asked)["asked_until"] is None
    assert bureau.rule(asked, "extension", True).status_code == 409


@pytest.mark.parametrize("state", [each for each in State if "extend" not in allowed_moves(each)])
def test_where_there_is_no_time_to_give_the_refusal_names_what_is_possible(bureau, asked, state):
    bureau.forge(asked, state=state)
    for granted, move in ((True, "grant"), (False, "refuse")):
        refused = bureau.rule(asked, "extension", granted)
        assert refused.status_code == 409
        for words in (f"'{move}'", f"'{state}'", *(allowed_moves(state) or ("closed",))):
            assert words in refused.get_json()["detail"]
