"""Templates of answers: what placeholders become, who keeps them, and that putting one in loses nothing that was typed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from time import process_time

import pytest

from services.contracts.words.bilingual import Words
from services.routing.domain.templates import MOST_TEMPLATES, AnswerTemplate, KnownFacts, put_behind
from services.routing.store.templates import beginnings_of
from tests.unit.routing.bureau import at

HOSTILE = "<script>alert(1)</script>\"'{{7*7}}{标题"
FACTS = KnownFacts("路灯{日期}不亮", "o-1", Words("供水公司", "Water"), date(2026, 3, 2), date(2026, 11, 5))
TEXT = {"title": "已修复", "content": "“{标题}”（{受理编号}）已修复。{ 单位 }"}
OWN = "/departments/water/templates"


@pytest.fixture
def pages(bureau):
    return bureau.pages("water", "zh")


@pytest.fixture
def kept(bureau):
    return bureau.post(OWN, TEXT, "water").get_json()["id"]


@pytest.mark.parametrize(("content", "filled"), [
    ("“{标题}”", "“路灯{日期}不亮”"),
    ("｛受理编号｝ { number }", "o-1 o-1"),
    ("{承办单位}{department}", "供水公司Water"),
    ("{交办日期}，{assigned}", "2026年3月2日，2026-03-02"),
    ("{日期} {date}", "2026年11月5日 2026-11-05"),
    ("{单位} {} {{标题}} {标题", "{单位} {} {路灯{日期}不亮} {标题"),
    ("没有占位", "没有占位"),
])  # fmt: skip
def test_placeholders_are_filled_in_once_and_unknown_ones_stay(content, filled):
    assert AnswerTemplate("t", "water", "已修复", content, at("2026-01-01T00:00")).filled(FACTS) == filled


@pytest.mark.parametrize("inside", [" ", "　\n", "{", "{ ", "a"])
def test_filling_in_takes_as_long_as_the_text_whatever_is_in_braces(inside):
    def seconds(length):
        template = AnswerTemplate("t", "water", "已修复", ("{" + inside * length)[:length], at("2026-01-01T00:00"))
        begun = process_time()
        assert template.filled(FACTS) == template.content
        return process_time() - begun

    assert min(seconds(20_000) for _ in range(3)) < 0.5


@pytest.mark.parametrize(("typed", "text", "both"), [
    ("", "已修复。", "已修复。"), ("您好：\n", "已修复。", "您好：\n\n已修复。"), ("您好", "", "您好"),
])  # fmt: skip
def test_a_text_goes_behind_what_was_typed(typed, text, both):
    assert put_behind(typed, text) == both


def test_programs_keep_read_change_and_remove_them(bureau, kept):
    found = bureau.get(f"{OWN}/{kept}", "head-of-water")
    assert {name: found.get_json()[name] for name in TEXT} == TEXT
    assert [each["id"] for each in bureau.get(OWN, "admin").get_json()["items"]] == [kept]
    headers = {"Authorization": "Bearer water", "If-Match": found.headers["ETag"]}
    bureau.clock.instant += timedelta(seconds=1)
    path = f"/api/v1{OWN}/{kept}"
    assert bureau.client.put(path, json=TEXT | {"content": "已换新。"}, headers=headers).get_json()["content"] == "已换新。"
    for answer in (bureau.client.put(path, json=TEXT, headers=headers), bureau.client.delete(path, headers=headers)):
        assert answer.status_code == 412
    headers["If-Match"] = bureau.get(f"{OWN}/{kept}", "water").headers["ETag"]
    assert bureau.client.delete(path, headers=headers).get_json()["content"] == "已换新。"
    assert bureau.client.delete(path, headers=headers).status_code == 404
    assert bureau.get(OWN, "water").get_json() == {"items": []}


@pytest.mark.slow
def test_a_repeated_request_adds_one_and_a_department_keeps_some_dozens(bureau):
    made = {bureau.post(OWN, TEXT, "water", Idempotency_Key="same").get_json()["id"] for _ in range(2)}
    assert len(made) == 1
    for number in range(MOST_TEMPLATES - 1):
        assert bureau.post(OWN, TEXT | {"title": f"第 {number} 个"}, "water").status_code == 201
    assert bureau.post(OWN, TEXT, "water").status_code == 409
    full = bureau.pages("water", "zh")("/desk/templates", form=TEXT)
    assert (full.status_code, "请先删除一个" in full.text, TEXT["content"] in full.text) == (409, True, True)
    assert bureau.post("/departments/petitions/templates", TEXT, "petitions").status_code == 201


@pytest.mark.parametrize(("who", "status"), [
    ("water", 200), ("head-of-water", 200), ("admin", 200), ("petitions", 403), ("head-of-petitions", 403), ("reviewer", 403),
    ("supervisor", 403), (None, 401),
])  # fmt: skip
def test_a_department_s_templates_are_its_own(bureau, kept, who, status):
    assert bureau.get(OWN, who).status_code == status
    assert bureau.get(f"{OWN}/{kept}", who).status_code == status
    nowhere = bureau.get(f"/departments/nowhere/templates/{kept}", who).status_code
    assert nowhere == {"admin": 404, None: 401}.get(who, 403)


def test_a_template_is_not_found_at_another_department(bureau, kept, pages):
    assert bureau.get(f"/departments/petitions/templates/{kept}", "petitions").status_code == 404
    assert pages(f"/desk/templates/{kept}", "petitions").status_code == 404
    # What they wrote is kept, as where it had been removed.
    taken = pages(f"/desk/templates/{kept}", "petitions", {"title": "我的", "content": "我写的。"})
    assert (taken.status_code, "我写的。" in taken.text, TEXT["content"] in taken.text) == (409, True, False)
    assert bureau.get(f"{OWN}/{kept}", "water").get_json()["title"] == TEXT["title"]
    assert "已修复" not in pages("/desk/templates", "petitions").text
    one = bureau.accept()
    theirs = bureau.post("/departments/petitions/templates", TEXT, "petitions").get_json()["id"]
    assert pages(f"/desk/{one}/templates/{theirs}").status_code == 404
    assert pages(f"/desk/{one}/templates/{kept}", "petitions").status_code == 404


def test_clerks_and_heads_add_change_and_remove_one_in_the_browser(bureau, pages):
    for form, wrong in (
        ({"title": "", "content": "好。"}, "title"),
        ({"title": "长" * 61, "content": "好。"}, "title"),
        ({"title": "好", "content": ""}, "content"),
    ):
        answer = pages("/desk/templates", form=form)
        assert (answer.status_code, f'id="{wrong}-mistake"' in answer.text) == (422, True)
        assert form["title"] in answer.text
    added = pages("/desk/templates", "head-of-water", {"title": HOSTILE[:40], "content": HOSTILE})
    page = pages(added.headers["Location"])
    assert "模板已新增。" in page.text
    assert "<script>alert" not in page.text
    (address,) = re.findall(r'href="(/desk/templates/[^"]+)" data-row', page.text)
    one = pages(address)
    assert "<script>alert" not in one.text
    version = re.search(r'name="version" value="([^"]+)"', one.text)[1]
    bureau.clock.instant += timedelta(seconds=1)
    assert pages(address, form=TEXT | {"version": version}).headers["Location"] == "/desk/templates?did=change"
    # A second press finds it done.
    assert pages(address, form=TEXT | {"version": version}).headers["Location"] == "/desk/templates?did=change"
    # A colleague still has the older one open.
    for path, form in ((address, {"title": "我的", "content": "我写的。"}), (f"{address}/remove", {})):
        late = pages(path, form=form | {"version": version})
        assert (late.status_code, TEXT["content"] in late.text) == (409, True)
        assert form.get("content", "") in late.text
    newer = re.search(r'name="version" value="([^"]+)"', late.text)[1]
    assert pages(f"{address}/remove").headers["Location"] == address
    assert pages(f"{address}/remove", form={"version": newer}).headers["Location"] == "/desk/templates?did=remove"
    gone = pages(address, form={"title": "我的", "content": "我写的。", "version": newer})
    assert (gone.status_code, "我写的。</textarea>" in gone.text, "可作为新模板添加" in gone.text) == (409, True, True)
    assert pages(f"{address}/remove", form={}).headers["Location"] == "/desk/templates"


def test_the_list_reads_and_shows_the_beginnings_of_texts(bureau, pages):
    for length in (60, 61):
        bureau.post(OWN, {"title": f"{length}", "content": "长" * length}, "water")
    assert re.findall("<td[^>]*>(长[^<]*)</td>", pages("/desk/templates").text) == ["长" * 60, "长" * 57 + "..."]
    with bureau.database.reading() as connection:
        assert [each.beginning for each in beginnings_of(connection, "water", 2)] == ["长长"] * 2


def test_what_was_typed_survives_a_lost_session(pages, kept):
    for path in ("/desk/templates", f"/desk/templates/{kept}"):
        answer = pages(path, None, {"title": "我的", "content": "我写的。", "version": "5f"})
        assert (answer.status_code, "我写的。</textarea>" in answer.text) == (401, True)


@pytest.mark.slow
def test_a_template_is_put_behind_what_was_typed_and_sends_nothing(bureau, pages, kept):
    one = bureau.accept("河堤<b>塌了</b>")
    number = bureau.row(one)["opinion"]
    assert f'<option value="{kept}">已修复</option>' in pages(f"/desk/{one}").text
    form = {"reply-content": "您好：", "reply-outcome": "solved", "reply-promise-who": "水务站", "demands": "1", "put": "yes"}
    page = pages(f"/desk/{one}/reply?state=assigned", form=form | {"reply-template": kept, "reply-items-0-demand": "堤"})
    assert page.status_code == 200
    assert f"您好：\n\n“河堤&lt;b&gt;塌了&lt;/b&gt;”（{number}）已修复。{{ 单位 }}</textarea>" in page.text
    assert 'value="solved" checked' in page.text
    assert 'value="水务站"' in page.text
    assert "堤</textarea>" in page.text
    assert bureau.row(one)["state"] == "assigned"
    text = pages(f"/desk/{one}/templates/{kept}")
    assert (text.mimetype, text.text) == ("text/plain", f"“河堤<b>塌了</b>”（{number}）已修复。{{ 单位 }}")
    # Nothing was chosen, or it is gone: what was typed stays.
    for chosen in ("", "nothing"):
        assert "您好：</textarea>" in pages(f"/desk/{one}/reply", form=form | {"reply-template": chosen}).text


@pytest.mark.slow
def test_the_form_of_an_answer_offers_none_where_there_are_none(bureau, pages):
    page = pages(f"/desk/{bureau.accept()}").text
    assert 'name="put"' not in page
    assert 'href="/desk/templates"' in page
