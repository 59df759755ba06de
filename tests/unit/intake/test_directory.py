"""The public pages of deputies, groups and stations."""

from __future__ import annotations

from typing import Any

import pytest

from services.runtime.clock import FixedClock
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness
from tests.unit.intake.test_registers import PLACE, ZHOU, put

VOTER = {"kind": "citizen", "name": "沈秀兰", "phone": "13900001111"}


@pytest.fixture
def place(sqlite_database: Any, clock: FixedClock) -> IntakeHarness:
    made = IntakeHarness(sqlite_database("intake", MIGRATIONS), clock, PLACE)
    made.keep_accounts()
    put(made, "/groups/law", {"name": "法制小组", "kind": "professional", "counterpart": "法制工委"})
    put(made, "/deputies/d-1", ZHOU | {"groups": ["law"], "identity": "社区医生", "duties": "联系东门", "results": "电梯 6 部"})
    put(made, "/deputies/d-2", ZHOU | {"name": "吴刚", "state": "ended", "stations": []})
    put(made, "/stations/central", {"opening": "每周二下午", "brand": "周二代表有约"})
    put(made, "/stations/central/checklists/eight/sign", {"met_since": "2026-03-01", "checked_by": "代表工委"})
    made.submit(channel="station", station="central", deputy="d-1", submitter=VOTER, relay=[{"role": "voter", "name": "沈秀兰"}])
    return made


def text(place: IntakeHarness, path: str) -> str:
    answer = place.client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_a_deputy_shows_the_public_who_they_are_what_they_promise_and_what_came_of_it(place):
    page = text(place, "/public/deputies/d-1")
    assert all(
        word in page for word in ("周敏", "社区医生", "联系东门", "三天内反馈", "电梯 6 部", "法制小组", "/public/stations/central")
    )
    assert place.client.get("/public/deputies/nobody").status_code == 404


@pytest.mark.slow
def test_the_list_has_deputies_in_office_of_a_station_or_a_group(place):
    page = text(place, "/public/deputies")
    assert ("周敏" in page, "吴刚" in page, "法制工委" in page) == (True, False, True)
    assert "周敏" in text(place, "/public/deputies?station=central&group=law")
    assert 'href="/public/deputies/d-1"' not in text(place, "/public/deputies?station=east")
    assert "「nobody」" in place.client.get("/public/deputies?group=nobody").text


def test_a_station_has_its_place_in_the_tree_its_opening_and_what_it_meets(place):
    page = text(place, "/public/stations/central")
    assert all(word in page for word in ("每周二下午", "周二代表有约", "2026-03-01", "代表工委", "/public/stations/east"))
    assert "/public/stations/central" in text(place, "/public/stations/east")
    tree = text(place, "/public/stations")
    assert tree.index("/public/stations/central") < tree.index("/public/stations/east")
    assert place.client.get("/public/stations/nowhere").status_code == 404


@pytest.mark.parametrize("path", [
    "/public/deputies", "/public/deputies/d-1", "/public/stations", "/public/stations/central", "/api/v1/deputies",
    "/api/v1/deputies/d-1", "/api/v1/groups", "/api/v1/groups/law", "/api/v1/stations", "/api/v1/stations/central",
])  # fmt: skip
def test_no_public_page_or_list_names_a_voter_or_what_a_voter_told(place, path):
    page = text(place, path)
    assert not any(word in page for word in ("沈秀兰", "13900001111", "河堤"))


def test_no_message_to_others_names_a_voter(place):
    for row, event in zip(place.outbox(), [*place.said(), *place.private()], strict=False):
        body = row["body"].decode() if isinstance(row["body"], bytes) else str(row["body"])
        assert "沈秀兰" not in body, event.type
        assert "13900001111" not in body, event.type
