"""Tiles come from here or from one other site, and what a browser may ask is told by their address alone."""

from __future__ import annotations

import pytest

from services.design import maps
from services.design.maps import MapSource, Start


@pytest.mark.parametrize(
    ("tiles", "origin"),
    [
        ("https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org"),
        ("http://10.0.0.8:8080/wmts?L=vec&z={z}&x={x}&y={y}&tk=0a", "http://10.0.0.8:8080"),
        ("/tiles/{z}/{x}/{y}.png", None),
    ],
)
def test_the_site_of_tiles_is_that_of_their_address(tiles: str, origin: str | None) -> None:
    assert MapSource(maps.tiles(tiles)).origin == origin


@pytest.mark.parametrize(
    "text",
    [
        "https://tiles.example.org/", "https://tiles.example.org/{z}/{x}/{x}.png", "https://{s}.example.org/{z}/{x}/{y}.png",
        "https://a.example.org;script-src */{z}/{x}/{y}.png", "https://a.example.org/{z} {x}/{y}.png",
        "//tiles.example.org'/{z}/{x}/{y}.png", "data:{z}{x}{y}", "https://me:secret@example.org/{z}/{x}/{y}",
        "https://example.org/{z}/{x}/{y}/{more}",
    ],
)  # fmt: skip
def test_an_address_that_a_policy_cannot_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is needed"):
        maps.tiles(text)


def test_a_map_begins_where_it_is_told() -> None:
    assert maps.start("27.994, 120.699, 13") == Start(27.994, 120.699, 13)
    for text in ("27.994 120.699", "91 120 3", "27 181 3", "27 120 23", "north east 3"):
        with pytest.raises(ValueError):  # noqa: PT011 (also what float itself says)
            maps.start(text)
