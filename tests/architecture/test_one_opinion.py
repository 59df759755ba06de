"""The page that follows one opinion names only functions that exist."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "one-opinion.md").read_text()
STEPS = re.split(r"^\d+\. ", PAGE, flags=re.MULTILINE)[1:]
NAMES = re.findall(r"`(services\.[\w.]+)`", PAGE)


def found(name: str) -> object:
    """What a dotted name stands for; the longest part of it that is a module is imported."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            thing: object = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            thing = getattr(thing, part)
        return thing
    raise ModuleNotFoundError(name)


def test_it_takes_at_most_fifteen_steps_and_each_names_a_function() -> None:
    assert 0 < len(STEPS) <= 15
    assert [step.splitlines()[0] for step in STEPS if not re.search(r"`services\.[\w.]+`", step)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_named_function_exists(name: str) -> None:
    assert inspect.isroutine(found(name))


def test_the_readme_and_the_picture_of_the_packages_lead_to_it() -> None:
    assert "docs/one-opinion.md" in (ROOT / "README.md").read_text()
    assert "one-opinion.md" in (ROOT / "docs" / "architecture.md").read_text()
