"""A migration only adds: it runs while programs of the version before are at work, and a mistake in it stops none of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.generator.product import ROOT
from services.console.embedded.assemblies import assemblies, revisions_of
from services.contracts.topology import SERVICES

TAKES_AWAY = {"drop_table", "drop_column", "rename_table", "alter_column", "batch_alter_table"}
FILES = sorted((ROOT / "services").rglob("migrations/**/0*.py"))


def taken_away(code: str) -> Iterator[str]:
    """What a migration calls that programs of the version before could not live with."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TAKES_AWAY:
            yield node.func.attr
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_column":
            yield from ("a column that has to be filled" for call in ast.walk(node) if _has_to_be_filled(call))


def _has_to_be_filled(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "Column"):
        return False
    given = {each.arg: each.value for each in node.keywords}
    nullable = given.get("nullable")
    return isinstance(nullable, ast.Constant) and nullable.value is False and "server_default" not in given


def test_what_takes_away_is_noticed() -> None:
    code = 'op.drop_column("a", "b")\nop.add_column("a", sa.Column("c", sa.Integer, nullable=False))'
    assert list(taken_away(code)) == ["drop_column", "a column that has to be filled"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "services")))
def test_a_migration_only_adds(path: Path) -> None:
    assert list(taken_away(path.read_text())) == []


def test_the_revisions_of_a_service_are_found_without_its_code() -> None:
    assert {name: revisions_of(name) for name in SERVICES} == {name: each.migrations for name, each in assemblies().items()}
