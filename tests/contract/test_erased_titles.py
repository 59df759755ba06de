"""What was erased of an opinion is erased in notify too, whatever is heard first and however often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.contracts.envelope import Event
from services.contracts.messages.assignments import AssignmentCreated, AssignmentReopened, AssignmentReplied
from services.contracts.messages.duties import DutySet
from services.contracts.messages.opinions import LetterErased
from services.contracts.messages.supervision import LetterCancelled, LetterRequested
from services.contracts.messages.values import OpinionText, Outcome, Why
from services.notify.consumer import subscriptions
from services.notify.store.supervision.tables import supervisions
from services.notify.store.tables import deadlines, occasions, staff_notifications, submitter_notifications, tables
from services.runtime.clock import FixedClock
from tests.integration.relaying import until
from tests.stores import MakeDatabase
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import Scene, at, scene_on, small_place

SAID, INSTEAD = "河道淤积", "内容已删除"
CHANNELS = {"water": ("json://water.example",)}


@pytest.fixture
def scene(any_database: MakeDatabase, clock: FixedClock) -> Scene:
    clock.instant = at("2026-11-23 09:30")
    return scene_on(
        any_database, clock, catalogue=small_place(channels=CHANNELS), others={"congress": ("json://congress.example",)}
    )


@pytest.fixture
def on_file(sqlite_database: MakeDatabase, clock: FixedClock) -> Scene:
    clock.instant = at("2026-11-23 09:30")
    return scene_on(sqlite_database, clock, catalogue=small_place(channels=CHANNELS))


def erase(scene: Scene, *opinions: str) -> None:
    erased = (LetterErased(OpinionText(opinion, INSTEAD, "依申请删除。")) for opinion in opinions)
    scene.hear_letters(*(scene.event(message, 0, message.opinion.id) for message in erased))


def tables_with(scene: Scene, words: str) -> set[str]:
    """The tables that have the words somewhere."""
    with scene.database.reading() as connection:
        return {name for name, table in tables.tables.items() if words in repr(connection.execute(sa.select(table)).all())}


def test_an_erased_title_stands_nowhere_any_more_and_what_is_due_stays(scene: Scene) -> None:
    for name in "12":
        Case(scene, f"a-{name}", opinion=f"o-{name}").created(sign="2026-11-24 23:59:59", reply="2026-12-14 23:59:59")
    scene.climb("2026-12-21 09:00")
    erase(scene, "o-1", "o-2")
    assert tables_with(scene, SAID) == set()
    assert {row["title"] for table in (deadlines, supervisions) for row in scene.rows(table)} == {INSTEAD}
    told = scene.rows(staff_notifications)
    assert len(told) > 2
    assert all(INSTEAD in row["title"] and INSTEAD in row["body"] and row["opinion"][-1:] in row["body"] for row in told)
    assert {row["state"] for row in told} == {"pending"}


def test_only_the_one_that_was_erased_loses_its_title(scene: Scene) -> None:
    for name in "12":
        Case(scene, f"a-{name}", opinion=f"o-{name}").created()
    scene.climb("2026-12-21 09:00")
    erase(scene, "o-2")
    erase(scene, "o-2")
    for table in (deadlines, supervisions):
        assert {(row["opinion"], row["title"]) for row in scene.rows(table)} == {("o-1", SAID), ("o-2", INSTEAD)}
    assert {(row["opinion"], SAID in row["body"]) for row in scene.rows(staff_notifications)} == {("o-1", True), ("o-2", False)}


def test_what_is_called_for_out_of_office_hours_says_what_stands_in_its_place(scene: Scene) -> None:
    case = Case(scene)
    case.created()
    scene.clock.instant = at("2026-12-10 20:00")
    case.promised("p-1", "2026-12-10 19:00")
    case.broken("p-1", "2026-12-10 19:00")
    assert [row["title"] for row in scene.rows(occasions)] == [SAID]
    erase(scene, "o-1")
    assert [row["title"] for row in scene.rows(occasions)] == [INSTEAD]


NUMBERS = count(1)


def life(scene: Scene, opinion: str) -> list[Event]:
    """All that is said of a case and has its title, or leads to something that has; erased twice."""
    case, due = Case(scene, opinion.replace("o", "a"), opinion=opinion), at("2026-12-14 23:59:59")
    text, gone = OpinionText(opinion, SAID, "请清淤"), LetterErased(OpinionText(opinion, INSTEAD, "依申请删除。"))
    created = AssignmentCreated(
        case.assignment, text, "water", "lead", "ordinary", {"reply": due}, Why("keyword", 1.0), lead="water"
    )
    return [
        *map(case.event, (created, AssignmentReplied(case.assignment, "water", "已清淤", Outcome.PLANNED, due, True, due))),
        case.event(AssignmentReopened(case.assignment, "water", 2, {"reply": at("2027-01-04 23:59:59")}, "没有解决")),
        case.event(DutySet(f"duty-{opinion}", "take", "deputy", SAID, due, "cd-1")),
        case.event(gone), case.event(gone),
    ]  # fmt: skip


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_it_holds_whatever_is_heard_first(on_file: Scene, data: st.DataObject) -> None:
    opinion = f"o-{next(NUMBERS)}"
    for event in data.draw(st.permutations(life(on_file, opinion))):
        if isinstance(event.data, LetterErased):
            on_file.hear_letters(event)
        else:
            on_file.consume(event)
        if data.draw(st.booleans()):
            on_file.climb("2027-03-01 09:00")
    assert tables_with(on_file, SAID) == set()
    # One that was reopened before it was heard of never had a title.
    assert {row["title"] for row in on_file.rows(deadlines) if row["opinion"] == opinion} - {None} == {INSTEAD}


def test_what_is_received_while_it_is_erased_is_erased_too(postgres_database: MakeDatabase, clock: FixedClock) -> None:
    clock.instant = at("2026-11-23 09:30")
    scene = scene_on(postgres_database, clock)
    receive, _ = subscriptions(scene.service)
    with ThreadPoolExecutor(1) as beside:
        with scene.database.transaction() as work:
            receive.handle(work, [scene.created()])
            work.flush()
            erased = beside.submit(erase, scene, "o-1")
            until(lambda: waits_for_a_table(scene))
        erased.result(60)
    assert [row["title"] for row in scene.rows(deadlines)] == [INSTEAD] * 2


def test_a_letter_that_is_kept_while_its_reader_is_erased_is_thrown_away(
    postgres_database: MakeDatabase, clock: FixedClock
) -> None:
    clock.instant = at("2026-11-23 09:30")
    scene = scene_on(postgres_database, clock, ways={"email": "mailto://user:pw@smtp.example?to={to}"})
    _, receive = subscriptions(scene.service)
    letter = scene.event(LetterRequested("received", "ABCD-1234-EFGH-5", SAID, {}, "王先生", "wang@x.example"), 1, "o-1")
    cancelled = scene.event(LetterCancelled(("ABCD-1234-EFGH-5",)), 2, "o-1")
    with ThreadPoolExecutor(1) as beside:
        with scene.database.transaction() as work:
            receive.handle(work, [replace(letter, data=scene.sealed(letter.data))])
            erased = beside.submit(scene.hear_letters, cancelled)
            until(lambda: waits_for_a_table(scene))
        erased.result(60)
    (row,) = scene.rows(submitter_notifications)
    assert (row["state"], row["contact"], row["body"]) == ("dropped", None, None)


def waits_for_a_table(scene: Scene) -> bool:
    with scene.database.reading() as connection:
        return bool(
            connection.execute(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'")).scalar()
        )
