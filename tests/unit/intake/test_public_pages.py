"""The public's pages, feed, sitemaps and API: what is released and nothing else, whatever anybody wrote."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree.ElementTree import fromstring

import pytest

from services.contracts.people.callers import PUBLIC
from services.intake.__main__ import count_public
from services.intake.app.routes import ROUTES
from services.intake.pages.publication import crawlers
from services.intake.pages.routes import PAGES
from tests.unit.intake.harness import Routing
from tests.unit.intake.test_publishing import copy_for, release, told
from tests.unit.intake.whole_case import MARKERS, SECRETS, live_through, open_case

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{7*7}} "
    '<!--#include virtual="/x" --> ]]> &amp; \u202e\x0b\ufffe％s %(a)s'
)
CLOSED = "未公开的标题"
#: Every address where anything public can be read; `{id}` and `{department}` are filled in.
ADDRESSES = (
    "/public", "/public?q=路灯", "/public?topic=rivers", "/public?state=handling,replied,concluded", "/public/opinions/{id}",
    "/public/opinions/{id}/support",
    "/public/departments", "/public/departments/{department}", "/public/promises", "/public/deputies", "/public/stations",
    "/public/feed.atom", "/public/feed.atom?q=路灯",
    "/sitemap.xml", "/sitemaps/0.xml", "/sitemaps/pages.xml", "/robots.txt", "/help", "/privacy", "/accessibility",
    "/api/v1/public/opinions", "/api/v1/public/opinions?q=路灯", "/api/v1/public/opinions/{id}", "/api/v1/public/map",
)  # fmt: skip


def read(harness, path, **headers):
    answer = harness.client.get(path, headers={"Accept-Language": "zh", **{k.replace("_", "-"): v for k, v in headers.items()}})
    assert answer.status_code == 200, (path, answer.text)
    return answer


def everything(harness, opinion, department="water"):
    return {path: read(harness, path.format(id=opinion, department=department)).text for path in ADDRESSES}


@pytest.fixture(scope="module")
def lived(open_harness):
    """A case of marked persons that has been through everything and is released with all parts, beside some that are not."""
    harness = open_harness()
    case = open_case(harness, visibility="public", **MARKERS)
    live_through(harness, case)
    for visibility in ("public", "department", "congress"):
        taken = harness.submit(title=CLOSED, content=f"路灯。{CLOSED}", visibility=visibility)
        routing = Routing(taken.id, harness.clock.now())
        harness.consume(routing.created(), routing.replied(CLOSED))
    assert release(harness, case.id, title="路灯与河堤").status_code == 200
    count_public(harness.intake)
    return harness, case


def test_every_public_address_that_shows_cases_is_looked_at_here():
    shown = {re.sub(r"\{(\w+)\}", r"<>", path.partition("?")[0]) for path in ADDRESSES}
    routes = {
        re.sub(r"<[^>]+>", "<>", route.path) for route in (*ROUTES, *PAGES) if route.access is PUBLIC and route.method == "GET"
    }
    wanted = {path for path in routes if re.match(r"/(api/v1/)?(public|sitemap|robots|help|privacy|accessib)", path)}
    wanted = {path for path in wanted if not path.endswith("/card.png")}
    assert wanted - {"/public/stations/<>", "/public/deputies/<>", "/sitemaps/<>.xml", "/public/support/withdrawn"} <= shown


@pytest.mark.slow
def test_nothing_personal_and_nothing_unreleased_is_anywhere(lived):
    harness, case = lived
    for path, text in everything(harness, case.id).items():
        assert [secret for secret in SECRETS if secret in text] == [], path
        assert CLOSED not in text, path
        assert not any(code in text for code in (*case.receipts, case.follower)), path
        for inside in (
            "王主任",
            "李镇长",
            "等料",
            "意见 0。",
            "路面由我们恢复",
            "正在查图纸",
            "护栏又倒了",
            "请写明工期",
            "是哪座桥",
            "验收单",
        ):
            assert inside not in text, (path, inside)


@pytest.mark.slow
def test_what_is_released_is_on_the_list_in_the_feed_in_the_sitemap_and_in_the_api(lived):
    harness, case = lived
    texts = everything(harness, case.id)
    for path in ("/public", "/public?q=路灯", "/public/feed.atom", "/sitemaps/0.xml", "/api/v1/public/opinions?q=路灯"):
        assert case.id in texts[path], path
    page = texts["/public/opinions/{id}"]
    for part in ("路灯与河堤", "正在修。", "信访部分已办结。", "修好河堤", "装护栏", "已兑现", "没有按期兑现", "满意"):
        assert part in page
    assert "修好河堤" in texts["/public/promises"]
    assert "共受理意见建议 4 件，其中公开 1 件，1 件待公开审核" in texts["/public"]


def test_the_api_says_days_and_parts(lived):
    harness, case = lived
    (item,) = harness.get("/public/opinions").get_json()["items"]
    one = harness.get(f"/public/opinions/{case.id}").get_json()
    assert one == item | {"evaluations": {"satisfied": 3, "basically_satisfied": 1}}
    assert (one["title"], one["submitted"], len(one["parts"])) == ("路灯与河堤", "2026-11-23", 4)


@pytest.mark.slow
def test_it_is_gone_from_everywhere_at_once(harness):
    taken, routing = told(harness, title="路灯不亮", content="西桥的路灯。")
    harness.consume(routing.replied())
    release(harness, taken.id)
    assert "路灯不亮" in everything(harness, taken.id)["/public"]
    harness.post(f"/opinions/{taken.id}/erasure", {"content": True}, "admin")
    for path in ADDRESSES:
        answer = harness.client.get(path.format(id=taken.id, department="water"))
        assert answer.status_code == (404 if "{id}" in path else 200)
        assert "西桥" not in answer.text
        assert taken.id not in answer.text.replace(f"/api/v1/public/opinions/{taken.id}", "")


@pytest.mark.slow
def test_hostile_words_stay_words(harness):
    taken, routing = told(harness, title=HOSTILE[:100], content=HOSTILE, submitter=None)
    harness.consume(routing.replied(HOSTILE))
    copy = copy_for(harness, taken.id)
    copy["parts"][0]["content"] = copy["content"] = HOSTILE
    assert harness.post(f"/publications/{taken.id}/release", copy, "reviewer").status_code == 200
    for path, text in everything(harness, taken.id).items():
        if not path.startswith("/api"):
            assert "<script>alert" not in text, path
            assert "<img src=x" not in text, path
            plain = re.sub(r"[0-9a-f-]{36}|/assets/[\w.-]+|20\d\d|sha256|\d+px", "", text)
            assert "49" not in plain or "7*7" in text, path
            assert "<!--#include" not in text, path
        if path.startswith(("/public/feed", "/sitemap")):
            fromstring(text)
    (entry,) = fromstring(read(harness, "/public/feed.atom").text).findall(f"{ATOM}entry")
    assert "<script>alert(1)</script>" in entry.findtext(f"{ATOM}content")
    for words in (HOSTILE[:60], '"', "*", "NEAR(", "' OR '1'='1", "%", "\\"):
        assert harness.client.get("/public", query_string={"q": words}).status_code == 200
        assert harness.get("/public/opinions", q=words).status_code == 200


@pytest.mark.slow
def test_a_page_is_kept_and_asked_for_again_by_its_tag_each_time(lived):
    harness, case = lived
    for path in ADDRESSES:
        if path.startswith("/api") or path.endswith("/support"):
            continue
        first = read(harness, path.format(id=case.id, department="water"))
        assert first.headers["Cache-Control"] == "public, no-cache"
        again = harness.client.get(
            path.format(id=case.id, department="water"), headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "zh"}
        )
        assert (again.status_code, again.text) == (304, "")
        assert "Accept-Encoding" in first.headers["Vary"]
    packed = read(harness, "/public", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < 10_000
    assert harness.client.get("/public?lang=en").headers["Cache-Control"] == "no-store"


def released(harness, number):
    """That many public opinions, an hour after one another."""
    made = []
    for place in range(number):
        taken, _ = told(harness, title=f"路灯 {place}", content="东街的路灯。", topic="rivers" if place % 2 else None)
        release(harness, taken.id)
        made.append(taken.id)
        harness.clock.instant += timedelta(hours=1)
    return made


def links(text, rel):
    return re.findall(rf'<a href="([^"]+)" rel="{rel}"', text)


@pytest.mark.slow
def test_the_list_is_read_there_and_back_and_a_filter_is_an_address(harness):
    released(harness, 45)
    pages, path = [], "/public?topic=rivers&q=%E8%B7%AF%E7%81%AF"
    while path:
        text = read(harness, path).text
        pages.append(re.findall(r"<h2><a href=\"/public/opinions/([^\"]+)", text))
        path = next(iter(links(text, "next")), "").replace("&amp;", "&")
    assert [len(each) for each in pages] == [20, 2]
    back = links(text, "prev")[0].replace("&amp;", "&")
    assert "topic=rivers" in back
    text = read(harness, back).text
    assert re.findall(r"<h2><a href=\"/public/opinions/([^\"]+)", text) == pages[0]
    assert links(text, "prev") == []
    assert 'value="rivers" selected' in text
    assert 'value="路灯"' in text


def test_several_values_stand_in_the_form_and_can_be_left_out(harness):
    text = read(
        harness,
        "/public?topic=rivers,bridges&topic=rivers" if "bridges" in harness.catalogue.topics else "/public?state=replied,concluded",
    ).text
    assert "selected" in text
    assert "取消：" in text


@pytest.mark.parametrize("query", ["topic=nonsense", "state=drafted", "month=2026-13", "before=-1", "before=x", "q=" + "长" * 101])
def test_a_query_that_means_nothing_is_answered_with_a_page(harness, query):
    answer = harness.client.get(f"/public?{query}", headers={"Accept-Language": "zh"})
    assert answer.status_code == 422
    assert "<h1>" in answer.text


def test_empty_fields_of_the_form_and_what_wechat_adds_are_no_conditions(harness):
    released(harness, 1)
    assert "路灯 0" in read(harness, "/public?q=&topic=&area=&state=&month=&from=timeline").text


def test_the_month_is_the_one_in_which_it_was_made_public(harness):
    released(harness, 1)
    assert "路灯 0" in read(harness, "/public?month=2026-11").text
    for month in ("2026-10", "2026-12"):
        assert "路灯 0" not in read(harness, f"/public?month={month}").text


@pytest.mark.slow
def test_sitemaps_cover_what_is_public_by_blocks(harness, monkeypatch):
    monkeypatch.setattr(crawlers, "BLOCK", 4)
    made = released(harness, 9)
    named = [each.text for each in fromstring(read(harness, "/sitemap.xml").text).iter(f"{SITEMAP}loc")]
    assert [name.rpartition("/")[2] for name in named] == ["pages.xml", "0.xml", "1.xml", "2.xml"]
    listed = [
        each.text.rpartition("/")[2]
        for name in named[1:]
        for each in fromstring(read(harness, name.removeprefix("http://localhost")).text).iter(f"{SITEMAP}loc")
    ]
    assert listed == made
    for path in ("/sitemaps/x.xml", "/sitemaps/-1.xml", "/sitemaps/99999999999.xml"):
        assert harness.client.get(path).status_code == 404
    assert "Disallow: /receipts\n" in read(harness, "/robots.txt").text


@pytest.mark.parametrize("path", ["/public/opinions/nowhere", "/public/departments/nowhere", "/public/stations/nowhere"])
def test_what_is_not_there_is_said_in_words(harness, path):
    assert harness.client.get(path).status_code == 404


def test_a_station_has_a_page_where_the_catalogue_has_stations(harness):
    for code in harness.catalogue.stations:
        assert harness.catalogue.stations[code].name in read(harness, f"/public/stations/{code}").text
