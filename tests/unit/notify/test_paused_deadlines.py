"""挂起: the clocks of all deadlines stand still, and those that are still to be met come back with the end of the pause."""

from __future__ import annotations

import pytest

from services.notify.store.tables import deadlines
from tests.unit.notify.cases import REPLY, Case
from tests.unit.notify.scenes import LADDER, rung, scene_on, small_place

RUNGS = (*LADDER, rung("contact-missed", of="contact", after="1wd"))
CONTACT = "2026-11-26 23:59:59"


@pytest.fixture
def scene(sqlite_database, clock):
    place = small_place(*RUNGS, channels={"water": ("mailto://w.example",)})
    return scene_on(sqlite_database, clock, catalogue=place)


@pytest.fixture
def case(scene):
    case = Case(scene)
    case.created(contact=CONTACT, object="2026-12-02 23:59:59", reply=REPLY)
    return case


def states(scene, kind):
    return [(row["version"], row["state"]) for row in scene.rows(deadlines, "version") if row["kind"] == kind]


def test_the_first_contact_is_asked_for_after_the_pause_and_not_within(scene, case):
    case.paused()
    scene.climb("2026-12-01 09:00")
    assert scene.rungs() == []
    case.resumed("2026-12-22 23:59:59", contact="2026-12-03 23:59:59", object="2026-12-09 23:59:59")
    assert [states(scene, kind) for kind in ("contact", "object", "reply")] == [[(1, "paused"), (3, "open")]] * 3
    scene.climb("2026-12-03 09:00")
    assert scene.rungs() == []
    scene.climb("2026-12-04 09:00")
    assert scene.rungs() == ["contact-missed"]
    case.progressed(contact="visit")
    assert states(scene, "contact") == [(1, "paused"), (3, "missed")]


def test_a_contact_that_was_missed_before_the_pause_is_asked_for_after_it_once(scene, case):
    scene.climb("2026-11-27 07:00")
    case.paused()
    case.resumed("2026-12-22 23:59:59", contact=CONTACT)
    for now in ("2026-12-08 09:00", "2026-12-09 09:00"):
        scene.climb(now)
        assert scene.rungs().count("contact-missed") == 1


def test_one_that_was_asked_for_before_the_pause_is_not_asked_for_again(scene, case):
    scene.climb("2026-11-30 09:00")
    assert scene.rungs() == ["contact-missed"]
    case.paused()
    case.resumed("2026-12-22 23:59:59", contact=CONTACT)
    scene.climb("2026-12-02 09:00")
    assert scene.rungs() == ["contact-missed"]


def test_a_contact_within_the_pause_is_asked_for_no_more(scene, case):
    case.paused()
    case.progressed(contact="phone")
    case.resumed("2026-12-22 23:59:59")
    scene.climb("2026-12-04 09:00")
    assert (scene.rungs(), states(scene, "contact")) == ([], [(1, "paused")])


def test_a_calendar_that_changes_within_the_pause_starts_no_clock(scene, case):
    case.paused()
    case.rescheduled(contact="2026-11-27 23:59:59", reply="2026-12-01 23:59:59")
    case.rescheduled(reply="2026-12-02 23:59:59")
    scene.climb("2026-12-04 09:00")
    assert (scene.rungs(), states(scene, "reply")) == ([], [(1, "paused"), (3, "paused"), (4, "paused")])
    case.resumed("2026-12-11 23:59:59", contact="2026-12-04 23:59:59")
    case.rescheduled(reply="2026-12-14 23:59:59")
    assert states(scene, "reply") == [(1, "paused"), (3, "paused"), (4, "paused"), (5, "replaced"), (6, "open")]
    scene.climb("2026-12-07 09:00")
    assert scene.rungs() == ["contact-missed"]


def test_a_calendar_that_changes_after_a_reply_and_a_rework_starts_the_clock(scene, case):
    case.paused()
    case.replied()
    case.reopened("2026-12-21 23:59:59")
    case.rescheduled(reply="2026-12-22 23:59:59")
    assert states(scene, "reply") == [(1, "paused"), (4, "replaced"), (5, "open")]


def test_the_end_of_an_evaluation_is_no_deadline_of_the_department(scene, case):
    case.replied()
    case.rescheduled(evaluation="2027-01-12 23:59:59")
    assert states(scene, "evaluation") == []
