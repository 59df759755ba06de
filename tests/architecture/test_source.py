"""How the source looks: small files, small functions, known names, docstrings, nothing of one machine."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from docs.generator.product import ROOT
from services.contracts.topology import SERVICES

FOLDERS = ("services", "benchmarks", "examples", "tests", "docs", "deploy", ".ci")
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_USUAL_FUNCTION = 300, 50, 25
CODE = {".py", ".sh", ".html", ".css", ".js", ".conf"}
JUNK_DRAWERS = {"common", "utils", "util", "helpers", "helper", "misc", "base", "manager", "metrics"}
#: What a service is made of. `series` is what pages are to people, to Prometheus.
SHAPE = {
    "__init__", "__main__", "settings", "app", "pages", "series", "consumer", "schemas", "handlers", "domain", "store", "gateway",
    "catalogues", "migrations", "templates",
}  # fmt: skip
#: What a checkout has beside the project's own files.
OF_ONE_MACHINE = {".env", ".git"}
#: Folders that programs make inside of ours.
NOT_OURS = {"__pycache__", "node_modules"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def files() -> Iterator[Path]:
    """Every file of the project that a person writes."""
    for path in sorted(ROOT.iterdir()):
        if path.is_file() and path.name not in OF_ONE_MACHINE:
            yield path
    for folder in FOLDERS:
        yield from (path for path in sorted((ROOT / folder).rglob("*")) if path.is_file() and not NOT_OURS & set(path.parts))


def name_of(path: Path) -> str:
    """A path as people read it."""
    return str(path.relative_to(ROOT))


FILES = list(files())
CODES = [path for path in FILES if path.suffix in CODE or path.name in ("Makefile", ".importlinter", "run", "Dockerfile")]
PYTHON = [path for path in FILES if path.suffix == ".py"]
SERVICE_FILES = [path for path in PYTHON if path.is_relative_to(ROOT / "services")]


@cache
def functions(path: Path) -> list[tuple[str, int]]:
    """Every function of a file, with its lines from `def` to the end."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, Function)]
    return [(node.name, (node.end_lineno or node.lineno) - node.lineno + 1) for node in nodes]


def test_the_files_are_found() -> None:
    assert {"services", "tests", "docs", "deploy"} <= {path.relative_to(ROOT).parts[0] for path in FILES}
    assert len(SERVICE_FILES) > 50


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    counted = {name_of(path): len(path.read_text().splitlines()) for path in CODES if path.parent.name != "vendor"}
    assert {name: lines for name, lines in counted.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_fifty_lines() -> None:
    counted = {f"{name_of(path)}: {name}": lines for path in PYTHON for name, lines in functions(path)}
    assert {name: lines for name, lines in counted.items() if lines > LONGEST_FUNCTION} == {}


def test_nine_functions_of_ten_are_short() -> None:
    lengths = [lines for path in SERVICE_FILES for _, lines in functions(path)]
    assert statistics.quantiles(lengths, n=10)[-1] < LONGEST_USUAL_FUNCTION


def test_there_is_no_junk_drawer() -> None:
    drawers = [name_of(path) for path in PYTHON if path.stem in JUNK_DRAWERS]
    packages = {path.parent for path in SERVICE_FILES if path.name == "__init__.py"} - {ROOT / "services" / "metrics"}
    assert drawers + [name_of(folder) for folder in packages if folder.name in JUNK_DRAWERS] == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_files_that_every_service_has_and_no_others(service: str) -> None:
    found = {path.stem for path in (ROOT / "services" / service).iterdir() if path.name != "__pycache__"}
    assert found - SHAPE == set()
    assert {"__init__", "__main__", "settings", "app", "consumer", "schemas", "handlers", "domain", "store", "migrations"} <= found


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_documents_what_it_consumes_publishes_serves_and_keeps(service: str) -> None:
    text = ast.get_docstring(ast.parse((ROOT / "services" / service / "__init__.py").read_text())) or ""
    assert {word for word in ("consumes", "publishes", "serves", "keeps") if word not in text.lower()} == set()


def undocumented(path: Path) -> Iterator[str]:
    """The public names of a file that have no docstring."""
    tree = ast.parse(path.read_text())
    if ast.get_docstring(tree) is None:
        yield name_of(path)
    owners: list[ast.Module | ast.ClassDef] = [tree]
    owners += [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    for owner in owners:
        for node in owner.body:
            if isinstance(node, ast.ClassDef | Function) and not node.name.startswith("_") and ast.get_docstring(node) is None:
                yield f"{name_of(path)}: {node.name}"


def test_every_module_class_and_public_function_has_a_docstring() -> None:
    documented = [
        path for path in PYTHON if path.relative_to(ROOT).parts[0] in ("services", "docs") and "migrations" not in path.parts
    ]
    assert [name for path in documented for name in undocumented(path)] == []


def test_nothing_of_one_machine_and_no_address_of_a_package_registry_is_in_the_files() -> None:
    # Written in pieces, so that this file is not found by itself.
    paths = ["/" + "work/", "/tmp/" + "huiying/", "/" + "Users/", "/" + "home/[a-z]"]
    hosts = [
        name.replace("_", "[.]")
        for name in ("py" + "pi_org", "python" + "hosted_", "npm" + "js_org", "docker" + "_io/", "gh" + "cr_io")
    ]
    forbidden = re.compile("|".join([*paths, *hosts]))
    texts = {name_of(path): path.read_bytes().decode("utf-8", "replace") for path in FILES}
    assert {name: match[0] for name, text in texts.items() if (match := forbidden.search(text))} == {}


def test_no_test_asks_that_a_text_with_random_numbers_lacks_a_few_digits() -> None:
    """Numbers of opinions, receipts and messages are random: one of them has any three digits now and then."""
    short = re.compile(r"""assert ["'][0-9a-f]{1,4}["'] not in \w+(\.text|\.data|\.get_data\(\))?$""", re.MULTILINE)
    found = {name_of(path): short.findall(path.read_text()) for path in PYTHON if path.is_relative_to(ROOT / "tests")}
    assert {name: words for name, words in found.items() if words} == {}
