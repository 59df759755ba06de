"""The lists whose filters people keep under a name of their own, and what an address of each is narrowed to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

#: By the path of the list, the names of its query that say what is shown. The list reads no others from an address that was kept.
LISTS: Final[Mapping[str, Sequence[str]]] = {
    "/cases": ("q", "state", "topic", "area", "department", "channel", "level", "outcome", "key", "since", "until", "sort"),
    "/desk": ("q", "state", "topic", "due", "key"),
    "/reviews": ("q", "topic", "area", "station", "channel"),
}
