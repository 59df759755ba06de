"""重点督办, 领导领办, 提级: what a supervisor puts on a case, and what many reworks or transfers bring."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.catalogue.model import LEVELS, Rung
from services.contracts.catalogue.rules import Limits
from services.contracts.lifecycle import TRANSITIONS, Move, State
from services.contracts.messages.assignments import AssignmentMarked, AssignmentRaised
from services.contracts.messages.supervision import SupervisionRaised
from services.contracts.messages.values import RaisedBy
from services.contracts.topology import RETRIES
from services.routing.domain.levels import level_after
from tests.unit.routing.bureau import MIGRATIONS, REPLY, TOWN, Bureau, at

FROM = {move: {row.state for row in TRANSITIONS if row.move is move} for move in (Move.MARK, Move.RAISE)}
MARK = {"key": True, "leader": "王副县长", "reason": "群众反映集中。"}
counts = st.integers(0, 40)


@pytest.fixture
def flood(bureau):
    """The lead's assignment of a case with two co-handlers, at the county's level."""
    return bureau.let_in("o-1", "内涝")["id"]


@pytest.fixture
def restless(sqlite_database, clock):
    """A bureau where one rework or two transfers raise a case."""
    limits = Limits(reworks=1, transfers=2, extensions=2, pauses=0)
    return Bureau(sqlite_database("routing", MIGRATIONS), clock, replace(TOWN, limits=limits, level="village"))


def reasons(bureau, opinion):
    return [event.data.reason for event in bureau.said(opinion) if isinstance(event.data, AssignmentRaised)]


def raised(bureau, opinion):
    return [event.data.level for event in bureau.said(opinion) if isinstance(event.data, AssignmentRaised)]


def transfer(bureau, opinion):
    """The lead objects, and a supervisor upholds it."""
    row = bureau.lead(opinion)
    other = "roads" if row["department"] == "water" else "water"
    assert bureau.ask("amqp", row["id"], "object", {"reason": "不是。", "department": other}, row["department"]) is None
    assert bureau.rule(row["id"], "objection", True).status_code == 200


def test_a_mark_is_put_on_the_whole_case_and_told_to_the_lead(bureau, flood):
    answer = bureau.post(f"/assignments/{flood}/mark", MARK, "supervisor")
    assert (answer.status_code, answer.get_json()["state"]) == (200, "assigned")
    assert bureau.said("o-1")[-1].data == AssignmentMarked(flood, "water", True, "王副县长", "群众反映集中。")
    assert {(row["key"], row["leader"]) for row in bureau.leads("o-1")} == {(True, "王副县长")}
    shown = bureau.get(f"/assignments/{flood}", "water").get_json()
    assert (shown["key"], shown["leader"]) == (True, "王副县长")


def test_a_mark_is_taken_off_again(bureau, flood):
    bureau.post(f"/assignments/{flood}/mark", MARK, "supervisor")
    bureau.post(f"/assignments/{flood}/mark", {"key": False, "reason": "已缓解。"}, "admin")
    assert bureau.said("o-1")[-1].data == AssignmentMarked(flood, "water", False, None, "已缓解。")
    assert {(row["key"], row["leader"]) for row in bureau.leads("o-1")} == {(False, None)}


def test_marks_and_the_level_go_along_to_another_department(bureau, flood):
    bureau.post(f"/assignments/{flood}/mark", MARK, "supervisor")
    bureau.post(f"/assignments/{flood}/raise", {"reason": "涉及两县。"}, "supervisor")
    transfer(bureau, "o-1")
    created = [event.data for event in bureau.said("o-1") if event.type == "assignment.created"][3:]
    assert {(each.level, each.key, each.leader) for each in created} == {("city", True, "王副县长")}
    assert {each.department for each in created} == {"roads", "schools"}


def test_a_supervisor_raises_a_case_up_to_the_highest_level(bureau, flood):
    answer = bureau.post(f"/assignments/{flood}/raise", {"reason": "涉及两县。"}, "supervisor")
    assert (answer.status_code, bureau.said("o-1")[-1].data) == (200, AssignmentRaised(flood, "water", "city", "涉及两县。"))
    assert {row["level"] for row in bureau.leads("o-1")} == {"city"}
    assert bureau.post(f"/assignments/{flood}/raise", {"reason": "。"}, "supervisor").status_code == 409
    assert raised(bureau, "o-1") == ["city"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(("move", "body"), [(Move.MARK, MARK), (Move.RAISE, {"reason": "。"})])
def test_it_is_possible_in_the_states_of_the_table(bureau, flood, state, move, body):
    bureau.forge(flood, state=state)
    answer = bureau.post(f"/assignments/{flood}/{move}", body, "supervisor")
    assert answer.status_code == (200 if state in FROM[move] else 409)
    assert bureau.row(flood)["state"] == state
    if answer.status_code == 409:
        assert f"'{move}' is not possible" in answer.get_json()["detail"]


@pytest.mark.parametrize("verb", ["mark", "raise"])
def test_it_is_the_lead_s_assignment_that_stands_for_the_case(bureau, flood, verb):
    body = MARK if verb == "mark" else {"reason": "。"}
    assert bureau.post(f"/assignments/{bureau.beside('o-1')['roads']['id']}/{verb}", body, "supervisor").status_code == 409
    assert bureau.post(f"/assignments/nothing/{verb}", body, "supervisor").status_code == 404
    assert bureau.post(f"/assignments/{flood}/{verb}", body, "water").status_code == 403


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("mark", {"reason": "。"}, "key"),
        ("mark", {"key": True}, "reason"),
        ("mark", {"key": "perhaps", "reason": "。"}, "key"),
        ("mark", MARK | {"leader": "长" * 61}, "leader"),
        ("mark", MARK | {"level": "city"}, "level"),
        ("raise", {}, "reason"),
        ("raise", {"reason": "长" * 2001}, "reason"),
        ("raise", {"reason": "。", "level": "city"}, "level"),
    ],
)
def test_a_bad_body_is_refused(bureau, flood, verb, body, field):
    answer = bureau.post(f"/assignments/{flood}/{verb}", body, "supervisor")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
    assert len(bureau.said("o-1")) == 3


@pytest.mark.parametrize("verb", ["mark", "raise"])
def test_the_same_request_twice_has_one_effect(bureau, flood, verb):
    body = MARK if verb == "mark" else {"reason": "。"}
    answers = [bureau.post(f"/assignments/{flood}/{verb}", body, "supervisor", Idempotency_Key="k") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    assert len(bureau.said("o-1")) == 4


def climbed(assignment, rung="raise", department="water"):
    return SupervisionRaised(assignment, department, rung, "reply", at("2026-12-31T23:59:59"), "s-1")


@pytest.fixture
def laddered(sqlite_database, clock):
    """A bureau at the town's level with a rung that raises and one that does not."""
    rungs = [
        Rung(code, name, code, "reply", "supervision", ("department",), half=True, raises=raises)
        for code, name, raises in (("raise", "提级办理", True), ("supervise", "督办", False))
    ]
    place = replace(TOWN, ladder={rung.code: rung for rung in rungs}, level="town")
    bureau = Bureau(sqlite_database("routing", MIGRATIONS), clock, place)
    return bureau, bureau.let_in("o-1", "内涝")["id"]


@pytest.mark.parametrize(("rung", "levels"), [("raise", ["county"]), ("supervise", []), ("gone", [])])
def test_a_rung_that_raises_makes_the_case_the_next_level_s(laddered, rung, levels):
    bureau, assignment = laddered
    bureau.publish_to_routing("o-1", climbed(assignment, rung))
    assert (raised(bureau, "o-1"), reasons(bureau, "o-1")) == (levels, ["提级办理"] * len(levels))
    assert {row["level"] for row in bureau.leads("o-1")} == {"county" if levels else "town"}


def test_a_rung_raises_again_for_a_later_deadline_and_never_beyond_the_top(laddered):
    bureau, assignment = laddered
    for _ in range(4):
        bureau.publish_to_routing("o-1", climbed(assignment))
    assert raised(bureau, "o-1") == ["county", "city"]


def test_the_ladder_raises_the_case_by_its_lead_s_assignment_only(laddered):
    bureau, _ = laddered
    bureau.publish_to_routing("o-1", climbed(bureau.beside("o-1")["roads"]["id"], department="roads"))
    assert raised(bureau, "o-1") == []


def test_a_supervision_that_comes_before_its_case_waits(laddered):
    bureau, _ = laddered
    bureau.publish_to_routing("o-2", climbed("nothing"))
    assert len(bureau.broker.waiting(RETRIES[0].exchange)) == 1


@pytest.mark.parametrize("state", State)
def test_the_ladder_raises_in_the_states_of_the_table(laddered, state):
    bureau, assignment = laddered
    bureau.forge(assignment, state=state)
    bureau.publish_to_routing("o-1", climbed(assignment))
    assert (raised(bureau, "o-1") == ["county"]) is (state in FROM[Move.RAISE])


@pytest.mark.parametrize(
    ("level", "counted", "expected"),
    [
        ("county", (0, 0, 0), None),
        ("county", (0, 2, 2), None),
        ("county", (0, 3, 0), ("city", RaisedBy.REWORKS)),
        ("county", (0, 0, 3), ("city", RaisedBy.TRANSFERS)),
        ("village", (0, 3, 3), ("town", RaisedBy.REWORKS)),
        ("town", (1, 3, 5), None),
        ("town", (1, 3, 6), ("county", RaisedBy.TRANSFERS)),
        ("town", (1, 6, 0), ("county", RaisedBy.REWORKS)),
        ("city", (0, 9, 9), None),
    ],
)
def test_so_many_reworks_or_transfers_raise_a_case_once(level, counted, expected):
    assert level_after(level, *counted, Limits()) == expected


@given(st.sampled_from(LEVELS), counts, counts, counts)
def test_a_case_goes_up_one_level_at_a_time_and_no_higher_than_there_is(level, already, reworks, transfers):
    above = level_after(level, already, reworks, transfers, Limits())
    assert above is None or LEVELS.index(above[0]) == LEVELS.index(level) + 1
    assert above is None or {RaisedBy.REWORKS: reworks, RaisedBy.TRANSFERS: transfers}[above[1]] >= 3


@pytest.mark.slow
def test_transfers_raise_a_case_of_the_department_that_has_it_then(restless):
    restless.let_in("o-1")
    for _ in range(5):
        transfer(restless, "o-1")
    assert raised(restless, "o-1") == ["town", "county"]
    assert reasons(restless, "o-1") == ["transfers: 2", "transfers: 4"]
    types = [event.type for event in restless.said("o-1")]
    assert types[types.index("assignment.raised") - 1] == "assignment.created"
    assert (restless.lead("o-1")["level"], restless.lead("o-1")["transfers"]) == ("county", 5)
    assert [event.sequence for event in restless.said("o-1")] == list(range(1, len(types) + 1))


def test_reworks_raise_a_case_and_none_is_raised_above_the_highest(restless):
    assignment = restless.let_in("o-1")["id"]
    for _ in range(5):
        restless.do(assignment, "reply", REPLY)
        restless.evaluate(assignment, "dissatisfied")
    assert raised(restless, "o-1") == ["town", "county", "city"]
    assert reasons(restless, "o-1") == ["reworks: 1", "reworks: 2", "reworks: 3"]
    assert (restless.row(assignment)["level"], restless.row(assignment)["state"]) == ("city", "reopened")


def test_reworks_are_counted_across_departments(restless):
    assignment = restless.let_in("o-1")["id"]
    restless.do(assignment, "reply", REPLY)
    restless.evaluate(assignment, "dissatisfied")
    restless.ask("http", assignment, "sign")
    transfer(restless, "o-1")
    assert (restless.lead("o-1")["round"], restless.lead("o-1")["transfers"]) == (2, 1)
    assert raised(restless, "o-1") == ["town"]


def test_the_catalogue_says_how_often_a_case_is_extended_and_paused(restless):
    assignment = restless.let_in("o-1")["id"]
    for until in ("2026-12-18T23:59:59+08:00", "2026-12-21T23:59:59+08:00"):
        assert restless.ask("http", assignment, "extend", {"until": until, "reason": "等配件。"}) is None
        assert restless.rule(assignment, "extension", True).status_code == 200
    late = at("2026-12-23T23:59:59").isoformat()
    assert "as often as it may be: 2" in restless.ask("amqp", assignment, "extend", {"until": late, "reason": "。"})[0]
    assert "as often as it may be: 0" in restless.ask("amqp", assignment, "pause", {"reason": "。"})[0]
