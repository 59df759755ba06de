"""In which state a deadline is that is on record, and how far it has been climbed, without a store."""

from __future__ import annotations

import pytest

from services.notify.domain.kept import KeptDeadline
from services.notify.domain.reminders import ClimbedStep, behind
from services.notify.domain.timetable import Ending
from tests.unit.notify.scenes import at, deadline

DUE, BEFORE, AFTER = at("2026-12-14 23:59:59"), at("2026-12-14 10:00"), at("2026-12-15 10:00")


def ending(ended, kind="*", how="judged"):
    return Ending("a-1", kind, 2, ended, how=how)


@pytest.mark.parametrize(
    ("kind", "heard", "now", "state"),
    [
        ("reply", None, BEFORE, "open"),
        ("reply", None, AFTER, "open"),
        ("reply", ending(BEFORE), AFTER, "met"),
        ("reply", ending(DUE), AFTER, "met"),
        ("reply", ending(AFTER), AFTER, "missed"),
        ("reply", ending(AFTER, how="paused"), AFTER, "paused"),
        ("reply", ending(BEFORE, "reply", "replaced"), AFTER, "replaced"),
        ("object", None, BEFORE, "open"),
        ("object", None, AFTER, "lapsed"),
        ("object", ending(BEFORE), AFTER, "lapsed"),
        ("object", ending(BEFORE, "object"), AFTER, "met"),
    ],
)
def test_what_ended_a_deadline_says_its_state_before_it_is_written(kind, heard, now, state):
    kept = KeptDeadline(deadline(kind=kind), "open", None).settled(heard, now)
    assert (kept.state, kept.ended) == (state, None if heard is None else heard.ended)


def test_a_state_that_is_written_stays():
    written = KeptDeadline(deadline(), "paused", BEFORE)
    assert written.settled(ending(AFTER), AFTER) is written


def test_only_a_deadline_that_runs_is_overdue():
    assert [KeptDeadline(deadline(), state, None).is_overdue(AFTER) for state in ("open", "missed")] == [True, False]
    assert not KeptDeadline(deadline(), "open", None).is_overdue(DUE)


def test_a_version_is_behind_what_it_has_passed_and_knows_what_fired_before():
    climbed = [
        ClimbedStep(1, "half", 1, BEFORE, "sent"), ClimbedStep(1, "three", 1, BEFORE, "skipped"),
        ClimbedStep(3, "half", 1, BEFORE, "skipped"), ClimbedStep(3, "three", 1, AFTER, "sent"),
        ClimbedStep(7, "red", 1, AFTER, "sent"),
    ]  # fmt: skip
    found = behind(climbed, 3)
    assert (found.passed, found.until, found.earlier) == ({("half", 1), ("three", 1)}, AFTER, {("half", 1)})
    assert behind([], 3).until is None
