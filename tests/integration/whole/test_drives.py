"""Drives for opinions, each from a file that can be read: it ends with its figures, and shows others when it is broken."""

from __future__ import annotations

from pathlib import Path

from tests.integration.whole.drives import Codes, MobileStations
from tests.stores import Templates
from tests.stories import read


def test_a_code_for_every_household_and_what_comes_by_them(templates: Templates, tmp_path: Path) -> None:
    text = read("drives/yima.yml")
    codes = Codes(text, templates, tmp_path)
    assert codes.play() == text["expect"]
    # Nothing that leaves intake, and nothing that stands in public, ever names a household's code.
    printed = {code for each in codes.codes.values() for code in each}
    said = "".join(str(event.data) for event in codes.county.events())
    shown = [codes.county.client("intake").get(path).text for path in ("/api/v1/campaigns", "/api/v1/public/opinions", "/public")]
    shown += [codes.county.client(name).get("/metrics").text for name in ("intake", "metrics")]
    assert [code for code in printed if any(code in text for text in (said, *shown))] == []
    assert codes.county.dead() == []
    codes.county.close()


def test_a_household_whose_code_was_retired_is_missing_in_the_figures(templates: Templates, tmp_path: Path) -> None:
    text = read("drives/yima.yml")
    broken = text["broken"]
    codes = Codes({**text, "households": broken["households"]}, templates, tmp_path)
    assert codes.play(broken["retired_before"]) == broken["shows"]
    assert codes.text["expect"] != broken["shows"]
    codes.county.close()


def test_what_mobile_stations_take_down_offline_counts_once(templates: Templates, tmp_path: Path) -> None:
    text = read("drives/nanao.yml")
    stations = MobileStations(text, templates, tmp_path)
    assert stations.play() == text["expect"]
    assert not any("林阿伯" in str(event.data) for event in stations.county.events())
    stations.county.close()


def test_without_the_key_of_each_form_everything_counts_twice(templates: Templates, tmp_path: Path) -> None:
    text = read("drives/nanao.yml")
    broken = text["broken"]
    stations = MobileStations(text, templates, tmp_path)
    assert stations.play(broken["without"]) == broken["shows"]
    stations.county.close()
