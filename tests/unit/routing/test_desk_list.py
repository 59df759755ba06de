"""The list of a desk: what is found there, how much, in which order, and as a workbook."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import openpyxl
import pytest

from services.routing.pages.desk import file
from services.runtime.sheets.workbook import XLSX
from tests.unit.routing.bureau import REPLY
from tests.unit.routing.test_desk import HOSTILE, filled, titles


@pytest.fixture
def pages(bureau):
    return bureau.pages("water", "en")


def river(bureau, title, content="请修。", opinion=None):
    """What the water bureau gets, whatever it says."""
    return bureau.accept(title, content, "rivers", opinion)


@pytest.mark.slow
def test_words_and_the_beginning_of_a_number_find_what_is_in_hand_only(bureau, pages):
    number = "01a2b3c4-aaaa-7bbb-8ccc-0123456789ab"
    bank = river(bureau, "河堤塌了一段", "北岸有个 100% 大坑，Road 边。", opinion=number)
    lights, done = river(bureau, "河边路灯不亮", "晚上很黑。"), river(bureau, "河堤又塌了", "南岸。")
    assert bureau.do(done, "reply", REPLY).status_code == 200
    found = {
        "河": {bank, lights}, "河 黑": {lights}, "北岸": {bank}, "ROAD": {bank}, "100%": {bank}, "1_0": set(), "没有": set(),
        number[:6]: {bank}, number.upper(): {bank}, number: {bank}, lights[:30]: {lights}, "南岸": set(), "": {bank, lights},
    }  # fmt: skip
    for words, ids in found.items():
        page = pages(f"/desk?{urlencode({'q': words})}")
        assert set(re.findall(r'href="/desk/([0-9a-f-]{36})', page.text)) == ids, words
        assert f"{len(ids)} found" in page.text
    assert 'href="/cases?q=%E5%8D%97%E5%B2%B8"' in pages("/desk?q=南岸").text
    assert pages("/desk?q=" + "长" * 200).status_code == 422


@pytest.mark.slow
def test_words_and_filters_survive_every_act(bureau, pages):
    one, other = river(bureau, "河堤塌了一段"), river(bureau, "河堤裂了")
    query = "q=%E6%B2%B3%E5%A0%A4&state=assigned%2Csigned"
    listed = pages(f"/desk?{query}").text
    assert f'href="/desk/{one}?{query.replace("&", "&amp;")}"' in listed
    assert f'action="/desk/sign?{query.replace("&", "&amp;")}"' in listed
    case = pages(f"/desk/{one}?{query}").text
    assert f'href="/desk?{query.replace("&", "&amp;")}"' in case
    assert f'href="/desk/{other}?{query.replace("&", "&amp;")}" rel=' in case
    assert pages(f"/desk/sign?{query}", form={"one": one}).headers["Location"] == f"/desk?{query}&did=sign&count=1"
    answer = pages(f"/desk/{one}/progress?{query}", form=filled("progress", content="在办。"))
    assert answer.headers["Location"] == f"/desk?{query}&did=progress&about={one}"


def test_several_values_are_ticked_in_the_form_and_stay_ticked(bureau, pages):
    one, two = river(bureau, "一"), river(bureau, "二")
    bureau.do(two, "sign")
    page = pages("/desk?state=assigned&state=signed&state=reopened&q=").text
    assert len(re.findall(r'name="state" value="(?:assigned|signed|reopened)" checked', page)) == 3
    assert set(titles(pages("/desk?state=assigned&state=signed"))) == {"一", "二"}
    assert f'href="/desk/{one}?state=assigned%2Csigned%2Creopened"' in page


@pytest.mark.slow
def test_the_most_urgent_parts_of_a_desk_are_counted_and_each_leads_to_its_list(bureau, pages):
    late, soon, far, signed = (river(bureau, title) for title in ("逾期的", "快到期的", "还早的", "已签收的"))
    bureau.do(signed, "sign")
    now = bureau.clock.now()
    for each, due in ((late, -1), (soon, 1), (far, 40), (signed, 40)):
        bureau.forge(each, reply_by=now + timedelta(days=due))
    expected = {
        "In hand": {"逾期的", "快到期的", "还早的", "已签收的"}, "Answer overdue": {"逾期的"},
        "Due within three working days": {"快到期的"}, "Not signed for": {"逾期的", "快到期的", "还早的"},
    }  # fmt: skip
    for query in ("", "?due=overdue", "?state=signed,paused"):
        views = re.findall(r'<li><a href="([^"]+)"[^>]*>([^<]+) <span class="badge[^"]*">(\d+)</span>', pages(f"/desk{query}").text)
        assert {name: int(number) for _, name, number in views} == {name: len(each) for name, each in expected.items()}
        for path, name, _ in views:
            assert set(titles(pages(unescape(path)))) == expected[name]
    assert set(titles(pages("/desk?due=overdue,soon"))) == {"逾期的", "快到期的"}
    assert set(titles(pages("/desk?due=week,soon"))) == {"快到期的"}
    assert re.findall(r'aria-current="true">([^<]+) <', pages("/desk?due=overdue&q=的").text) == ["Answer overdue"]


@pytest.mark.slow
def test_each_number_of_the_first_page_leads_to_as_many_rows_of_the_desk(bureau, pages):
    unsigned, late, signed, waiting = (river(bureau, title) for title in ("未签收逾期", "已签收逾期", "在办", "等补充"))
    for each in (late, signed, waiting):
        bureau.do(each, "sign")
    bureau.do(waiting, "pause", {"reason": "请补充地点。"})
    for each in (unsigned, late):
        bureau.forge(each, reply_by=bureau.clock.now() - timedelta(days=1))
    rows = re.findall(r'<a href="(/desk[^"]*)"[^>]*>\s*<strong>(\d+)</strong>', pages("/fragments/routing/office").text)
    found = {unescape(path): int(number) for path, number in rows}
    assert found["/desk?due=overdue"] == 2
    assert {path: len(titles(pages(path))) for path in found} == found


@pytest.mark.slow
def test_pages_lead_forwards_and_back_through_what_is_found(bureau, pages):
    whole = [f"第 {number:02} 段河堤" for number in range(65)]
    for number, title in enumerate(whole):
        bureau.forge(river(bureau, title), reply_by=bureau.clock.now() + timedelta(days=40, minutes=number))
    bureau.accept("路灯")
    page, seen = pages("/desk?q=河堤"), []
    while True:
        seen.append(titles(page))
        following = re.search(r'href="([^"]+)" rel="next"', page.text)
        if following is None:
            break
        page = pages(unescape(following[1]))
    assert [len(each) for each in seen] == [30, 30, 5]
    assert [each for found in seen for each in found] == whole
    for expected in seen[1::-1]:
        page = pages(unescape(re.search(r'href="([^"]+)" rel="prev"', page.text)[1]))
        assert titles(page) == expected
    # Where less than a page is left before a place, the first page stands there.
    second = re.search(r'href="([^"]+)" rel="next"', page.text)[1]
    back = re.search(r'href="([^"]+)" rel="prev"', pages(unescape(second)).text)[1]
    bureau.do(re.findall(r'href="/desk/([0-9a-f-]{36})', page.text)[0], "reply", REPLY)
    assert titles(pages(unescape(back))) == whole[1:31]


@pytest.mark.slow
def test_the_workbook_has_what_the_page_shows_and_computes_nothing(bureau, pages):
    titled = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", HOSTILE, "河堤塌了"]
    for title in titled:
        river(bureau, title, "秘密的内容 13800000000")
    bureau.accept("路灯不亮", topic="lamps")
    answer = pages("/desk/list.xlsx")
    assert answer.content_type == XLSX
    assert re.fullmatch(r'attachment; filename="water-\d{4}-\d\d-\d\d\.xlsx"', answer.headers["Content-Disposition"])
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    heading, *rows = [list(row) for row in sheet.iter_rows()]
    assert [cell.value for cell in heading][:3] == ["Number of the opinion", "Title", "State"]
    assert {row[1].value for row in rows} == set(titled)
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    assert "秘密" not in str([cell.value for row in rows for cell in row])
    narrowed = openpyxl.load_workbook(io.BytesIO(pages("/desk/list.xlsx?q=河堤").data)).worksheets[0]
    assert [row[1] for row in narrowed.iter_rows(min_row=2, values_only=True)] == ["河堤塌了"]
    assert [pages("/desk/list.xlsx", who).status_code for who in ("head-of-water", "reviewer", None)] == [200, 403, 401]
    assert "河堤塌了" not in str(pages("/desk/list.xlsx", "petitions").data)


def test_a_workbook_is_bounded_and_says_so(bureau, pages, monkeypatch):
    for number in range(3):
        river(bureau, f"第 {number} 段河堤")
    monkeypatch.setattr(file, "MOST_ROWS", 2)
    sheet = openpyxl.load_workbook(io.BytesIO(pages("/desk/list.xlsx").data)).worksheets[0]
    assert sheet.max_row == 4
    assert sheet.cell(4, 1).value.startswith("Only the first 2")


@pytest.mark.slow
def test_what_is_looked_for_is_text_wherever_the_page_says_it_again(bureau, pages):
    one = river(bureau, HOSTILE[:110], HOSTILE)
    query = urlencode({"q": "<script>alert(1)</script>", "due": "week"})
    found = pages(f"/desk?{query}")
    for page in (
        found,
        pages(f"/desk?{urlencode({'q': HOSTILE[:90]})}"),
        pages(f"/desk/{one}?{query}"),
        pages(f"/desk?before={HOSTILE}"),
    ):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<!--#include" not in page.text
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;"' in found.text
    for strange in ("state=moon", "topic=moon", "due=never", "key=perhaps"):
        assert {pages(f"{path}?{strange}").status_code for path in ("/desk", "/desk/list.xlsx", f"/desk/{one}")} == {422}
    assert {pages(f"/desk?{cursor}=a-b").status_code for cursor in ("before", "cursor")} == {422}
