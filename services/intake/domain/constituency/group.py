"""代表小组: deputies or experts who work on some topics together, with the committee they work for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

UNKNOWN_GROUP: Final = "There is no such group."


@dataclass(frozen=True, slots=True)
class DeputyGroup:
    """A group; `counterpart` is the committee (对口工委) it works with. Who belongs to it stands with the deputies."""

    name: str
    kind: str
    topics: tuple[str, ...] = ()
    counterpart: str = ""
    code: str = ""
    updated: datetime | None = None
