"""The pages on which codes are made, printed and kept, and those of campaigns; what is printed can be scanned."""

from __future__ import annotations

import io
import re
import secrets
from datetime import timedelta

import pytest
import segno

from services.contracts.words.bilingual import Words
from services.intake.domain.constituency.codes import new_code
from services.intake.gateway.sheets import Sheet, write_posters, write_stickers
from services.intake.gateway.squares import MASK, squares
from tests.unit.intake.harness import KEY
from tests.unit.intake.opinions import FORM, MORNING
from tests.unit.intake.sessions import SESSION, tell

ADMIN, AT_CENTRAL = ({"Authorization": f"Bearer {who}"} for who in ("admin", "at-central"))
PREFIX = "https://huiying.example.org/c/"
SPRING = {"title": "春季征集", "begins": str(MORNING.date()), "ends": str(MORNING.date() + timedelta(days=9)), "target": 4}


@pytest.mark.slow
def test_the_picture_of_every_code_is_that_which_the_library_draws():
    codes = [new_code(secrets.randbits) for _ in range(40)]
    for prefix in (PREFIX, "http://127.0.0.1:8000/c/"):
        known = squares(prefix, codes[0])
        for code in codes:
            drawn = segno.make((prefix + code).encode(), error="m", mode="byte", micro=False, mask=MASK).matrix
            rows = known.rows(code)
            width = len(rows) // known.size
            read = [
                [int.from_bytes(rows[n * width : n * width + width]) >> (8 * width - 1 - x) & 1 for x in range(known.size)]
                for n in range(known.size)
            ]
            assert read == [[module & 1 for module in row] for row in drawn]


@pytest.mark.slow
def test_sheets_have_24_stickers_a_page_and_a_page_for_each_poster():
    sheet = Sheet(Words("石桥镇", "Stonebridge"), Words("东街", "East Street"), PREFIX)
    codes = [(number, new_code(secrets.randbits)) for number in range(1, 50)]
    for write, pages in ((write_stickers, 3), (write_posters, 49)):
        file = io.BytesIO()
        assert write(file, sheet, codes) == 49
        assert file.getvalue().count(b"/Type /Page\n") == pages
        assert b"STSong-Light" in file.getvalue()


@pytest.mark.slow
def test_codes_are_made_once_by_the_form_printed_and_kept(harness):
    order = {"kind": "household", "area": "east", "many": "30", "key": "k" * 22}
    for _ in range(2):
        assert harness.client.post("/codes", data=order, headers=AT_CENTRAL).status_code == 303
    page = harness.client.get("/codes", headers=AT_CENTRAL).text
    assert page.count("/stickers") == 1
    (batch,) = harness.get("/codes/batches", "at-central").get_json()["items"]
    assert (batch["many"], batch["station"]) == (30, "central")
    for form, pages in (("stickers", 2), ("posters", 30)):
        sheets = harness.client.get(f"/codes/{batch['id']}/{form}", headers=AT_CENTRAL)
        assert (sheets.mimetype, sheets.get_data().count(b"/Type /Page\n")) == ("application/pdf", pages)
    assert harness.client.get(f"/codes/{batch['id']}/cards", headers=AT_CENTRAL).status_code == 404
    code = harness.get(f"/codes/batches/{batch['id']}", "at-central").get_json()["items"][0]["code"]
    for act, status in (("install", 303), ("install", 409), ("retire", 303), ("replace", 409), ("burn", 422)):
        answer = harness.client.post("/codes/one", data={"code": code.lower(), "act": act}, headers=AT_CENTRAL)
        assert answer.status_code == status, act
    assert harness.client.post("/codes/one", data={"code": KEY, "act": "retire"}, headers=AT_CENTRAL).status_code == 422
    # Retired ones are not printed any more.
    assert harness.client.get(f"/codes/{batch['id']}/posters", headers=AT_CENTRAL).get_data().count(b"/Type /Page\n") == 29


@pytest.mark.parametrize("many", ["many", "9" * 5000])
def test_an_order_that_is_wrong_keeps_what_was_typed_and_says_where(harness, many):
    answer = harness.client.post("/codes", data={"kind": "household", "label": "王家", "many": many}, headers=ADMIN)
    assert (answer.status_code, "王家" in answer.text, 'id="many-mistake"' in answer.text) == (422, True, True)


def test_a_code_for_attendance_is_made_by_the_form_that_the_session_s_page_leads_to(harness):
    tell(harness, title="会" * 100)
    part = f"/fragments/intake/session/{SESSION}?lang=zh"
    (address,) = re.findall(r'href="(/codes[^"#]*)#order"', harness.client.get(part, headers=AT_CENTRAL).text)
    assert "/codes" not in harness.client.get(part, headers={"Authorization": "Bearer reviewer"}).text
    page = harness.client.get(address, headers=AT_CENTRAL).text
    typed = dict(re.findall(r'name="(key|session|label|many)"[^>]* value="([^"]*)"', page))
    assert re.search(r'<option value="activity" selected', page)
    order = typed | {"kind": "activity"}
    assert harness.client.post("/codes", data=order, headers=AT_CENTRAL).status_code == 303
    (batch,) = harness.get("/codes/batches", "at-central").get_json()["items"]
    said = {"kind": "activity", "session": SESSION, "station": "central", "label": "会" * 60, "many": 1}
    assert {name: batch[name] for name in said} == said


def test_codes_are_made_for_a_session_that_there_is_and_is_one_s_own(harness):
    for who in (ADMIN, AT_CENTRAL):
        assert harness.client.get("/codes?session=nothing", headers=who).status_code == 404
    tell(harness, station="elsewhere")
    order = {"kind": "activity", "session": SESSION, "label": "接待日", "many": "1", "key": "k" * 22}
    assert harness.client.get(f"/codes?session={SESSION}", headers=AT_CENTRAL).status_code == 404
    assert harness.client.post("/codes", data=order, headers=AT_CENTRAL).status_code == 404
    answer = harness.client.post("/codes", data=order | {"station": "central"}, headers=ADMIN)
    assert (answer.status_code, 'id="station-mistake"' in answer.text, SESSION in answer.text) == (422, True, True)
    assert harness.get("/codes/batches", "admin").get_json()["items"] == []


@pytest.mark.slow
def test_a_campaign_shows_how_far_it_is_and_leads_to_its_form(harness):
    assert harness.client.put("/api/v1/campaigns/spring", json=SPRING, headers=ADMIN).status_code == 200
    assert "春季征集" in harness.client.get("/campaigns").text
    form = harness.client.get("/?campaign=spring").text
    assert 'name="campaign" value="spring"' in form
    assert harness.client.post("/opinions", data=FORM | {"campaign": "spring", "key": "c" * 22}).status_code == 303
    page = harness.client.get("/campaigns/spring").text
    assert 'href="/?campaign=spring"' in page
    # One of four: a quarter of the bar.
    assert 'class="fill" width="50.00"' in page
    harness.clock.instant += timedelta(days=10)
    assert "不计入征集" in harness.client.get("/?campaign=spring").text
    assert 'href="/?campaign=spring"' not in harness.client.get("/campaigns/spring").text
    assert harness.client.get("/campaigns/autumn").status_code == 404
