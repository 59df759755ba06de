"""The opinions of a CSV file, which measurements read."""

from __future__ import annotations

import csv
from pathlib import Path


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a file by the names of its columns."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def texts_of(path: Path) -> list[tuple[str, str]]:
    """Title and content of each opinion of a file."""
    return [(row["title"], row["content"]) for row in rows_of(path)]
