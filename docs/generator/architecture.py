"""The packages and what they import: drawn from the imports of the code, in the order that `.importlinter` gives them.

A drawing has a row for each layer of one import contract. An arrow that follows from others is left out of the picture; the table
below it has them all.
"""

from __future__ import annotations

import configparser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter

import grimp

from docs.generator.product import ROOT, table

Edge = tuple[str, str]
#: Layers from the highest to the lowest; what stands in one layer stands side by side.
Layers = Sequence[Sequence[str]]
_MARKS = str.maketrans("|:()", "    ")


@dataclass(frozen=True, slots=True)
class Drawing:
    """One import contract as a picture. The containers' packages of the same name are drawn as one."""

    contract: str
    title: str
    text: str


DRAWINGS = (
    Drawing("packages", "The whole", "`benchmarks` is not shipped. A service never imports another: they speak by messages alone."),
    Drawing(
        "shape",
        "A service",
        "Intake, routing, notify and metrics have the same files, drawn here as one; a name that outgrows a file is a package.",
    ),
    Drawing(
        "runtime",
        "The runtime",
        "How a service runs, without a word of what it is for. Rooms side by side do not know each other; what one needs of the\n"
        "other is handed in by `process`, where a service is put together.",
    ),
    Drawing("console", "The console", "The command line, the system on one machine, and what talks to a system from outside."),
)


@cache
def _graph() -> grimp.ImportGraph:
    # As the contracts see it: what is imported for types alone is no arrow.
    return grimp.build_graph("services", "benchmarks", exclude_type_checking_imports=True, cache_dir=None)


@cache
def _contracts() -> configparser.ConfigParser:
    read = configparser.ConfigParser()
    read.read_string((ROOT / ".importlinter").read_text(encoding="utf-8"))
    return read


def layers_of(contract: str) -> Layers:
    """The layers of a contract, by the last part of their names."""
    lines = _contracts()[f"importlinter:contract:{contract}"]["layers"].split("\n")
    return [[name.rpartition(".")[2] for name in line.translate(_MARKS).split()] for line in lines if line.strip()]


def _packages(contract: str) -> dict[str, list[str]]:
    """The full names of what is drawn as one, by its short name."""
    section = _contracts()[f"importlinter:contract:{contract}"]
    names = [name for line in section["layers"].split("\n") for name in line.translate(_MARKS).split()]
    containers = section.get("containers", "").split()
    return {name.rpartition(".")[2]: [f"{each}.{name}" for each in containers] or [name] for name in names}


@cache
def edges_of(contract: str) -> frozenset[Edge]:
    """The arrows of a drawing: which of its packages imports which other."""
    owner = {full: short for short, names in _packages(contract).items() for full in names}
    found: set[Edge] = set()
    for module in _graph().modules:
        source = _owner(module, owner)
        for imported in _graph().find_modules_directly_imported_by(module):
            target = _owner(imported, owner)
            if source and target and source != target:
                found.add((owner[source], owner[target]))
    return frozenset(found)


def _owner(module: str, owner: Mapping[str, str]) -> str | None:
    """The drawn package that a module is or lies in."""
    parts = module.split(".")
    return next((name for name in (".".join(parts[:end]) for end in range(len(parts), 0, -1)) if name in owner), None)


def cycles(contract: str) -> list[list[str]]:
    """The packages of a drawing that import one another, however far around."""
    below: dict[str, set[str]] = {}
    for source, target in edges_of(contract):
        below.setdefault(source, set()).add(target)
    try:
        list(TopologicalSorter(below).static_order())
    except CycleError as error:
        return [list(error.args[1])]
    return []


def needed(contract: str) -> set[Edge]:
    """The edges without those that follow from others."""
    edges = edges_of(contract)
    below: dict[str, set[str]] = {}
    # From the lowest layer, so that what is below is known already.
    for name in [name for layer in reversed(layers_of(contract)) for name in layer]:
        direct = {target for source, target in edges if source == name}
        below[name] = direct.union(*(below[each] for each in direct))
    of_others = {edge: set[str]().union(*(below[each] for start, each in edges if start == edge[0])) for edge in edges}
    return {edge for edge in edges if edge[1] not in of_others[edge]}


def upwards(contract: str) -> list[Edge]:
    """The edges that do not lead to a lower layer; none, but for what a contract lets stand in one layer and import each other."""
    rank = {name: place for place, layer in enumerate(layers_of(contract)) for name in layer}
    return sorted((source, target) for source, target in edges_of(contract) if rank[source] >= rank[target])


def architecture() -> str:
    """The page: a picture and a table for each of the drawings."""
    intro = (
        "Arrows lead from what imports to what is imported, and always downwards; tests see to it. An arrow that follows from\n"
        "others is left out of the pictures; the tables have them all. Where a new thing goes is in the\n"
        "[README](../README.md#where-does-a-new-thing-go); [one opinion](one-opinion.md) leads through the code step by step.\n"
    )
    parts = ["# The packages\n", intro]
    for drawing in DRAWINGS:
        parts += [f"## {drawing.title}\n", drawing.text + "\n", _picture(drawing.contract), _imports(drawing.contract)]
    return "\n".join(parts)


def _picture(contract: str) -> str:
    lines = []
    for place, layer in enumerate(layers_of(contract)):
        lines += [
            f'    subgraph layer{place}[" "]',
            "        direction LR",
            *(f'        {_id(name)}["{name}"]' for name in layer),
            "    end",
        ]
    lines += [f"    {_id(source)} --> {_id(target)}" for source, target in sorted(needed(contract))]
    return "```mermaid\nflowchart TB\n" + "\n".join(lines) + "\n```\n"


def _id(name: str) -> str:
    # Some names, such as `default` or `end`, mean something to Mermaid.
    return f"p_{name.strip('_')}"


def _imports(contract: str) -> str:
    names = [name for layer in layers_of(contract) for name in layer]
    targets = {name: [f"`{each}`" for each in names if (name, each) in edges_of(contract)] for name in names}
    return table(("package", "imports"), [(f"`{name}`", ", ".join(found) or "–") for name, found in targets.items()])
