"""A lost receipt goes again to the contact that was left with it, and nobody else learns whether there is one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.contracts.envelope import decode
from services.contracts.messages.supervision import LetterRequested
from services.intake.handlers.erasing import erase
from services.intake.store import contacts
from services.intake.store.marks import marks
from services.intake.store.writing import IntakeStore
from services.runtime.store.outgoing.outbox import outbox_table as outbox
from services.runtime.store.vault import Vault
from tests import visitors
from tests.visitors import Visit

PHONE, MAIL = "13700000003", "Wang@example.org"


@pytest.fixture
def visit(sqlite_database, clock):
    return Visit(sqlite_database("intake", visitors.MIGRATIONS), clock)


def ask(visit: Visit, contact: str) -> TestResponse:
    return visit.client.post("/receipts/lost", data={"contact": contact})


def letters(visit: Visit) -> list[LetterRequested]:
    """The letters about lost receipts that wait to be sent, oldest first."""
    with visit.database.reading() as connection:
        sent = [decode(bytes(row.body)).data for row in connection.execute(sa.select(outbox).order_by(outbox.c.id))]
    return [each for each in sent if isinstance(each, LetterRequested) and each.about == "resent"]


def test_every_receipt_left_with_a_contact_is_sent_to_it_and_the_answer_is_always_the_same(visit):
    own = visit.receipt(phone=PHONE, email=MAIL).removeprefix("/receipts/")
    visit.receipt(phone="0577-62510000", cosigner1_phone=PHONE)
    answers = [ask(visit, contact) for contact in ("137 0000 0003", "wang@EXAMPLE.org", "13700000009")]
    assert [(each.status_code, each.headers["Location"]) for each in answers] == [(303, "/receipts/lost/sent")] * 3
    sent = letters(visit)
    assert len(sent) == 3
    ways = [
        (visit.vault.open(each.phone) if each.phone else None, visit.vault.open(each.email) if each.email else None)
        for each in sent
    ]
    assert ways == [(PHONE, None), (PHONE, None), (None, "wang@EXAMPLE.org")]
    assert sent[-1].receipt.replace("-", "") == own
    assert visit.client.get("/receipts/lost/sent").status_code == 200


def test_a_contact_is_written_to_once_an_hour(visit):
    visit.receipt(phone=PHONE)
    for _ in range(3):
        ask(visit, PHONE)
    assert len(letters(visit)) == 1
    visit.clock.instant += timedelta(hours=2)
    ask(visit, PHONE)
    assert len(letters(visit)) == 2


@pytest.mark.parametrize("contact", ["", "打给我", "<script>", "13700000003, 13700000004", "x@"])
def test_what_is_no_contact_is_said_beside_the_field_and_kept(visit, contact):
    answer = ask(visit, contact)
    assert answer.status_code == 422
    assert 'id="contact-mistake"' in answer.text
    assert "<script" not in answer.text


def test_marks_tell_nothing_follow_the_key_and_go_with_the_person(visit):
    visit.receipt(phone=PHONE)
    (opinion,) = visit.opinions()
    with visit.database.reading() as connection:
        assert PHONE not in str(connection.execute(sa.select(marks)).all())
    newer = Vault(["another-key-for-tests-as-long-as-a-key-has-to-be", visitors.KEY])
    with visit.database.transaction() as work:
        assert contacts.reseal(work, newer, [opinion["id"]]).renewed == 1
    later = Visit(visit.database, visit.clock, vault=Vault(["another-key-for-tests-as-long-as-a-key-has-to-be"]))
    ask(later, PHONE)
    assert len(letters(visit)) == 1
    with visit.database.transaction() as work:
        erase(IntakeStore(work, newer), opinion["id"])
    with visit.database.reading() as connection:
        assert connection.execute(sa.select(marks)).all() == []


def test_a_program_asks_for_a_lost_receipt_and_learns_nothing_either(visit):
    visit.receipt(phone=PHONE)
    answers = [visit.client.post("/api/v1/receipts/lost", json={"contact": contact}) for contact in (PHONE, "13700000009")]
    assert {(each.status_code, each.text) for each in answers} == {(202, answers[0].text)}
    assert len(letters(visit)) == 1
    wrong = visit.client.post("/api/v1/receipts/lost", json={"contact": "打给我"})
    assert (wrong.status_code, list(wrong.get_json()["errors"])) == (422, ["contact"])
