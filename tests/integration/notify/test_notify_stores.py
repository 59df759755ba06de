"""The ladder on both kinds of store, and two workers on one PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

from services.contracts.catalogue.model import StaffPerson
from services.contracts.messages.supervision import LetterRequested
from services.notify.domain.letters.recipients import address
from services.notify.store.deadlines import DeadlineStore
from services.notify.store.staff_notifications import StaffNotificationStore
from services.notify.store.submitter_notifications import SubmitterNotificationStore
from services.notify.store.tables import channels, deadlines, reminders, staff_notifications, submitter_notifications
from tests.unit.notify.scenes import scene_on, small_place

WATER = "mailto://w.example"


def test_a_case_goes_up_the_ladder_and_ends(any_database, clock):
    scene = scene_on(any_database, clock, catalogue=small_place(channels={"water": (WATER,)}))
    late = scene.created("2")
    scene.consume(scene.created(), scene.replied("2"))
    scene.consume(late)
    scene.consume(scene.signed())
    scene.climb("2026-12-03 08:30")
    scene.climb("2026-12-15 09:00")
    assert scene.rungs() == ["half", "red"]
    scene.consume(scene.replied(), scene.reopened("2026-12-25 23:59:59"))
    scene.climb("2026-12-25 09:00")
    assert scene.rungs() == ["half", "red", "yellow"]
    kept = scene.rows(deadlines, "assignment", "kind", "version")
    assert [(row["assignment"], row["kind"], row["version"], row["state"]) for row in kept] == [
        ("a-1", "reply", 1, "missed"), ("a-1", "reply", 4, "open"), ("a-1", "sign", 1, "met"),
        ("a-2", "reply", 1, "met"), ("a-2", "sign", 1, "met"),
    ]  # fmt: skip
    (channel,) = scene.channels()
    assert scene.visit(channel) == 3
    assert {row["state"] for row in scene.rows(staff_notifications)} == {"sent"}


def test_workers_share_what_is_due_and_none_fires_twice(any_database, clock):
    scene = scene_on(any_database, clock)
    scene.consume(*(scene.created(str(number), reply="2026-12-14 23:59:59") for number in range(120)))
    scene.climb("2026-12-02 09:00")

    def work() -> None:
        while scene.climb():
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    scene.clock.instant = scene.rows(deadlines)[0]["next_at"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(scene.rungs()) == len(scene.rows(reminders)) == 120


def test_a_deadline_that_one_worker_has_taken_is_left_alone_by_another(postgres_database, clock):
    scene = scene_on(postgres_database, clock)
    scene.consume(*(scene.created(str(number), reply="2026-12-14 23:59:59") for number in range(3)))
    scene.climb("2026-12-02 09:00")
    now = scene.rows(deadlines)[0]["next_at"]
    with scene.database.transaction() as one, scene.database.transaction() as other:
        first = {found.deadline.id for found in DeadlineStore(one).due(now, 2)}
        second = {found.deadline.id for found in DeadlineStore(other).due(now, 10)}
    assert (len(first), len(second), first & second) == (2, 1, set())


def test_two_workers_never_take_the_same_letter(any_database, clock):
    scene = scene_on(any_database, clock, catalogue=small_place(channels={"water": (WATER,)}))
    scene.consume(*(scene.created(str(number), reply="2026-12-14 23:59:59") for number in range(20)))
    scene.climb("2026-12-03 08:30")
    taken: list[str] = []

    def take() -> None:
        post = StaffNotificationStore(scene.database)
        while (letter := post.take(address(WATER).key)) is not None:
            taken.extend(letter.ids)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(taken) == len(set(taken)) == 20


def test_workers_that_find_a_channel_dead_at_once_let_it_rest_together(any_database, clock):
    scene = scene_on(any_database, clock)
    clock.instant = clock.now()
    posts = (StaffNotificationStore(scene.database), SubmitterNotificationStore(scene.database, scene.vault))
    together = threading.Barrier(2)

    def rest(failures: int) -> None:
        together.wait(5)
        for post, channel in zip(posts, (address(WATER).key, "email"), strict=True):
            post.rest(channel, failures, clock.now() + timedelta(seconds=10 * failures), "nobody answers")

    threads = [threading.Thread(target=rest, args=(failures,)) for failures in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    kept = {row["channel"]: row["failures"] for row in scene.rows(channels)}
    assert kept.keys() == {address(WATER).key, "submitters#email"}
    assert set(kept.values()) <= {1, 2}


def test_a_digest_and_letters_to_submitters_are_shared_out_without_doubles(any_database, clock):
    clerk = StaffPerson("clerk", "李四", "Li Si", (WATER,), departments=("water",), digest=True)
    place = replace(small_place(), people={"clerk": clerk})
    scene = scene_on(any_database, clock, catalogue=place, ways={"email": "mailto://smtp.example?to={to}"})
    scene.consume(*(scene.created(str(number), reply="2026-12-14 23:59:59") for number in range(20)))
    for number in range(20):
        message = LetterRequested("received", "ABCD", "河道淤积", {}, None, f"p{number}@x.example", None)
        scene.hear_letters(scene.event(message, 1, f"o-{number}"))
    scene.climb("2026-12-03 08:30")
    clock.instant = clock.now() + timedelta(minutes=10)
    gathered: list[tuple[str, ...]] = []
    written: list[str] = []

    def take() -> None:
        post, mail = StaffNotificationStore(scene.database), SubmitterNotificationStore(scene.database, scene.vault)
        while (letter := post.take(address(WATER).key)) is not None:
            gathered.append(letter.ids)
        while (note := mail.take("email")) is not None:
            written.append(note.id)

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [len(ids) for ids in gathered] == [20]
    assert (len(written), len(set(written))) == (20, 20)
    assert len(scene.rows(submitter_notifications)) == 20
