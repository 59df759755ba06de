"""What the office does all day, in a browser: how many presses each task takes, on a phone without scripts and on a wide screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from services.runtime.clock import ZONE, FixedClock
from tests.browser.conftest import SECONDS, serving
from tests.browser.doing import follow
from tests.browser.test_by_keyboard import Keyboard
from tests.browser.test_citizens_tasks import PHONE, WIDE
from tests.integration.whole.county import County
from tests.integration.whole.test_every_move import TOWN
from tests.stores import Templates

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
WAYS = {"phone-plain": {**PHONE, "java_script_enabled": False}, "wide": WIDE}
#: What twenty people told, each something else.
TOLD = [f"{where}{what}" for where in ("东街", "西街", "南门", "北门", "码头") for what in ("井盖响", "树枝断", "水管漏", "墙面裂")]


class Hand:
    """Somebody who presses and types; every press is counted."""

    def __init__(self, page: Page, runs_scripts: bool) -> None:
        self.page, self.runs_scripts, self.presses = page, runs_scripts, 0

    def press(self, selector: str, leads: bool = True) -> None:
        """Press something that leads to another page, or changes this one."""
        self.presses += 1
        if leads:
            follow(self.page, selector)
        else:
            self.page.click(selector)

    def choose(self, selector: str, value: str) -> None:
        """Choose one of several: a press opens them, another one takes one."""
        self.presses += 2
        self.page.select_option(selector, value)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[County]:
    made = County(templates, tmp_path_factory.mktemp("office"), TOWN, FixedClock(START))
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(county: County) -> Iterator[str]:
    with serving(county.whole()) as url:
        yield url


@pytest.fixture(params=WAYS)
def come(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Callable[[str, str], Hand]]:
    """Opens a page for somebody who has signed in."""
    context = browser.new_context(base_url=address, locale="zh-CN", **WAYS[request.param])
    context.set_default_timeout(SECONDS * 1000)

    def opened(who: str, path: str) -> Hand:
        page = context.new_page()
        page.set_extra_http_headers({"Authorization": f"Bearer {who}"})
        page.goto(path)
        return Hand(page, bool(WAYS[request.param].get("java_script_enabled", True)))

    yield opened
    context.close()


def tell(county: County, *titles: str, **more: Any) -> list[str]:
    """Opinions that wait for review; gives their ids."""
    found = []
    for title in titles:
        status, made = county.post(
            "/opinions", {"title": title, "content": f"{title}，请看看。", "channel": "campaign", **more}, "reviewer"
        )
        assert status == 201, made
        found.append(str(made["id"]))
    county.work()
    return found


def state(county: County, opinion: str) -> str:
    return str(county.get(f"/opinions/{opinion}", "reviewer")[1]["state"])


def test_a_waiting_opinion_is_accepted_with_two_presses_from_where_one_begins(county: County, come: Callable[..., Hand]) -> None:
    (opinion,) = tell(county, "桥头的栏杆松了")
    hand = come("reviewer", "/office")
    hand.press("main a[href='/reviews']")
    hand.press(f"form[action='/reviews/{opinion}/accept'] button")
    expect(hand.page.locator(".notice.good")).to_contain_text("已受理 1 件")
    assert hand.presses <= 2
    assert state(county, opinion) != "submitted"


def test_twenty_are_accepted_on_the_same_terms_with_four_presses(county: County, come: Callable[..., Hand]) -> None:
    opinions = tell(county, *TOLD)
    hand = come("reviewer", "/reviews")
    hand.press("button[name=all]")
    expect(hand.page.locator("main .lead")).to_contain_text("20 件")
    hand.choose("#department", "housing")
    hand.press("form[action='/reviews/together'] button")
    expect(hand.page.locator(".notice.good")).to_contain_text("已受理 20 件")
    assert hand.presses <= 4
    county.pump()
    leads = [county.get("/assignments", opinion=each, role="lead")[1]["items"] for each in opinions]
    assert [[each["department"] for each in found] for found in leads] == [["housing"]] * 20


def test_three_of_them_are_chosen_one_by_one_and_what_was_decided_on_meanwhile_is_named(
    county: County, come: Callable[..., Hand]
) -> None:  # fmt: skip
    opinions = tell(county, "小学门口积水", "菜场没有厕所", "河堤长满杂草")
    hand = come("reviewer", "/reviews")
    for each in opinions:
        hand.press(f"input[name=opinion][value='{each}']", leads=False)
    hand.press("button[form=many]:not([name])")
    expect(hand.page.locator("main .lead")).to_contain_text("3 件")
    assert county.post(f"/opinions/{opinions[1]}/accept", {"department": "water"}, "reviewer")[0] == 200
    hand.press("form[action='/reviews/together'] button")
    expect(hand.page.locator(".notice.good")).to_contain_text("已受理 2 件")
    expect(hand.page.locator(".notice.warn")).to_contain_text("菜场没有厕所")


def test_what_says_the_same_is_merged_with_two_presses_from_its_page_and_parted_from_the_page_of_the_case(
    county: County, come: Callable[..., Hand]
) -> None:  # fmt: skip
    handled, waiting = tell(county, *["南桥下的护栏撞断了一截，行人很危险"] * 2)
    assert county.post(f"/opinions/{handled}/accept", {"department": "transport"}, "reviewer")[0] == 200
    hand = come("reviewer", f"/reviews/{waiting}")
    hand.press(f"a[href$='/beside?with={handled}']")
    hand.press("form[action$='/beside'][method=post] button")
    assert hand.presses <= 2
    expect(hand.page.locator(".notice.good")).to_contain_text("已并案 1 件")
    assert state(county, waiting) == "merged"
    hand = come("reviewer", f"/cases/{waiting}")
    hand.press("a[href*='/beside?with=']")
    hand.press("form[action$='/unmerge'] button")
    expect(hand.page.locator(".notice.good")).to_contain_text("重新待审核 1 件")
    assert state(county, waiting) == "submitted"


def test_the_review_says_where_an_opinion_would_go_and_why_before_it_is_accepted(county: County, come: Callable[..., Hand]) -> None:
    (opinion,) = tell(county, "老街的下水道堵了")
    hand = come("reviewer", f"/reviews/{opinion}")
    if not hand.runs_scripts:
        hand.press("#preview button")
    expect(hand.page.locator("#preview")).to_contain_text("分办依据")
    expect(hand.page.locator("h1")).to_have_count(1)


def test_what_a_department_asks_for_is_ruled_on_with_three_presses_from_where_one_begins(
    county: County, come: Callable[..., Hand]
) -> None:  # fmt: skip
    (opinion,) = tell(county, "学校后面的坡很滑")
    assert county.post(f"/opinions/{opinion}/accept", {"department": "housing"}, "reviewer")[0] == 200
    county.pump()
    (mine,) = county.get("/assignments", opinion=opinion, role="lead")[1]["items"]
    county.command("housing", "object", {"assignment": mine["id"], "reason": "不是房屋。", "department": "transport"})
    county.work()
    hand = come("supervisor", "/office")
    hand.press("main a[href='/rulings'] >> nth=0")
    hand.page.fill(f"#reason-{mine['id']}-objection", "道路归交通。")
    hand.press(f"form[action='/rulings/{mine['id']}/objection'] button[value=yes]")
    expect(hand.page.locator(".notice.good")).to_be_visible()
    assert hand.presses <= 3
    county.pump()
    (moved,) = [each for each in county.get("/assignments", opinion=opinion, role="lead")[1]["items"] if each["id"] != mine["id"]]
    assert moved["department"] == "transport"


def test_opinions_are_accepted_and_a_request_is_ruled_on_with_keys_alone(
    county: County, come: Callable[..., Hand]
) -> None:  # fmt: skip
    alone, *several = tell(county, "礼堂漏雨", "球场没有灯", "凉亭的瓦掉了")
    page = come("reviewer", "/reviews").page
    keys = Keyboard(page)
    keys.press(f"form[action='/reviews/{alone}/accept'] button")
    expect(page.locator(".notice.good")).to_contain_text("已受理 1 件")
    waiting = [each.get_attribute("value") for each in page.locator("input[name=opinion]").all()]
    for each in sorted(several, key=waiting.index):
        keys.reach(f"input[name=opinion][value='{each}']")
        page.keyboard.press("Space")
    keys.press("button[form=many]:not([name])")
    expect(page.locator("main .lead")).to_contain_text("2 件")
    keys.reach("#department")
    while page.input_value("#department") != "housing":
        before = page.input_value("#department")
        page.keyboard.press("ArrowDown")
        assert page.input_value("#department") != before, "the list has ended"
    keys.press("form[action='/reviews/together'] button")
    expect(page.locator(".notice.good")).to_contain_text("已受理 2 件")
    assert {state(county, each) for each in (alone, *several)} == {"accepted"}
    county.pump()
    (mine,) = county.get("/assignments", opinion=several[0], role="lead")[1]["items"]
    county.command("housing", "object", {"assignment": mine["id"], "reason": "不是房屋。", "department": "transport"})
    county.work()
    page = come("supervisor", "/rulings").page
    keys = Keyboard(page)
    keys.type(f"#reason-{mine['id']}-objection", "球场归交通。")
    keys.press(f"form[action='/rulings/{mine['id']}/objection'] button[value=yes]")
    expect(page.locator(".notice.good")).to_be_visible()
    county.pump()
    leads = county.get("/assignments", opinion=several[0], role="lead")[1]["items"]
    assert {each["department"] for each in leads if each["id"] != mine["id"]} == {"transport"}


def test_a_meeting_works_through_an_agenda_of_twenty_without_leaving_its_page(
    county: County, come: Callable[..., Hand]
) -> None:  # fmt: skip
    opinions = tell(county, *(f"{title}已久" for title in TOLD))
    accepted = {"opinions": opinions, "department": "housing"}
    assert county.post("/opinions/accept", accepted, "reviewer")[0] == 200
    county.pump()
    for _ in range(2):
        county.later(timedelta(days=30))
    raised = [each for each in county.get("/supervisions", state="open")[1]["items"] if each["opinion"] in opinions]
    chosen = list({each["opinion"]: each["id"] for each in raised}.values())
    assert len(chosen) == 20
    call = {"title": "督政议事会", "at": (county.clock.now() + timedelta(days=9)).isoformat(), "supervisions": chosen}
    status, meeting = county.post("/meetings", call, "supervisor")
    assert status == 201, meeting
    hand = come("supervisor", f"/agenda/{meeting['id']}")
    for done, each in enumerate(chosen, 1):
        hand.press(f"tr:has(form[action$='/{each}']) summary", leads=False)
        hand.press(f"label:has(input[name='result-{each}'][value=closed])", leads=False)
        hand.page.fill(f"#note-{each}", "已落实。")
        hand.press(f"form[action$='/{each}'] > button")
        assert urlsplit(hand.page.url).path == f"/agenda/{meeting['id']}"
        assert hand.presses <= 3 * done
    expect(hand.page.locator("main form")).to_have_count(0)
    assert {each["result"] for each in county.get("/supervisions", meeting=meeting["id"])[1]["items"]} == {"closed"}
