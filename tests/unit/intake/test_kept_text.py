"""What was typed is never lost: not by a change of language, a refused request or a service that is away."""

from __future__ import annotations

import pytest
from flask import abort

from services.intake.app.limits import RECEIPTS, SUBMISSIONS
from services.intake.pages.routes import PAGES
from services.runtime.telemetry import Telemetry
from services.runtime.web.access.throttle import Allowance, Throttle
from services.runtime.web.application import create_app
from services.runtime.web.routes import Routes
from tests import visitors
from tests.unit.intake.test_pages import DUE, text_of
from tests.visitors import Visit, created, replied, signed


@pytest.fixture
def visit(sqlite_database, clock):
    return Visit(sqlite_database("intake", visitors.MIGRATIONS), clock)


def test_another_language_or_size_keeps_what_was_typed_also_after_a_mistake(visit):
    key = visit.key()
    for page in (visit.client.get("/").text, visit.submit(key, phone="打给我").text):
        assert 'form="typed" formaction="/opinions?redraw=1&amp;lang=en"' in page
    typed = {"title": "路灯", "content": "写了很久的话", "phone": "打给我", "key": key}
    again = visit.client.post("/opinions?redraw=1&lang=en", data=typed)
    assert '<html lang="en">' in again.text
    assert [text in again.text for text in (*typed.values(), 'value="打给我"')] == [True] * 5
    assert visit.opinions() == []


@pytest.mark.slow
def test_a_form_that_is_refused_for_any_reason_comes_back_with_its_text(visit):
    path, evil = visit.receipt(), "写了很久</textarea><script>"
    sent = {"title": "路灯", "content": evil, "topic": "street-lights", "key": "k" * 22, "comment": evil, "reason": evil}
    throttled = Throttle(Allowance({SUBMISSIONS: 1, RECEIPTS: 1}))
    app = create_app("intake", visit.intake, Routes(PAGES), visitors.FakeAuthenticator(), Telemetry(), throttle=throttled)
    for _ in range(3):
        refused = app.test_client().post("/opinions", data=sent)
    assert refused.status_code == 429
    for form in ("evaluation", "details", "withdrawal"):
        app.view_functions[f"POST /receipts/<receipt>/{form}"] = lambda **_: abort(503)
    away = [app.test_client().post(f"{path}/{form}", data=sent) for form in ("evaluation", "details", "withdrawal")]
    assert [answer.status_code for answer in away] == [503] * 3
    for answer in (refused, *away):
        assert f'name="key" value="{"k" * 22}"' in answer.text
        assert "写了很久&lt;/textarea&gt;&lt;script&gt;" in answer.text
    assert 'name="topic" value="street-lights"' in refused.text


def test_the_confirmation_stays_the_confirmation_and_says_by_when(visit):
    path = visit.receipt()
    shown = [text_of(visit.client.get(f"{path}/submitted").text)]
    assert "一般答复期限 2026年12月14日" in shown[0]
    visit.consume(created(DUE), signed(DUE), replied(DUE))
    shown.append(text_of(visit.client.get(f"{path}/submitted").text))
    assert all("提交成功，谢谢您" in text for text in shown)


def test_the_form_comes_small_and_with_its_mistakes_too(visit):
    takes = {"Accept-Encoding": "gzip"}
    form = {"title": "路灯不亮", "content": "坏了。", "phone": "打给我", "key": visit.key()}
    pages = visit.client.get("/", headers=takes), visit.client.post("/opinions", data=form, headers=takes)
    assert [page.status_code for page in pages] == [200, 422]
    for page in pages:
        assert page.headers["Content-Encoding"] == "gzip"
        assert len(page.data) < 15_000
