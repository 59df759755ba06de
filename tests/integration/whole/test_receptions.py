"""Receptions, hearings and visits of those in office, each from a file: it ends with its figures, and shows others when broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.whole.receptions import VISITOR, Receptions
from tests.stores import Templates
from tests.stories import read

FILES = ("hearing.yml", "changan-themes.yml", "shuangjinzhan.yml", "wuxing.yml")


@pytest.mark.parametrize("name", FILES)
def test_a_file_ends_with_its_figures_and_names_nobody(name: str, templates: Templates, tmp_path: Path) -> None:
    text = read(f"receptions/{name}")
    played = Receptions(text, templates, tmp_path)
    assert played.play([row["kind"] for row in text["rows"]]) == text["expect"]
    county = played.county
    said = "".join(str(event.data) for event in county.events())
    shown = [
        county.client("intake").get("/public").text,
        *(county.client("notify").get(path).text for path in ("/calendar", "/api/v1/sessions?limit=500")),
        *(county.client("metrics").get(path).text for path in ("/api/v1/statistics/sessions?by=kind", "/metrics")),
    ]
    assert [text for text in (said, *shown) if VISITOR["name"] in text or VISITOR["phone"] in text] == []
    assert county.dead() == []
    county.close()


@pytest.mark.parametrize("name", FILES)
def test_a_broken_institution_shows_other_figures(name: str, templates: Templates, tmp_path: Path) -> None:
    text = read(f"receptions/{name}")
    broken = text["broken"]
    played = Receptions(text, templates, tmp_path, broken)
    assert played.play([broken["kind"]]) == {broken["kind"]: broken["shows"]}
    assert broken["shows"] != text["expect"][broken["kind"]]
    played.county.close()
