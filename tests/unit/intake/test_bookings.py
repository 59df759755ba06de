"""Bookings: never more than slots, a receipt each, letters about what becomes of the session, nothing said of who it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.contracts.messages.sessions import SessionCancelled, SessionChanged, SessionHeld, SessionMinuted, SessionPostponed
from services.contracts.messages.supervision import LetterCancelled
from services.intake.__main__ import remind_visitors
from services.intake.app.sessions.keeping import reseal_visitors
from services.intake.domain.sessions.booking import Booking, BookingState
from services.intake.store.sessions.personal import renew
from services.intake.store.sessions.tables import booking_marks, bookings
from services.runtime.clock import new_id
from services.runtime.store.vault import Vault
from tests.unit.intake.harness import KEY
from tests.unit.intake.personal_data import in_files
from tests.unit.intake.sessions import AT, SESSION, VISITOR, book, booked_letters, tell


def receipt_of(answer):
    assert answer.status_code == 201, answer.text
    return answer.get_json()["receipt"]


def state_of(harness, receipt):
    return harness.get(f"/bookings/{receipt}").get_json()["state"]


def test_who_books_gets_a_slot_a_receipt_and_a_letter(harness):
    tell(harness)
    answer = book(harness)
    body = answer.get_json()
    assert (answer.status_code, body["slot"], body["state"], body["place"]) == (201, 1, "made", "一站会议室")
    assert answer.headers["Location"].endswith(f"/api/v1/bookings/{body['receipt'].replace('-', '')}")
    assert harness.get(f"/bookings/{body['receipt'].lower()}").get_json() == body
    (letter,) = booked_letters(harness)
    assert (letter.about, letter.receipt, letter.name, letter.phone) == ("booked", body["receipt"], "标记甲", "13711110000")
    (said,) = [event for event in harness.said() if event.type == "booking.made"]
    assert (said.subject, said.data.slot, said.data.session) == (SESSION, 1, SESSION)


def test_a_lost_booking_is_sent_again_to_the_contact_left_and_nobody_else_learns_of_it(harness):
    tell(harness, slots=3)
    kept, cancelled, _ = (receipt_of(book(harness, **who)) for who in ({"email": "Jia@example.org"}, {}, {"phone": "13711110001"}))
    harness.post(f"/bookings/{cancelled}/cancel")
    sent = len(booked_letters(harness))
    answers = [harness.post("/receipts/lost", {"contact": each}) for each in ("137 1111 0000", "13799999999", "13711110000")]
    assert len({(each.status_code, each.text) for each in answers}) == 1
    (letter,) = booked_letters(harness)[sent:]
    assert (letter.about, letter.receipt, letter.phone, letter.email, letter.name) == ("resent", kept, "13711110000", None, None)
    harness.clock.instant += timedelta(hours=2)
    harness.post("/receipts/lost", {"contact": "jia@example.org"})
    assert [(each.receipt, each.email) for each in booked_letters(harness)[sent + 1 :]] == [(kept, "jia@example.org")]


def test_marks_of_bookings_tell_nothing_follow_the_key_and_go_with_the_visitor(harness):
    tell(harness)
    receipt = receipt_of(book(harness))
    with harness.database.reading() as connection:
        before = connection.execute(sa.select(booking_marks)).all()
    assert before
    assert VISITOR["phone"] not in str(before)
    newer = Vault(["another-key-for-tests-as-long-as-a-key-has-to-be", KEY])
    with harness.database.transaction() as work:
        renew(work, newer, "", 10)
    with harness.database.reading() as connection:
        (mark,) = connection.execute(sa.select(booking_marks.c.mark)).scalars()
    assert mark == Vault(["another-key-for-tests-as-long-as-a-key-has-to-be"]).mark(VISITOR["phone"])
    assert harness.post(f"/bookings/{receipt}/erasure", {}, "admin").status_code == 200
    with harness.database.reading() as connection:
        assert connection.execute(sa.select(booking_marks)).all() == []


def test_there_are_never_more_bookings_than_slots(harness):
    tell(harness, slots=5)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: book(harness), range(16)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(409)) == (5, 11)
    assert sorted(answer.get_json()["slot"] for answer in answers if answer.status_code == 201) == [1, 2, 3, 4, 5]


def test_a_slot_that_was_given_up_is_free_again(harness):
    tell(harness)
    first, second = receipt_of(book(harness)), receipt_of(book(harness))
    assert book(harness).status_code == 409
    for _ in range(2):
        assert harness.post(f"/bookings/{first}/cancel").get_json()["state"] == "cancelled"
    assert book(harness).get_json()["slot"] == 1
    assert state_of(harness, second) == "made"
    assert [event.type for event in harness.said(SESSION)].count("booking.cancelled") == 1
    numbers = [event.sequence for event in harness.said(SESSION)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_sent_again_with_the_same_key_one_slot_is_booked(harness):
    tell(harness)
    key = new_id()
    first, again = (harness.post(f"/sessions/{SESSION}/bookings", VISITOR, Idempotency_Key=key) for _ in range(2))
    assert first.get_json() == again.get_json()
    assert book(harness).get_json()["slot"] == 2


@pytest.mark.parametrize(("body", "field"), [
    ({"phone": "13711110000"}, "name"), ({"name": "甲"}, "phone"), ({"name": "甲", "phone": "12"}, "phone"),
    ({"name": "甲", "email": "nobody"}, "email"), ({**VISITOR, "slot": 1}, "slot"), ({**VISITOR, "about": "x" * 2_001}, "about"),
    ({**VISITOR, "name": "甲" * 101}, "name"),
])  # fmt: skip
def test_what_is_wrong_with_a_booking_is_named(harness, body, field):
    tell(harness)
    answer = harness.post(f"/sessions/{SESSION}/bookings", body)
    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


@pytest.mark.parametrize(("changes", "status"), [
    ({"state": "planned"}, 404), ({"kind": "inspection"}, 404), ({"kind": "unknown"}, 404), ({"slots": 0}, 409),
    ({"state": "held"}, 409), ({"state": "postponed"}, 409), ({"state": "cancelled"}, 409),
])  # fmt: skip
def test_only_an_announced_session_with_slots_is_booked(harness, changes, status):
    assert book(harness).status_code == 404
    tell(harness, **changes)
    assert book(harness).status_code == status


def test_of_a_session_planned_a_moment_ago_it_is_said_to_try_again(harness):
    answer = book(harness, new_id())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    made = harness.post("/codes", {"kind": "activity", "label": "接待日", "session": new_id(), "many": 1}, "admin")
    assert made.status_code == 503, made.text
    old = "0192f3a1-0000-7000-8000-000000000000"
    assert [book(harness, each).status_code for each in (old, "x" * 36)] == [404, 404]


def test_a_booking_does_not_tell_a_time_that_no_longer_holds(harness):
    tell(harness)
    receipt = receipt_of(book(harness))
    tell(harness, SessionPostponed, 3, "postponed")
    told = harness.client.get(f"/api/v1/bookings/{receipt}").get_json()
    assert (told["at"], told["session_state"], told["state"]) == (None, "postponed", "made")
    page = harness.client.get(f"/bookings/{receipt}", headers={"Accept-Language": "zh"}).text
    assert "延期，时间另行通知" in page
    assert f"{AT:%Y}年" not in page
    tell(harness, SessionPostponed, 4, "announced", at=AT + timedelta(days=9))
    told = harness.client.get(f"/api/v1/bookings/{receipt}").get_json()
    assert (told["at"], told["session_state"]) == ((AT + timedelta(days=9)).isoformat(), "announced")


def test_a_session_that_has_begun_is_booked_no_more(harness):
    tell(harness)
    harness.clock.instant = AT
    assert book(harness).status_code == 409


def test_who_booked_is_told_what_becomes_of_the_session(harness):
    tell(harness)
    receipt = receipt_of(book(harness))
    tell(harness, SessionChanged, 3, title="周二代表有约（照明）")
    tell(harness, SessionChanged, 4, at=AT + timedelta(days=1))
    tell(harness, SessionPostponed, 5, "postponed")
    tell(harness, SessionPostponed, 6, "announced", at=AT + timedelta(days=9), place="二站")
    tell(harness, SessionCancelled, 7, "cancelled")
    letters = booked_letters(harness)
    assert [letter.about for letter in letters] == ["booked", "moved", "put_off", "moved", "called_off"]
    assert (letters[3].at, letters[3].place) == (AT + timedelta(days=9), "二站")
    assert state_of(harness, receipt) == "cancelled"
    assert harness.post(f"/bookings/{receipt}/cancel").status_code == 200


def test_who_booked_is_reminded_once_and_again_after_the_session_moved(harness):
    tell(harness)
    receipt_of(book(harness))
    remind_visitors(harness.intake)
    harness.clock.instant = AT - timedelta(hours=47)
    for _ in range(2):
        assert remind_visitors(harness.intake) is False
    assert [letter.about for letter in booked_letters(harness)] == ["booked", "soon"]
    tell(harness, SessionChanged, 3, at=AT + timedelta(days=7))
    harness.clock.instant = AT + timedelta(days=6)
    remind_visitors(harness.intake)
    assert [letter.about for letter in booked_letters(harness)] == ["booked", "soon", "moved", "soon"]


def test_who_books_shortly_before_is_not_reminded(harness):
    tell(harness)
    harness.clock.instant = AT - timedelta(hours=3)
    receipt_of(book(harness))
    harness.clock.instant = AT - timedelta(hours=1)
    remind_visitors(harness.intake)
    assert [letter.about for letter in booked_letters(harness)] == ["booked"]


@pytest.mark.parametrize(("hours", "reminded"), [(0, False), (1, True), (48, False)])
def test_nobody_is_reminded_where_no_time_is_set_or_it_is_over(hours, reminded):
    day_before, ahead = AT - timedelta(days=1), timedelta(hours=hours)
    booking = Booking("b", "r", SESSION, 1, BookingState.MADE, day_before, None, day_before, None)
    booking.plan_reminder(AT, ahead, day_before)
    assert booking.remind == (AT - ahead if reminded else None)


def test_the_host_sees_who_comes_and_notes_who_came(harness):
    tell(harness)
    first, second = receipt_of(book(harness)), receipt_of(book(harness, name="标记乙"))
    rows = harness.get(f"/sessions/{SESSION}/bookings", "at-central").get_json()
    assert [(each["slot"], each["name"]) for each in rows["items"]] == [(1, "标记甲"), (2, "标记乙")]
    tell(harness, SessionHeld, 3, "held")
    done = harness.post(f"/sessions/{SESSION}/bookings/1/attended", {}, "at-central")
    assert done.get_json() == {"session": SESSION, "slot": 1, "state": "attended"}
    assert harness.post(f"/sessions/{SESSION}/bookings/9/attended", {}, "at-central").status_code == 404
    assert harness.post(f"/sessions/{SESSION}/bookings/one/attended", {}, "at-central").status_code == 422
    tell(harness, SessionMinuted, 4, "minuted")
    assert (state_of(harness, first), state_of(harness, second)) == ("attended", "missed")
    assert harness.post(f"/bookings/{second}/cancel").status_code == 409


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("water", 403), ("elsewhere", 404), ("reviewer", 200)])
def test_nobody_but_the_host_sees_who_comes(harness, who, status):
    tell(harness)
    receipt_of(book(harness))
    answer = harness.get(f"/sessions/{SESSION}/bookings", who)
    assert answer.status_code == status
    assert ("标记甲" in answer.text) == (status == 200)


def test_who_booked_is_erased_for_good(harness):
    tell(harness)
    key = new_id()
    receipt = receipt_of(harness.post(f"/sessions/{SESSION}/bookings", VISITOR, Idempotency_Key=key))
    assert harness.post(f"/bookings/{receipt}/erasure", {}, "reviewer").status_code == 403
    for persons in (1, 0):
        assert harness.post(f"/bookings/{receipt}/erasure", {}, "admin").get_json() == {"session": SESSION, "persons": persons}
    (row,) = harness.get(f"/sessions/{SESSION}/bookings", "at-central").get_json()["items"]
    assert [row[name] for name in ("slot", "name", "phone", "email", "about")] == [1, None, None, None, None]
    dropped = [event for event in harness.private() if isinstance(event.data, LetterCancelled)]
    assert [(event.subject, event.data.receipts) for event in dropped] == [(SESSION, (receipt,))]
    tell(harness, SessionCancelled, 3, "cancelled")
    assert [letter.about for letter in booked_letters(harness)] == ["booked"]


def test_what_a_booking_says_of_somebody_is_sealed(harness):
    tell(harness)
    receipt_of(book(harness, email="marked@example.org"))
    assert in_files(harness, "标记甲", "13711110000", "标记事由", "marked@example.org") == []
    assert not any("标记" in str(event.data) for event in harness.said())


def test_sessions_that_are_long_over_forget_who_booked(harness):
    harness.keep_accounts()
    tell(harness)
    receipt_of(book(harness))
    harness.clock.instant = AT + timedelta(days=40)
    told = harness.post("/retention", {"days": 60, "erase": True}, "admin").get_json()
    assert told["persons"] == 0
    told = harness.post("/retention", {"days": 30, "erase": True}, "admin").get_json()
    assert told["persons"] == 1
    assert harness.get(f"/sessions/{SESSION}/bookings", "reviewer").get_json()["items"][0]["name"] is None


def test_a_new_key_seals_who_booked_anew(harness):
    tell(harness)
    receipt_of(book(harness))
    newer = Vault(["another-key-for-tests-as-long-as-a-key-has-to-be", KEY])
    object.__setattr__(harness.intake, "vault", newer)
    reseal_visitors(harness.intake)
    with harness.database.reading() as connection:
        personal = connection.execute(bookings.select()).one().personal
    assert Vault(["another-key-for-tests-as-long-as-a-key-has-to-be"]).open(personal)["name"] == "标记甲"
