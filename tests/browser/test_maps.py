"""Maps in a browser, with tiles of another site on this machine: nobody is asked before a map is opened, and nothing needs one."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from services.runtime.clock import ZONE, FixedClock
from tests.browser.conftest import SECONDS, serving
from tests.browser.looking import FAINT, SMALL, WIDE, Eyes
from tests.browser.scenes import release
from tests.integration.whole.county import County
from tests.integration.whole.test_every_move import TOWN
from tests.stores import Templates

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
PLACES = ((27.99421, 120.69934), (27.99873, 120.70411), (27.98712, 120.69102))
HERE = {"latitude": 27.99421, "longitude": 120.69934, "accuracy": 12}
PHONE: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}
WIDE_DARK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "locale": "en-GB"}
LOOKS: dict[str, tuple[dict[str, Any], str]] = {"phone": (PHONE, "size=large"), "wide-dark": (WIDE_DARK, "")}
DEGREES = re.compile(r"-?\d+\.\d{5},-?\d+\.\d{5}")


@dataclass
class Tiles:
    """A site with tiles, which remembers who asked it for what."""

    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        tile, written = Image.new("RGB", (256, 256), "#e6e2d4"), io.BytesIO()
        draw = ImageDraw.Draw(tile)
        draw.rectangle((0, 0, 255, 255), outline="#b9b39e")
        draw.line((0, 190, 256, 60), fill="#ffffff", width=18)
        draw.text((10, 10), environ["PATH_INFO"], fill="#5b625f")
        tile.save(written, "PNG")
        start_response("200 OK", [("Content-Type", "image/png"), ("Content-Length", str(written.tell()))])
        return [written.getvalue()]


@dataclass(frozen=True)
class Scene:
    """A system with maps: where it is, its tiles, and a public opinion with a place."""

    site: str
    tiles: Tiles
    opinion: str


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Scene]:
    tiles = Tiles()
    with ExitStack() as stack:
        source = stack.enter_context(serving(tiles))
        more = {
            "HUIYING_MAP_TILES": source + "/{z}/{x}/{y}.png", "HUIYING_MAP_CREDIT": "示例地图 <b>审图号</b>",
            "HUIYING_MAP_START": "27.994 120.699 13",
        }  # fmt: skip
        county = County(templates, tmp_path_factory.mktemp("maps"), TOWN, FixedClock(START), more=more)
        stack.callback(county.close)
        opinions = []
        for number, (latitude, longitude) in enumerate(PLACES):
            where = {"address": f"东街 {number} 号", "latitude": latitude, "longitude": longitude}
            told = {"title": f"路灯不亮（{number}）", "content": "坏了两周。", "visibility": "public", "topic": "street-lights"}
            status, made = county.post("/opinions", {**told, "location": where}, "reviewer")
            assert status == 201, made
            opinions.append(made["id"])
        county.work()
        for opinion in opinions:
            release(county, opinion)
        position = {"address": "东街文化广场", "latitude": 27.99421, "longitude": 120.69934}
        assert county.put("/stations/chengdong", {"mobile": True, "position": position}, "admin")[0] == 200
        yield Scene(stack.enter_context(serving(county.whole())), tiles, opinions[0])


@pytest.fixture
def open_page(browser: Browser, scene: Scene) -> Iterator[Any]:
    """Opens a page in a context of its own; what the browser complains about fails the test."""
    complaints: list[str] = []
    with ExitStack() as stack:

        def open_page(path: str, who: str = "", **options: Any) -> Page:
            headers = {"Authorization": f"Bearer {who}"} if who else {}
            context = browser.new_context(base_url=scene.site, **{"locale": "zh-CN", "extra_http_headers": headers, **options})
            stack.callback(context.close)
            context.set_default_timeout(SECONDS * 1000)
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
            page.goto(path)
            return page

        yield open_page
    assert complaints == []


def open_map(page: Page) -> Any:
    """Open the map of a page, and wait for its tiles."""
    page.locator("details[data-map] > summary").click()
    shown = page.locator(".map")
    expect(shown.locator(".leaflet-tile-loaded").first).to_be_visible()
    return shown


#: A page, who looks at it, and how: on a phone and on a dark wide screen, once each where the map is the same.
SHOWN = {
    "map-form": ("/", "", ("phone", "wide-dark")),
    "map-public": ("/public", "", ("phone", "wide-dark")),
    "map-public-opinion": ("/public/opinions/{opinion}", "", ("phone",)),
    "map-station": ("/public/stations/chengdong", "", ("wide-dark",)),
    "map-case": ("/cases/{opinion}", "reviewer", ("phone",)),
    "map-publication": ("/publications/{opinion}", "reviewer", ("wide-dark",)),
}
LOOKED_AT = [(name, look) for name, (_, _, looks) in SHOWN.items() for look in looks]


@pytest.mark.parametrize(("name", "look"), LOOKED_AT)
def test_a_map_can_be_read_and_used(scene: Scene, open_page: Any, name: str, look: str, pytestconfig: pytest.Config) -> None:
    (path, who, _), (options, chosen) = SHOWN[name], LOOKS[look]
    scene.tiles.asked.clear()
    page = open_page(path.format(opinion=scene.opinion) + (f"?{chosen}" if chosen else ""), who, **options)
    assert scene.tiles.asked == []
    if name == "map-form":
        page.locator("#where > summary").click()
    shown = open_map(page)
    assert scene.tiles.asked
    expect(shown.locator(".leaflet-control-attribution")).to_have_text("示例地图 <b>审图号</b>")
    if name != "map-form":
        expect(shown.locator(".pin").first).to_be_visible()
    assert page.evaluate(WIDE) <= 0
    assert page.evaluate(FAINT) == []
    assert [each for each in page.evaluate(SMALL) if "leaflet" in each] == []
    eyes = Eyes(page)
    if pytestconfig.getoption("pictures"):
        eyes.take_picture(f"{name}-{look}")
    assert eyes.violations() == []


def test_a_place_is_chosen_with_the_keyboard_or_by_a_press_and_taken_back(scene: Scene, open_page: Any) -> None:
    page = open_page("/", viewport={"width": 1280, "height": 900})
    page.locator("#where > summary").click()
    shown, position = open_map(page), page.locator("#position")
    shown.focus()
    page.keyboard.press("ArrowRight")
    page.locator("[data-middle]").focus()
    page.keyboard.press("Enter")
    expect(position).to_have_value(DEGREES)
    expect(shown.locator(".pin")).to_have_count(1)
    first = position.input_value()
    shown.click(position={"x": 120, "y": 90})
    expect(position).not_to_have_value(first)
    expect(shown.locator(".pin")).to_have_count(1)
    page.get_by_role("button", name="删除坐标").click()
    expect(position).to_have_value("")
    expect(shown.locator(".pin")).to_have_count(0)


def test_the_position_of_the_phone_goes_with_the_opinion_without_any_map(scene: Scene, open_page: Any) -> None:
    page = open_page("/", **PHONE, geolocation=HERE, permissions=["geolocation"])
    scene.tiles.asked.clear()
    page.locator("#where > summary").click()
    page.get_by_role("button", name="使用当前位置").click()
    expect(page.locator("[data-degrees]")).to_have_text("27.99421, 120.69934")
    page.fill("#title", "井盖坏了")
    page.fill("#content", "夜里危险。")
    page.click("#typed > button[type=submit]")
    page.wait_for_url("**/submitted")
    assert scene.tiles.asked == []


def test_a_phone_that_does_not_tell_its_position_asks_for_words(open_page: Any) -> None:
    page = open_page("/", **PHONE)
    page.locator("#where > summary").click()
    page.get_by_role("button", name="使用当前位置").click()
    expect(page.get_by_text("未能定位，请用文字说明地点。")).to_be_visible()


def test_without_scripts_the_place_is_told_in_words(open_page: Any) -> None:
    page = open_page("/", **PHONE, java_script_enabled=False)
    page.locator("#where > summary").click()
    expect(page.locator("#address")).to_be_visible()
    for hidden in ("#position", "[data-position]", "[data-map]"):
        expect(page.locator(hidden)).to_be_hidden()


def test_pins_of_the_public_map_lead_to_the_opinions(scene: Scene, open_page: Any) -> None:
    page = open_page("/public", viewport={"width": 1280, "height": 900})
    shown = open_map(page)
    expect(shown.locator(".pin")).to_have_count(len(PLACES))
    shown.locator(f".pin[title='路灯不亮（{0}）']").click()
    shown.locator(".leaflet-popup a", has_text="路灯不亮").click()
    page.wait_for_url(f"**/public/opinions/{scene.opinion}")


def test_a_map_that_cannot_be_loaded_says_so_and_can_be_opened_again(scene: Scene, browser: Browser) -> None:
    context = browser.new_context(base_url=scene.site, locale="zh-CN")
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    page.route("**/api/v1/public/map*", lambda route: route.abort())
    page.goto("/public")
    page.locator("details[data-map] > summary").click()
    expect(page.get_by_text("地图暂时无法加载。")).to_be_visible()
    page.unroute("**/api/v1/public/map*")
    page.locator("details[data-map] > summary").click()
    expect(open_map(page).locator(".pin")).to_have_count(len(PLACES))
    expect(page.get_by_text("地图暂时无法加载。")).to_be_hidden()
    context.close()
