"""Cases, supervisions and meetings on both kinds of store, and a store that is in use already."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.contracts.messages.assignments import AssignmentMarked
from services.contracts.messages.supervision import ReminderSent
from services.notify.store.cases import CasePublisher
from services.notify.store.supervision.agendas import open_supervisions
from services.notify.store.supervision.tables import supervisions
from services.notify.store.tables import cases, deadlines, occasions, reminders, staff_notifications, tables
from tests.unit.notify.calling import Telephone
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import MIGRATIONS, Scene, at, rung, scene_on, small_place

PLACE = small_place(
    rung("half", half=True),
    rung("again", after="1wd", repeat="1wd", times=3),
    rung("supervise", action="supervision", after="5wd"),
    rung("promise-due", of="promise", before="3wd"),
)


def test_a_case_goes_all_the_way_to_a_meeting_and_a_result(any_database, clock):
    scene = scene_on(any_database, clock, catalogue=PLACE)
    case, call = Case(scene), Telephone(scene)
    case.created(key=True, object="2026-12-02 23:59:59", reply="2026-12-14 23:59:59")
    case.promised("p-1", "2026-11-25 23:59:59")
    case.broken("p-1", "2026-11-25 23:59:59")
    for now in ("2026-11-23 09:31", "2026-12-03 08:30", "2026-12-04 08:30", "2026-12-07 08:30", "2026-12-15 08:30"):
        scene.climb(now)
    assert scene.rungs() == ["promise-broken", "again", "again", "again", "supervise"]
    assert [getattr(event.data, "time", None) for event in scene.said()] == [None, 1, 2, 3, None]
    assert [event.sequence for event in scene.said()] == [1, 2, 3, 4, 5]
    case.extended("2026-12-18 23:59:59")
    _, meeting = call("POST", "/meetings", body={"title": "督政议事会", "at": "2026-12-28T09:00:00+08:00"})
    (item,) = meeting["departments"][0]["items"]
    assert (item["overdue_working_days"], item["waiting"]) == (1, True)
    assert len(call("GET", "/meetings")[1]["items"]) == 1
    with scene.database.reading() as connection:
        (entry,), none = (open_supervisions(connection, department) for department in (None, "roads"))
    planned = entry.meeting
    assert (entry.supervision.id, planned.title, planned.at, none) == (item["id"], "督政议事会", at("2026-12-28 09:00"), [])
    status, _ = call("POST", f"/supervisions/{item['id']}/result", body={"result": "summons", "note": "约见局长"})
    assert (status, scene.said()[-1].sequence) == (200, 7)
    assert [row["state"] for row in scene.rows(supervisions)] == ["resolved"]
    assert [row["state"] for row in call("GET", "/deadlines", opinion="o-1")[1]["items"]] == [
        "lapsed", "missed", "replaced", "running",
    ]  # fmt: skip
    assert call("GET", "/deadlines/a-1.reply.4/explain")[1]["counted"] == 15
    assert scene.rows(occasions) == []
    assert [(row["last_sequence"], row["higher"]) for row in scene.rows(cases)] == [(7, True)]


@pytest.fixture
def store_in_use(any_database):
    """A store with a case that was reminded and written to."""
    database = any_database("notify", Path(MIGRATIONS))
    with database.transaction() as work:
        for row in _rows_in_use():
            work.execute(sa.text(row))
    return database


def _rows_in_use():
    start, due, half = (
        int(at(text).timestamp() * 1_000_000) for text in ("2026-11-23 09:30", "2026-12-14 23:59:59", "2026-12-03 08:30")
    )
    yield (
        "INSERT INTO deadlines (assignment, kind, version, opinion, department, title, difficulty, start, due, provisional,"
        " sequence, state, next_rung, next_at) VALUES"
        f" ('a-1','reply',1,'o-1','water','河道','ordinary',{start},{due},false,1,'open','again',{due})"
    )
    for number, code in enumerate(("half", "three"), 1):
        yield (
            "INSERT INTO reminders (id, opinion, assignment, department, kind, version, rung, action, state, due, planned, at,"
            " message, sequence) VALUES"
            f" ('r-{number}','o-1','a-1','water','reply',1,'{code}','reminder','sent',{due},{half},{half},'m',{number})"
        )
    yield "INSERT INTO cases (opinion, last_sequence, higher, marked_sequence) VALUES ('o-1', 2, false, 0)"
    yield (
        "INSERT INTO staff_notifications (id, reminder, opinion, recipient, channel, title, body, state, attempts)"
        " VALUES ('l-1','r-1','o-1','department','mailto#1','t','b','sent',1)"
    )


def test_a_store_in_use_goes_on_where_it_was(store_in_use, clock):
    scene = Scene(store_in_use, clock, catalogue=PLACE)
    assert [(row["id"], row["reminder"]) for row in scene.rows(staff_notifications)] == [("l-1", "r-1")]
    assert {(row["rung"], row["time"]) for row in scene.rows(reminders)} == {("half", 1), ("three", 1)}
    assert [(row["last_sequence"], row["higher"], row["marked_sequence"]) for row in scene.rows(cases)] == [(2, False, 0)]
    scene.climb("2026-12-15 08:30")
    scene.climb("2026-12-16 08:30")
    assert [(event.data.rung, event.data.time, event.sequence) for event in scene.said()] == [("again", 1, 3), ("again", 2, 4)]
    with pytest.raises(sa.exc.IntegrityError), scene.database.transaction() as work:
        work.execute(staff_notifications.update().values(reminder="nobody"))


def _columns(database):
    inspector = sa.inspect(database.engine)
    return {
        name: (
            {column["name"]: column["nullable"] for column in inspector.get_columns(name)},
            {(index["name"], tuple(index["column_names"]), index["unique"]) for index in inspector.get_indexes(name)},
            {(each["name"], tuple(each["column_names"])) for each in inspector.get_unique_constraints(name)},
            inspector.get_pk_constraint(name)["constrained_columns"],
        )
        for name in tables.tables
    }


def test_a_migrated_store_has_the_columns_and_keys_of_a_fresh_one(any_database):
    migrated, fresh = any_database("notify", Path(MIGRATIONS)), any_database("fresh")
    with fresh.transaction() as work:
        tables.create_all(work.connection)
    assert _columns(migrated) == _columns(fresh)


def test_everything_said_of_a_case_has_a_number_of_its_own_whoever_says_it(postgres_database, clock):
    scene = scene_on(postgres_database, clock)
    names = [f"o-{number}" for number in range(5)]

    def speak(order: list[str]) -> None:
        for _ in range(15):
            with scene.database.transaction() as work:
                case_publisher = CasePublisher(work, order)
                for name in order:
                    case_publisher.publish(ReminderSent("a", "water", "half", "reply", at("2026-12-14 23:59:59")), name)

    threads = [threading.Thread(target=speak, args=(order,)) for order in (names, names[::-1], names[2:] + names[:2])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    numbers = sorted((event.subject, event.sequence) for event in scene.said())
    assert numbers == [(name, number) for name in names for number in range(1, 46)]


def test_two_workers_call_upon_an_occasion_once(postgres_database, clock):
    scene = scene_on(postgres_database, clock, catalogue=PLACE)
    for number in range(60):
        case = Case(scene, f"a-{number}", "water", f"o-{number}")
        case.broken("p", "2026-11-20 23:59:59")
    assert scene.rows(deadlines) == []

    def work() -> None:
        while scene.climb():
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    scene.climb()
    assert len(scene.rungs()) == len(scene.rows(reminders)) == 60


def test_climbing_marking_and_scheduling_side_by_side_never_wait_for_each_other_in_a_circle(postgres_database, clock):
    scene = scene_on(postgres_database, clock, catalogue=PLACE)
    batch = [Case(scene, f"a-{number}", "water", f"o-{number}") for number in range(40)]
    for case in batch:
        case.created(reply="2026-11-23 23:59:59")
    clock.instant = at("2026-11-30 09:00")
    call, errors = Telephone(scene), []

    def guarded(act):
        try:
            for _ in range(6):
                act()
        except Exception as error:
            errors.append(error)

    def mark():
        told = AssignmentMarked
        scene.consume(
            *(case.event(told(case.assignment, "water", bool(case.sequence % 2), None, "督办")) for case in reversed(batch))
        )

    def meet():
        status, answer = call("POST", "/meetings", body={"title": "督政", "at": "2026-12-28T09:00:00+08:00"})
        assert status in (201, 409), answer

    threads = [threading.Thread(target=guarded, args=(act,)) for act in (scene.climb, mark, meet, scene.climb, meet)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    scene.climb()
    meet()
    assert errors == []
    numbers = [(event.subject, event.sequence) for event in scene.said()]
    assert len(numbers) == len(set(numbers))
    raised = [event.data.supervision for event in scene.said() if event.type == "supervision.raised"]
    scheduled = [event.data.supervision for event in scene.said() if event.type == "supervision.scheduled"]
    assert sorted(raised) == sorted(scheduled) == sorted(row["id"] for row in scene.rows(supervisions))
    assert len(raised) == 40
