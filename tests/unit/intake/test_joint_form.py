"""The form's part for co-signers: three rows that may stay empty, and everybody's receipt shown once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from services.intake.domain.receipt.receipts import read_receipt
from services.intake.pages.submission.fields import ROWS
from tests import visitors
from tests.visitors import Visit

RECEIPT = re.compile(r"<strong[^>]*>([0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{4})</strong>")


@pytest.fixture
def visit(sqlite_database, clock):
    return Visit(sqlite_database("intake", visitors.MIGRATIONS), clock)


def test_the_rows_are_there_folded_away_each_with_its_label(visit):
    page = visit.client.get("/").text
    assert '<details id="cosigners">' in page
    for row in ROWS:
        for name in ("name", "phone", "email"):
            assert f'<label for="cosigner{row}_{name}">' in page


@pytest.mark.slow
def test_everybody_s_receipt_is_shown_once_and_opens_the_case(visit):
    key = visit.key()
    signed = {"name": "王小明", "cosigner1_name": "李四", "cosigner3_phone": "13700000003"}
    there = visit.submit(key, **signed).headers["Location"]
    answer = visit.client.get(there)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    receipts = RECEIPT.findall(answer.text)
    assert len(set(receipts)) == 3
    for secret in ("王小明", "李四", "13700000003"):
        assert secret not in answer.text
    for receipt in receipts:
        page = visit.client.get(f"/receipts/{read_receipt(receipt)}")
        assert page.status_code == 200
        assert not any(other in page.text for other in receipts if other != receipt)
    assert visit.submit(key, **signed).headers["Location"] == there
    assert RECEIPT.findall(visit.client.get(there).text) == receipts
    assert len(visit.opinions()) == 1


def test_co_signers_receipts_are_shown_with_the_form_s_key_alone_and_for_a_day(visit):
    there = visit.submit(cosigner1_name="李四").headers["Location"]
    plain, _, _ = there.partition("?")
    other = visit.submit(cosigner1_name="李四").headers["Location"].partition("?")[2]
    paths = (there, plain, f"{plain}?{other}", f"{plain}?key=1")
    shown = {path: len(RECEIPT.findall(visit.client.get(path).text)) for path in paths}
    assert list(shown.values()) == [2, 1, 1, 1]
    visit.clock.instant += timedelta(days=2)
    assert len(RECEIPT.findall(visit.client.get(there).text)) == 1


def test_empty_rows_are_nobody(visit):
    assert visit.submit(cosigner1_name=" ", cosigner2_email="").status_code == 303


def test_a_mistake_stands_in_its_own_row_and_the_part_stays_open(visit):
    answer = visit.submit(phone="13700000003", cosigner1_name="李四", cosigner3_phone="打给我", cosigner3_email="x@")
    assert answer.status_code == 422
    for name in ("cosigner3_phone", "cosigner3_email"):
        assert f'id="{name}-mistake"' in answer.text
    assert 'id="phone-mistake"' not in answer.text
    assert '<details id="cosigners" open>' in answer.text
    assert 'value="打给我"' in answer.text
    assert visit.opinions() == []
