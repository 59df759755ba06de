"""The catalogue in use: another file counts without a restart, one with mistakes never does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from docs.generator.product import ROOT
from services.contracts.catalogue.against import Use
from services.contracts.catalogue.check import CatalogueInvalid, load_catalogue, parse_catalogue
from services.contracts.catalogue.document import snapshot
from services.runtime.process.catalogue import InUse, LackingCodes, Source, replace_text, same
from services.runtime.settings import ProcessSettings

TOWN = (ROOT / "tests/unit/routing/town.yml").read_text(encoding="utf-8")
OTHER = TOWN.replace("name: 石桥镇\n", "name: 木桥镇\n", 1)
BROKEN = TOWN.replace("difficulty: simple", "difficulty: gone")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "catalogue.yml"
    path.write_text(TOWN, encoding="utf-8")
    return path


def given(file: Path, last_good: Path | None = None) -> ProcessSettings:
    return ProcessSettings(
        database_url="sqlite://",
        access_database_url="sqlite://",
        broker_url="amqp://",
        catalogue=file,
        catalogue_last_good=last_good,
    )


def held(file: Path, last_good: Path | None = None) -> InUse[str]:
    """The name of the place by the file, looked at every time."""
    source = Source(file)
    return InUse(source.read(), lambda catalogue: catalogue.name, source, last_good, look_seconds=0)


def test_another_file_counts_at_the_next_look(file):
    place = held(file)
    assert place.now == "石桥镇"
    replace_text(file, OTHER)
    assert (place.now, place.catalogue.name, place.is_refused()) == ("木桥镇", "木桥镇", False)


@pytest.mark.parametrize("text", [BROKEN, "", "[", "\0", TOWN[:200], None])
def test_a_file_that_cannot_be_read_leaves_the_last_good_one_in_use_until_it_can(file, text):
    place = held(file)
    file.unlink() if text is None else replace_text(file, text)
    assert (place.now, place.is_refused()) == ("石桥镇", True)
    assert (place.now, place.is_refused()) == ("石桥镇", True)
    replace_text(file, OTHER)
    assert (place.now, place.is_refused()) == ("木桥镇", False)


def test_a_change_of_what_a_file_extends_counts_too(file):
    child = file.with_name("child.yml")
    child.write_text("extends: catalogue.yml\nname_en: Child\n", encoding="utf-8")
    place = held(child)
    replace_text(file, OTHER)
    assert place.now == "木桥镇"


def test_several_services_of_a_process_share_what_was_read_once_until_it_changes(file, tmp_path):
    link = tmp_path / "link.yml"
    link.symlink_to(file)
    first, second = held(file), held(link)
    assert first.catalogue is second.catalogue
    replace_text(file, OTHER)
    assert (first.now, second.now) == ("木桥镇", "木桥镇")
    assert first.catalogue is second.catalogue
    other = tmp_path / "other.yml"
    other.write_text(TOWN, encoding="utf-8")
    link.unlink()
    link.symlink_to(other)
    assert (first.now, second.now) == ("木桥镇", "石桥镇")


def test_a_process_starts_with_the_last_good_one(file, tmp_path):
    last = tmp_path / "last.yml"
    assert InUse.of(given(file, last), same).now.name == "石桥镇"
    replace_text(file, BROKEN)
    place = InUse.of(given(file, last), same)
    assert (place.now.name, place.is_refused()) == ("石桥镇", True)
    last.unlink()
    with pytest.raises(CatalogueInvalid):
        InUse.of(given(file, last), same)


def test_the_last_good_one_means_the_same_and_needs_no_other_file(tmp_path):
    fast, last = ROOT / "deploy/catalogue.fast.yml", tmp_path / "last.yml"
    InUse.of(given(fast, last), same)
    assert load_catalogue(last) == load_catalogue(fast)
    assert snapshot(TOWN, lambda name: "") == TOWN


def test_a_folder_that_takes_no_file_keeps_nobody_from_working(file, tmp_path):
    assert InUse.of(given(file, tmp_path / "nowhere" / "last.yml"), same).now.name == "石桥镇"


def test_open_codes_are_compared_with_the_catalogue_of_now(file, sqlite_database):
    place = held(file)
    uses = [Use("department", "water", 3, "o-1"), Use("topic", "rivers", 1, "o-2"), Use("proposed", "gone", 1, "o-3")]
    codes = LackingCodes(sqlite_database(), lambda: place.catalogue, lambda _: uses)
    assert codes.lacking() == [uses[2]]
    town = parse_catalogue(TOWN, lambda name: "")
    without = replace(town, topics={}, departments={})
    assert LackingCodes(sqlite_database("other"), lambda: without, lambda _: uses).lacking() == uses
