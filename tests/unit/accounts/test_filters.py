"""People keep filters of lists under names of their own, and find them above the list."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.accounts import filters
from services.accounts.tables import filters as table
from services.contracts.errors import Invalid
from services.contracts.people.callers import Role
from services.runtime.store.vault import Vault
from tests.unit.runtime.harness import WebHarness
from tests.visitors import KEY, accounts_in

Open = Callable[..., WebHarness]
HOSTILE = '"><script>x()</script><!--#include virtual="/healthz" --> {{7*7}} ' + "'"
PART, PAGE = "/fragments/intake/list/filters", "/account/filters"
NARROWED = "/cases?q=%E5%BC%A0%E4%B8%89&state=accepted%2Creplied"


def save(place: WebHarness, name: str, address: str = NARROWED) -> TestResponse:
    data = {"csrf": place.form_key(), "filter-name": name, "address": address}
    return place.ask("POST", PAGE, data=data)


def links(place: WebHarness, of: str = "cases") -> list[str]:
    return re.findall(r'<li><a href="([^"]+)">', place.ask("GET", f"{PART}/{of}").text)


@pytest.fixture
def place(harness: Open) -> WebHarness:
    made = harness()
    assert made.sign_in().status_code == 303
    return made


@pytest.mark.slow
def test_a_filter_is_saved_found_above_its_list_renamed_and_removed(place: WebHarness) -> None:
    assert place.ask("GET", f"{PART}/cases").text.strip() == ""
    saved = save(place, "  张三的件  ")
    assert (saved.status_code, saved.headers["Location"]) == (303, NARROWED)
    assert save(place, "逾期", "/desk?due=overdue&cursor=abc&did=sign").headers["Location"] == "/desk?due=overdue"
    assert links(place) == [NARROWED.replace("&", "&amp;")]
    assert links(place, "desk") == ["/desk?due=overdue"]
    assert ">张三的件</a>" in place.ask("GET", f"{PART}/cases").text
    # The same name again: what it leads to is changed, and nothing is kept twice.
    assert save(place, "张三的件", "/cases?topic=rivers").status_code == 303
    assert links(place) == ["/cases?topic=rivers"]
    page = place.ask("GET", PAGE).text
    which = re.findall(rf'action="{PAGE}/([^/"]+)"', page)
    assert len(which) == 2
    key = {"csrf": place.form_key()}
    assert place.ask("POST", f"{PAGE}/{which[0]}", data=key | {f"name-{which[0]}": "河道"}).status_code == 303
    assert ">河道</a>" in place.ask("GET", f"{PART}/cases").text
    for form in (which[0], f"{which[0]}/remove"):
        assert place.ask("GET", f"{PAGE}/{form}").headers["Location"] == PAGE
    for _ in range(2):
        assert place.ask("POST", f"{PAGE}/{which[0]}/remove", data=key).status_code == 303
    assert links(place) == []
    assert len(links(place, "desk")) == 1


@pytest.mark.slow
def test_what_cannot_be_saved_is_said_beside_what_was_typed(place: WebHarness) -> None:
    for name, address in (("", NARROWED), ("x" * 61, NARROWED), ("未筛选", "/cases"), (HOSTILE, "https://evil.example/cases?q=1")):
        answer = save(place, name, address)
        assert answer.status_code == 422
        assert escape(name, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in answer.text
        assert 'id="mistakes"' in answer.text
    for number in range(filters.MOST):
        assert save(place, f"第{number}个").status_code == 303
    full = save(place, "再来一个")
    assert (full.status_code, "再来一个" in full.text, "请先移除一个" in full.text) == (409, True, True)
    assert save(place, "第3个", "/cases?topic=rivers").status_code == 303, "one that is there already is changed"
    assert len(links(place)) == filters.MOST
    page = place.ask("GET", PAGE).text
    one, two = re.findall(rf'action="{PAGE}/([^/"]+)"', page)[:2]
    taken = place.ask("POST", f"{PAGE}/{one}", data={"csrf": place.form_key(), f"name-{one}": "第1个"})
    assert (taken.status_code, "已有同名筛选" in taken.text, two in taken.text) == (409, True, True)


def test_an_address_is_only_ever_a_list_of_this_site_with_what_that_list_is_narrowed_by() -> None:
    for address in (
        "", "/", "/cases", "/cases?", "//evil.example/cases?q=1", "https://evil.example/cases?q=1", "javascript:alert(1)//?q=1",
        "/cases/../admin?q=1", "/accounts?q=1", "/cases?lang=en&cursor=x", "\\\\evil/cases?q=1", "/cases\n?q=1", "cases?q=1",
        "/cases?q=%00", "/cases?" + "&".join(f"q={number}" for number in range(60)), "/cases?q=" + "x" * 2000, "http:///cases?q=1",
        "/cases?q=%0d%0aLocation:x", "http://[/cases?q=1", "/cases?q=" + "张" * 300,
    ):  # fmt: skip
        with pytest.raises(Invalid):
            filters.narrowed(address)
    assert filters.narrowed("/desk?state=signed&q=x&javascript=1") == ("/desk", "state=signed&q=x")
    assert filters.narrowed('/cases?q="><script>') == ("/cases", "q=%22%3E%3Cscript%3E")


def test_names_of_filters_are_text_wherever_they_are_shown(place: WebHarness) -> None:
    assert save(place, HOSTILE[:60], f"/cases?q={HOSTILE.replace('&', '')}").status_code == 303
    for path in (f"{PART}/cases", PAGE):
        text = place.ask("GET", path).text
        assert "<script>x" not in text
        assert "<!--#" not in text
        assert "{{7*7}}" not in text or "49" not in text
    for strange in ("nothing", "cases%22%3E", "accounts"):
        assert place.ask("GET", f"{PART}/{strange}").text.strip() == ""


@pytest.mark.slow
def test_they_are_their_owner_s_alone_sealed_in_no_record_and_gone_with_the_account(place: WebHarness) -> None:
    save(place, "张三的件")
    own = re.findall(rf'action="{PAGE}/([^/"]+)"', place.ask("GET", PAGE).text)[0]
    with place.database.reading() as connection:
        assert "张三" not in str(connection.execute(sa.select(table)).all())
    assert all("张三" not in str(line) and "%E5" not in str(line) for line in place.lines())
    mine = place.person()
    place.client = place.app.test_client()
    assert place.ask("GET", PAGE).status_code == 401
    place.sign_in(Role.SUPERVISOR)
    key = {"csrf": place.form_key()}
    assert links(place) == []
    assert place.ask("POST", f"{PAGE}/{own}", data=key | {f"name-{own}": "我的"}).status_code == 404
    assert place.ask("POST", f"{PAGE}/{own}/remove", data=key).status_code == 303
    accounts = place.service.accounts
    assert [each.name for each in filters.filters_of(accounts, mine)] == ["张三的件"]
    accounts.change(lambda _, people: people.erase(mine))
    assert filters.filters_of(accounts, mine) == []


def test_a_lost_session_a_forged_form_and_a_token_change_nothing_and_what_was_typed_is_shown_again(
    place: WebHarness,
) -> None:
    data = {"filter-name": "每天要看的", "address": NARROWED}
    assert place.ask("POST", PAGE, data=data).status_code == 403
    place.client = place.app.test_client()
    lost = place.ask("POST", PAGE, data=data | {"csrf": "0" * 64})
    assert lost.status_code == 401
    assert "每天要看的" in lost.text
    assert escape(NARROWED) in lost.text
    renamed = place.ask("POST", f"{PAGE}/some", data={"name-some": "改过的名称", "csrf": "0" * 64})
    assert (renamed.status_code, "改过的名称" in renamed.text, 'name="name-some"' in renamed.text) == (401, True, True)
    assert place.ask("POST", PAGE, data=data, role=Role.REVIEWER).status_code == 404
    assert place.ask("GET", f"{PART}/cases", role=Role.REVIEWER).text.strip() == ""


def test_a_new_key_seals_them_again(place: WebHarness) -> None:
    save(place, "张三的件")
    new = "n" * 40
    rotated = accounts_in(place.database, Vault([new, KEY]))
    rotated.change(lambda _, people: people.renew())
    later = accounts_in(place.database, Vault([new]))
    assert [each.name for each in filters.filters_of(later, place.person())] == ["张三的件"]
    assert filters.filters_of(accounts_in(place.database, Vault(["lost" * 10])), place.person()) == []
