"""What people owe who are no department: its clock, its rungs, and who is written to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.contracts.catalogue.model import Station
from services.contracts.messages.duties import DutyEnded, DutySet, LetterEntrusted, ReminderGiven
from services.notify.domain.holders import called, holder_of, owed_by
from services.notify.domain.letters.members import ENTRUSTED, write_to_entrusted
from services.notify.store.tables import deadlines, staff_notifications
from tests.unit.notify.scenes import at, rung, scene_on, small_place

DUE = at("2026-11-24 23:59:59")
PLACE = small_place(
    rung("take-late", of="take", after="1wd", to=("holder",)),
    rung("feedback-late", of="feedback", after="1wd", to=("holder", "supervisor")),
)


@pytest.fixture
def scene(sqlite_database, clock):
    return scene_on(sqlite_database, clock, catalogue=PLACE, others={"supervisor": ("json://congress",)})


def given(scene):
    """The reminders that were given, as messages."""
    return [event.data for event in scene.said()]


def letters(scene):
    """What was written to those above."""
    return [row["body"] for row in scene.rows(staff_notifications)]


def asked(scene, duty="take", sequence=2, holder="deputy", code="cd-017"):
    return scene.event(DutySet("care-1", duty, holder, "河道淤积", DUE, code), sequence)


def test_one_who_does_nothing_is_reminded_once_with_whose_duty_it_is(scene):
    scene.consume(asked(scene))
    scene.climb("2026-11-24 17:00")
    assert given(scene) == []
    scene.climb("2026-11-25 08:30")
    scene.climb("2026-11-30 09:00")
    assert given(scene) == [ReminderGiven("care-1", "take", "deputy", "take-late", DUE, "cd-017")]
    assert letters(scene) == []


@pytest.mark.parametrize(("done", "state"), [(True, "met"), (False, "void")])
def test_what_was_done_or_need_not_be_done_any_more_is_reminded_of_no_more_in_any_order(scene, done, state):
    ended = scene.event(DutyEnded("care-1", "take", done), 3)
    scene.consume(ended, asked(scene))
    scene.climb("2026-11-30 09:00")
    assert (given(scene), [row["state"] for row in scene.rows(deadlines)]) == ([], [state])


def test_a_duty_that_is_set_again_after_it_ended_has_a_clock_of_its_own(scene):
    scene.consume(asked(scene, "feedback"), scene.event(DutyEnded("care-1", "feedback", True), 3), asked(scene, "feedback", 4))
    scene.climb("2026-11-25 08:30")
    assert [(each.of, each.rung) for each in given(scene)] == [("feedback", "feedback-late")]


def test_those_above_read_whose_duty_it_is(scene):
    scene.consume(asked(scene, "feedback"))
    scene.climb("2026-11-25 08:30")
    (letter,) = letters(scene)
    assert "人大代表 cd-017：" in letter
    assert "前向提出人反馈。现已逾期" in letter


def test_a_holder_is_told_apart_from_a_department_and_called_by_what_is_known():
    assert [holder_of(owing) for owing in ("water", "deputy:a", owed_by("presidium", None), "b:c")] == [
        None, ("deputy", "a"), ("presidium", None), None,
    ]  # fmt: skip
    place = replace(PLACE, stations={"east": Station("east", "东街站", "town")})
    assert [called(place, each).zh for each in ("water", "informant:east", "station:gone", "presidium:")] == [
        "water局", "民情信息员 东街站", "代表联络站 gone", "主席团",
    ]  # fmt: skip


@pytest.mark.parametrize("about", ENTRUSTED)
def test_every_letter_reads_in_both_languages_and_names_the_opinion_in_its_body_alone(about):
    letter = LetterEntrusted(about, "王代表", "{河道}淤积", {"due": DUE.isoformat(), "rumour": "no"}, "https://a.example/entrusted")
    title, body = write_to_entrusted(letter, PLACE)
    assert "河道" not in title
    assert "no" not in title
    assert body.count("{河道}淤积") == 2
    assert body.count("2026-11-24 23:59") == 2
    assert body.count("https://a.example/entrusted") == 2
