"""The pictures of the packages: every arrow leads down, none leads round, and they show what is imported."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from docs.generator.architecture import DRAWINGS, architecture, cycles, edges_of, layers_of, needed, upwards
from docs.generator.product import ROOT
from services.contracts.topology import SERVICES

CONTRACTS = [drawing.contract for drawing in DRAWINGS]
every_drawing = pytest.mark.parametrize("contract", CONTRACTS)


@every_drawing
def test_no_arrow_leads_upwards_or_sideways(contract: str) -> None:
    assert upwards(contract) == []


@every_drawing
def test_no_arrow_leads_round(contract: str) -> None:
    assert cycles(contract) == []


@every_drawing
def test_what_is_left_out_of_a_picture_follows_from_what_is_in_it(contract: str) -> None:
    drawn = needed(contract)
    below: dict[str, set[str]] = {}
    for layer in reversed(layers_of(contract)):
        for name in layer:
            direct = {target for source, target in drawn if source == name}
            below[name] = direct.union(*(below[each] for each in direct))
    assert drawn <= edges_of(contract)
    assert all(target in below[source] for source, target in edges_of(contract))


def imported_by(path: Path) -> set[str]:
    """The modules that a file names in its imports, those for types alone included."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def test_the_arrows_are_those_of_the_files() -> None:
    found = set()
    for path in (ROOT / "services" / "runtime").rglob("*.py"):
        room = path.relative_to(ROOT / "services" / "runtime").parts[0].removesuffix(".py")
        for module in imported_by(path):
            if module.startswith("services.runtime."):
                found.add((room, module.split(".")[2]))
    assert {(source, target) for source, target in found if source != target} == edges_of("runtime")


def test_the_whole_is_what_the_house_says() -> None:
    edges = edges_of("packages")
    assert {(service, "runtime") for service in SERVICES} <= edges
    assert "contracts" not in {source for source, _ in edges}
    assert "benchmarks" not in {target for _, target in edges}
    assert {(source, target) for source, target in edges if source in SERVICES and target in SERVICES} == set()


def test_every_package_is_on_the_page() -> None:
    page = architecture()
    for contract in CONTRACTS:
        for layer in layers_of(contract):
            for name in layer:
                assert f'["{name}"]' in page
                assert f"| `{name}` |" in page
