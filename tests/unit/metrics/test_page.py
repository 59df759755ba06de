"""The page of the published numbers: readable without scripts, styles inline or colours."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from services.design.assets import ASSETS
from services.metrics.domain.rates import RATES
from tests.unit.metrics.events import Case, whole_history

VOID = {"meta", "link", "input", "img", "wbr"}


class Reader(HTMLParser):
    """Collects tags with their attributes, the text, and checks that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Any] = []
        self.open: list[Any] = []
        self.words: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(word for word in self.words if word)


def read(response):
    reader = Reader()
    reader.feed(response.text)
    assert reader.open == []
    return reader


@pytest.mark.slow
def test_the_page_needs_no_script_and_no_inline_style(running):
    running.live(whole_history())
    response = running.get("/statistics", by="department")
    page = read(response)
    assert response.content_type == "text/html; charset=utf-8"
    assert response.text.startswith("<!doctype html>")
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "style"}
    assert not any("style" in attrs or any(name.startswith("on") for name in attrs) for _, attrs in page.tags)
    assert ("link", {"rel": "stylesheet", "href": ASSETS.address("site.css")}) in page.tags
    assert "style-src 'self'" in response.headers["Content-Security-Policy"]
    assert "script" not in response.headers["Content-Security-Policy"]


@pytest.mark.slow
def test_every_rate_stands_beside_its_numbers_and_the_instant(running):
    running.live(whole_history())
    page = read(running.get("/statistics"))
    assert "数据截至 2026年12月12日 08:59" in page.text
    total = running.statistics()["total"]["rates"]
    for rate in RATES:
        shown = total[rate.name][rate.variant]
        assert rate.zh in page.text
        assert f"{shown['text']} {shown['numerator']}／{shown['denominator']}" in page.text, rate


@pytest.mark.slow
def test_bars_are_as_long_as_their_rate(running):
    running.live(whole_history())
    page = read(running.get("/statistics"))
    widths = [float(attrs["width"]) for tag, attrs in page.tags if tag == "rect" and attrs["class"] != "column"]
    rates = running.statistics()["total"]["rates"]
    shown = [value for row in RATES if (value := rates[row.name][row.variant]["value"]) is not None]
    assert widths[1::2] == [round(float(value) * 120 / 100, 2) for value in shown]
    assert set(widths[::2]) == {120.0}


def test_an_empty_store_shows_dashes_and_no_bars(running):
    page = read(running.get("/statistics"))
    assert "— 0／0" in page.text
    assert not any(tag == "rect" for tag, _ in page.tags)


@pytest.mark.slow
def test_departments_stand_beside_one_another_and_are_put_in_order_by_any_figure(running):
    running.live(whole_history())
    groups = running.statistics(by="department")["groups"]
    assert len(groups) > 2
    for name, variant in (("cases", ""), ("on_time", "plain"), ("resolution", "strict"), ("satisfaction", "basic")):
        shown = running.get("/statistics", sort=name).text
        values = [
            group["counts"]["submitted"] if name == "cases" else float(group["rates"][name][variant]["value"] or -1)
            for group in groups
        ]
        cells = re.search(r"<tbody>(.*?)</tbody>", shown, re.DOTALL)
        found = [re.findall(r'<td class="number"[^>]*>([^ <]+)', row) for row in cells[1].split("<tr>")[1:]]
        column = [row[["cases", "on_time", "resolution", "satisfaction"].index(name)] for row in found]
        assert [float(each.rstrip("%")) if each != "—" else -1 for each in column] == sorted(values, reverse=True)
        assert '<a href="/statistics?sort=cases"' in shown or name == "cases"
    assert "每月提交件数" in running.get("/statistics").text
    assert "每月提交件数" not in running.get("/statistics", by="topic").text


@pytest.mark.slow
def test_groups_have_their_names_from_the_catalogue(running):
    running.live(whole_history())
    text = read(running.get("/statistics", by="department")).text
    assert "水利局" in text
    assert "信访局" in text
    assert "未定" in text


def test_what_was_asked_wrongly_is_shown_again_with_the_reason(running):
    response = running.get("/statistics", **{"from": '"><script>alert(1)</script>', "by": "department"})
    page = read(response)
    assert response.status_code == 422
    assert "script" not in {tag for tag, _ in page.tags}
    (field,) = [attrs for tag, attrs in page.tags if tag == "input" and attrs["name"] == "from"]
    assert field["value"] == '"><script>alert(1)</script>'
    assert field["aria-invalid"] == "true"
    assert "请填写日期，例如 2026-11-22" in page.text


@pytest.mark.slow
def test_what_an_address_was_shared_with_is_passed_over(running):
    for word in ("timeline", "singlemessage", "groupmessage"):
        shared = {"by": "topic", "from": word, "isappinstalled": "0", "utm_source": "x"}
        assert running.get("/statistics", **shared).status_code == 200
    assert running.get("/statistics", **{"from": "gestern"}).status_code == 422


def test_a_code_of_the_store_cannot_become_markup(running):
    running.live(Case("o1", topic="<b>x</b>").submitted().events)
    page = read(running.get("/statistics", by="topic"))
    assert "b" not in {tag for tag, _ in page.tags}
    assert "<b>x</b>" in page.text
