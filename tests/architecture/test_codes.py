"""Nobody looks the catalogue up by a stored code but the one module that knows what to do when it is gone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from docs.generator.product import ROOT

SECTIONS = {"departments", "topics", "areas", "stations", "difficulties", "ladder", "decline_reasons"}
HOME = ROOT / "services" / "contracts" / "catalogue"
FILES = [path for path in sorted((ROOT / "services").rglob("*.py")) if not path.is_relative_to(HOME)]


def look_ups(code: str) -> Iterator[int]:
    """The lines of `catalogue.<section>[…]` and `catalogue.<section>.get(…)`."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Subscript(value=ast.Attribute(attr=name), ctx=ast.Load()) if name in SECTIONS:
                yield node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=name), attr="get")) if name in SECTIONS:
                yield node.lineno


def test_a_look_up_is_noticed() -> None:
    assert list(look_ups("place.topics[code]\nplace.topics.get(code)\ncode in place.topics\nplace.name[0]")) == [1, 2]


def test_codes_are_looked_up_in_one_place() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path in FILES for line in look_ups(path.read_text())]
    assert found == []
