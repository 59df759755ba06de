"""A changed calendar: every open deadline follows, killed in the middle or not, and every department hears once."""

import dataclasses
from datetime import date

import pytest
import sqlalchemy as sa

from services.contracts.messages.assignments import AssignmentRescheduled
from services.contracts.messages.supervision import CalendarChanged
from services.contracts.time.worktime import Closure
from services.routing.__main__ import Rescheduling
from services.routing.handlers.events import assign
from services.routing.schemas.following import ReschedulingPage
from services.routing.store.cases import RoutingStore
from services.runtime.store.outgoing.outbox import outbox_table
from tests.unit.routing.bureau import REPLY, TOWN, Bureau, accepted, at

CLOSED = dataclasses.replace(TOWN, closures={date(2026, 11, 25): Closure("停电检修", "no power")})
AGAIN = dataclasses.replace(
    TOWN, closures={date(2026, 11, 25): Closure("停电检修", "no power"), date(2026, 11, 26): Closure("雪", "snow")}
)
#: The deadlines of an ordinary case that came at the clock's start, before and after the closure.
BEFORE, AFTER = at("2026-12-14T23:59:59"), at("2026-12-15T23:59:59")


def worker(bureau, catalogue=TOWN):
    """A worker that has just been started with a catalogue, on the bureau's store."""
    return Rescheduling(Bureau(bureau.database, bureau.clock, catalogue).service)


def run(bureau, catalogue, steps=10_000):
    """Let a worker do everything, or at most `steps`; returns how many it made."""
    job = worker(bureau, catalogue)
    return next(step for step in range(1, steps + 1) if not job.step() or step == steps)


@pytest.fixture
def town(bureau):
    """A bureau whose worker has seen the calendar of the town."""
    run(bureau, TOWN)
    return bureau


def told(bureau):
    """What departments were told of the calendar, by department."""
    return {event.data.department: event.data for event in bureau.said() if isinstance(event.data, CalendarChanged)}


def moves(bureau, opinion):
    return [event.data for event in bureau.said(opinion) if isinstance(event.data, AssignmentRescheduled)]


def test_the_first_calendar_ever_seen_moves_nothing(bureau):
    assignment = bureau.accept()
    before = bureau.row(assignment)
    assert run(bureau, CLOSED) == 1
    assert (bureau.row(assignment), told(bureau)) == (before, {})


def test_the_same_calendar_again_is_nothing_to_do(town):
    town.accept()
    before = town.said()
    assert [run(town, TOWN), run(town, dataclasses.replace(TOWN, name="他镇"))] == [1, 1]
    assert town.said() == before


def test_every_open_deadline_follows_and_says_why(town):
    assignment = town.accept(opinion="o-1")
    run(town, CLOSED)
    row, (said,) = town.row(assignment), moves(town, "o-1")
    assert (row["reply_by"], row["original_reply_by"], row["sign_by"]) == (AFTER, AFTER, at("2026-11-24T23:59:59"))
    expected = {"object": at("2026-12-03T23:59:59"), "contact": at("2026-11-27T23:59:59"), "reply": AFTER}
    assert (said.deadlines, said.provisional, said.role) == (expected, False, "lead")
    assert "now closed on 2026-11-25" in said.reason
    assert town.story("o-1") == [("created", 1), ("rescheduled", 2)]
    (only,) = told(town).values()
    assert (only.department, only.reason) == ("water", said.reason)
    assert {move.kind: (move.before, move.after) for move in only.moved}["reply"] == (BEFORE, AFTER)


@pytest.mark.slow
def test_what_is_paused_extended_or_reopened_follows_as_it_should(town):
    names = ("paused", "extended", "reopened", "replied", "concluded", "resumed")
    cases = {name: town.accept(opinion=name) for name in names}
    for name in ("paused", "resumed"):
        town.do(cases[name], "pause", {"reason": "请说明是哪一段。"})
    town.do(cases["extended"], "extend", {"until": "2026-12-18T23:59:59+08:00", "reason": "等配件。"})
    town.rule(cases["extended"], "extension", True)
    for name in ("reopened", "replied", "concluded"):
        town.do(cases[name], "reply", REPLY)
    town.evaluate(cases["reopened"], "dissatisfied")
    town.evaluate(cases["concluded"])
    town.clock.instant = at("2026-11-24T15:00")
    town.do(cases["resumed"], "resume")
    run(town, CLOSED)
    due = {name: town.row(assignment)["reply_by"] for name, assignment in cases.items()}
    assert due == {
        "paused": AFTER, "extended": at("2026-12-18T23:59:59"), "reopened": at("2026-12-01T23:59:59"), "replied": BEFORE,
        "concluded": BEFORE, "resumed": at("2026-12-16T23:59:59"),
    }  # fmt: skip
    assert town.row(cases["resumed"])["original_reply_by"] == AFTER
    contact = {name: town.row(cases[name])["contact_by"] for name in ("extended", "resumed")}
    assert contact == {"extended": at("2026-11-27T23:59:59"), "resumed": at("2026-11-30T23:59:59")}
    assert [name for name in names if moves(town, name)] == ["paused", "extended", "reopened", "replied", "resumed"]
    town.clock.instant = at("2026-11-26T15:00")
    Bureau(town.database, town.clock, CLOSED).do(cases["paused"], "reply", REPLY)
    assert town.row(cases["paused"])["reply_by"] == at("2026-12-17T23:59:59")


def test_a_notice_that_is_published_renews_what_was_provisional(town):
    assignment = town.accept(opinion="o-1")
    town.forge(assignment, provisional=True)
    run(town, dataclasses.replace(TOWN, closures={date(2027, 6, 1): Closure("庆典", "a feast")}))
    (said,) = moves(town, "o-1")
    assert (town.row(assignment)["provisional"], said.provisional, said.deadlines) == (False, False, {})
    assert told(town) == {}


@pytest.mark.slow
def test_two_changes_one_after_the_other_are_followed_both(town):
    assignment = town.accept(opinion="o-1")
    run(town, CLOSED)
    run(town, AGAIN)
    assert town.row(assignment)["reply_by"] == at("2026-12-16T23:59:59")
    run(town, TOWN)
    assert town.row(assignment)["reply_by"] == BEFORE
    assert [event.sequence for event in town.said("o-1")] == [1, 2, 3, 4]


def test_what_was_interrupted_by_a_further_change_is_told_once_with_where_it_ended(town, monkeypatch):
    monkeypatch.setattr("services.routing.__main__.RECOUNTED_A_COMMIT", 1)
    first, second = town.accept(), town.accept()
    assert run(town, CLOSED, steps=2) == 2
    run(town, AGAIN)
    replies = {move.assignment: (move.before, move.after) for move in told(town)["water"].moved if move.kind == "reply"}
    assert replies == dict.fromkeys((first, second), (BEFORE, at("2026-12-16T23:59:59")))
    assert len([event for event in town.said() if event.type == "calendar.changed"]) == 1


def test_a_worker_that_was_started_before_leaves_the_new_calendar_alone(town):
    assignment = town.accept()
    old = worker(town)
    old.step()
    new = worker(town, CLOSED)
    new.step()
    assert not old.step()
    while new.step():
        assert not old.step()
    assert town.row(assignment)["reply_by"] == AFTER


@pytest.mark.slow
def test_a_deadline_that_a_department_meets_meanwhile_is_not_moved(town, monkeypatch):
    monkeypatch.setattr("services.routing.__main__.RECOUNTED_A_COMMIT", 1)
    cases = [town.accept(opinion=f"o-{n}") for n in range(5)]
    job = worker(town, CLOSED)
    job.step()
    for assignment in cases:
        town.do(assignment, "reply", REPLY)
        job.step()
    while job.step():
        pass
    assert all(town.row(assignment)["state"] == "replied" for assignment in cases)
    for event in town.said():
        if isinstance(event.data, AssignmentRescheduled) and "reply" in event.data.deadlines:
            assert event.sequence < max(each.sequence for each in town.said(event.subject))


def many(bureau, number):
    """So many open assignments of three departments, as they would have come at the clock's start."""
    titles = ("河堤塌了一段", "路灯不亮", "校车太少")
    with bureau.database.transaction() as work:
        store = RoutingStore(work, bureau.catalogue)
        for each in range(number):
            message = accepted(f"o-{each}", titles[each % 3])
            assign(store, bureau.service.router, message)
        work.execute(outbox_table.delete())


class Killed(BaseException):
    """The process ends here, in the middle of a transaction."""


@pytest.mark.slow
def test_three_thousand_cases_follow_though_the_worker_is_killed_again_and_again(town, monkeypatch):
    many(town, 3000)
    save, saved = RoutingStore.save, [0]

    def dying(self, case):
        saved[0] += 1
        if saved[0] in (150, 1777):
            raise Killed
        save(self, case)

    monkeypatch.setattr(RoutingStore, "save", dying)
    for _ in range(2):
        with pytest.raises(Killed):
            run(town, CLOSED)
    publish_to_routing = RoutingStore.publish_calendar

    def telling(self, changed):
        publish_to_routing(self, changed)
        if changed.department == "schools":
            monkeypatch.setattr(RoutingStore, "publish_calendar", publish_to_routing)
            raise Killed

    monkeypatch.setattr(RoutingStore, "publish_calendar", telling)
    with pytest.raises(Killed):
        run(town, CLOSED)
    run(town, CLOSED)
    said = town.said()
    rescheduled = [event.data.assignment for event in said if event.type == "assignment.rescheduled"]
    assert len(rescheduled) == len(set(rescheduled)) == 3000
    assert sorted(event.data.department for event in said if event.type == "calendar.changed") == ["roads", "schools", "water"]
    for department, changed in told(town).items():
        replies = [move for move in changed.moved if move.kind == "reply"]
        assert (len(replies), len({move.assignment for move in replies})) == (1000, 1000), department
    with town.database.reading() as connection:
        left = connection.execute(sa.text("SELECT count(*) FROM reschedulings WHERE told IS NULL")).scalar()
    assert (left, run(town, CLOSED)) == (0, 1)


def test_a_step_takes_as_many_as_it_may_and_reads_an_index_of_what_is_open(town, monkeypatch):
    monkeypatch.setattr("services.routing.__main__.RECOUNTED_A_COMMIT", 2)
    for _ in range(5):
        town.accept()
    # One to adopt the calendar, three for five cases, one that finds no more and tells, one that ends.
    assert run(town, CLOSED) == 6
    states = "'assigned', 'signed', 'objected', 'paused', 'drafted', 'reopened', 'replied'"
    query = f"SELECT id FROM assignments WHERE state IN ({states}) AND id > 'x' ORDER BY id LIMIT 5"
    with town.database.reading() as connection:
        plan = " ".join(str(row) for row in connection.execute(sa.text(f"EXPLAIN QUERY PLAN {query}")))
    assert "assignments_moving" in plan


def test_the_moved_deadlines_are_listed_with_old_and_new(town):
    mine, other = town.accept(), town.accept("路灯不亮")
    run(town, CLOSED)
    answer = town.get("/reschedulings", "reviewer", assignment=mine)
    assert ReschedulingPage().validate(answer.get_json()) == {}
    found = {row["kind"]: (row["before"], row["after"]) for row in answer.get_json()["items"]}
    assert found["reply"] == ("2026-12-14T23:59:59+08:00", "2026-12-15T23:59:59+08:00")
    assert set(found) == {"object", "contact", "reply"}
    assert {row["assignment"] for row in town.get("/reschedulings", "roads").get_json()["items"]} == {other}
    assert town.get("/reschedulings", "roads", department="water").status_code == 403
    assert {row["assignment"] for row in town.get("/reschedulings", "admin").get_json()["items"]} == {mine, other}
    page = town.get("/reschedulings", "admin", limit=2).get_json()
    assert len(town.get("/reschedulings", "admin", limit=500, cursor=page["next"]).get_json()["items"]) == 3


def test_those_beside_the_lead_follow_with_their_own_kinds(town):
    lead = town.accept(opinion="o-1")
    body = {"departments": ["roads"], "handling": "joint", "reason": "也归其管。"}
    assert town.post(f"/assignments/{lead}/handlers", body, "supervisor").status_code == 201
    assert (
        town.post(
            f"/assignments/{lead}/handlers", body | {"departments": ["schools"], "handling": "separate"}, "supervisor"
        ).status_code
        == 201
    )
    run(town, CLOSED)
    said = {move.department: move for move in moves(town, "o-1")}
    assert {code: move.role for code, move in said.items()} == {"water": "lead", "roads": "co_handler", "schools": "separate"}
    assert said["roads"].deadlines == {"object": at("2026-12-03T23:59:59"), "co_opinion": at("2026-12-08T23:59:59")}
    assert said["schools"].deadlines == {"object": at("2026-12-03T23:59:59"), "reply": AFTER}
    assert [event.sequence for event in town.said("o-1")] == list(range(1, 7))
    assert set(told(town)) == {"water", "roads", "schools"}
    rows = {each["department"]: each for each in town.leads("o-1")}
    assert (rows["roads"]["reply_by"], rows["roads"]["original_reply_by"]) == (at("2026-12-08T23:59:59"),) * 2


def test_a_case_that_comes_meanwhile_has_the_new_deadlines_and_is_left_alone(town):
    new = Bureau(town.database, town.clock, CLOSED)
    job = Rescheduling(new.service)
    job.step()
    assignment = new.accept(opinion="o-new")
    while job.step():
        pass
    assert (new.row(assignment)["reply_by"], moves(new, "o-new")) == (AFTER, [])
