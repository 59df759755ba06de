"""The list of cases: what it is narrowed to is an address, which every case and every step from one to the next keeps."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import openpyxl
import pytest
import sqlalchemy as sa

from services.intake.__main__ import periodic_jobs
from services.intake.pages.office import cases, file, narrowing
from services.runtime.sheets.workbook import XLSX
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness, Routing

NARROWED = (
    "", "sort=oldest", "sort=changed", "topic=rivers", "topic=rivers%2Clamps", "topic=rivers&topic=lamps&state=accepted",
    "q=%E8%B7%AF%E7%81%AF", "q=%E8%B7%AF%E7%81%AF&sort=oldest&topic=lamps", "since=2026-03-01&until=2099-01-01",
    "q=%E8%B7%AF&since=2020-01-01&until=2099-01-01", "channel=hotline&sort=oldest", "key=true",
    "key=true&sort=changed", "key=true&q=%E7%AC%AC&sort=", "key=true&sort=oldest&topic=lamps&topic=rivers", "key=false",
    "area=east&level=&outcome=",
)  # fmt: skip


@pytest.fixture
def harness(any_database, clock):
    """Seven opinions an hour apart, two of which a department handles; all are read by the worker."""
    made = IntakeHarness(any_database("intake", MIGRATIONS), clock)
    ids = []
    for place in range(7):
        topic, channel = ("rivers", "lamps", None)[place % 3], "hotline" if place % 2 else "web"
        text = f"第{place}条" + ("路灯" if place % 3 == 1 or place == 6 else "河堤")
        ids.append(made.submit(title=text, content="请看", topic=topic, channel=channel, area="east" if place > 2 else None).id)
        made.clock.instant += timedelta(hours=1)
    for place in (4, 2):
        made.consume(Routing(ids[place], made.clock.now()).created())
        made.clock.instant += timedelta(hours=1)
    for place in (5, 4, 1):
        made.change(ids[place], key=True)
    (job,) = (each for each in periodic_jobs(made.intake) if each.name == "read")
    for _ in range(2):
        job.run()
    return made


def page(harness: IntakeHarness, path: str, who: str = "reviewer") -> str:
    answer = harness.client.get(path, headers={"Authorization": f"Bearer {who}", "Accept-Language": "zh"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def rows(text: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'<a href="([^"]+)" data-row>', text)]


def step(text: str, which: str) -> str | None:
    found = re.search(rf'<a href="([^"]+)" rel="{which}">', text)
    return unescape(found[1]) if found else None


@pytest.mark.parametrize("who", ["reviewer", "water"])
def test_each_case_leads_to_the_one_before_and_the_next_of_its_list_and_back_to_it(harness, who):
    for query in NARROWED:
        text = page(harness, f"/cases?{query}", who)
        listed = rows(text)
        assert listed or who == "water"
        steps = [page(harness, each, who) for each in listed]
        assert [step(each, "prev") for each in steps] == [None, *listed[:-1]][: len(listed)]
        assert [step(each, "next") for each in steps] == [*listed[1:], None][: len(listed)]
        for each in steps:
            back = unescape(re.search(r'<a href="(/cases[^"]*)"[^>]*>返回列表', each)[1])
            assert rows(page(harness, back, who)) == listed
        number = f"共 {len(listed)} 件"
        assert (number in text) == bool(listed)


def test_a_case_that_has_left_its_list_still_leads_to_those_around_it(harness):
    listed = rows(page(harness, "/cases?topic=lamps"))
    harness.change(listed[0].split("/")[2].split("?")[0], topic="rivers")
    assert step(page(harness, listed[0]), "next") == listed[1]


def test_pages_keep_the_filter_and_count_no_further_than_they_say(harness, monkeypatch):
    monkeypatch.setattr(narrowing, "A_PAGE", 3)
    monkeypatch.setattr(cases, "MOST_COUNTED", 5)
    monkeypatch.setattr(narrowing.asked, "__defaults__", (3,))
    for order in ("", "oldest", "changed"):
        at, seen = f"/cases?state=accepted%2Cassigned&sort={order}", []
        while at:
            text = page(harness, at)
            seen.append(rows(text))
            assert "超过 5 件" in text
            at = step(text, "next")
            assert at is None or ("state=accepted%2Cassigned" in at and "cursor=" in at)
        assert [len(each) for each in seen] == [3, 3, 1]
        assert len({each for rest in seen for each in rest}) == 7
    first = page(harness, "/cases?q=%E7%AC%AC")
    assert ("共" in re.sub("<[^>]+>", "", first).split("搜索")[1].split("标题")[0], step(first, "next") is None) == (False, False)


def test_the_form_shows_several_values_of_one_filter_and_what_is_chosen(harness):
    text = page(harness, "/cases?topic=rivers%2Clamps&state=assigned")
    assert re.findall(r'name="topic" value="([^"]+)" checked', text) == ["rivers", "lamps"]
    assert re.findall(r'name="state" value="([^"]+)" checked', text) == ["assigned"]
    asked = page(harness, "/cases?topic=rivers&topic=lamps&state=assigned&q=&area=&sort=")
    assert rows(asked) == rows(text)
    assert 'name="department"' not in page(harness, "/cases", "water")


def test_the_list_as_a_file_has_what_was_found_in_its_order_as_text_and_no_person(harness, monkeypatch):
    formula = "=HYPERLINK(1)第"
    person = {"kind": "citizen", "name": "欧阳锋", "phone": "13700000001"}
    harness.submit(title=formula, content="秘密", topic="lamps", submitter=person)
    monkeypatch.setattr(file, "MOST_ROWS", 4)

    def cells(query, who="reviewer"):
        answer = harness.client.get(
            f"/cases/list.xlsx?{query}", headers={"Authorization": f"Bearer {who}", "Accept-Language": "zh"}
        )
        assert (answer.status_code, answer.mimetype) == (200, XLSX)
        sheet = openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0]
        assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
        return [[cell.value or "" for cell in row] for row in sheet.iter_rows()][1:]

    for query in ("topic=lamps%2Crivers&sort=oldest&state=accepted", "q=%E7%AC%AC&channel=hotline"):
        found = rows(page(harness, f"/cases?{query}"))
        assert [each[0] for each in cells(query)][:4] == [path.split("/")[2].split("?")[0] for path in found][:4]
    newest = cells("")
    assert (newest[0][1], len(newest), "只含前" in newest[4][0]) == (formula, 5, True)
    assert not {"欧阳锋", "13700000001", "秘密"} & {text for row in newest for text in row}
    assert len(cells("", "water")) == 2
    assert harness.client.get("/cases/list.xlsx").status_code == 401
    linked = page(harness, "/cases?topic=lamps")
    assert 'href="/cases/list.xlsx?topic=lamps"' in linked


def test_a_page_asks_its_store_the_same_whatever_it_shows(harness):
    asked: list[str] = []
    sa.event.listen(harness.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def queries(path: str, who: str = "reviewer") -> int:
        asked.clear()
        page(harness, path, who)
        return len(asked)

    many, one = rows(page(harness, "/cases")), rows(page(harness, "/cases?topic=lamps&area=east"))
    assert len(many) > len(one)
    for who in ("reviewer", "water"):
        assert queries("/cases", who) == queries("/cases?state=withdrawn", who) <= 5
    assert queries(many[0]) == queries(many[-1]) <= 14
