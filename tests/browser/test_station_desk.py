"""The desk of a station: what is taken down without a network becomes one opinion each, with a receipt to be printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from services.accounts.model import Invited
from services.accounts.people import ChangingPeople
from services.contracts.envelope import EncodedEvent, Event, encode
from services.contracts.people.callers import Role
from services.intake.consumer import handle
from services.intake.domain.constituency.station import StationProfile
from services.intake.domain.location import Location
from services.intake.store.constituency.stations import StationStore, find_profiles
from services.intake.store.sessions.looking import questions_of
from services.runtime.clock import FixedClock, new_id
from services.runtime.store.database import Database, Transaction
from services.runtime.store.vault import Vault
from services.runtime.web.access import tokens as access
from services.runtime.web.access.sessions import NewSession, cookie_name, open_session
from services.runtime.web.access.tokens import TokenAuthenticator
from tests.browser.conftest import SECONDS, serving
from tests.unit.intake.sessions import SESSION, told
from tests.visitors import KEY, MIGRATIONS, PARTIES, Visit, accounts_in, granted_as

TITLES = ["渡口没有护栏", "码头路灯不亮", "垃圾船没来"]
HOST = f"/sessions/{SESSION}/host"
KEPT = "async path => { while (!await caches.match(path)) await new Promise(done => setTimeout(done, 50)); return true; }"
SignIn = Callable[[], str]


@pytest.fixture
def entrance(clock: FixedClock, tmp_path: Path) -> Iterator[Database]:
    """The store of accounts and sessions."""
    database = Database(f"sqlite:///{tmp_path / 'access.db'}", "access", clock)
    access.tables.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def visit(sqlite_database: Any, clock: FixedClock, entrance: Database) -> Visit:
    return Visit(sqlite_database("intake", MIGRATIONS), clock, authenticator=TokenAuthenticator(entrance))


@pytest.fixture
def sign_in(entrance: Database) -> SignIn:
    """Makes a session of somebody at a station; gives its secret."""
    people, day = list[str](), timedelta(days=1)

    def unit(work: Transaction, changing: ChangingPeople) -> str:
        if not people:
            people.append(changing.add(Invited("chen.jing", "陈静", granted_as(Role.STATION), "chen@example.org")))
            changing.change(people[0], state="active")
        return open_session(work, NewSession(people[0], changing.get(people[0]).grants[0].id, "Chrome", day, day))

    accounts = accounts_in(entrance, Vault([KEY]))
    return lambda: accounts.change(unit)


@pytest.fixture
def phone(browser: Browser, visit: Visit) -> Iterator[BrowserContext]:
    with serving(visit.app) as address:
        context = browser.new_context(base_url=address, locale="zh-CN", viewport={"width": 390, "height": 844}, is_mobile=True)
        context.set_default_timeout(SECONDS * 1000)
        yield context
        context.close()


def arrive(phone: BrowserContext, secret: str, path: str = "/station") -> Page:
    page = phone.new_page()
    page.goto("/help")
    phone.add_cookies([{"name": cookie_name(False), "value": secret, "url": page.url.removesuffix("/help")}])
    page.goto(path)
    assert page.evaluate(KEPT, path)
    return page


def take_down(page: Page, title: str) -> None:
    page.check("input[name=channel][value=mobile_station]")
    page.fill("#title", title)
    page.fill("#content", f"{title}，老人出行不便。")
    page.fill("#name", "林阿伯")
    page.fill("#phone", "13800138000")
    page.click("#typed > button")


def test_what_is_taken_down_offline_becomes_one_opinion_each(phone: BrowserContext, visit: Visit, sign_in: SignIn) -> None:
    page, lost = arrive(phone, sign_in()), list[str]()

    def lose(route: Route) -> None:
        """The server takes it, and the first answer is lost on its way."""
        if route.request.method == "POST" and not lost:
            lost.append(route.request.url)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.set_offline(True)
    page.reload()
    for count, title in enumerate(TITLES, 1):
        take_down(page, title)
        expect(page.locator("#drafts li")).to_have_count(count)
    phone.route("**/station", lose)
    phone.set_offline(False)
    page.reload()
    page.reload()
    expect(page.locator("#drafts a")).to_have_count(3)
    rows = visit.opinions()
    assert sorted(row["title"] for row in rows) == sorted(TITLES)
    assert {(row["channel"], row["station"]) for row in rows} == {("mobile_station", PARTIES["station"])}
    person = visit.submitter(rows[0]["id"])
    assert person is not None
    assert (person.name, person.phone, len(lost)) == ("林阿伯", "13800138000", 1)
    # What waits on the public form is no business of this one.
    page.goto("/")
    expect(page.locator("#drafts")).to_be_hidden()
    page.goto("/station")
    page.locator("#drafts a").first.click()
    expect(page.locator("h1")).to_contain_text("提交成功")
    expect(page.locator(".paper-address svg").first).to_be_visible()


def test_who_has_to_sign_in_again_loses_nothing(phone: BrowserContext, visit: Visit, sign_in: SignIn) -> None:
    page = arrive(phone, sign_in())
    phone.clear_cookies()
    take_down(page, TITLES[0])
    expect(page.locator("#drafts li")).to_have_count(1)
    assert visit.opinions() == []
    page = arrive(phone, sign_in())
    expect(page.locator("#drafts a")).to_have_count(1)
    assert [row["title"] for row in visit.opinions()] == TITLES[:1]


def test_questions_that_are_written_down_offline_are_asked_once_each(phone: BrowserContext, visit: Visit, sign_in: SignIn) -> None:
    message = told(station=PARTIES["station"], area=None)
    announced = Event(new_id(), "/notify", SESSION, visit.clock.now(), 2, message)
    visit.database.write(lambda work: handle(visit.intake, work, [EncodedEvent(announced, encode(announced))]))
    page, asked = arrive(phone, sign_in(), HOST), ("渡口什么时候修护栏？", "码头的路灯谁来管？")
    phone.set_offline(True)
    page.reload()
    for count, text in enumerate(asked, 1):
        page.fill("#content", text)
        page.click("#typed > button")
        expect(page.locator("#drafts li")).to_have_count(count)
    phone.set_offline(False)
    page.reload()
    page.reload()
    expect(page.locator("#drafts a")).to_have_count(2)
    with visit.database.reading() as connection:
        found = questions_of(connection, SESSION, 0, 9)
    assert ([each.number for each in found], {each.title for each in found}) == ([1, 2], set(asked))
    page.locator("#drafts a").first.click()
    expect(page.locator(".paper-address svg").first).to_be_visible()
    expect(page.locator("#typed")).to_be_visible()


def test_a_phone_says_where_the_mobile_station_stands(phone: BrowserContext, visit: Visit, sign_in: SignIn) -> None:
    station = PARTIES["station"]
    visit.database.write(lambda work: StationStore(work).save_profile(StationProfile(mobile=True, station=station)))
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation({"latitude": 23.43215, "longitude": 117.0226})
    page = arrive(phone, sign_in())
    page.click("a[href='/station/position']")
    page.click("[data-find]")
    expect(page.locator("[data-degrees]")).to_have_text("23.43215, 117.02260")
    page.click("#position-form > button")
    expect(page.locator("main > p").nth(1)).to_contain_text("自")
    with visit.database.reading() as connection:
        assert find_profiles(connection, [station])[station].stands_at == Location(None, 23.43215, 117.0226)
