"""The registers of deputies, groups and stations over HTTP: entering, reading, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.contracts.catalogue.model import Checklist, ChecklistEntry, Station
from services.runtime.clock import FixedClock
from tests.unit.intake.harness import MIGRATIONS, TOWN, IntakeHarness

ITEMS = {code: ChecklistEntry(code, code) for code in ("sign", "room")}
CHECKLISTS = {
    "eight": Checklist("eight", "八有", "Eight", ITEMS), "centre": Checklist("centre", "中心站", "Centres", ITEMS, central=True),
}  # fmt: skip
STATIONS = {**TOWN.stations, "east": Station("east", "东站", "town", "central")}
PLACE = replace(TOWN, checklists=CHECKLISTS, stations=STATIONS)
ZHOU = {"name": "周敏", "level": "county", "term": "17", "stations": ["central"], "areas": ["town"], "promise": "三天内反馈"}


@pytest.fixture
def place(sqlite_database: Any, clock: FixedClock) -> IntakeHarness:
    return IntakeHarness(sqlite_database("intake", MIGRATIONS), clock, PLACE)


def put(place: IntakeHarness, path: str, body: dict[str, Any], who: str = "admin", **headers: str) -> Any:
    return place.client.put(f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {who}", **headers})


def get(place: IntakeHarness, path: str) -> Any:
    return place.client.get(f"/api/v1{path}").get_json()


def test_a_deputy_is_entered_once_and_read_by_everybody(place):
    assert put(place, "/groups/build", {"name": "城建小组", "kind": "professional", "counterpart": "城建工委"}).status_code == 200
    for _ in range(2):
        answer = put(place, "/deputies/WX-017", ZHOU | {"groups": ["build"]})
        assert answer.status_code == 200, answer.get_json()
    read = get(place, "/deputies/WX-017")
    assert {name: read[name] for name in ("code", "name", "state", "groups", "stations", "promise")} == {
        "code": "WX-017", "name": "周敏", "state": "active", "groups": ["build"], "stations": ["central"], "promise": "三天内反馈",
    }  # fmt: skip
    assert get(place, "/groups/build")["members"] == 1
    assert [each["code"] for each in get(place, "/deputies?station=central&group=build&state=active")["items"]] == ["WX-017"]
    assert get(place, "/deputies?station=east")["items"] == []


def test_a_list_of_deputies_goes_on_where_it_ended(place):
    codes = [f"d-{number:02}" for number in range(7)]
    for code in reversed(codes):
        put(place, f"/deputies/{code}", ZHOU)
    read, following = [], ""
    while following is not None:
        page = get(place, f"/deputies?limit=3&cursor={following}" if following else "/deputies?limit=3")
        read += [each["code"] for each in page["items"]]
        following = page["next"]
    assert read == codes


@pytest.mark.parametrize(("path", "change", "field"), [
    ("/deputies/d-1", {"name": ""}, "name"), ("/deputies/d-1", {"level": "moon"}, "level"),
    ("/deputies/d-1", {"state": "x"}, "state"),
    ("/deputies/d-1", {"areas": ["nowhere"]}, "areas"), ("/deputies/d-1", {"stations": ["nowhere"]}, "stations"),
    ("/deputies/d-1", {"groups": ["nobody"]}, "groups"), ("/deputies/d-1", {"promise": "x" * 2001}, "promise"),
    ("/deputies/d-1", {"phone": "13800000000"}, "phone"), ("/deputies/-d", {}, "code"), ("/deputies/" + "d" * 41, {}, "code"),
])  # fmt: skip
def test_what_cannot_be_entered_of_a_deputy(place, path, change, field):
    answer = put(place, path, ZHOU | change)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
    assert get(place, "/deputies")["items"] == []


def test_whose_office_has_ended_comes_back_with_another_term_only(place):
    put(place, "/deputies/d-1", ZHOU | {"state": "ended"})
    assert put(place, "/deputies/d-1", ZHOU).status_code == 409
    assert put(place, "/deputies/d-1", ZHOU | {"term": "18"}).get_json()["state"] == "active"


def test_a_change_of_what_was_not_read_is_refused(place):
    put(place, "/deputies/d-1", ZHOU)
    tag = place.client.get("/api/v1/deputies/d-1").headers["ETag"]
    assert put(place, "/deputies/d-1", ZHOU, **{"If-Match": '"0"'}).status_code == 412
    assert put(place, "/deputies/d-1", ZHOU, **{"If-Match": tag}).status_code == 200


def test_a_station_says_what_is_below_it_when_it_is_open_and_what_it_meets(place):
    body = {"opening": "周二下午", "brand": "周二代表有约", "mobile": True, "position": {"address": "广场", "latitude": 30.8}}
    assert put(place, "/stations/central", body).status_code == 200
    put(place, "/deputies/d-1", ZHOU)
    item = {"met_since": "2026-03-01", "checked_by": "代表工委"}
    for checklist, code in (("eight", "sign"), ("eight", "room"), ("centre", "sign")):
        assert put(place, f"/stations/central/checklists/{checklist}/{code}", item).status_code == 200
    central, east = get(place, "/stations")["items"]
    told = {name: central[name] for name in ("parent", "depth", "below", "deputies", "opening", "mobile")}
    assert told == {"parent": None, "depth": 1, "below": 1, "deputies": 1, "opening": "周二下午", "mobile": True}
    assert central["position"] == {"address": "广场", "latitude": 30.8}
    assert [(each["checklist"], each["met"], each["of"], each["complete"]) for each in central["checklists"]] == [
        ("eight", 2, 2, True), ("centre", 1, 2, False),
    ]  # fmt: skip
    assert (east["parent"], east["depth"], [each["checklist"] for each in east["checklists"]]) == ("central", 2, ["eight"])
    files = get(place, "/stations/central")["checklists"][1]["items"]
    assert [(each["item"], each["met_since"], each["checked_by"]) for each in files] == [
        ("sign", "2026-03-01", "代表工委"), ("room", None, None),
    ]  # fmt: skip
    dropped = place.client.delete(
        "/api/v1/stations/central/checklists/eight/sign", headers={"Authorization": "Bearer admin"}
    ).get_json()
    assert dropped["checklists"][0]["met"] == 1


@pytest.mark.parametrize("path", [
    "/stations/nowhere", "/stations/nowhere/checklists/eight/sign", "/stations/central/checklists/nine/sign",
    "/stations/central/checklists/eight/pool",
])  # fmt: skip
def test_what_the_catalogue_does_not_have_is_not_found(place, path):
    body = {"met_since": "2026-03-01", "checked_by": "x"} if "checklists" in path else {}
    assert put(place, path, body).status_code == 404


@pytest.mark.parametrize("path", ["/deputies/d-9", "/groups/g-9", "/stations/nowhere"])
def test_what_there_is_not_is_not_found(place, path):
    assert place.client.get(f"/api/v1{path}").status_code == 404
