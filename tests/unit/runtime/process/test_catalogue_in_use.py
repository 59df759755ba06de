"""The catalogue in use: another file counts without a restart, one with mistakes never does."""

from __future__ import annotations

import errno
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from docs.generator.product import ROOT
from services.contracts.catalogue.against import Use
from services.contracts.catalogue.check import CatalogueInvalid, load_catalogue, parse_catalogue
from services.contracts.catalogue.document import snapshot
from services.contracts.errors import Changed
from services.runtime.process import catalogue
from services.runtime.process.catalogue import InUse, LackingCodes, Source, same
from services.runtime.process.replacing import EXAMPLES, digest_of, previous, replace_catalogue, replace_text
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


def test_of_all_who_replace_one_version_at_once_one_does_and_the_one_before_is_kept(file):
    texts = [TOWN.replace("name: 石桥镇\n", f"name: 第{number}桥镇\n", 1) for number in range(8)]
    places = [held(file) for _ in texts]

    def press(place, text):
        try:
            place.replace(text, digest_of(TOWN))
        except Changed:
            return False
        return True

    with ThreadPoolExecutor(len(texts)) as pool:
        won = [text for text, done in zip(texts, pool.map(press, places, texts), strict=True) if done]
    assert [file.read_text(encoding="utf-8")] == won
    assert previous(file).read_text(encoding="utf-8") == TOWN
    assert {place.version.digest for place in places} == {digest_of(won[0])}
    assert sorted(path.name for path in file.parent.iterdir()) == [".catalogue.yml.lock", "catalogue.previous.yml", "catalogue.yml"]


def test_a_file_with_mistakes_is_replaced_and_what_was_in_use_is_kept(file):
    place = held(file)
    replace_text(file, BROKEN)
    place.replace(OTHER, digest_of(TOWN))
    assert (place.now, place.is_refused(), previous(file).read_text(encoding="utf-8")) == ("木桥镇", False, TOWN)


@pytest.mark.slow
def test_a_link_is_written_through_unless_it_leads_to_an_example_of_the_project(file, tmp_path):
    link = tmp_path / "link.yml"
    link.symlink_to(file)
    held(link).replace(OTHER, digest_of(TOWN))
    assert (link.is_symlink(), file.read_text(encoding="utf-8"), held(link).before) == (True, OTHER, previous(file))
    link.unlink()
    link.symlink_to(EXAMPLES / "catalogue.yml")
    example = link.read_text(encoding="utf-8")
    place = held(link)
    assert (place.can_be_replaced(), held(EXAMPLES / "catalogue.yml").can_be_replaced()) == (True, False)
    place.replace(OTHER, digest_of(example))
    assert (link.is_symlink(), place.now, place.before) == (False, "木桥镇", previous(link))
    assert (EXAMPLES / "catalogue.yml").read_text(encoding="utf-8") == example == previous(link).read_text(encoding="utf-8")


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


@pytest.mark.slow
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


@pytest.mark.parametrize(("took", "later", "asked"), [(0.0, 29.0, 1), (0.0, 31.0, 2), (5.0, 490.0, 1), (5.0, 506.0, 2)])
def test_the_longer_it_takes_to_read_the_open_codes_the_rarer_they_are_read(file, sqlite_database, own_time, took, later, asked):
    """`later` (s) somebody asks once more, after reading `took` so long (s)."""
    now, reads = [1_000.0], []
    own_time(catalogue, monotonic=lambda: now[0])

    def uses(_):
        reads.append(now[0])
        now[0] += took
        return []

    place = held(file)
    codes = LackingCodes(sqlite_database(), lambda: place.catalogue, uses)
    codes.lacking()
    now[0] += later
    codes.lacking()
    assert len(reads) == asked


def test_a_store_that_does_not_answer_is_asked_once_for_all_who_wait_and_again_soon(file, sqlite_database, own_time):
    now, reads, place = [1_000.0], [], held(file)
    own_time(catalogue, monotonic=lambda: now[0])
    gone = Use("proposed", "gone", 1, "o-3")

    def uses(_):
        reads.append(now[0])
        if len(reads) == 1:
            now[0] += 5  # As long as it takes to connect to nobody.
            raise OperationalError("SELECT", None, OSError())
        return [gone]

    codes = LackingCodes(sqlite_database(), lambda: place.catalogue, uses)
    assert [list(codes.lacking()) for _ in range(3)] == [[]] * 3
    now[0] += 2
    assert (list(codes.lacking()), len(reads)) == ([gone], 2)


@pytest.mark.slow
def test_whoever_asks_at_once_shares_one_reading_of_the_open_codes(file, sqlite_database):
    reads, place = [], held(file)

    def uses(_):
        reads.append(1)
        time.sleep(0.2)  # Long enough for all others to ask, too.
        return [Use("proposed", "gone", 1, "o-3")]

    codes = LackingCodes(sqlite_database(), lambda: place.catalogue, uses)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: codes.lacking(), range(8)))
    assert (found, len(reads)) == ([[Use("proposed", "gone", 1, "o-3")]] * 8, 1)


@pytest.mark.parametrize("written", [0, 1])
def test_a_disk_that_is_full_leaves_both_catalogues_and_nothing_else(file, monkeypatch, written):
    """`written` is how many of the two texts it still takes."""
    replace_text(previous(file), OTHER)
    file.chmod(0o640)
    folder, sync, taken = set(file.parent.iterdir()), os.fsync, []

    def full(handle):
        if len(taken) == written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken.append(sync(handle))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        replace_catalogue(file, TOWN, BROKEN)
    monkeypatch.undo()
    assert (file.read_text(), previous(file).read_text(), set(file.parent.iterdir())) == (TOWN, OTHER, folder)
    replace_catalogue(file, TOWN, OTHER)
    assert (file.read_text(), previous(file).read_text(), file.stat().st_mode & 0o777) == (OTHER, TOWN, 0o640)
