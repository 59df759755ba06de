"""Notices of a whole county: each leads its reader to a page that opens, and nobody is told of what is not theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from services.accounts.model import Invited, NewGrant
from services.accounts.people import ChangingPeople
from services.console.embedded.front.combined_app import CombinedApp
from services.notify.store.tables import submitter_notifications
from services.runtime.clock import FixedClock
from services.runtime.store.database import Transaction
from services.runtime.store.vault import Vault
from services.runtime.web.access.sessions import NewSession, cookie_name, open_session
from tests.integration.whole.county import KEY, County
from tests.integration.whole.test_every_move import TOWN
from tests.integration.whole.test_page_queries import START, fill
from tests.stores import Templates
from tests.visitors import accounts_in

DEPUTY, OTHER = "wx-017", "wx-018"
ENTERED = {"name": "周敏", "level": "county", "term": "第十七届", "areas": ["chengdong"], "stations": ["chengdong"]}
SETTINGS = {"HUIYING_PUBLIC_URL": "https://huiying.example", "HUIYING_NOTIFY_SUBMITTER_EMAIL": "json://mail.example/{to}"}
#: Who is told of nothing here.
UNCONCERNED = (f"deputy:{OTHER}", "station:chengdong", "informant:chengdong")


class Told(NamedTuple):
    """A county in which much has happened, and what everybody reads of it."""

    county: County
    notices: Mapping[str, list[dict[str, Any]]]
    departments: tuple[str, ...]


@pytest.fixture(scope="module")
def told(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    county = County(templates, tmp_path_factory.mktemp("notices"), TOWN, FixedClock(START), more=SETTINGS)
    names = fill(county, 1)
    for code in (DEPUTY, OTHER):
        assert county.put(f"/deputies/{code}", ENTERED, "admin")[0] == 200
    assert county.post(f"/opinions/{names['opinion']}/entrust", {"deputy": DEPUTY}, "reviewer")[0] == 200
    county.work()
    departments = tuple({each["department"] for each in county.get("/assignments", limit=500)[1]["items"]})
    heads = tuple(f"head:{department}" for department in departments)
    readers = (*departments, *heads, "reviewer", "supervisor", "admin", f"deputy:{DEPUTY}", *UNCONCERNED)
    yield Told(county, {who: county.get("/notices", who, limit=500)[1]["items"] for who in readers}, departments)
    county.close()


def test_each_notice_leads_its_reader_to_a_page_that_opens(told: Told) -> None:
    client = Client(CombinedApp(told.county.applications, {}), use_cookies=False)
    for who, notices in told.notices.items():
        for address in {each["address"] for each in notices}:
            answer = client.get(address, headers={"Authorization": f"Bearer {who}"})
            assert answer.status_code == 200, (who, address)


def test_a_department_is_told_of_its_own_cases_and_of_no_other(told: Told) -> None:
    for department in told.departments:
        mine = {each["opinion"] for each in told.county.get("/assignments", department, limit=500)[1]["items"]}
        for who in (department, f"head:{department}"):
            assert {each["opinion"] for each in told.notices[who]} <= mine, who


def test_everybody_is_told_of_what_concerns_them(told: Told) -> None:
    kinds = {who: {each["kind"] for each in notices} for who, notices in told.notices.items()}
    departments = set.union(*(kinds[department] for department in told.departments))
    assert departments >= {"assigned", "denied", "reminded", "supervised"}
    assert "drafted" in set.union(*(kinds[f"head:{department}"] for department in told.departments))
    assert "drafted" not in departments
    assert kinds["supervisor"] >= {"objected", "asked", "supervised"}
    assert kinds["admin"] >= kinds["supervisor"] | kinds["reviewer"]
    assert kinds[f"deputy:{DEPUTY}"] == {"take"}
    assert not any(kinds[who] for who in UNCONCERNED)


def signed_in(county: County, department: str) -> dict[str, str]:
    """The headers of somebody of a department who has signed in."""

    def unit(work: Transaction, people: ChangingPeople) -> str:
        person = people.add(Invited("zhou.min", "周敏", NewGrant("department", department=department), "zhou@x.example"))
        people.change(person, state="active")
        week = timedelta(days=7)
        return open_session(work, NewSession(person, people.get(person).grants[0].id, "Chrome", week, week))

    session = accounts_in(county.access, Vault([KEY])).change(unit)
    return {"Cookie": f"{cookie_name(False)}={session}", "Accept-Language": "zh"}


def assigned(county: County) -> Mapping[str, Any]:
    """The assignment of a new opinion."""
    _, made = county.post("/opinions", {"title": "路灯不亮", "content": "东街的路灯坏了。", "topic": "street-lights"}, "reviewer")
    county.work()
    (found,) = county.get("/assignments", opinion=made["id"])[1]["items"]
    return dict(found)


def digests_of(county: County) -> list[tuple[str, str, str]]:
    """To whom a digest was written, and what is in it."""
    vault, table = Vault([KEY]), submitter_notifications.c
    with county.database("notify").reading() as connection:
        query = sa.select(table.contact, table.title, table.body).where(table.about == "digest").order_by(table.id)
        return [(vault.open(row.contact), row.title, vault.open(row.body)) for row in connection.execute(query)]


def test_who_chooses_so_gets_one_letter_about_what_is_new_until_they_want_none(told: Told) -> None:
    county = told.county
    headers = signed_in(county, assigned(county)["department"])
    client = Client(county.whole(), use_cookies=False)

    def choose(how: str) -> str:
        page = client.get("/notices/letters", headers=headers)
        (key,) = set(re.findall(r'name="csrf" value="([^"]+)"', page.text))
        form = {"csrf": key, "how": how, "email": "1"}
        assert client.post("/notices/letters", data=form, headers=headers).status_code == 303
        return page.text

    assert "zhou@x.example" in choose("bundled"), "who has the accounts says where letters go"
    new = assigned(county)
    county.later(county.catalogue.calendar.next_opening(county.clock.now() + timedelta(hours=1)) - county.clock.now())
    ((contact, title, body),) = digests_of(county)
    assert (contact, "1" in title) == ("zhou@x.example", True)
    assert f"https://huiying.example/desk/{new['id']}\n" in body
    assert "https://huiying.example/notices/letters\n" in body
    assert "东街" not in body
    assert client.get(f"/desk/{new['id']}", headers=headers).status_code == 200
    county.later(timedelta(days=1))
    before = len(digests_of(county))
    choose("off")
    assigned(county)
    county.later(timedelta(days=1))
    assert (len(digests_of(county)), county.dead()) == (before, [])
