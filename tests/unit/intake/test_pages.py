"""The pages of intake, as somebody without JavaScript meets them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from services.contracts.messages.registry import MESSAGES
from services.intake.app import opinions
from services.intake.domain.actors import ACTORS
from services.intake.domain.constituency.care import PASSED_ON
from services.intake.domain.erasing import ERASED
from services.intake.domain.people import Person
from services.intake.domain.publication.publishing import CONSENT_WITHDRAWN_ENTRY, RELEASED_ENTRY, WITHHELD_ENTRY
from services.intake.pages import events
from services.runtime.clock import ZONE
from tests import visitors
from tests.visitors import Visit, created, progressed, replied, signed

DUE = datetime(2026, 12, 14, 23, 59, 59, tzinfo=ZONE)
WRONG_CHECK = "ABCDEABCDE0000"


@pytest.fixture
def visit(sqlite_database, clock):
    return Visit(sqlite_database("intake", visitors.MIGRATIONS), clock)


def text_of(page: str) -> str:
    """What a reader reads: no tags, one blank between words."""
    body = re.sub(r"<(head|option).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_first_page_has_the_form_in_chinese_unless_english_is_asked_for(visit):
    page = visit.client.get("/")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert '<html lang="zh-CN">' in page.text
    for name in ("title", "content", "topic", "area", "station", "name", "phone", "email", "visibility"):
        assert f'name="{name}"' in page.text
    assert "标题" in text_of(page.text)
    assert "Title" not in text_of(page.text)
    assert "县生态环境局" in page.text
    assert "东门社区代表联络站" in page.text
    english = visit.client.get("/", headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"})
    assert '<html lang="en">' in english.text
    assert "Title" in text_of(english.text)
    assert "标题" not in text_of(english.text)


def test_every_field_has_a_label(visit):
    page = visit.client.get("/").text
    named = re.findall(r'<(?:input type="(?:text|tel|email)"|select|textarea)(?: class="short")? id="([a-z]+)"', page)
    assert len(named) == 11
    assert [name for name in named if f'<label for="{name}"' not in page] == []


def test_the_form_keeps_the_text_to_the_office_and_the_department_unless_another_choice_is_made(visit):
    page = visit.client.get("/").text
    assert re.findall(r'name="visibility" value="(\w+)"( checked)?', page) == [
        ("department", " checked"),
        ("congress", ""),
        ("public", ""),
    ]


def test_nothing_comes_from_elsewhere_and_nothing_else_runs(visit):
    receipt = visit.receipt()
    for path in ("/", "/receipts", receipt, "/nowhere"):
        answer = visit.client.get(path, headers={"Accept": "text/html"})
        scripts = re.findall(r"<script.*?</script>", answer.text)
        assert all(re.fullmatch(r'<script src="/assets/[^"]+" defer></script>', script) for script in scripts)
        assert "style=" not in answer.text
        assert not re.search(r'(?:src|href|action)="(?:[a-z]+:)?//', answer.text)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers


def test_a_submitted_form_leads_to_its_receipt(visit):
    answer = visit.submit(topic="environment-general", area="qingshi")
    assert answer.status_code == 303
    page = visit.client.get(answer.headers["Location"])
    assert page.status_code == 200
    code = answer.headers["Location"].removeprefix("/receipts/").removesuffix("/submitted")
    assert f"{code[:5]}-{code[5:10]}-{code[10:]}" in page.text
    assert "请妥善保管" in page.text
    (row,) = visit.opinions()
    assert (row["title"], row["area"], row["channel"], row["visibility"]) == ("河边夜里倒垃圾", "qingshi", "web", "department")
    assert (row["topic"], row["personal"]) == ("environment-general", None)


def test_contact_data_is_kept_as_given_and_shown_to_nobody(visit):
    contact = {"name": "王小明", "phone": "13800000000", "email": "wang@example.org"}
    path = visit.receipt(visibility="congress", **contact)
    (row,) = visit.opinions()
    assert visit.submitter(row["id"]) == Person("citizen", **contact)
    assert not any(secret in str(row) for secret in contact.values())
    assert row["visibility"] == "congress"
    visit.consume(created(DUE), signed(DUE), progressed("看过了"), replied(DUE))
    page = visit.client.get(path).text
    assert not any(secret in page for secret in contact.values())
    assert text_of(page).count("每晚有车来倒垃圾，请派人看看。") == 1


def test_mistakes_stand_beside_their_fields_and_the_text_is_kept(visit):
    answer = visit.submit(title=" ", content="好" * 20_001, phone="abc", email="x@", topic="nope", visibility="all")
    assert answer.status_code == 422
    for name in ("title", "content", "phone", "email", "visibility"):
        assert f'id="{name}-mistake"' in answer.text
        assert re.search(rf'id="{name}"[^>]*aria-invalid="true" aria-describedby="{name}-mistake', answer.text), name
    assert "好" * 20_001 in answer.text
    assert 'value="abc"' in answer.text
    assert "现在有 20001 个" in answer.text
    assert visit.opinions() == []
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_place_that_the_catalogue_lacks_is_a_mistake_too(visit):
    answer = visit.submit(topic="nope", area="nowhere", station="none")
    assert answer.status_code == 422
    assert [name for name in ("topic", "area", "station") if f'id="{name}-mistake"' in answer.text] == ["topic", "area", "station"]


def test_a_form_with_mistakes_can_be_sent_again_with_the_same_key(visit):
    key = visit.key()
    refused = visit.submit(key, title="")
    assert f'name="key" value="{key}"' in refused.text
    assert visit.submit(key).status_code == 303


def test_the_same_form_sent_twice_is_one_opinion(visit):
    key = visit.key()
    first, second = visit.submit(key), visit.submit(key)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(visit.opinions()) == 1


def test_a_form_sent_again_with_another_text_asks_first(visit):
    key = visit.key()
    visit.submit(key)
    asked = visit.submit(key, content="另外一件事。")
    assert asked.status_code == 409
    assert "已经提交过" in asked.text
    assert "另外一件事。" in asked.text
    assert len(visit.opinions()) == 1
    fresh = re.search(r'name="key" value="([^"]+)"', asked.text)[1]
    assert fresh != key
    assert visit.submit(fresh, content="另外一件事。").status_code == 303
    assert len(visit.opinions()) == 2


def test_two_forms_are_two_opinions_and_the_form_may_be_kept_by_the_browser(visit):
    assert visit.key() != visit.key()
    assert "no-store" not in visit.client.get("/").headers["Cache-Control"]


def test_a_key_of_ones_own_is_replaced(visit):
    assert visit.submit("x" * 5000).status_code == 303
    assert visit.submit("x" * 5000).status_code == 303
    assert len(visit.opinions()) == 2


def test_of_two_equal_forms_at_the_same_moment_the_later_gets_the_answer_of_the_other(visit, monkeypatch):
    key, once, calls = visit.key(), opinions.once, []

    def overtaken(*arguments):
        calls.append(once(*arguments))
        if len(calls) == 1:
            raise IntegrityError("INSERT", {}, Exception("duplicate key"))
        return calls[-1]

    monkeypatch.setattr(opinions, "once", overtaken)
    assert visit.submit(key).headers["Location"] == calls[0][1]["links"]["page"] + "/submitted"
    assert len(visit.opinions()) == 1


def test_a_store_that_is_away_costs_nobody_their_text(visit, monkeypatch):
    def away(*_):
        raise OperationalError("BEGIN", {}, Exception("no route"))

    key = visit.key()
    monkeypatch.setattr(opinions, "once", away)
    answer = visit.submit(key, content="写了很久的话")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert "写了很久的话" in answer.text
    assert f'value="{key}"' in answer.text


def test_lines_and_control_characters_of_a_browser_are_put_right(visit):
    visit.submit(content="第一行\r\n第二行\x00\x07\t完", title=" 标题\x1b ")
    (row,) = visit.opinions()
    assert (row["title"], row["content"]) == ("标题", "第一行\n第二行\t完")


@pytest.mark.slow
def test_what_is_not_a_form_is_refused_with_a_page(visit):
    answer = visit.client.post("/opinions", json={"title": "t", "content": "c"})
    assert (answer.status_code, answer.mimetype) == (415, "text/html")
    answer = visit.client.post("/opinions", data={"content": "好" * 400_000})
    assert (answer.status_code, answer.mimetype) == (413, "text/html")


def test_markup_is_shown_as_text_everywhere(visit):
    evil = "<img src=x onerror=alert(1)>\"'</textarea><script>"
    refused = visit.submit(title=evil, content=evil, phone=evil, topic=evil)
    lost = visit.client.get("/receipts", query_string={"receipt": evil})
    path = visit.receipt(title=evil, content=evil)
    visit.consume(created(DUE, rule=f"keywords: {evil}"), progressed(evil), replied(DUE, evil))
    shown = visit.client.get(path)
    wrong = visit.client.post(f"{path}/evaluation", data={"result": evil, "comment": evil})
    for answer in (refused, lost, shown, wrong):
        assert "<img src=x" not in answer.text
        assert "</textarea><script>" not in answer.text
        assert "&lt;img src=x onerror=alert(1)&gt;" in answer.text


def test_a_station_poster_chooses_for_the_visitor(visit):
    page = visit.client.get("/?station=chengdong-1&area=chengdong&other=1").text
    assert '<option value="chengdong-1" selected>' in page
    assert '<option value="chengdong" selected>' in page


def test_every_event_and_everybody_has_words():
    assert set(events.EVENTS) == {message.TYPE for message in MESSAGES} | {
        ERASED, RELEASED_ENTRY, WITHHELD_ENTRY, CONSENT_WITHDRAWN_ENTRY, PASSED_ON,
    }  # fmt: skip
    assert set(events.ACTORS) == set(ACTORS)


def test_a_lost_page_is_kind_to_people_and_precise_to_programs(visit):
    person = visit.client.get("/nowhere", headers={"Accept": "text/html,*/*"})
    assert (person.status_code, person.mimetype) == (404, "text/html")
    assert "页面不存在" in person.text
    program = visit.client.get("/nowhere")
    assert (program.status_code, program.mimetype) == (404, "application/problem+json")
    api = visit.client.get("/api/v1/nowhere", headers={"Accept": "text/html,*/*"})
    assert (api.status_code, api.mimetype) == (404, "application/problem+json")


def test_the_api_answers_browsers_with_problem_documents(visit):
    answer = visit.client.get(f"/api/v1/receipts/{WRONG_CHECK}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_a_page_that_breaks_says_so_without_saying_why(visit):
    visit.app.view_functions["GET /receipts"] = lambda: 1 / 0
    answer = visit.client.get("/receipts", headers={"X-Request-ID": "abc-123"})
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "abc-123" in answer.text
    assert "division" not in answer.text


def test_addresses_of_forms_opened_by_hand_lead_back(visit):
    path = visit.receipt()
    assert visit.client.get("/opinions").headers["Location"] == "/"
    assert visit.client.get(f"{path}/evaluation").headers["Location"] == path


def test_an_opinion_that_waits_for_review_says_so(visit):
    acceptance = {**visit.catalogue.acceptance, "web": "review"}
    waiting = Visit(visit.database, visit.clock, replace(visit.catalogue, acceptance=acceptance))
    path = waiting.receipt()
    assert "等待审核" in text_of(waiting.client.get(path).text)
    confirmed = text_of(waiting.client.get(f"{path}/submitted").text)
    assert "提交成功，谢谢您" in confirmed
    assert "审核期限 2026年11月24日" in confirmed
