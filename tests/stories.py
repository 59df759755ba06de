"""The files that say what people do and which figures come out of it: every player reads its own from here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "system" / "scenarios"


def names_in(folder: str = "") -> list[str]:
    """The files of a folder, in order."""
    return sorted(path.name for path in (FOLDER / folder).glob("*.yml"))


def read(name: str) -> dict[str, Any]:
    """What stands in a file, by its place below the folder of them all."""
    text: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return text
