"""A meeting in the browser: it is called with two fields, and its agenda is worked through on one page."""

from __future__ import annotations

import io
import re

import docx
import openpyxl
import pytest

from tests.unit.notify.calling import pages_of
from tests.unit.notify.scenes import at

HOSTILE = "=HYPERLINK(1)<script>x()</script>"
MEETING = {"title": "四季度督政议事会", "at": "2026-12-28T09:00"}


@pytest.fixture
def ask(scene):
    return pages_of(scene, "boss")


def result_of(supervision, **fields):
    return {f"{name.replace('__', '-')}-{supervision}": text for name, text in fields.items()}


@pytest.mark.slow
def test_a_meeting_is_called_with_two_fields_about_all_that_is_open(ask, raised):
    page = ask("/agenda")
    assert "deals with the 3 cases" in page.text
    answer = ask("/agenda", MEETING)
    assert answer.status_code == 303
    agenda = ask(answer.headers["Location"])
    assert len(re.findall(r'action="/agenda/[^/"]+/([^"]+)"', agenda.text)) == 3
    assert "28 December 2026, 09:00" in agenda.text
    again = ask("/agenda", MEETING)
    assert again.status_code == 409
    assert "on no agenda yet" in again.text
    assert 'value="四季度督政议事会"' in again.text


@pytest.mark.slow
def test_minutes_of_a_meeting_are_a_document_and_a_workbook_with_what_each_matter_came_to(ask, raised):
    address = ask("/agenda", MEETING).headers["Location"]
    ask(f"{address}/{raised['o-1']}", result_of(raised["o-1"], result="criticism", note=HOSTILE))
    promise = {"promise__what": "年前清淤", "promise__due": "2027-01-15", "promise__who": "李四"}
    ask(f"{address}/{raised['o-2']}", result_of(raised["o-2"], result="promise", note="到会说明。", **promise))
    assert f'href="{address}/minutes/docx"' in ask(address).text
    document = docx.Document(io.BytesIO(ask(f"{address}/minutes/docx").data))
    assert "督办事项 3 件" in "\n".join(each.text for each in document.paragraphs)
    told = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    book = openpyxl.load_workbook(io.BytesIO(ask(f"{address}/minutes/xlsx").data))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    for found in (told, cells):
        assert {HOSTILE, "到会说明。", "年前清淤", "李四", "未处理"} <= set(found)
    for path, who, status in (("docx", "water", 403), ("docx", None, 401), ("pdf", "boss", 404)):
        assert ask(f"{address}/minutes/{path}", who=who).status_code == status
    assert ask("/agenda/nothing/minutes/docx").status_code == 404


@pytest.mark.slow
def test_minutes_say_nothing_of_what_another_meeting_decided_and_stay_as_they_were(scene, ask, call, raised):
    address = ask("/agenda", MEETING).headers["Location"]
    later = {"title": "下一次议事会", "at": "2027-01-08T09:00:00+08:00", "supervisions": [raised["o-2"]]}
    assert call("POST", "/meetings", body=later)[0] == 201

    def minutes():
        book = openpyxl.load_workbook(io.BytesIO(ask(f"{address}/minutes/xlsx").data))
        return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]

    scene.clock.instant = at("2026-12-28 09:00")
    before, shown = minutes(), overdue_in(ask(address))
    assert any("转其他会议" in row for row in before)
    promise = {"what": "年前清淤", "due": "2027-02-01T23:59:59+08:00", "who": "李四"}
    result = {"result": "promise", "note": "会上的说明。", "promise": promise}
    assert call("POST", f"/supervisions/{raised['o-2']}/result", body=result)[0] == 200
    scene.clock.instant = at("2027-01-15 09:00")
    page = ask(address)
    assert (minutes(), overdue_in(page)) == (before, shown)
    assert [words in page.text for words in ("会上的说明。", "年前清淤", "put off to another meeting")] == [False, False, True]


def overdue_in(page):
    """How many working days the matters of an agenda are overdue."""
    return re.findall(r'<span class="nowrap">(\d+) working days?</span>', page.text)


@pytest.mark.parametrize(
    ("first", "changed"),
    [
        ({"result": "closed", "note": "已办结。"}, [{"note": "另记。"}]),
        (
            {
                "result": "promise",
                "note": "到会说明。",
                "promise__what": "清淤",
                "promise__due": "2027-01-15",
                "promise__who": "李四",
            },
            [{"promise__what": "清淤并绿化"}, {"promise__due": "2027-01-16"}, {"promise__who": "王五"}],
        ),
    ],
)
def test_a_second_press_on_a_result_changes_nothing_and_says_that_it_is_recorded(ask, raised, first, changed):
    address = f"{ask('/agenda', MEETING).headers['Location']}/{raised['o-1']}"
    for _ in range(2):
        assert ask(address, result_of(raised["o-1"], **first)).status_code == 303
    for other in changed:
        answer = ask(address, result_of(raised["o-1"], **{**first, **other}))
        assert (answer.status_code, next(iter(other.values())) in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"title": "", "at": "2026-12-28T09:00"}, "title"),
        ({"title": "长" * 121, "at": "2026-12-28T09:00"}, "title"),
        ({"title": "议事会", "at": ""}, "at"),
        ({"title": "议事会", "at": "2001-01-01T09:00"}, "at"),
        ({"title": "议事会", "at": "明天"}, "at"),
    ],
)
def test_what_is_wrong_with_a_meeting_is_told_beside_the_field(ask, raised, form, wrong):
    answer = ask("/agenda", form)
    assert answer.status_code == 422
    assert f'id="{wrong}-mistake"' in answer.text
    assert f'value="{form["title"]}"' in answer.text


def test_an_agenda_is_worked_through_without_leaving_its_page(ask, call, raised):
    agenda = ask("/agenda", MEETING).headers["Location"]
    results = {
        raised["o-1"]: {"result": "criticism", "note": "责令整改。"},
        raised["o-2"]: {"result": "promise", "note": "到会说明。", "promise__what": "年前清淤", "promise__due": "2027-01-15"},
        raised["o-3"]: {"result": "closed", "note": "已办结。"},
    }
    for done, (supervision, fields) in enumerate(results.items(), start=1):
        answer = ask(f"{agenda}/{supervision}", result_of(supervision, **fields))
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{agenda}?did=recorded#{supervision}")
        page = ask(answer.headers["Location"]).text
        assert "Recorded." in page
        assert len(re.findall(rf'action="{agenda}/', page)) == 3 - done
    kept = next(each for each in call("GET", "/supervisions")[1]["items"] if each["opinion"] == "o-2")
    assert (kept["result"], kept["promise"]["what"], kept["promise"]["due"]) == (
        "promise", "年前清淤", "2027-01-15T23:59:59+08:00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"result": "", "note": "说了。"}, "result"),
        ({"result": "weather", "note": "说了。"}, "result"),
        ({"result": "closed", "note": ""}, "note"),
        ({"result": "promise", "note": "说了。"}, "promise-what"),
        ({"result": "closed", "note": "说了。", "promise__what": "修", "promise__due": "2027-01-15"}, "promise-what"),
        ({"result": "promise", "note": "说了。", "promise__what": "修"}, "promise-due"),
        ({"result": "promise", "note": "说了。", "promise__what": "修", "promise__due": "2001-01-15"}, "promise-due"),
        ({"result": "promise", "note": "说了。", "promise__what": "修", "promise__due": "年底"}, "promise-due"),
    ],
)
def test_what_is_wrong_with_a_result_is_told_and_what_was_typed_stays(ask, raised, fields, wrong):
    agenda, about = ask("/agenda", MEETING).headers["Location"], raised["o-1"]
    answer = ask(f"{agenda}/{about}", result_of(about, **fields))
    assert answer.status_code == 422
    assert f'id="{wrong}-{about}-mistake"' in answer.text
    assert f"{fields['note']}</textarea>" in answer.text
    assert len(re.findall(r"<details open>", answer.text)) == 1


def test_a_result_that_somebody_else_recorded_first_is_told_and_what_was_typed_stays(ask, call, raised):
    agenda, about = ask("/agenda", MEETING).headers["Location"], raised["o-1"]
    assert call("POST", f"/supervisions/{about}/result", body={"result": "closed", "note": "已办结。"})[0] == 200
    answer = ask(f"{agenda}/{about}", result_of(about, result="criticism", note="我的记录。"))
    assert answer.status_code == 409
    assert "我的记录。</textarea>" in answer.text
    assert "recorded by somebody else" in answer.text


@pytest.mark.parametrize(("site", "kept"), [("cross-site", 0), ("same-site", 0), ("same-origin", 1), ("none", 1)])
def test_a_form_from_another_site_is_not_kept_to_be_sent_again(ask, site, kept):
    answer = ask("/agenda", MEETING, None, **{"Sec-Fetch-Site": site})
    assert (answer.status_code, answer.text.count(MEETING["title"]), answer.text.count('id="kept"')) == (401, kept, kept)


def test_only_supervisors_call_meetings_and_record_results(ask, raised):
    agenda, about = ask("/agenda", MEETING).headers["Location"], raised["o-1"]
    form = result_of(about, result="closed", note="我们自己办结。")
    for who, status in (("roads", 403), ("office", 403), (None, 401)):
        assert ask("/agenda", MEETING, who).status_code == status
        assert ask(f"{agenda}/{about}", form, who).status_code == status
    assert "Call a meeting" not in ask("/agenda", who="roads").text
    assert ask(f"{agenda}/nothing", result_of("nothing", result="closed", note="已办结。")).status_code == 404
    assert ask(f"{agenda}/{about}").headers["Location"] == agenda
