"""What a list is narrowed to stands in its address, and every link between the list and what is on it says it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from services.runtime.input.queries import SEPARATOR


def said_again(query: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """What an address said under these names, as it says it again."""
    plain = {name: SEPARATOR.join(value) if isinstance(value, tuple) else value for name, value in query.items()}
    return {name: "true" if plain[name] is True else str(plain[name]) for name in names if plain[name]}


def address(path: str, given: Mapping[str, str], **more: str) -> str:
    """An address with what a list is narrowed to."""
    found = {**given, **more}
    return f"{path}?{urlencode(found)}" if found else path
