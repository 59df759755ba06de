"""Where an area lies."""

from __future__ import annotations

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue


def lies_in(catalogue: Catalogue, area: str, outer: str) -> bool:
    """Whether an area is another one or lies in it."""
    current: str | None = area
    while current is not None and current != outer:
        place = stored.found(catalogue.areas, current)
        current = place.parent if place else None
    return current is not None
