"""Every page, on a phone and on a wide screen, in both languages, light and dark, with and without scripts.

No page scrolls sideways, complains, has text that is hard to read or is served too large, none has a form that loses what was typed
into it; axe finds nothing serious. With `--pictures`, those of all are left in `var/screenshots`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser

from services.design.assets import FOLDER
from services.runtime.clock import ZONE, FixedClock
from services.runtime.store.database import Database
from tests.browser import doing
from tests.browser.account_pages import ACCOUNT_PAGES
from tests.browser.administered import administered
from tests.browser.conftest import EXPECTED_STATUS, serving
from tests.browser.filling import come, filled_in
from tests.browser.hosting import hosted
from tests.browser.keeping import lost_by
from tests.browser.looking import SEEN
from tests.browser.meeting_pages import SESSION_PAGES, sessions
from tests.browser.scenes import alike, cases, drafted, learned, live, looked_back, signed_in
from tests.browser.viewing import SOMEBODY, Look, Shown, Viewer, quickest
from tests.integration.whole.county import County
from tests.integration.whole.test_every_move import TOWN
from tests.stores import Templates
from tests.visitors import MIGRATIONS, Visit

START = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
#: Tiles, mail and chat, and a single sign-on that nobody asks.
SETTINGS = {
    "HUIYING_MAP_TILES": "/tiles/{z}/{x}/{y}.png",
    "HUIYING_NOTIFY_SUBMITTER_EMAIL": "json://mail.example/{to}", "HUIYING_NOTIFY_STAFF_CHAT": "json://chat.example/{to}",
    "HUIYING_OIDC_ISSUER": "https://sign-on.example", "HUIYING_OIDC_CLIENT_ID": "huiying",
}  # fmt: skip
#: What stands for the names in paths, and which address serves a page.
Sites = tuple[Mapping[str, str], Callable[[str], str]]


LOOKS = (
    Look("phone", {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}),
    Look("wide-dark-english", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "locale": "en-GB"}),
    Look(
        "narrow-large-plain",
        {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "locale": "zh-CN", "java_script_enabled": False},
        "size=large",
    ),
)

#: Words and phrases that were joined to a text before somebody's language was known.
UNSAID = re.compile(r"(Words|Phrase)\(")
PAGES: Mapping[str, Shown] = {
    "first": Shown("/"),
    "first-mistakes": Shown("/", does=doing.press_submit),
    "joined": Shown("/", does=doing.sign_together),
    "submitted": Shown("{new}/submitted"),
    "receipt-new": Shown("{new}"),
    "receipt-asked": Shown("{asked}"),
    "receipt-answered": Shown("{answered}"),
    "receipt-whole": Shown("{whole}"),
    "lookup": Shown("/receipts"),
    "lost-receipt": Shown("/receipts/lost", does=doing.ask_with_nothing),
    "lost-receipt-sent": Shown("/receipts/lost/sent"),
    "lookup-nothing": Shown("/receipts?receipt=ABC-12", status=404),
    "lost": Shown("/nowhere", status=404),
    "problem": Shown("/problems/conflict"),
    **ACCOUNT_PAGES,
    "accounts": Shown("/accounts", SOMEBODY),
    "accounts-mistakes": Shown("/accounts", SOMEBODY, doing.invite_nobody),
    "administration": Shown("/administration", SOMEBODY),
    "tokens": Shown("/tokens", SOMEBODY),
    "tokens-mistakes": Shown("/tokens", SOMEBODY, doing.make_no_token),
    "audit": Shown("/audit?subject={opinion}", SOMEBODY),
    "audit-mistakes": Shown("/audit?who=nobody&since=never", SOMEBODY, status=422),
    "erasure": Shown("/erasure", SOMEBODY),
    "erasure-mistakes": Shown("/erasure", SOMEBODY, doing.erase_nothing),
    "erasure-found": Shown("/erasure", SOMEBODY, doing.count_old_cases),
    "catalogue": Shown("/catalogue", SOMEBODY),
    "catalogue-mistakes": Shown("/catalogue", SOMEBODY, doing.check_no_catalogue),
    "catalogue-compared": Shown("/catalogue", SOMEBODY, doing.compare_a_catalogue),
    "catalogue-cases": Shown("/catalogue", SOMEBODY, doing.compare_a_catalogue_with_open_cases),
    "one-account": Shown("/accounts/{person}", SOMEBODY),
    "office": Shown("/office", "supervisor"),
    "office-roles": Shown("/office", SOMEBODY),
    "office-department": Shown("/office", "water"),
    "cases": Shown("/cases?q=路灯&state=concluded,accepted", "reviewer"),
    "cases-nothing": Shown("/cases?q=没有的词", "water"),
    "cases-kept": Shown("/cases?topic=street-lights", SOMEBODY),
    "case": Shown("/cases/{public}", "reviewer"),
    "case-new": Shown("/cases/{undecided}", "supervisor"),
    "case-head": Shown("/cases/{drafted}", "head:housing"),
    "approval": Shown("/approvals/{draft}", "head:housing"),
    "approval-mistakes": Shown("/approvals/{draft}", "head:housing", doing.send_back_for_nothing),
    "approval-older": Shown("/approvals/{draft}", "head:housing", doing.approve_an_older_draft),
    "desk": Shown("/desk", "{department}"),
    "desk-found": Shown("/desk?q=0&state=assigned,signed&due=overdue,week", "{department}"),
    "desk-nothing": Shown("/desk?q=没有的词&state=paused&topic=drains", "{department}"),
    "desk-one": Shown("/desk/{in_hand}?due=overdue", "{department}"),
    "answer-photos": Shown("/cases/{in_hand_case}/photos", "{department}"),
    "answer-photos-mistakes": Shown("/cases/{in_hand_case}/photos", "{department}", doing.add_no_photo),
    "templates": Shown("/desk/templates", "head:{department}"),
    "templates-mistakes": Shown("/desk/templates", "{department}", doing.keep_an_empty_text),
    "template": Shown("/desk/templates/{template}", "{department}"),
    "template-changed": Shown("/desk/templates/{template}", "{department}", doing.change_an_older_text),
    "notices": Shown("/notices", "{department}"),
    "notices-nothing": Shown("/notices?unread=1", "station:bridge"),
    "rulings": Shown("/rulings", "supervisor"),
    "rulings-mistakes": Shown("/rulings", "supervisor", doing.rule_without_a_reason),
    "desk-one-mistakes": Shown("/desk/{in_hand}", "{department}", doing.promise_nothing),
    "campaigns": Shown("/campaigns"),
    "campaign": Shown("/campaigns/spring"),
    "campaign-form": Shown("/?campaign=spring"),
    "no-code": Shown("/c/nobody-knows-it", status=404),
    "codes": Shown("/codes", "admin"),
    "codes-mistakes": Shown("/codes", "admin", doing.make_no_codes),
    "codes-session": Shown("/codes?session={hosted}", "station:chengdong"),
    "register": Shown("/deputies", "admin"),
    "register-deputy": Shown("/deputies/entry?code={deputy}", "admin"),
    "register-deputy-mistakes": Shown("/deputies/entry", "admin", doing.enter_nobody),
    "register-group": Shown("/deputies/group?code=building", "admin"),
    "register-group-mistakes": Shown("/deputies/group", "admin", doing.enter_nobody),
    "station": Shown("/station", "station:bridge"),
    "station-mistakes": Shown("/station", "station:bridge", doing.take_down_nothing),
    "station-opinions": Shown("/station/opinions", "informant:chengdong"),
    "station-position": Shown("/station/position", "station:chengdong-1"),
    "session-book": Shown("/sessions/{hosted}/book"),
    "session-book-mistakes": Shown("/sessions/{hosted}/book", does=doing.book_for_nobody),
    "booking": Shown("/bookings/{booked}"),
    "session-host": Shown("/sessions/{hosted}/host", "station:chengdong"),
    "session-host-mistakes": Shown("/sessions/{hosted}/host", "station:chengdong", doing.write_nothing_down),
    "session-list": Shown("/sessions/{hosted}/lists/problem", "admin"),
    "session-lists": Shown("/sessions/lists", "admin"),
    "session-lists-nothing": Shown("/sessions/lists?list=promise&year=2025", "station:chengdong"),
    "session-summary": Shown("/sessions/summary?station=chengdong", "admin"),
    "session-visitors": Shown("/sessions/{hosted}/bookings", "station:chengdong"),
    "entrusted": Shown("/entrusted", "deputy:wx-017"),
    "entrusted-one": Shown("/entrusted/{entrusted}", "deputy:wx-017"),
    "agenda": Shown("/agenda", "supervisor"),
    "raising": Shown("/agenda/new/{fresh}", "supervisor"),
    "raising-mistakes": Shown("/agenda/new/{fresh}", "supervisor", doing.raise_without_a_reason),
    "meeting": Shown("/agenda/{meeting}", "supervisor"),
    "meeting-mistakes": Shown("/agenda/{meeting}", "supervisor", doing.record_nothing),
    "agenda-nothing": Shown("/agenda", "petitions"),
    "statistics": Shown("/statistics"),
    "statistics-groups": Shown("/statistics?by=department"),
    "statistics-wrong": Shown("/statistics?by=colour&from=gestern", status=422),
    "statistics-sessions": Shown("/statistics/sessions"),
    "statistics-sessions-groups": Shown("/statistics/sessions?by=kind,month"),
    "statistics-sessions-wrong": Shown("/statistics/sessions?by=colour&from=gestern", status=422),
    "ledger": Shown("/ledger"),
    "ledger-opinion": Shown("/ledger?subject={counted}"),
    "public": Shown("/public"),
    "public-search": Shown("/public?q=路灯&state=handling,replied"),
    "public-nothing": Shown("/public?q=没有的词"),
    "public-opinion": Shown("/public/opinions/{public}"),
    "support": Shown("{supportable}/support"),
    "support-mistakes": Shown("{supportable}/support", does=doing.support_with_words),
    "support-closed": Shown("/public/opinions/{public}/support"),
    "support-gone": Shown("/public/opinions/nothing/support", status=404),
    "supported": Shown("{supported}"),
    "support-withdrawn": Shown("/public/support/withdrawn"),
    "public-departments": Shown("/public/departments"),
    "public-department": Shown("/public/departments/{department}"),
    "public-promises": Shown("/public/promises"),
    "deputies": Shown("/public/deputies"),
    "deputy": Shown("/public/deputies/{deputy}"),
    "stations": Shown("/public/stations"),
    "station-public": Shown("/public/stations/chengdong"),
    "help": Shown("/help"),
    "privacy": Shown("/privacy"),
    "accessibility": Shown("/accessibility"),
    "publications": Shown("/publications", "reviewer"),
    "publication": Shown("/publications/{undecided}", "reviewer"),
    "publication-mistakes": Shown("/publications/{undecided}", "reviewer", doing.release_with_a_number),
    "reviews": Shown("/reviews", "reviewer"),
    "review": Shown("/reviews/{wave}", "reviewer"),
    "review-mistakes": Shown("/reviews/{wave}", "reviewer", doing.decline_for_nothing),
    "beside": Shown("/reviews/{wave}/beside?with={public}", "reviewer"),
    "beside-nothing": Shown("/reviews/{wave}/beside?with=nothing", "reviewer", status=422),
    "together": Shown("/reviews/together?opinion={wave}", "reviewer"),
    "together-mistakes": Shown("/reviews/together?opinion={wave}", "reviewer", doing.lead_by_too_long_a_name),
    "incidents": Shown("/incidents", "reviewer"),
    "incident": Shown("/incidents/{incident}", "reviewer"),
    "incident-mistakes": Shown("/incidents/{incident}", "reviewer", doing.take_nothing_out),
    "rising": Shown("/rising", "supervisor"),
    "doubtful": Shown("/doubtful", "reviewer"),
    "doubtful-mistakes": Shown("/doubtful", "supervisor", doing.assign_to_nobody),
    "lookbacks": Shown("/lookbacks", "reviewer"),
    "lookbacks-mistakes": Shown("/lookbacks", "supervisor", doing.draw_many),
    "lookback": Shown("/lookbacks/{lookback}", "supervisor"),
    "lookback-mistakes": Shown("/lookbacks/{lookback}", "supervisor", doing.find_nothing),
    "key-list": Shown("/watched", "supervisor"),
    "watched": Shown("/watched/{in_hand}", "supervisor"),
    "watched-mistakes": Shown("/watched/{in_hand}", "supervisor", doing.watch_for_no_reason),
    "handlers": Shown("/watched/{in_hand}/handlers", "supervisor"),
    "handlers-mistakes": Shown("/watched/{in_hand}/handlers", "supervisor", doing.take_nobody_in),
    "preview": Shown("/preview", "reviewer", doing.preview),
    "models": Shown("/models", "supervisor"),
    "components": Shown("/components", "admin"),
    **SESSION_PAGES,
}
#: The look in which axe is asked of a page, in turn: a page stands beside the same one with mistakes, and looks differ in width,
#: colours and language alone. Axe takes longer than all else that is asked of a page together.
AXE_LOOKS = dict(zip(PAGES, itertools.cycle([LOOKS[0].name, LOOKS[1].name]), strict=False))


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Sites]:
    """What stands for the names in paths, and which address serves a page: intake's with receipts, the county's with the rest."""
    folder: Path = tmp_path_factory.mktemp("pages")
    clock = FixedClock(START)
    database = Database(templates.copy_file(folder / "visit.db", "intake", (MIGRATIONS,)), "intake", clock)
    visit = Visit(database, clock)
    county = County(templates, folder, TOWN, FixedClock(START), more=SETTINGS)
    made = (
        live(county), looked_back(county), alike(county), drafted(county), cases(visit), hosted(county), sessions(county),
        signed_in(county), administered(county),
    )  # fmt: skip
    names = {name: value for each in made for name, value in each.items()}
    learned(county)
    with ExitStack() as stack:
        receipts = stack.enter_context(serving(visit.app))
        whole = stack.enter_context(serving(county.whole()))
        yield names, lambda path: receipts if path.startswith(("/receipts/", names["supportable"])) else whole
    county.close()
    database.close()


@pytest.fixture(scope="module")
def viewers(browser: Browser) -> Iterator[Mapping[str, Viewer]]:
    """A tab for each look."""
    made = {look.name: Viewer(browser, look) for look in LOOKS}
    yield made
    for viewer in made.values():
        viewer.close()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_and_used(
    viewers: Mapping[str, Viewer], sites: Sites, name: str, look: Look, pytestconfig: pytest.Config
) -> None:
    (names, site), viewer = sites, viewers[look.name]
    shown = PAGES[name].of(names)
    viewer.come(site(shown.path) + shown.path, shown, names)
    seen = viewer.eyes.see(SEEN)
    assert UNSAID.search(seen.pop("words")) is None
    assert seen.pop("wide") <= 0
    assert [lost for path, names in seen.pop("written") for lost in lost_by(path, names)] == [], "what was typed is kept"
    assert seen == {"headings": 1, "cut_off": [], "faint": []}
    assert viewer.weight() < 60_000
    assert [text for text in viewer.complaints if EXPECTED_STATUS not in text] == []
    if pytestconfig.getoption("pictures"):
        viewer.eyes.take_picture(f"{name}-{look.name}")
    if look.name == AXE_LOOKS[name]:
        assert viewer.eyes.violations() == []


def test_the_phone_s_first_page_asks_for_nothing_but_the_page_its_style_and_the_sign(browser: Browser, sites: Sites) -> None:
    _, site = sites
    context = browser.new_context(base_url=site("/"), locale="zh-CN")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(site("/"))))
    page.goto("/")
    context.close()
    assert [path for path in asked if not path.startswith(FOLDER)] in (["/"], ["/", "/offline.js"])


def test_every_public_page_is_made_in_50_ms_of_the_processor(sites: Sites) -> None:
    names, site = sites
    pages = {name: shown.of(names) for name, shown in PAGES.items() if shown.who is None and shown.status == 200}
    with requests.Session() as visitor:
        spent = {name: quickest(partial(come, visitor, site, shown, names), 0.05) for name, shown in pages.items()}
    assert {name: seconds for name, seconds in spent.items() if seconds > 0.05} == {}


def test_hostile_text_in_every_field_is_text_in_the_answer(sites: Sites) -> None:
    """The last test of this file: some of the forms are taken."""
    found = filled_in(*sites, PAGES.values())
    assert found.bad == set()
    assert len(found.fields) > 150
    assert found.shown > 40
