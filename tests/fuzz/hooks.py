"""What schemathesis cannot know from the OpenAPI document: which opinions, assignments, receipts … there are."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import schemathesis

from services.runtime.settings import inherited

KNOWN = "HUIYING_FUZZ_KNOWN"
#: The rest keeps what was made up, so that "there is no such thing" is tried too.
SHARE_KNOWN = 0.85
_dice = random.Random(5)


@cache
def known() -> dict[str, list[str]]:
    """By the names they have in paths; from the file that `KNOWN` in the environment names."""
    found: dict[str, list[str]] = json.loads(Path(inherited(KNOWN)[KNOWN]).read_text())
    return found


@schemathesis.hook
def map_path_parameters(_: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Put ids that exist into most paths."""
    for name in known().keys() & (path_parameters or {}).keys():
        if _dice.random() < SHARE_KNOWN:
            path_parameters[name] = _dice.choice(known()[name])  # type: ignore[index]
    return path_parameters


@schemathesis.serializer("application/x-ndjson")
def batch(_: Any, text: Any) -> bytes:
    """A batch is made up as a text, whose lines are not often JSON."""
    return str(text).encode(errors="replace")


@schemathesis.deserializer("application/x-ndjson")
def line(_: Any, response: Any) -> Any:
    """What is answered line by line is described by the line."""
    return json.loads(_dice.choice(response.content.splitlines()))
