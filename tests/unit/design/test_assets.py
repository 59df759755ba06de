"""Assets: named by their bytes, kept for good, small."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from services.design.assets import ASSETS, SOURCES, STATIC, Assets


@pytest.mark.parametrize("name", SOURCES)
def test_an_address_tells_the_bytes(name: str) -> None:
    found = ASSETS.find(ASSETS.address(name).rpartition("/")[2])
    assert found is not None
    asset, is_exact = found
    assert (asset.name, is_exact) == (name, True)
    assert gzip.decompress(asset.compressed) == asset.content


def test_other_bytes_have_another_address(tmp_path: Path) -> None:
    def address(text: str) -> str:
        (tmp_path / "a.css").write_text(text)
        return Assets({"a.css": ("a.css",)}, tmp_path).address("a.css")

    assert address("b {}") == address("b {}") != address("i {}")


def test_the_page_of_another_version_gets_what_there_is() -> None:
    found = ASSETS.find("site.0123456789.css")
    assert found is not None
    assert (found[0].name, found[1]) == ("site.css", False)


@pytest.mark.parametrize("shown", ["site.css", "../site.0123456789.css", "other.0123456789.css", "site.0123456789.html", ""])
def test_nothing_else_is_found(shown: str) -> None:
    assert ASSETS.find(shown) is None


def test_the_style_is_small_and_comes_from_nowhere_else() -> None:
    found = ASSETS.find(ASSETS.address("site.css").rpartition("/")[2])
    assert found is not None
    assert len(found[0].compressed) < 9_000
    assert re.findall(rb"url\(|@import|[a-z-]*lang=", found[0].content) == []


def test_the_dark_colours_are_the_same_by_choice_and_by_the_system() -> None:
    tokens = (STATIC / "tokens.css").read_text()
    system = tokens.partition('  :root:not([data-theme="light"]) {')[2].partition("}")[0]
    chosen = tokens.partition(':root[data-theme="dark"] {')[2].partition("}")[0].replace("color-scheme: dark;", "")
    declared = [{line.strip() for line in each.splitlines() if line.strip()} for each in (system, chosen)]
    assert declared[0] == declared[1]
    assert len(declared[0]) > 10
