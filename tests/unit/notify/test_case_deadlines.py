"""The deadlines of a case from its assignment to its end: roles, rounds, pauses, promises, marks, moved calendars."""

from __future__ import annotations

import pytest

from services.contracts.messages.supervision import CalendarChanged, CardIssued, SupervisionRaised
from services.contracts.messages.values import Moved
from services.notify.store.supervision.tables import supervisions
from services.notify.store.tables import cases, deadlines, occasions, reminders, staff_notifications
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import LADDER, at, rung, scene_on, small_place

SOME = (
    *LADDER,
    rung("contact-missed", of="contact", after="1wd"),
    rung("co-due", of="co_opinion", before="1wd"),
    rung("co-late", of="co_opinion", after="1wd"),
    rung("promise-due", of="promise", before="3wd"),
)


@pytest.fixture
def scene(sqlite_database, clock):
    place = small_place(*SOME, channels={"water": ("mailto://w.example",), "roads": ("mailto://r.example",)})
    return scene_on(sqlite_database, clock, catalogue=place)


@pytest.fixture
def case(scene):
    return Case(scene)


def states(scene):
    return [(row["kind"], row["version"], row["state"]) for row in scene.rows(deadlines, "version", "kind")]


def test_a_co_handler_is_reminded_in_its_own_queue_until_it_has_advised(scene, case):
    case.created()
    helper = Case(scene, "a-2", "roads")
    helper.created(role="co_handler", co_opinion="2026-12-04 23:59:59", sign="2026-11-24 23:59:59")
    scene.climb("2026-12-03 08:30")
    assert {(event.data.department, event.data.rung) for event in scene.said()} == {
        ("water", "half"), ("roads", "co-due"), ("roads", "sign-late"),
    }  # fmt: skip
    helper.advised()
    scene.climb("2026-12-08 09:00")
    assert "co-late" not in scene.rungs()
    assert {row["state"] for row in scene.rows(deadlines) if row["assignment"] == "a-2"} == {"met", "missed"}


def test_the_first_contact_ends_its_deadline_and_a_mere_note_does_not(scene, case):
    case.created(contact="2026-11-26 23:59:59")
    case.progressed()
    assert states(scene) == [("contact", 1, "open")]
    case.progressed(contact="phone")
    assert states(scene) == [("contact", 1, "met")]
    scene.climb("2026-11-30 09:00")
    assert scene.rungs() == []


def test_a_missed_contact_is_asked_for_once(scene, case):
    case.created(contact="2026-11-26 23:59:59")
    for now in ("2026-11-27 08:30", "2026-11-30 09:00", "2026-12-10 09:00"):
        scene.climb(now)
    assert scene.rungs() == ["contact-missed"]


def test_what_ends_a_case_tells_rights_from_duties(scene, case):
    case.created(object="2026-12-02 23:59:59", reply="2026-12-14 23:59:59")
    scene.clock.instant = at("2026-12-15 09:00")
    case.replied()
    assert states(scene) == [("object", 1, "lapsed"), ("reply", 1, "missed")]


def test_a_withdrawn_case_is_void_with_its_promises(scene, case):
    case.created()
    case.promised("p-1", "2027-01-29 23:59:59")
    case.cancelled("withdrawn")
    assert states(scene) == [("reply", 1, "void"), ("promise", 2, "void")]


def test_a_promise_outlives_the_reply_and_ends_with_its_own_word(scene, case):
    case.created()
    case.promised("p-1", "2026-12-31 23:59:59")
    case.promised("p-2", "2027-01-29 23:59:59")
    case.replied()
    assert states(scene) == [("reply", 1, "met"), ("promise", 2, "open"), ("promise", 3, "open")]
    scene.climb("2026-12-28 08:30")
    assert [(event.data.rung, event.data.of) for event in scene.said()] == [("promise-due", "promise")]
    case.kept("p-1", "2026-12-31 23:59:59")
    assert states(scene)[1:] == [("promise", 2, "met"), ("promise", 3, "open")]
    assert {row["title"] for row in scene.rows(deadlines)} == {"河道淤积"}


def test_a_word_that_was_kept_before_it_was_heard_of_is_kept(scene, case):
    case.created()
    made_at = case.sequence
    case.sequence += 1
    case.kept("p-1", "2026-12-31 23:59:59")
    case.sequence = made_at
    case.promised("p-1", "2026-12-31 23:59:59")
    scene.climb("2026-12-28 08:30")
    assert "promise-due" not in scene.rungs()
    assert ("promise", 2, "met") in states(scene)


def test_a_broken_promise_is_a_red_card_once_when_the_office_opens(scene, case):
    case.created()
    case.promised("p-1", "2026-11-25 23:59:59")
    case.replied()
    scene.clock.instant = at("2026-11-26 01:00")
    case.broken("p-1", "2026-11-25 23:59:59")
    case.reopened("2026-12-03 23:59:59", cause="promise")
    scene.climb()
    assert scene.rungs() == []
    for now in ("2026-11-26 08:30", "2026-11-26 08:31", "2026-11-27 09:00"):
        scene.climb(now)
    (card,) = scene.said()
    assert isinstance(card.data, CardIssued)
    assert (card.data.rung, card.data.of, card.data.card, card.data.deadline) == (
        "promise-broken", "promise", "red", at("2026-11-25 23:59:59"),
    )  # fmt: skip
    assert ("promise", 2, "missed") in states(scene)
    assert scene.rows(occasions) == []
    assert [letter["recipient"] for letter in scene.rows(staff_notifications)] == ["department"]


def test_a_rung_that_is_renamed_before_the_office_opens_is_not_forgotten(scene, case, clock):
    case.created()
    scene.clock.instant = at("2026-11-26 01:00")
    case.broken("p-1", "2026-11-25 23:59:59")
    shame = rung("shame", of="promise", upon="broken", action="card", card="red")
    later = scene_on(lambda *_: scene.database, clock, catalogue=small_place(*SOME, shame))
    later.climb("2026-11-26 08:30")
    assert later.rungs() == ["shame"]


def test_dissatisfied_twice_goes_to_supervision_and_once_does_not(scene, case):
    case.created()
    case.replied()
    case.reopened("2026-12-01 23:59:59", 2)
    scene.climb()
    assert scene.rungs() == []
    case.replied()
    case.reopened("2026-12-02 23:59:59", 3)
    scene.climb()
    (raised,) = scene.said()
    assert isinstance(raised.data, SupervisionRaised)
    (row,) = scene.rows(supervisions)
    assert (raised.data.rung, raised.data.of, raised.data.supervision) == ("dissatisfied", "evaluation", row["id"])
    assert raised.data.deadline == row["due"] == at("2026-12-02 23:59:59")
    (letter,) = scene.rows(staff_notifications)
    assert "重办答复" in letter["body"]


def test_reopened_for_a_promise_is_no_dissatisfaction(scene, case):
    case.created()
    case.reopened("2026-12-02 23:59:59", 3, cause="promise")
    scene.climb()
    assert scene.rungs() == []


def test_a_case_that_is_raised_further_goes_on_as_the_same_supervision(clock, sqlite_database):
    steeper = small_place(*LADDER, rung("criticise", action="supervision", after="10wd"))
    scene = scene_on(sqlite_database, clock, catalogue=steeper)
    case = Case(scene)
    case.created()
    scene.climb("2026-12-21 08:30")
    scene.climb("2026-12-28 08:30")
    said = [event.data for event in scene.said() if isinstance(event.data, SupervisionRaised)]
    (row,) = scene.rows(supervisions)
    assert [raised.supervision for raised in said] == [row["id"]] * 2
    assert (row["rung"], row["state"]) == ("criticise", "open")


def test_a_key_case_climbs_one_rung_higher_from_the_start(scene, case):
    case.created(key=True)
    for now in ("2026-12-03 08:30", "2026-12-09 08:30", "2026-12-11 08:30"):
        scene.climb(now)
    assert scene.rungs() == ["three", "yellow", "red"]


def test_a_case_led_by_a_leader_climbs_as_a_key_case_does(scene, case):
    case.created(leader="王副县长")
    scene.climb("2026-12-03 08:30")
    assert scene.rungs() == ["three"]


def test_a_mark_changes_what_comes_for_all_of_the_case_and_never_what_has_fired(scene, case):
    case.created()
    helper = Case(scene, "a-2", "roads")
    helper.sequence = 1
    helper.created(role="separate", reply="2026-12-14 23:59:59")
    scene.climb("2026-12-03 08:30")
    case.sequence = 2
    case.marked(True)
    scene.climb("2026-12-04 09:00")
    assert scene.rungs() == ["half", "half"]
    assert {row["next_rung"] for row in scene.rows(deadlines)} == {"yellow"}
    scene.climb("2026-12-09 08:30")
    assert scene.rungs()[2:] == ["yellow", "yellow"]
    case.marked(False)
    for now in ("2026-12-09 09:00", "2026-12-11 08:30", "2026-12-15 08:30"):
        scene.climb(now)
    assert scene.rungs()[4:] == ["red", "red"]


def test_a_mark_that_is_heard_before_its_assignment_counts(scene, case):
    case.sequence = 3
    case.marked(True)
    case.sequence = 0
    case.created()
    scene.climb("2026-12-03 08:30")
    assert scene.rungs() == ["three"]


def test_an_older_mark_does_not_undo_a_newer_one(scene, case):
    case.created(key=True)
    case.sequence = 5
    case.marked(False)
    case.sequence = 3
    case.marked(True)
    assert [(row["higher"], row["marked_sequence"]) for row in scene.rows(cases)] == [(False, 6)]


def test_a_pause_stops_the_clock_and_its_end_goes_on_counting(scene, case):
    case.created()
    scene.climb("2026-12-03 08:30")
    case.paused()
    scene.climb("2026-12-16 09:00")
    assert scene.rungs() == ["half"]
    case.resumed("2026-12-25 23:59:59")
    scene.climb("2026-12-16 09:01")
    assert scene.rungs() == ["half"]
    assert states(scene) == [("reply", 1, "paused"), ("reply", 3, "open")]
    scene.climb("2026-12-22 08:30")
    assert scene.rungs() == ["half", "three"]


def test_an_extension_replaces_and_keeps_when_counting_began(scene, case):
    case.created()
    scene.clock.instant = at("2026-12-10 10:00")
    case.extended("2026-12-28 23:59:59")
    assert states(scene) == [("reply", 1, "replaced"), ("reply", 2, "open")]
    row = scene.rows(deadlines, "version")[1]
    assert (row["begun"], row["cause"], row["next_rung"]) == (at("2026-11-23 09:30"), "extended", "three")


def test_a_moved_calendar_fires_nothing_again_that_was_over_already(scene, case):
    case.created()
    scene.climb("2026-12-15 08:30")
    case.rescheduled(reply="2026-12-11 23:59:59", provisional=True)
    assert scene.rows(deadlines, "version")[1]["provisional"]
    for now in ("2026-12-15 08:31", "2026-12-15 09:00", "2026-12-17 08:30", "2026-12-18 08:30"):
        scene.climb(now)
    assert scene.rungs() == ["red", "urge", "supervise"]
    assert scene.said()[-1].data.deadline == at("2026-12-11 23:59:59")


def test_a_moved_calendar_fires_again_what_lies_ahead_now(scene, case):
    case.created()
    scene.climb("2026-12-11 08:30")
    case.rescheduled(reply="2026-12-18 23:59:59")
    for now in ("2026-12-14 08:30", "2026-12-15 08:30", "2026-12-17 08:30"):
        scene.climb(now)
    assert scene.rungs() == ["yellow", "three", "yellow"]


def test_a_changed_calendar_is_one_letter_to_each_channel_of_the_department(scene, case):
    case.created()
    moved = tuple(Moved(f"a-{n}", f"o-{n}", "reply", at("2026-12-14 23:59:59"), at("2026-12-15 23:59:59")) for n in range(40))
    event = scene.event(CalendarChanged("water", "2027 年放假安排公布", moved), 1, "calendar")
    scene.consume(event)
    (letter,) = scene.rows(staff_notifications)
    assert letter["title"] == "【期限调整】40 项 · 40 deadlines moved"
    assert "a-0 答复: 2026-12-14 23:59 → 2026-12-15 23:59" in letter["body"]
    assert "……共 40 项" in letter["body"]
    assert letter["body"].index("water局") < letter["body"].index("Bureau of water")
    (row,) = scene.rows(reminders)
    assert (row["department"], row["rung"], row["action"], row["state"]) == ("water", "calendar-changed", "notice", "sent")
    assert scene.said() == []
    assert scene.visit(scene.channels()[0]) == 1


def test_a_department_without_channels_is_noted_and_not_written_to(scene):
    moved = (Moved("a-1", "o-1", "reply", at("2026-12-14 23:59:59"), at("2026-12-15 23:59:59")),)
    scene.consume(scene.event(CalendarChanged("health", "调休", moved), 1, "calendar"))
    assert scene.rows(staff_notifications) == []
    assert [row["department"] for row in scene.rows(reminders)] == ["health"]
