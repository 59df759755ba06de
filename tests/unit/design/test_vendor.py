"""Files of others are what their authors published, under a licence that is kept beside them."""

from __future__ import annotations

import base64
import hashlib
import tomllib

import pytest

from services.design.assets import SOURCES, STATIC

VENDOR = STATIC / "vendor"
LIST = tomllib.loads((VENDOR / "VENDOR.toml").read_text())
LICENCES = {"0BSD", "BSD-2-Clause", "MIT"}


@pytest.mark.parametrize("name", LIST)
def test_a_file_is_the_one_that_the_list_names(name: str) -> None:
    entry = LIST[name]
    digest = hashlib.sha384((VENDOR / entry["file"]).read_bytes()).digest()
    assert base64.b64encode(digest).decode() == entry["sha384"]
    assert entry["version"] in entry["file"]
    assert entry["licence"] in LICENCES
    assert len((VENDOR / entry["licence_file"]).read_text()) > 200


def test_every_file_is_in_the_list() -> None:
    listed = {entry[kind] for entry in LIST.values() for kind in ("file", "licence_file")}
    assert {path.name for path in VENDOR.iterdir()} == listed | {"VENDOR.toml"}
    served = {part.partition("/")[2] for parts in SOURCES.values() for part in parts if part.startswith("vendor/")}
    assert served == {entry["file"] for entry in LIST.values()}
