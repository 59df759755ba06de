"""When several processes share the tests, those that need the same running system are given to one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generator.product import ROOT
from tests.sharing import ORDER, share

SYSTEM = {path.name: path.read_text() for path in sorted((ROOT / "tests" / "system").glob("test_*.py"))}
#: Which system a test asks for, by a fixture that stands for it.
NEEDS = {"calm": r"\bcalm\b", "strict": r"\bstrict\b", "fast": r"\b(fast|place|mailbox|ear)\b"}


def test_every_folder_of_tests_has_its_place() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.rglob("test_*.py"))}
    assert folders == set(ORDER)


@pytest.mark.parametrize("name", sorted(SYSTEM.keys() - {"test_scenarios.py"}))
def test_a_system_is_started_once_for_all_files_that_ask_for_it(name: str) -> None:
    arguments = " ".join(re.findall(r"^(?:def \w+|@pytest.fixture.*\ndef \w+)\((.*)\):", SYSTEM[name], re.MULTILINE))
    asked = [need for need, words in NEEDS.items() if re.search(words, arguments)]
    given = share(f"tests/system/{name}::test_something")
    assert given in (*asked[:1], f"tests/system/{name}"), f"{name} asks for {asked} and is given to {given}"


def test_a_scenario_is_given_to_the_system_whose_clock_it_needs() -> None:
    file = "tests/system/test_scenarios.py::test_a_scenario"
    clocks = {path.name: path.read_text() for path in Path(ROOT / "tests/system/scenarios").glob("*.yml")}
    shares = {name: "fast" if "clock: fast" in text else "calm" for name, text in clocks.items()}
    assert {name: share(f"{file}[{name}]") for name in clocks} == shares


def test_all_that_ask_for_the_broker_of_the_run_are_given_to_the_process_that_has_it() -> None:
    asks = re.compile(r"^ *def \w+\([^()]*\b(rabbit|broker)(: (Rabbit|PrivateNode))?[,)]", re.MULTILINE)
    has_its_own = re.compile(r"^def (rabbit|broker)\(", re.MULTILINE)
    files = {str(path.relative_to(ROOT)): path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    asking = {file for file, text in files.items() if asks.search(text) and not has_its_own.search(text)}
    assert len(asking) > 5
    assert {file for file in files if share(f"{file}::test_something") == "node"} == asking
