"""承诺: made in a reply or before a supervisor, kept with evidence, or broken; and then the case is done again."""

from datetime import UTC, timedelta

import pytest
import sqlalchemy as sa

from services.contracts.messages.assignments import AssignmentReopened, AssignmentReplied
from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade, SupervisionResolved
from services.contracts.messages.values import Promise
from services.contracts.topology import RETRIES
from services.routing.store.promises import promises
from tests.unit.routing.bureau import PLANNED, at

WAYS = ["http", "amqp"]
DUE = at("2027-01-15T17:00")
EVIDENCE = {"evidence": "新管道已通水，照片为证。"}
ITEMS = [
    {"demand": "修堤", "content": "已修好。", "outcome": "solved"},
    {"demand": "清淤", "content": "汛前完成。", "outcome": "in_progress", "promise": {
        "what": "清淤", "due": "2026-12-20T17:00:00+08:00", "who": "张站长"}},
    {"demand": "换管道", "content": "列入明年计划。", "outcome": "planned", "promise": PLANNED["promise"]},
]  # fmt: skip


@pytest.fixture
def promised(bureau):
    """A case whose reply promises something."""
    assignment = bureau.accept(opinion="o-1")
    assert bureau.ask("http", assignment, "reply", PLANNED) is None
    return assignment


def supervised(assignment, promise, result="promise"):
    return SupervisionResolved(assignment, "water", "s-1", result, "限期办结。", "m-1", promise)


@pytest.mark.parametrize("way", WAYS)
def test_every_promise_of_a_reply_is_tracked(bureau, way):
    assignment = bureau.accept(opinion="o-1")
    assert bureau.ask(way, assignment, "reply", PLANNED | {"promise": None, "items": ITEMS}) is None
    found = [(row.what, row.due, row.who, row.state) for row in bureau.promises(assignment)]
    assert found == [("清淤", at("2026-12-20T17:00"), "张站长", "open"), ("换管道", DUE, "水利站", "open")]
    made = [event.data for event in bureau.said("o-1") if isinstance(event.data, PromiseMade)]
    assert {each.promise for each in made} == {row.id for row in bureau.promises(assignment)}
    assert [type(event.data).__name__ for event in bureau.said("o-1")][-3:] == ["AssignmentReplied", "PromiseMade", "PromiseMade"]
    replied = bureau.said("o-1")[2].data
    assert [(item.demand, item.outcome, item.promise and item.promise.who) for item in replied.items] == [
        ("修堤", "solved", None), ("清淤", "in_progress", "张站长"), ("换管道", "planned", "水利站"),
    ]  # fmt: skip


def test_an_assignment_shows_its_demands_and_its_promises(bureau, promised):
    shown = bureau.get(f"/assignments/{promised}", "water").get_json()
    (promise,) = shown["promises"]
    assert (promise["state"], promise["due"], promise["who"]) == ("open", "2027-01-15T17:00:00+08:00", "水利站")
    assert (shown["items"], bureau.get("/assignments", "water").get_json()["items"][0].get("promises")) == ([], None)
    other = bureau.accept(opinion="o-2")
    bureau.do(other, "reply", PLANNED | {"promise": None, "items": ITEMS})
    assert [item["demand"] for item in bureau.get(f"/assignments/{other}", "water").get_json()["items"]] == [
        "修堤",
        "清淤",
        "换管道",
    ]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("outcome", ["in_progress", "planned"])
def test_an_outcome_that_lies_ahead_is_refused_without_a_promise(bureau, way, outcome):
    assignment = bureau.accept(opinion="o-1")
    _, errors = bureau.ask(way, assignment, "reply", {"content": "在办。", "outcome": outcome})
    assert list(errors) == ["promise"]
    assert (bureau.story("o-1"), bureau.promises(assignment)) == ([("created", 1)], [])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("state", ["replied", "concluded"])
def test_a_kept_promise_is_told_and_asked_about_again(bureau, promised, way, state):
    if state == "concluded":
        bureau.evaluate(promised)
    bureau.clock.instant = at("2027-01-11T10:00")
    assert bureau.ask(way, promised, "keep", EVIDENCE) is None
    (row,) = bureau.promises(promised)
    assert (row.state, row.kept, row.evidence) == ("kept", bureau.clock.now(), EVIDENCE["evidence"])
    window = bureau.row(promised)["evaluate_by"]
    assert window == at("2027-02-08T23:59:59")
    assert bureau.said("o-1")[-1].data == PromiseKept(promised, "water", row.id, "换管道", EVIDENCE["evidence"], DUE, True, window)
    assert bureau.row(promised)["state"] == state


def test_a_kept_promise_holds_the_end_back_until_it_is_rated(bureau, promised):
    bureau.clock.instant = bureau.row(promised)["evaluate_by"]
    bureau.do(promised, "keep", EVIDENCE)
    bureau.clock.instant += timedelta(days=1)
    assert bureau.conclude_lapsed() == 0
    bureau.evaluate(promised, "dissatisfied")
    assert bureau.row(promised)["state"] == "reopened"


@pytest.mark.parametrize("way", WAYS)
def test_a_date_is_told_in_the_zone_of_the_place_whatever_offset_it_was_sent_with(bureau, way):
    assignment = bureau.accept(opinion="o-1")
    elsewhere = {**PLANNED["promise"], "due": DUE.astimezone(UTC).isoformat()}
    assert bureau.ask(way, assignment, "reply", PLANNED | {"promise": elsewhere}) is None
    told = [each.data.due for each in bureau.said("o-1") if isinstance(each.data, PromiseMade)]
    replied = [each.data.promise.due for each in bureau.said("o-1") if isinstance(each.data, AssignmentReplied)]
    assert [each.utcoffset() for each in told + replied] == [DUE.utcoffset()] * 2


@pytest.mark.parametrize("way", WAYS)
def test_a_promise_is_kept_once_and_named_where_there_are_several(bureau, way):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", PLANNED | {"promise": None, "items": ITEMS})
    first, second = (row.id for row in bureau.promises(assignment))
    _, errors = bureau.ask(way, assignment, "keep", EVIDENCE)
    assert errors == {"promise": [f"one of {first}, {second}"]}
    assert bureau.ask(way, assignment, "keep", EVIDENCE | {"promise": second}) is None
    assert "already" in bureau.ask(way, assignment, "keep", EVIDENCE | {"promise": second})[0]
    assert "promise" in bureau.ask(way, assignment, "keep", EVIDENCE | {"promise": "nothing"})[1]
    assert bureau.ask(way, assignment, "keep", EVIDENCE) is None
    assert "no promise left" in bureau.ask(way, assignment, "keep", EVIDENCE)[0]


def test_a_department_can_keep_what_is_promised_and_nothing_else(bureau):
    def offered():
        bureau.command("water.dance", {"assignment": assignment})
        told = {bureau.get(f"/assignments/{assignment}", who).get_json()["allowed"].count("keep") for who in ("water", "admin")}
        (listed,) = bureau.get("/assignments", "water").get_json()["items"]
        return {*told, listed["allowed"].count("keep"), bureau.answers()[-1].allowed.count("keep")}

    assignment = bureau.accept(opinion="o-1")
    assert offered() == {0}
    assert "keep" in bureau.do(assignment, "reply", PLANNED).get_json()["allowed"]
    assert offered() == {1}
    assert "keep" not in bureau.do(assignment, "keep", EVIDENCE).get_json()["allowed"]
    assert offered() == {0}
    bureau.command("water.keep", {"assignment": assignment, **EVIDENCE})
    assert (bureau.answers()[-1].code, bureau.answers()[-1].allowed) == ("conflict", ())


@pytest.mark.parametrize("way", WAYS)
def test_another_department_s_promise_is_not_kept_by_this_one(bureau, promised, way):
    assert "another department" in bureau.ask(way, promised, "keep", EVIDENCE, who="roads")[0]
    assert bureau.promises(promised)[0].state == "open"


@pytest.mark.parametrize("state", ["replied", "concluded"])
def test_a_broken_promise_reopens_the_case_once(bureau, promised, state):
    if state == "concluded":
        bureau.evaluate(promised)
    bureau.clock.instant = DUE
    assert bureau.break_overdue() == 0
    bureau.clock.instant += timedelta(seconds=1)
    assert [bureau.break_overdue(), bureau.break_overdue()] == [1, 0]
    broken, reopened = (event.data for event in bureau.said("o-1")[-2:])
    (promise,) = bureau.promises(promised)
    assert (broken, promise.state) == (PromiseBroken(promised, "water", promise.id, "换管道", DUE), "broken")
    assert reopened == AssignmentReopened(promised, "water", 2, {"reply": bureau.row(promised)["reply_by"]}, "换管道", "promise")
    assert (bureau.row(promised)["state"], bureau.row(promised)["reply_by"]) == ("reopened", at("2027-01-22T23:59:59"))


def test_a_promise_broken_while_the_case_is_in_hand_leaves_it_there(bureau, promised):
    bureau.evaluate(promised, "dissatisfied")
    bureau.clock.instant = DUE + timedelta(days=1)
    assert bureau.break_overdue() == 1
    assert (bureau.said("o-1")[-1].type, bureau.row(promised)["round"]) == ("promise.broken", 2)


def test_a_broken_promise_can_be_kept_late(bureau, promised):
    bureau.clock.instant = DUE + timedelta(days=1)
    bureau.break_overdue()
    assert bureau.ask("amqp", promised, "keep", EVIDENCE) is None
    assert (bureau.said("o-1")[-1].data.on_time, bureau.promises(promised)[0].state) == (False, "kept")


def test_a_kept_promise_is_never_broken(bureau, promised):
    bureau.do(promised, "keep", EVIDENCE)
    bureau.clock.instant = DUE + timedelta(days=400)
    assert bureau.break_overdue() == 0


def test_a_promise_for_a_case_that_was_taken_away_is_let_go(bureau, promised):
    bureau.forge(promised, state="reassigned")
    before = bureau.said()
    bureau.clock.instant = DUE + timedelta(days=1)
    assert [bureau.break_overdue(), bureau.break_overdue()] == [1, 0]
    assert (bureau.said(), bureau.promises(promised)[0].state) == (before, "released")


def test_so_many_are_broken_at_a_time(bureau):
    assignments = [bureau.accept() for _ in range(5)]
    for assignment in assignments:
        bureau.do(assignment, "reply", PLANNED)
    bureau.clock.instant = DUE + timedelta(days=1)
    assert [bureau.break_overdue(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert {bureau.row(assignment)["state"] for assignment in assignments} == {"reopened"}


def test_a_look_for_broken_promises_reads_an_index_of_the_open_ones(bureau):
    query = "SELECT id FROM promises WHERE state = 'open' AND due < 5 ORDER BY due LIMIT 10"
    with bureau.database.reading() as connection:
        plan = " ".join(str(row) for row in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {query}")))
    assert "promises_due" in plan


@pytest.mark.parametrize("due", [DUE, at("2029-01-15T17:00")], ids=["soon", "later-than-a-reply-may-promise"])
def test_a_promise_made_before_a_supervisor_is_tracked_like_any_other(bureau, due):
    assignment = bureau.accept(opinion="o-1")
    bureau.publish_to_routing("o-1", supervised(assignment, Promise("清淤", due)))
    (row,) = bureau.promises(assignment)
    assert (row.supervision, row.who, row.state) == ("s-1", "水利站", "open")
    assert bureau.said("o-1")[-1].data == PromiseMade(assignment, "water", "清淤", due, "水利站", row.id)
    assert bureau.ask("http", assignment, "keep", EVIDENCE) is None


def test_a_supervision_without_a_promise_or_for_a_case_that_is_over_makes_none(bureau, promised):
    before = bureau.said()
    bureau.publish_to_routing("o-1", supervised(promised, None, "criticism"))
    bureau.forge(promised, state="merged")
    bureau.publish_to_routing("o-1", supervised(promised, Promise("清淤", DUE)))
    assert (bureau.said(), len(bureau.promises(promised))) == (before, 1)


def test_a_supervision_that_comes_before_its_case_waits(bureau):
    bureau.publish_to_routing("o-x", supervised("nothing", Promise("清淤", DUE)))
    assert len(bureau.broker.waiting(RETRIES[0].exchange)) == 1


def listed(bureau, who, **query):
    answer = bureau.get("/promises", who, **query)
    assert answer.status_code == 200, answer.text
    return [(row["department"], row["state"]) for row in answer.get_json()["items"]]


def test_promises_are_listed_and_a_department_sees_its_own(bureau, promised):
    lamp = bureau.accept("路灯不亮", opinion="o-2")
    bureau.do(lamp, "reply", PLANNED | {"promise": PLANNED["promise"] | {"due": "2026-12-01T17:00:00+08:00"}}, who="roads")
    assert listed(bureau, "reviewer") == [("roads", "open"), ("water", "open")]
    assert listed(bureau, "water") == [("water", "open")]
    assert listed(bureau, "water", department="water") == [("water", "open")]
    assert bureau.get("/promises", "water", department="roads").status_code == 403
    assert listed(bureau, "reviewer", department="roads") == [("roads", "open")]
    assert listed(bureau, "reviewer", assignment=promised) == [("water", "open")]
    bureau.clock.instant = at("2026-12-02T09:00")
    assert listed(bureau, "reviewer", overdue=True) == [("roads", "open")]
    bureau.break_overdue()
    assert listed(bureau, "reviewer", overdue=True) == listed(bureau, "reviewer", state="broken") == [("roads", "broken")]
    page = bureau.get("/promises", "reviewer", limit=1).get_json()
    assert listed(bureau, "reviewer", limit=1, cursor=page["next"]) == [("water", "open")]
    assert bureau.get("/promises", "reviewer", state="forgotten").status_code == 422


def test_the_index_of_open_promises_is_the_one_the_tables_say(bureau):
    assert {index.name for index in promises.indexes} == {"ix_promises_assignment", "promises_department", "promises_due"}
