"""Letters to the deputies who are to come to a session: by their accounts, each once, and nothing of who they are in the open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.accounts.model import Invited, NewGrant
from services.contracts.messages.duties import LetterEntrusted
from services.contracts.messages.sessions import (
    SessionAnnounced,
    SessionCancelled,
    SessionChanged,
    SessionHeld,
    SessionPlanned,
    SessionPostponed,
)
from services.intake.__main__ import remind_deputies
from services.intake.domain.sessions.session import REMINDED_BEFORE
from tests.unit.intake.sessions import AT, SESSION, tell

CALLED = ("d-1", "d-2", "d-3")


@pytest.fixture
def office(harness):
    """A place where the deputies d-1 and d-2 have accounts with an address, and d-3 has none."""
    harness.keep_accounts()
    for code in ("d-1", "d-2"):

        def unit(work, people, code=code):
            invited = Invited(code, f"代表{code}", NewGrant("deputy", deputy=code), email=f"{code}@example.org")
            people.change(people.add(invited), state="active")

        harness.intake.accounts.change(unit)
    return harness


def letters(harness):
    """What was written about to whom, in order."""
    found = [harness.unsealed(event.data) for event in harness.private() if isinstance(event.data, LetterEntrusted)]
    return [(each.about.removeprefix("session_"), each.email.partition("@")[0]) for each in found]


def test_who_is_to_come_is_told_of_all_that_becomes_of_an_announced_session(office):
    tell(office, SessionPlanned, 1, "planned", deputies=CALLED)
    assert letters(office) == []
    tell(office, SessionAnnounced, 2, deputies=CALLED)
    tell(office, SessionAnnounced, 2, deputies=CALLED)
    assert letters(office) == [("called", "d-1"), ("called", "d-2")]
    tell(office, SessionChanged, 3, title="专场", deputies=CALLED)
    assert len(letters(office)) == 2
    tell(office, SessionChanged, 4, deputies=("d-2", "d-3"))
    assert letters(office)[2:] == [("released", "d-1")]
    tell(office, SessionPostponed, 5, "postponed", deputies=("d-2", "d-3"))
    tell(office, SessionPostponed, 6, at=AT + timedelta(days=2), deputies=CALLED)
    assert letters(office)[3:] == [("put_off", "d-2"), ("called", "d-1"), ("moved", "d-2")]
    tell(office, SessionCancelled, 7, "cancelled", deputies=CALLED)
    tell(office, SessionChanged, 3, deputies=CALLED)
    assert letters(office)[6:] == [("called_off", "d-1"), ("called_off", "d-2")]
    assert not any("代表d-" in str(event.data) or "example.org" in str(event.data) for event in office.said())


@pytest.mark.parametrize("shape", [SessionPostponed, SessionCancelled])
def test_nobody_hears_that_something_is_off_of_which_they_did_not_know(office, shape):
    tell(office, SessionPlanned, 1, "planned", deputies=CALLED)
    tell(office, shape, 2, "postponed" if shape is SessionPostponed else "cancelled", deputies=CALLED)
    assert letters(office) == []


def test_they_are_reminded_once_on_the_working_day_before(office):
    tell(office, SessionAnnounced, 2, deputies=CALLED)
    begun = len(letters(office))
    day_before = office.catalogue.calendar.before(AT, REMINDED_BEFORE)
    office.clock.instant = day_before - timedelta(seconds=1)
    remind_deputies(office.intake)
    assert len(letters(office)) == begun
    office.clock.instant = day_before
    for _ in range(2):
        assert remind_deputies(office.intake) is False
    assert letters(office)[begun:] == [("soon", "d-1"), ("soon", "d-2")]
    tell(office, SessionChanged, 3, title="专场", deputies=CALLED)
    tell(office, SessionHeld, 4, "held", deputies=CALLED)
    remind_deputies(office.intake)
    assert len(letters(office)) == begun + 2


def test_a_letter_says_when_and_where_unless_it_is_off(office):
    tell(office, SessionAnnounced, 2, deputies=CALLED)
    tell(office, SessionCancelled, 3, "cancelled", deputies=CALLED)
    called, off = (
        next(event.data for event in office.private() if getattr(event.data, "about", None) == about)
        for about in ("session_called", "session_called_off")
    )
    assert (called.title, called.facts) == ("周二代表有约", {"at": AT.isoformat(), "place": "一站会议室"})
    assert off.facts == {}
    assert next(event.subject for event in office.private() if event.data is called or event.data == called) == SESSION
