"""Slots and numbers of a session on both kinds of store, however many ask at the same moment; and all that becomes of a booking."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from services.contracts.messages.sessions import SessionChanged, SessionMinuted
from services.intake.__main__ import remind_visitors
from services.intake.app.sessions.keeping import forget_visitors, reseal_visitors
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness
from tests.unit.intake.sessions import AT, QUESTION, SESSION, VISITOR, ask, booked_letters, tell


def test_no_slot_is_given_twice_and_no_number_is_left_out(any_database, clock):
    harness = IntakeHarness(any_database("intake", MIGRATIONS), clock)
    tell(harness, slots=5)

    def act(number):
        client = harness.app.test_client()
        if number % 2:
            body, headers = {"questions": [QUESTION, QUESTION]}, {"Authorization": "Bearer at-central"}
            answer = client.post(f"/api/v1/sessions/{SESSION}/questions", json=body, headers=headers)
            return [each["number"] for each in answer.get_json()["questions"]], None
        answer = client.post(f"/api/v1/sessions/{SESSION}/bookings", json=VISITOR)
        return [], answer.get_json().get("slot")

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(act, range(24)))
    assert sorted(number for numbers, _ in done for number in numbers) == list(range(1, 25))
    assert sorted(slot for _, slot in done if slot) == [1, 2, 3, 4, 5]
    told = [event.sequence for event in harness.said(SESSION)]
    assert sorted(told) == list(range(1, 6))


def test_a_booking_is_told_moved_reminded_missed_and_forgotten(any_database, clock):
    harness = IntakeHarness(any_database("intake", MIGRATIONS), clock)
    tell(harness)
    receipt = harness.post(f"/sessions/{SESSION}/bookings", VISITOR).get_json()["receipt"]
    tell(harness, SessionChanged, 3, at=AT + timedelta(days=1))
    clock.instant = AT
    remind_visitors(harness.intake)
    ask(harness, QUESTION)
    reseal_visitors(harness.intake)
    for _ in range(2):
        assert harness.post("/receipts/lost", {"contact": VISITOR["phone"]}).status_code == 202
    tell(harness, SessionMinuted, 4, "minuted")
    assert [letter.about for letter in booked_letters(harness)] == ["booked", "moved", "soon", "resent"]
    assert harness.get(f"/bookings/{receipt}").get_json()["state"] == "missed"
    assert forget_visitors(harness.intake, AT + timedelta(days=40)) == 1
    assert harness.get(f"/sessions/{SESSION}/bookings", "reviewer").get_json()["items"][0]["name"] is None
    assert [each["number"] for each in harness.get(f"/sessions/{SESSION}/questions", "reviewer").get_json()["items"]] == [1]
