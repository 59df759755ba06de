"""What staff enter and citizens told is text on the pages of staff and of registers, and no browser complains under the policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from services.contracts.people.callers import NOBODY, Caller, Role
from services.intake.store.similarity.incidents import incidents
from services.intake.store.similarity.wordings import wordings
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.web.access import tokens as access
from tests.browser.conftest import SECONDS, serving
from tests.browser.scenes import DUE
from tests.browser.test_hostile_strings import HOSTILE, seen
from tests.stores import Templates
from tests.visitors import MIGRATIONS, FakeAuthenticator, Visit, created, replied, signed

ALL = "\n".join(HOSTILE)
STATION = "chengdong"
CALLERS = {
    "admin": Caller(Role.ADMIN, token="t1"), "deputy": Caller(Role.DEPUTY, token="t2", deputy="d0"),
    "station": Caller(Role.STATION, token="t3", station=STATION),
}  # fmt: skip
#: Every page of these, by who reads it.
PAGES: Mapping[str, tuple[str, ...]] = {
    "admin": (
        "/deputies", "/deputies/entry?code=d0", "/deputies/group?code=g0", "/codes", "/codes?campaign=c0", "/accounts",
        "/tokens", "/audit", "/audit?subject=%3Cscript%3E",
        "/cases", "/cases?q=%3Cscript%3E", "/cases/{case}", "/reviews", "/reviews/{waiting}", "/incidents", "/incidents/1",
        "/publications", "/publications/{undecided}", "/rising",
    ),
    "deputy": ("/entrusted", "/entrusted/{case}"),
    "station": ("/station", "/codes", "/entrusted"),
    "": (
        "/public", "/public?q=%3Cscript%3E", "/public/opinions/{case}", "/public/opinions/{case}/support", "/public/deputies",
        "/public/deputies/d0", "/public/stations", f"/public/stations/{STATION}", "/campaigns", "/campaigns/c0", "/?campaign=c0",
        "/c/{code}",
    ),
}  # fmt: skip
#: Pages on which nothing is that was entered or told here.
SAYS_NOTHING = {
    "/accounts",
    "/tokens",
    "/audit",
    "/audit?subject=%3Cscript%3E",
    "/rising",
    "/c/{code}",
    "/public/stations",
    "/cases?q=%3Cscript%3E",
}


class Known(FakeAuthenticator):
    """Knows `CALLERS` by name."""

    def caller(self, header: str | None) -> Caller:
        return CALLERS.get((header or "").removeprefix("Bearer "), NOBODY)


@pytest.fixture(scope="module")
def names(visit: Visit) -> Mapping[str, str]:
    """Everything that can be entered and told says what is hostile. Gives the ids of what has pages."""

    def send(method: str, path: str, body: object) -> str:
        answer = visit.client.open(f"/api/v1{path}", method=method, json=body, headers={"Authorization": "Bearer admin"})
        assert answer.status_code < 300, (path, answer.text)
        return str(answer.text)

    one = [text[:60] for text in HOSTILE]
    for number, text in enumerate(one):
        send("PUT", f"/groups/g{number}", {"name": text[:40], "kind": "professional", "counterpart": text[:40]})
        shows = dict.fromkeys(("identity", "duties", "promise", "results"), ALL)
        ties = {"areas": [STATION], "stations": [STATION], "groups": [f"g{number}"]}
        send("PUT", f"/deputies/d{number}", {"name": text[:40], "level": "county", "term": text[:20], **ties, **shows})
        days = {"begins": "2026-03-01", "ends": "2026-12-31"}
        send("PUT", f"/campaigns/c{number}", {"title": text, "about": ALL, **days})
        send("POST", "/codes", {"kind": "station", "station": STATION, "label": text[:20]})
        send("POST", "/opinions", {"title": text, "content": ALL, "channel": "campaign"})
    send("PUT", f"/stations/{STATION}", {"opening": ALL[:200], "brand": one[0][:20]})
    send("PUT", f"/stations/{STATION}/checklists/eight/room", {"met_since": "2026-03-01", "checked_by": one[1][:20]})
    waiting = visit.opinions()[0]["id"]
    with visit.database.transaction() as work:
        work.execute(incidents.insert().values(number=1, standing="found", found=visit.clock.now()))
        work.execute(wordings.update().values(incident=1))
    for _ in range(2):
        visit.receipt(title=HOSTILE[0], content=ALL, visibility="public")
        visit.consume(created(DUE, rule=f"keywords: {HOSTILE[0]}"), signed(DUE), replied(DUE, ALL))
    undecided, case = (row["id"] for row in visit.opinions()[:2])
    visit.make_public(case)
    send("POST", f"/opinions/{case}/entrust", {"deputy": "d0"})
    code = visit.client.get("/api/v1/codes/batches", headers={"Authorization": "Bearer admin"}).get_json()["items"][0]["id"]
    return {"waiting": waiting, "undecided": undecided, "case": case, "code": code}


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Visit]:
    clock, file = FixedClock(DUE - timedelta(days=10)), tmp_path_factory.mktemp("registers") / "intake.db"
    database = Database(templates.copy_file(file, "intake", (MIGRATIONS,)), "intake", clock)
    # Who may be written to is asked of the accounts, which are in the same store here.
    access.tables.create_all(database.engine)
    yield Visit(database, clock, authenticator=Known())
    database.close()


@pytest.fixture(scope="module")
def tab(browser: Browser, visit: Visit) -> Iterator[tuple[Page, list[str]]]:
    """A narrow tab, and what the browser complains about in it."""
    with serving(visit.app) as address:
        context = browser.new_context(base_url=address, locale="zh-CN", viewport={"width": 360, "height": 740})
        context.set_default_timeout(SECONDS * 1000)
        page, complaints = context.new_page(), list[str]()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        yield page, complaints
        context.close()


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_what_is_entered_and_told_is_text_on_every_page(
    tab: tuple[Page, list[str]], names: Mapping[str, str], who: str, path: str
) -> None:
    page, complaints = tab
    page.set_extra_http_headers({"Authorization": f"Bearer {who}"} if who else {})
    complaints.clear()
    answer = page.goto(path.format_map(names))
    assert answer is not None
    assert answer.status == (404 if path.startswith("/c/") else 200)
    seen(page)
    assert ("document.title=" in page.content()) is (path not in SAYS_NOTHING)
    assert [text for text in complaints if "status of 404" not in text] == []
