"""Where a head has to approve: a reply is a draft until then, and in time or late as of then."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.contracts.lifecycle import TRANSITIONS, Move, State
from services.contracts.messages.assignments import AssignmentAmended, AssignmentDrafted
from services.contracts.messages.opinions import OpinionWithdrawn
from services.contracts.messages.values import Promise
from services.routing.schemas.answers import AssignmentCase
from tests.unit.routing.bureau import MIGRATIONS, REPLY, TOWN, Bureau, at

WAYS = ["http", "amqp"]
PLAN: dict[str, Any] = {
    "content": "换管道。",
    "outcome": "planned",
    "promise": {"what": "换管道", "due": "2027-01-15T17:00:00+08:00"},
}
FROM = {move: {row.state for row in TRANSITIONS if row.move is move} for move in (Move.DRAFT, Move.APPROVE, Move.AMEND)}


@pytest.fixture
def gas(bureau):
    """A case of the department whose head approves."""
    return bureau.let_in("o-1", "燃气有异味")["id"]


@pytest.fixture
def drafted(bureau, gas):
    """That case with a draft."""
    assert bureau.ask("http", gas, "reply", REPLY, "gas") is None
    return gas


def approve(bureau, assignment, who="head-of-gas"):
    return bureau.post(f"/assignments/{assignment}/approve", {}, who)


def amend(bureau, assignment, who="head-of-gas", reason="请写明日期。"):
    return bureau.post(f"/assignments/{assignment}/amend", {"reason": reason}, who)


@pytest.mark.parametrize("way", WAYS)
def test_a_reply_is_a_draft_that_nobody_outside_hears(bureau, gas, way):
    assert bureau.ask(way, gas, "reply", REPLY, "gas") is None
    row = bureau.row(gas)
    assert (row["state"], row["reply"], row["replied"], row["outcome"]) == ("drafted", None, None, None)
    assert bureau.story("o-1") == [("created", 1), ("signed", 2), ("drafted", 3)]
    assert bureau.said("o-1")[-1].data == AssignmentDrafted(gas, "gas")
    shown = bureau.get(f"/assignments/{gas}", "head-of-gas").get_json()
    assert AssignmentCase().validate(shown) == {}
    assert shown["draft"]["content"] == REPLY["content"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("way", WAYS)
def test_a_draft_is_written_in_the_states_of_the_table(bureau, gas, way, state):
    waiting = {"paused": bureau.clock.now(), "paused_until": bureau.clock.now()} if state is State.PAUSED else {}
    bureau.forge(gas, state=state, **waiting)
    refused = bureau.ask(way, gas, "reply", REPLY, "gas")
    assert (refused is None) is (state in FROM[Move.DRAFT])
    assert bureau.row(gas)["state"] == (State.DRAFTED if refused is None else state)
    assert refused is None or "'reply' is not possible" in refused[0]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(("do", "move"), [(approve, Move.APPROVE), (amend, Move.AMEND)])
def test_a_head_acts_on_drafts_only(bureau, drafted, state, do, move):
    bureau.forge(drafted, state=state)
    answer = do(bureau, drafted)
    assert answer.status_code == (200 if state in FROM[move] else 409)
    if answer.status_code == 409:
        assert f"'{move}' is not possible" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("reply", "field"),
    [
        (PLAN | {"promise": PLAN["promise"] | {"due": "2056-01-15T17:00:00+08:00"}}, "promise.due"),
        (REPLY | {"items": [{"demand": "修堤", "content": "无法办理。", "outcome": "declined"}]}, "outcome"),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_a_draft_keeps_the_rules_of_a_reply(bureau, gas, way, reply, field):
    assert list(bureau.ask(way, gas, "reply", reply, "gas")[1]) == [field]
    assert bureau.row(gas)["state"] == "assigned"


def test_an_approved_draft_is_the_reply(bureau, gas):
    bureau.ask("amqp", gas, "reply", PLAN, "gas")
    answer = approve(bureau, gas)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "replied")
    said = [event.data for event in bureau.said("o-1") if event.type == "assignment.replied"]
    assert [(each.content, each.outcome, each.promise) for each in said] == [
        ("换管道。", "planned", Promise("换管道", at("2027-01-15T17:00"), "燃气公司"))
    ]
    row = bureau.row(gas)
    assert (row["state"], row["reply"], row["outcome"], row["replied"]) == ("replied", "换管道。", "planned", bureau.clock.now())


def test_on_time_is_when_it_was_approved(bureau, drafted):
    bureau.clock.instant = bureau.row(drafted)["reply_by"] + timedelta(seconds=1)
    assert approve(bureau, drafted).status_code == 200
    assert (bureau.row(drafted)["on_time"], bureau.said("o-1")[-1].data.on_time) == (False, False)


def test_a_draft_sent_back_is_written_again(bureau, drafted):
    assert amend(bureau, drafted).get_json()["state"] == "signed"
    assert bureau.said("o-1")[-1].data == AssignmentAmended(drafted, "gas", "请写明日期。")
    assert bureau.get(f"/assignments/{drafted}", "gas").get_json()["draft"]["content"] == REPLY["content"]
    assert bureau.ask("http", drafted, "reply", REPLY | {"content": "周三已修好。"}, "gas") is None
    assert approve(bureau, drafted).status_code == 200
    assert bureau.row(drafted)["reply"] == "周三已修好。"


def test_a_later_draft_replaces_an_earlier_one(bureau, drafted):
    assert bureau.ask("amqp", drafted, "reply", REPLY | {"content": "再改。"}, "gas") is None
    approve(bureau, drafted)
    assert bureau.row(drafted)["reply"] == "再改。"


@pytest.mark.parametrize("way", WAYS)
def test_a_bad_reply_is_refused_before_it_is_a_draft(bureau, gas, way):
    assert list(bureau.ask(way, gas, "reply", {"content": "。"}, "gas")[1]) == ["outcome"]
    late = PLAN | {"promise": {"what": "换", "due": "2020-01-15T17:00:00+08:00"}}
    assert list(bureau.ask(way, gas, "reply", late, "gas")[1]) == ["promise.due"]
    assert bureau.row(gas)["state"] == "assigned"


def test_a_promise_that_is_due_by_now_cannot_go_out_any_more(bureau, gas):
    bureau.ask("http", gas, "reply", PLAN, "gas")
    bureau.clock.instant = at("2027-01-16T09:00")
    refused = approve(bureau, gas)
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["promise.due"])
    assert amend(bureau, gas).status_code == 200


def test_a_draft_ends_a_pause_with_the_deadline_that_it_has_earned(bureau, gas):
    bureau.ask("http", gas, "pause", {"reason": "请说明楼号。"}, "gas")
    bureau.clock.instant += timedelta(days=2)
    before = bureau.row(gas)["reply_by"]
    assert bureau.ask("amqp", gas, "reply", REPLY, "gas") is None
    row = bureau.row(gas)
    assert bureau.story("o-1")[-2:] == [("resumed", 4), ("drafted", 5)]
    assert (row["state"], row["paused"], row["reply_by"]) == ("drafted", None, before + timedelta(days=2))
    assert approve(bureau, gas).status_code == 200
    assert bureau.row(gas)["reply_by"] == row["reply_by"]


def test_a_draft_may_still_be_overtaken_by_a_withdrawal(bureau, drafted):
    bureau.publish_to_routing("o-1", OpinionWithdrawn(True))
    assert bureau.row(drafted)["state"] == "withdrawn"
    assert approve(bureau, drafted).status_code == 409


def test_another_department_s_head_does_nothing_and_sees_nothing(bureau, drafted):
    for do in (approve, amend):
        assert do(bureau, drafted, "head-of-water").status_code == 403
        assert do(bureau, drafted, "gas").status_code == 403
    assert bureau.get(f"/assignments/{drafted}", "head-of-water").status_code == 404
    assert bureau.get("/assignments", "head-of-water").get_json()["items"] == []
    assert bureau.row(drafted)["state"] == "drafted"


def test_an_administrator_may_approve_and_nobody_approves_what_is_not_there(bureau, drafted):
    assert approve(bureau, drafted, "admin").status_code == 200
    assert approve(bureau, "nothing").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "reason"), ({"reason": ""}, "reason"), ({"reason": "长" * 2001}, "reason"), ({"reason": "。", "colour": 1}, "colour")],
)
def test_a_bad_amendment_is_refused(bureau, drafted, body, field):
    answer = bureau.post(f"/assignments/{drafted}/amend", body, "head-of-gas")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
    assert bureau.post(f"/assignments/{drafted}/approve", {"x": 1}, "head-of-gas").status_code == 422


def test_a_co_handler_s_opinion_needs_no_head(bureau):
    lead = bureau.let_in("o-2", co_handlers=("gas",))
    part = bureau.beside("o-2")["gas"]["id"]
    assert bureau.ask("http", part, "reply", {"content": "。"}, "gas") is None
    assert (bureau.row(part)["state"], bureau.row(lead["id"])["state"]) == ("advised", "assigned")
    assert approve(bureau, part).status_code == 409


def test_a_department_that_the_catalogue_has_lost_replies_at_once(sqlite_database, clock):
    full = Bureau(sqlite_database("routing", MIGRATIONS), clock)
    gas = full.let_in("o-1", "燃气有异味")["id"]
    departments = {code: each for code, each in TOWN.departments.items() if code != "gas"}
    less = Bureau(full.database, clock, replace(TOWN, departments=departments))
    assert less.ask("http", gas, "reply", REPLY, "gas") is None
    assert less.row(gas)["state"] == "replied"
