"""The runtime knows how a service runs and nothing of what it is for: no word of the domain stands in its code or its pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generator.product import ROOT
from tests.cells import each_of

#: What the runtime must not know. The catalogue is known to it as a file that is read again when it changes.
WORDS = (
    "agenda", "assignment", "citizen", "congress", "department", "deputy", "deputies", "evaluation", "ladder", "look-?back",
    "opinion", "promise", "receipt", "reviewer", "rungs", "station", "submission", "submitter", "supervision", "supervisor",
    "催办", "办结", "单位", "审核", "意见", "承办", "督办", "满意", "人大", "代表",
)  # fmt: skip
BUSINESS = re.compile("|".join(WORDS), re.IGNORECASE)
#: Migrations write out the columns that a store has.
FILES = sorted(
    path
    for path in (ROOT / "services" / "runtime").rglob("*")
    if path.suffix in (".py", ".html") and "migrations" not in path.parts
)


def found(text: str) -> list[str]:
    """The lines with a word of the domain in them."""
    return [line.strip() for line in text.splitlines() if BUSINESS.search(line)]


def test_the_files_of_the_runtime_are_found() -> None:
    assert {"guard.py", "relay.py", "outbox.py"} <= {path.name for path in FILES}


@each_of(("path",), [(path,) for path in FILES])
def test_no_word_of_the_domain_stands_in_the_runtime(path: Path) -> None:
    assert found(path.read_text()) == []


@pytest.mark.parametrize("line", ["STATION = 'station'", "def count_receipt(self):", "#: 督办人员", "my_opinions = 1"])
def test_a_word_is_found_wherever_it_stands(line: str) -> None:
    assert found(line) == [line]
