"""Notices of a whole county: each leads its reader to a page that opens, and nobody is told of what is not theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from werkzeug.test import Client

from services.console.embedded.front.combined_app import CombinedApp
from services.runtime.clock import FixedClock
from tests.integration.whole.county import County
from tests.integration.whole.test_every_move import TOWN
from tests.integration.whole.test_page_queries import START, fill
from tests.stores import Templates

DEPUTY, OTHER = "wx-017", "wx-018"
ENTERED = {"name": "周敏", "level": "county", "term": "第十七届", "areas": ["chengdong"], "stations": ["chengdong"]}
#: Who is told of nothing here.
UNCONCERNED = (f"deputy:{OTHER}", "station:chengdong", "informant:chengdong")


class Told(NamedTuple):
    """A county in which much has happened, and what everybody reads of it."""

    county: County
    notices: Mapping[str, list[dict[str, Any]]]
    departments: tuple[str, ...]


@pytest.fixture(scope="module")
def told(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    county = County(templates, tmp_path_factory.mktemp("notices"), TOWN, FixedClock(START))
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
