"""Where an opinion is: told on the form in words or degrees, kept for those who handle it, public only to about 100 m."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from services.design.maps import MapSource
from services.intake.domain.location import Location, Spot
from services.intake.store.reading import find_persons
from services.runtime.clock import ZONE, FixedClock
from tests.visitors import MIGRATIONS, Visit, created

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
POSITION = "27.99421,120.69934"
POLICY = "Content-Security-Policy"


@pytest.fixture
def visit(sqlite_database: Any, clock: FixedClock) -> Visit:
    return Visit(sqlite_database("intake", MIGRATIONS), clock)


@pytest.fixture
def mapped(sqlite_database: Any, clock: FixedClock) -> Visit:
    return Visit(sqlite_database("intake", MIGRATIONS), clock, map_source=MapSource(TILES, "Tiles & <Co>"))


def told(visit: Visit, **fields: str) -> Any:
    """An opinion that is told on the form, as it is stored."""
    visit.receipt(**fields)
    told = visit.opinions()[0]
    with visit.database.reading() as connection:
        return {**told, "location": find_persons(connection, visit.vault, told["id"]).location}


def test_a_place_is_kept_as_it_was_told(visit: Visit) -> None:
    assert told(visit, address="东街 3 号", position=POSITION)["location"] == Location("东街 3 号", 27.99421, 120.69934)
    assert told(visit, position=POSITION)["location"] == Location(None, 27.99421, 120.69934)
    assert told(visit, address="东街 3 号")["location"] == Location("东街 3 号")
    assert told(visit)["location"] is None


@pytest.mark.parametrize("position", ["27.99", "here", "91,120", "27,181", "nan,nan", ",", "27,120,3"])
def test_a_position_that_is_none_is_told_beside_the_field(visit: Visit, position: str) -> None:
    answer = visit.submit(position=position, address="东街")
    assert answer.status_code == 422
    assert 'id="position-mistake"' in answer.text
    assert f'value="{position}"' in answer.text
    assert 'value="东街"' in answer.text
    assert visit.opinions() == []


def test_an_address_that_is_too_long_is_told_beside_the_field(visit: Visit) -> None:
    answer = visit.submit(address="街" * 301)
    assert answer.status_code == 422
    assert 'id="address-mistake"' in answer.text


@pytest.mark.parametrize(("latitude", "longitude"), [(27.99421, 120.69934), (-0.00049, 179.99951), (90.0, -180.0)])
def test_what_everybody_may_know_is_not_more_than_100_m_exact(latitude: float, longitude: float) -> None:
    about = Location("东街", latitude, longitude).about
    assert about is not None
    assert about == Spot(round(about.latitude, 3), round(about.longitude, 3))
    assert abs(about.latitude - latitude) <= 0.000501
    assert abs(about.longitude - longitude) <= 0.000501


def test_degrees_are_written_without_what_says_nothing() -> None:
    assert [str(Spot(28.0, 120.0)), str(Spot(-0.5, 120.1234567))] == ["28, 120", "-0.5, 120.12346"]


def test_half_a_position_is_none() -> None:
    assert Location(latitude=27.0).about is None
    assert Location(longitude=120.0).exact is None


def test_without_a_source_of_tiles_there_is_no_map(visit: Visit) -> None:
    page = visit.client.get("/")
    assert "data-map" not in page.text
    assert "map." not in page.text
    assert "img-src 'self';" in page.headers[POLICY]


def test_a_page_with_a_map_may_ask_that_one_site_for_pictures(mapped: Visit) -> None:
    page = mapped.client.get("/")
    assert "img-src 'self' https://tiles.example.org;" in page.headers[POLICY]
    assert page.headers[POLICY].count("https:") == 1
    assert 'data-credit="Tiles &amp; &lt;Co&gt;"' in page.text
    for path in ("/help", "/receipts", "/privacy"):
        assert "tiles.example.org" not in mapped.client.get(path).headers[POLICY]


def released(visit: Visit, **fields: str) -> str:
    """An opinion that is public with its place."""
    opinion = told(visit, visibility="public", **fields)["id"]
    visit.consume(created(datetime(2026, 4, 14, tzinfo=ZONE)))
    visit.make_public(opinion)
    return str(opinion)


@pytest.mark.slow
def test_the_public_map_has_what_is_public_with_a_place(mapped: Visit) -> None:
    assert mapped.client.get("/api/v1/public/map").get_json() == {"type": "FeatureCollection", "features": []}
    told(mapped, visibility="public", position=POSITION, title="还没有公开")
    released(mapped, title="没有位置", address="东街 3 号")
    opinion = released(mapped, title="路灯不亮", position=POSITION)
    answer = mapped.client.get("/api/v1/public/map")
    (feature,) = answer.get_json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [120.699, 27.994]}
    assert feature["properties"] == {
        "id": opinion, "title": "路灯不亮", "state": "handling", "page": f"/public/opinions/{opinion}",
    }  # fmt: skip
    assert mapped.client.get("/api/v1/public/map?state=concluded").get_json()["features"] == []
    assert len(mapped.client.get("/api/v1/public/map?q=路灯").get_json()["features"]) == 1


@pytest.mark.slow
def test_nothing_public_tells_more_of_a_place_than_its_surroundings(mapped: Visit) -> None:
    opinion = released(mapped, position=POSITION, address="东街 3 号 502 室")
    for path in ("/public", f"/public/opinions/{opinion}", "/api/v1/public/map", f"/api/v1/public/opinions/{opinion}"):
        answer = mapped.client.get(path)
        assert answer.status_code == 200
        assert "27.9942" not in answer.text
        assert "502 室" not in answer.text
    assert 'data-at="27.994,120.699"' in mapped.client.get(f"/public/opinions/{opinion}").text
