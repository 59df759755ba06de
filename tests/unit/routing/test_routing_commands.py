"""What departments send over AMQP and over HTTP: the same command has the same result, and a refusal says why."""

import json

import msgspec
import pytest

from services.contracts.commands import ALL_VERBS, VERBS
from services.contracts.lifecycle import TRANSITIONS, State, allowed_moves
from services.contracts.messages.values import Promise
from services.contracts.topology import RETRIES
from services.routing.schemas import bodies
from services.routing.store.cases import RoutingStore
from tests.unit.routing.bureau import PLANNED, PROMISE, REPLY

ITEM = {"demand": "修堤", "content": "已修好。", "outcome": "solved"}
AFAR = PROMISE | {"due": "2027-12-01T00:00:00+08:00"}
BODIES = {
    "sign": {}, "object": {"reason": "不归我们管。", "department": "roads"},
    "extend": {"until": "2026-12-18T23:59:59+08:00", "reason": "等配件。"}, "pause": {"reason": "请说明是哪一段。"},
    "resume": {}, "progress": {"content": "周三进场。"}, "reply": REPLY, "keep": {"evidence": "照片为证。"},
}  # fmt: skip
TABLE = {(row.state, str(row.move)): row.to for row in TRANSITIONS}
PAIRS = [(state, verb) for state in State for verb in VERBS]
POSSIBLE = [pair for pair in PAIRS if pair in TABLE]
IMPOSSIBLE = [pair for pair in PAIRS if pair not in TABLE]


def set_state(bureau, assignment, state):
    waiting = {"paused": bureau.clock.now(), "paused_until": bureau.clock.now()} if state is State.PAUSED else {}
    bureau.forge(assignment, state=state, **waiting)
    with bureau.database.transaction() as work:
        store = RoutingStore(work, bureau.catalogue)
        case = store.case_of(assignment)
        case.promise(case.assignment(assignment), [Promise("换管道", bureau.clock.now(), "水利站")])
        store.save(case)


def refusal(bureau):
    """The one refusal that was said."""
    (only,) = bureau.rejected()
    return only


def told(bureau, opinion):
    """What was said about an opinion, without what differs each time."""
    differ = {"assignment": "-", "promise": "-"}
    return [(event.type, event.sequence, {**event_data(event), **differ}) for event in bureau.said(opinion)[1:]]


def event_data(event):
    return msgspec.structs.asdict(event.data)


def test_every_pair_of_state_and_verb_is_tried_here():
    assert set(BODIES) == set(bodies.BODIES) == set(VERBS)
    assert len(POSSIBLE) + len(IMPOSSIBLE) == len(State) * len(VERBS)
    assert len(POSSIBLE) == 28


@pytest.mark.parametrize(("state", "verb"), POSSIBLE)
def test_a_move_of_the_table_is_made_over_either_way(bureau, state, verb):
    by_http, by_amqp = bureau.accept(opinion="o-1"), bureau.accept(opinion="o-2")
    for assignment in (by_http, by_amqp):
        set_state(bureau, assignment, state)
    answer = bureau.do(by_http, verb, BODIES[verb])
    bureau.command(f"water.{verb}", {"assignment": by_amqp, **BODIES[verb]})
    to = TABLE[state, verb]
    assert (answer.status_code, answer.get_json()["state"]) == (200, to)
    # The one promise that there is can be kept once.
    done = {"keep"} if verb == "keep" else set()
    assert answer.get_json()["allowed"] == [each for each in VERBS if each in allowed_moves(to) and each not in done]
    assert (answer.get_json()["id"], answer.get_json()["opinion"]) == (by_http, "o-1")
    assert bureau.rejected() == []
    assert told(bureau, "o-1") == told(bureau, "o-2") != []
    differ = ("id", "opinion")
    assert {name: value for name, value in bureau.row(by_http).items() if name not in differ} == {
        name: value for name, value in bureau.row(by_amqp).items() if name not in differ
    }


@pytest.mark.parametrize(("state", "verb"), IMPOSSIBLE)
def test_a_move_outside_the_table_is_refused_and_the_allowed_ones_named(bureau, state, verb):
    assignment = bureau.accept()
    set_state(bureau, assignment, state)
    before = bureau.row(assignment)
    answer = bureau.do(assignment, verb, BODIES[verb])
    command = bureau.command(f"water.{verb}", {"assignment": assignment, **BODIES[verb]})
    rejected = refusal(bureau)
    assert (answer.status_code, rejected.command, rejected.verb, rejected.department) == (409, command, verb, "water")
    assert answer.get_json()["detail"] == rejected.detail
    possible = tuple(each for each in VERBS if each in allowed_moves(state))
    assert (rejected.code, rejected.state, rejected.allowed) == ("conflict", state, possible)
    nothing = "nothing" if allowed_moves(state) else "none, the case is closed"
    for words in (f"'{verb}'", f"'{state}'", f"Allowed now: {', '.join(possible) or nothing}."):
        assert words in rejected.detail
    assert bureau.row(assignment) == before


def test_the_same_command_twice_acts_once(bureau):
    assignment = bureau.accept(opinion="o-1")
    for _ in range(3):
        bureau.command("water.progress", {"assignment": assignment, **BODIES["progress"]}, "c-1")
    assert bureau.story("o-1") == [("created", 1), ("progressed", 2)]


def test_departments_do_not_use_up_one_another_s_ids(bureau):
    assignment = bureau.accept(opinion="o-1")
    for command in ("c-1", "c" * 64):
        bureau.command("roads.sign", {"assignment": "nothing"}, command)
        bureau.command("water.progress", {"assignment": assignment, **BODIES["progress"]}, command)
    assert bureau.story("o-1") == [("created", 1), ("progressed", 2), ("progressed", 3)]


def test_a_command_may_carry_its_id_in_the_event_only(bureau):
    assignment = bureau.accept(opinion="o-1")
    body = json.dumps({"id": "c-1", "data": {"assignment": assignment, **BODIES["progress"]}}).encode()
    for _ in range(2):
        bureau.command("water.progress", body, command="")
    assert bureau.story("o-1") == [("created", 1), ("progressed", 2)]


def test_several_commands_in_one_batch_act_in_their_order_and_a_refused_one_alone_is_refused(bureau):
    assignment = bureau.accept(opinion="o-1")
    consume, bureau.consume = bureau.consume, lambda _: None
    bureau.command("water.sign", {"assignment": assignment})
    second = bureau.command("water.sign", {"assignment": assignment})
    bureau.command("water.reply", {"assignment": assignment, **REPLY})
    consume("routing.commands")
    assert bureau.story("o-1") == [("created", 1), ("signed", 2), ("replied", 3)]
    assert refusal(bureau).command == second


def test_a_command_for_another_department_s_assignment_is_refused_and_said(bureau):
    assignment = bureau.accept(opinion="o-1")
    command = bureau.command("roads.reply", {"assignment": assignment, **REPLY}, sender="department-roads")
    assert (refusal(bureau).command, refusal(bureau).department) == (command, "roads")
    assert "another department" in refusal(bureau).detail
    assert bureau.do(assignment, "reply", REPLY, who="roads").status_code == 403
    assert bureau.story("o-1") == [("created", 1)]


def test_a_department_that_speaks_under_another_s_name_is_refused(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.command("water.sign", {"assignment": assignment}, sender="department-roads")
    assert "own name" in refusal(bureau).detail
    assert bureau.story("o-1") == [("created", 1)]


@pytest.mark.parametrize("sender", [None, "department-water", "huiying"])
def test_a_department_under_its_own_name_and_an_operator_are_heard(bureau, sender):
    assignment = bureau.accept()
    bureau.command("water.sign", {"assignment": assignment}, sender=sender)
    assert bureau.row(assignment)["state"] == "signed"


@pytest.mark.parametrize("verb", ["dance", "Sign", "sign.now", ""])
def test_an_unknown_verb_is_refused_with_those_there_are(bureau, verb):
    command = bureau.command(f"water.{verb}", {"assignment": bureau.accept()})
    assert (refusal(bureau).command, refusal(bureau).verb) == (command, verb)
    assert refusal(bureau).errors == {"verb": (f"one of {', '.join(ALL_VERBS)}",)}


@pytest.mark.parametrize("key", ["moon.sign", "sign", "", "Water.sign"])
def test_a_command_of_an_unknown_department_is_parked_because_nobody_could_be_told(bureau, key):
    command = bureau.command(key, {"assignment": bureau.accept()})
    assert [message.message_id for message in bureau.dead("routing.commands")] == [command]
    assert bureau.rejected() == []


@pytest.mark.parametrize("data", [None, [], "sign", {}, {"assignment": 5}, {"assignment": None}])
def test_a_command_that_names_no_assignment_is_told_so(bureau, data):
    bureau.command("water.sign", data)
    assert list(refusal(bureau).errors) == ["assignment"]


def test_a_command_for_an_assignment_that_is_not_there_is_told_so(bureau):
    bureau.command("water.sign", {"assignment": "nothing"})
    assert "no such assignment" in refusal(bureau).detail
    assert bureau.do("nothing", "sign").status_code == 404


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("sign", {"by": "me"}, "by"),
        ("progress", {}, "content"),
        ("progress", {"content": ""}, "content"),
        ("progress", {"content": "长" * 20_001}, "content"),
        ("progress", {"content": "。", "contact": "pigeon"}, "contact"),
        ("resume", {"details": "。"}, "details"),
        ("keep", {}, "evidence"),
        ("keep", {"evidence": ""}, "evidence"),
        ("keep", {"evidence": "长" * 20_001}, "evidence"),
        ("keep", {"evidence": "。", "promise": 5}, "promise"),
        ("keep", {"evidence": "。", "by": "me"}, "by"),
        ("reply", {"content": "。"}, "outcome"),
        ("reply", {"outcome": "solved"}, "content"),
        ("reply", {"content": "。", "outcome": "done"}, "outcome"),
        ("reply", REPLY | {"colour": "red"}, "colour"),
        ("reply", REPLY | {"promise": PROMISE}, "promise"),
        ("reply", REPLY | {"outcome": "planned"}, "promise"),
        ("reply", REPLY | {"outcome": "in_progress"}, "promise"),
        ("reply", REPLY | {"items": [{"demand": "修堤", "outcome": "solved"}]}, "items.0.content"),
        ("reply", REPLY | {"items": [ITEM] * 21}, "items"),
        ("reply", REPLY | {"items": ["修堤"]}, "items.0._schema"),
        ("reply", REPLY | {"items": [ITEM | {"demand": ""}]}, "items.0.demand"),
        ("reply", REPLY | {"outcome": "deferred", "items": [ITEM, ITEM | {"outcome": "planned"}]}, "items.1.promise"),
        ("reply", REPLY | {"items": [ITEM, ITEM | {"outcome": "declined"}]}, "outcome"),
        ("reply", PLANNED | {"items": [ITEM | {"outcome": "deferred"}]}, "outcome"),
        ("reply", PLANNED | {"promise": PROMISE | {"due": "2056-11-23T17:00:00+08:00"}}, "promise.due"),
        ("reply", PLANNED | {"items": [ITEM | {"outcome": "planned", "promise": AFAR}]}, "items.0.promise.due"),
        ("reply", REPLY | {"items": [ITEM | {"promise": PROMISE}]}, "items.0.promise"),
        ("reply", {"content": "。", "outcome": "planned", "promise": {"what": "换管道"}}, "promise.due"),
        ("reply", {"content": "。", "outcome": "planned", "promise": {"what": "换", "due": "2027-01-15T17:00:00"}}, "promise.due"),
        ("reply", {"content": "。", "outcome": "planned", "promise": {"what": "换", "due": "soon"}}, "promise.due"),
        ("reply", {"content": "。", "outcome": "planned", "promise": {"what": "换", "due": "2020-01-15T17:00:00Z"}}, "promise.due"),
        ("reply", {"content": "。", "outcome": "planned", "promise": {"what": "", "due": "2027-01-15T17:00:00Z"}}, "promise.what"),
    ],
)
def test_a_bad_body_is_refused_over_either_way_with_the_same_words(bureau, verb, body, field):
    assignment = bureau.accept(opinion="o-1")
    answer = bureau.do(assignment, verb, body)
    bureau.command(f"water.{verb}", {"assignment": assignment, **body})
    assert answer.status_code == 422
    assert list(refusal(bureau).errors) == [field]
    assert answer.get_json()["errors"] == {name: list(reasons) for name, reasons in refusal(bureau).errors.items()}
    assert bureau.story("o-1") == [("created", 1)]


def test_a_text_that_no_store_can_keep_is_refused_over_either_way(bureau):
    assignment = bureau.accept(opinion="o-1")
    body = {"content": "甲\x00乙"}
    assert bureau.do(assignment, "progress", body).status_code == 400
    bureau.command("water.progress", {"assignment": assignment, **body})
    assert "U+0000" in refusal(bureau).detail
    assert bureau.story("o-1") == [("created", 1)]


def test_refusals_of_different_departments_do_not_wait_for_one_another(bureau):
    commands = {bureau.command(f"{code}.sign", {}) for code in ("water", "roads")}
    said = [event for event in bureau.said() if event.type == "command.rejected"]
    assert {event.data.command for event in said} == commands
    assert len({event.subject for event in said}) == 2
    assert len(bureau.broker.waiting(RETRIES[0].exchange)) == 0
