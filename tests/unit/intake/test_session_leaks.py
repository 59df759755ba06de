"""Who booked a session and who asked there stands nowhere but where its host and the office work: every route, tried by others."""

from __future__ import annotations

import pytest

from services.contracts.people.callers import Caller, Role
from services.intake.app.routes import ROUTES
from services.intake.pages.routes import PAGES
from tests.reading import filled, words_in
from tests.unit.intake import harness as desks
from tests.unit.intake.sessions import QUESTION, SESSION, VISITOR, ask, tell

MARKS = ("标记甲", "13711110000", "标记事由", "标记乙", "13722220000")
READ = sorted({route.path for route in (*ROUTES, *PAGES) if route.method == "GET"})
#: Where the host sees who comes, and the office who told an opinion.
HOSTS = {"/api/v1/sessions/<session_id>/bookings", "/sessions/<session_id>/bookings"}
OFFICE = {"/api/v1/opinions/<opinion_id>", "/cases/<opinion_id>"}


@pytest.fixture(scope="module")
def told(open_harness):
    """A session with a booking and a question, both marked. Gives the desk and what stands for the names in paths."""
    harness = open_harness()
    tell(harness)
    booked = harness.post(f"/sessions/{SESSION}/bookings", VISITOR).get_json()["receipt"]
    voter = {"kind": "citizen", "name": "标记乙", "phone": "13722220000"}
    (asked,) = ask(harness, QUESTION | {"submitter": voter}).get_json()["questions"]
    return harness, {"session_id": SESSION, "opinion_id": asked["id"], "receipt": booked}


def seen_at(told, who):
    """The routes whose answer has a mark in it."""
    harness, names = told
    headers = {"Authorization": f"Bearer {who}"} if who else {}
    found = set()
    for path in READ:
        words = words_in(harness.client.get(filled(path, names), headers=headers))
        if any(mark in words for mark in MARKS):
            found.add(path)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("who", [None, "water", "elsewhere", "deputy", "informant", "scraper"])
def test_others_read_of_nobody_anywhere(told, who, monkeypatch):
    monkeypatch.setitem(desks.CALLERS, "deputy", Caller(Role.DEPUTY, token="d", deputy="wang"))
    monkeypatch.setitem(desks.CALLERS, "informant", Caller(Role.INFORMANT, token="i", station="central"))
    assert seen_at(told, who) == set()


@pytest.mark.slow
def test_the_host_reads_who_comes_and_not_who_asked(told):
    assert seen_at(told, "at-central") == HOSTS


@pytest.mark.slow
def test_the_office_reads_both_and_nowhere_else(told):
    assert seen_at(told, "reviewer") == HOSTS | OFFICE


def test_no_message_but_a_sealed_letter_and_no_metric_names_anybody(told):
    harness, _ = told
    assert not any(mark in str(row["body"]) for row in harness.outbox() for mark in MARKS)
    assert not any(mark.encode() in bytes(row["body"]) for row in harness.outbox() for mark in MARKS)
