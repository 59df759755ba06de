"""Letters to deputies who are asked to a session: none comes too late, and none after a newer one."""

from __future__ import annotations

from collections import Counter

import pytest

from services.contracts.messages.duties import LetterEntrusted
from services.notify.domain.letters.members import CHANGED
from services.notify.domain.letters.recipients import Undelivered
from services.notify.store.tables import submitter_notifications
from tests.unit.notify.scenes import at, scene_on
from tests.unit.notify.test_submitter_notifications import MAIL, Telling, told


@pytest.fixture
def scene(sqlite_database, clock):
    return scene_on(sqlite_database, clock, ways={"email": MAIL}, notifier=Telling())


def asked_to(about, name="王代表", begins="2026-12-01 09:00"):
    return LetterEntrusted(about, name, "周二有约", {"at": at(begins).isoformat()}, None, "wang@x.example")


def test_what_has_changed_about_a_session_is_told_at_once(scene, clock):
    clock.instant = at("2026-11-28 23:00")
    for about in CHANGED:
        told(scene, asked_to(about), opinion=f"s-{about}")
    assert [row["next_at"] for row in scene.rows(submitter_notifications)] == [clock.now()] * len(CHANGED)


@pytest.mark.parametrize(
    ("begins", "leaves"),
    [
        ("2026-11-29 10:00", "2026-11-28 23:00"), ("2026-11-30 19:30", "2026-11-28 23:00"),
        ("2026-12-01 09:00", "2026-11-30 08:30"),
    ],
)  # fmt: skip
def test_nobody_is_asked_to_a_session_too_late_to_come(scene, clock, begins, leaves):
    clock.instant = at("2026-11-28 23:00")
    told(scene, asked_to("session_called", begins=begins))
    assert [row["next_at"] for row in scene.rows(submitter_notifications)] == [at(leaves)]


def test_what_could_not_wait_is_tried_again_without_waiting_for_the_office(scene, clock, monkeypatch):
    clock.instant = at("2026-11-28 23:00")
    told(scene, asked_to("session_called", begins="2026-11-29 10:00"))
    monkeypatch.setattr(scene.notifier, "send", _refuse)
    scene.serve_way("email")
    assert [row["next_at"] for row in scene.rows(submitter_notifications)] == [at("2026-11-28 23:01")]


def _refuse(*_):
    raise Undelivered("nobody answers")


@pytest.mark.parametrize(
    ("begins", "state"), [("2026-11-30 08:30", "dropped"), ("2026-11-29 10:00", "dropped"), ("2026-11-30 09:00", "pending")]
)
def test_nobody_is_reminded_of_a_session_that_has_begun(scene, clock, begins, state):
    clock.instant = at("2026-11-28 23:00")
    told(scene, asked_to("session_soon", begins=begins))
    (row,) = scene.rows(submitter_notifications)
    assert (row["state"], row["contact"] is None) == (state, state == "dropped")


@pytest.mark.parametrize("together", [True, False])
def test_a_newer_letter_about_a_session_takes_the_place_of_what_waits_for_the_same_person(scene, clock, together):
    clock.instant = at("2026-11-28 23:00")
    of_it = [scene.event(asked_to("session_called", name), number, "s-1") for number, name in enumerate(("王代表", "李代表"), 1)]
    others = scene.event(asked_to("session_called"), 1, "s-2")
    newer = scene.event(asked_to("session_called_off"), 3, "s-1")
    for events in ([*of_it, others, newer],) if together else (of_it, [others], [newer]):
        scene.hear_letters(*events)
    found = Counter((row["opinion"], row["about"], row["state"]) for row in scene.rows(submitter_notifications))
    assert found == {
        ("s-1", "session_called", "dropped"): 1, ("s-1", "session_called", "pending"): 1,
        ("s-2", "session_called", "pending"): 1, ("s-1", "session_called_off", "pending"): 1,
    }  # fmt: skip
    while scene.serve_way("email"):
        pass
    ((_, _, body),) = scene.notifier.sent
    assert body.startswith("王代表您好：")
