"""Notices: who is told what of each message, once, whatever order it comes in, and how far somebody has seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.envelope import Event
from services.contracts.messages.assignments import AssignmentConcluded, AssignmentCreated, AssignmentMarked, AssignmentRuled
from services.contracts.messages.duties import DutySet, ReminderGiven
from services.contracts.messages.values import Outcome
from services.contracts.people.callers import SIGNED_IN, Caller, Role
from services.contracts.topology import PUBLISHES, destinations, queues_consuming
from services.contracts.words.notices import NOTICES
from services.notify.domain.notices import TELLS, audiences_of, head_of, notices_of
from services.notify.store.notices import (
    A_PRUNING,
    count_notices,
    keep_notices,
    listed_notices,
    notices,
    prune_notices,
    see,
    seen_by,
)
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from tests.stores import Templates
from tests.unit.contracts.test_messages import events
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import MIGRATIONS, Scene, at

EVENTS = [event for event in events() if type(event.data) in TELLS]
ACTING = {role: Caller(role, department="water", station="east-1", deputy="cd-017") for role in SIGNED_IN}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Database]:
    """A store for several tests, each of which begins with nothing in it."""
    path: Path = tmp_path_factory.mktemp("notices") / "notify.db"
    database = Database(templates.copy_file(path, "notify", (MIGRATIONS,)), "notify", FixedClock(at("2026-11-23 09:30")))
    yield database
    database.close()


def kept(database: Database, batches: Sequence[Sequence[Event]]) -> list[tuple[str, str, str]]:
    """What is kept of some batches, on an empty store."""
    with database.transaction() as work:
        work.execute(notices.delete())
    for batch in batches:
        with database.transaction() as work:
            keep_notices(work, [notice for event in batch for notice in notices_of(event)])
    with database.reading() as connection:
        rows = connection.execute(notices.select().order_by(notices.c.position)).all()
    assert len({row.position for row in rows}) == len(rows)
    return [(row.message, row.audience, row.kind) for row in rows]


@pytest.mark.slow
@given(data=st.data())
def test_messages_that_come_again_and_in_another_order_give_the_same_notices(store: Database, data: Any) -> None:
    told = {(each.message, each.audience, each.kind) for event in EVENTS for each in notices_of(event)}
    order = data.draw(st.permutations([*EVENTS, *data.draw(st.lists(st.sampled_from(EVENTS), max_size=10))]))
    cut = data.draw(st.integers(0, len(order)))
    found = kept(store, [order[:cut], order[cut:]])
    assert (set(found), len(found)) == (told, len(told))


def test_each_message_that_tells_something_comes_to_notify_or_from_it_and_says_it_in_words() -> None:
    assert {type(event.data) for event in EVENTS} == set(TELLS)
    for event in EVENTS:
        heard = {name for place in destinations(event.data) for name in queues_consuming(*place)}
        assert ("notify.events" in heard) != (event.type.split(".")[0] in PUBLISHES["notify"]), event.type
    assert {each.kind for event in EVENTS for each in notices_of(event)} <= set(NOTICES)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_no_department_hears_of_a_message_that_does_not_name_it(event: Event) -> None:
    named = {getattr(event.data, field, None) for field in ("department", "lead")}
    of_departments = {each.audience for each in notices_of(event) if ":" not in each.audience}
    assert of_departments <= named
    heads = {each.audience for each in notices_of(event) if each.audience.startswith("head:")}
    assert heads <= {head_of(str(name)) for name in named}


def test_somebody_belongs_to_the_audiences_of_the_role_that_they_act_in_and_to_no_other() -> None:
    office = ("supervisor:", "presidium:")
    assert {role: audiences_of(caller) for role, caller in ACTING.items()} == {
        Role.DEPARTMENT: ("water",), Role.HEAD: ("water", "head:water"), Role.REVIEWER: ("reviewer:",),
        Role.SUPERVISOR: office, Role.ADMIN: ("reviewer:", *office), Role.DEPUTY: ("deputy:cd-017",),
        Role.STATION: ("station:east-1",), Role.INFORMANT: ("informant:east-1",),
    }  # fmt: skip


DUE = at("2026-12-14 23:59:59")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (AssignmentRuled("a-1", "water", "extension", True, "汛期"), [("water", "extended")]),
        (AssignmentRuled("a-1", "water", "extension", False, "不急"), [("water", "not_extended")]),
        (AssignmentRuled("a-1", "water", "objection", False, "是你们的"), [("water", "denied")]),
        (AssignmentRuled("a-1", "water", "objection", True, "改派"), []),
        (AssignmentMarked("a-1", "water", False, None, "移出"), []),
        (AssignmentMarked("a-1", "water", False, "李县长", "领办"), [("water", "marked")]),
        (AssignmentConcluded("a-1", "water", Outcome.SOLVED, True, False), []),
        (AssignmentConcluded("a-1", "water", Outcome.SOLVED, True, True), [("water", "rated")]),
        (DutySet("d-1", "take", "deputy", "河道", DUE, "cd-017"), [("deputy:cd-017", "take")]),
        (DutySet("d-1", "relay", "presidium", "河道", DUE), [("presidium:", "relay")]),
        (ReminderGiven("d-1", "relay", "informant", "late", DUE, "east-1"), [("informant:east-1", "late")]),
    ],
)  # fmt: skip
def test_what_a_message_tells_depends_on_what_it_says(message: Any, told: list[tuple[str, str]]) -> None:
    found = notices_of(Event("e-1", "/routing", "o-1", DUE, 1, message))
    assert [(each.audience, each.kind) for each in found] == told


def test_no_notice_has_a_word_of_what_people_wrote() -> None:
    (created,) = [event for event in EVENTS if isinstance(event.data, AssignmentCreated)]
    assert isinstance(created.data, AssignmentCreated)
    said = " ".join(map(str, notices_of(created)[0]))
    assert created.data.opinion.title not in said
    assert created.data.opinion.content not in said


def test_a_department_reads_its_own_notices_and_a_program_goes_on_where_it_was(scene: Scene, call: Any) -> None:
    Case(scene, "a-1", "water", "o-1").created()
    Case(scene, "a-2", "roads", "o-2").created()
    _, first = call("GET", "/notices", "water")
    assert [(each["kind"], each["words"], each["opinion"], each["address"]) for each in first["items"]] == [
        ("assigned", "新交办件", "o-1", "/desk/a-1")
    ]
    assert [each["opinion"] for each in call("GET", "/notices", "roads")[1]["items"]] == ["o-2"]
    Case(scene, "a-3", "water", "o-3").created()
    Case(scene, "a-4", "water", "o-4").created()
    since = first["items"][0]["position"]
    _, page = call("GET", "/notices", "water", since=since, limit=1)
    assert [each["opinion"] for each in page["items"]] == ["o-4"]
    _, rest = call("GET", "/notices", "water", since=since, limit=1, cursor=page["next"])
    assert ([each["opinion"] for each in rest["items"]], rest["next"]) == (["o-3"], None)
    assert call("GET", "/notices", "office")[1]["items"] == []
    assert call("GET", "/notices", None)[0] == 401
    assert call("GET", "/notices", "water", since=-1)[0] == 422


def test_what_notify_says_itself_is_told_as_it_is_said(scene: Scene, call: Any, raised: Any) -> None:
    found = call("GET", "/notices", "boss")[1]["items"]
    assert [each["kind"] for each in found] == ["supervised"] * 3
    assert {each["address"] for each in found} == {f"/cases/o-{name}" for name in "123"}
    assert call("POST", "/meetings", body={"title": "议事会", "at": "2026-12-28T09:00:00+08:00"})[0] == 201
    told = [each["kind"] for each in call("GET", "/notices", "water")[1]["items"]]
    assert (told.count("scheduled"), told.count("supervised")) == (2, 2)
    messages = {(row["message"], row["audience"]) for row in scene.rows(notices)}
    assert messages >= {(each.message, each.audience) for event in scene.said() for each in notices_of(event)}


def test_somebody_has_seen_what_they_were_shown_and_nothing_that_came_later(store: Database) -> None:
    kept(store, [EVENTS])
    audiences = ("water", "lighting", "supervisor:")
    with store.reading() as connection:
        found = listed_notices(connection, audiences, None, None, 500)
        assert seen_by(connection, "p-1 supervisor -") == 0
        assert count_notices(connection, audiences, 0, 999) == len(found)
        assert count_notices(connection, audiences, 0, 1) == 2
    newest, second, *_, oldest = (each.position for each in found)
    for up_to, seen in ((second, second), (oldest, second), (2**62, newest)):
        with store.transaction() as work:
            see(work, "p-1 supervisor -", audiences, up_to)
        with store.reading() as connection:
            assert seen_by(connection, "p-1 supervisor -") == seen
    with store.reading() as connection:
        assert count_notices(connection, audiences, found[0].position, 999) == 0


def test_what_is_old_is_forgotten_bit_by_bit(scene: Scene) -> None:
    for name in "12":
        Case(scene, f"a-{name}", "water", f"o-{name}").created()
    scene.clock.instant += timedelta(days=91)
    Case(scene, "a-3", "water", "o-3").created()
    with scene.database.transaction() as work:
        assert prune_notices(work, timedelta(days=90)) == 2 < A_PRUNING
    assert [row["opinion"] for row in scene.rows(notices)] == ["o-3"]
