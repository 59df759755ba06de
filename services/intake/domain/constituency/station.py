"""代表联络站: what a station is beside its place in the catalogue's tree, and what of the checklists it meets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.intake.domain.submission import Location

UNKNOWN_STATION: Final = "The catalogue has no such station."


@dataclass(frozen=True, slots=True)
class StationProfile:
    """When a station is open, what its programme is called, and for a mobile one where it stands now."""

    opening: str = ""
    brand: str = ""
    mobile: bool = False
    position: Location | None = None
    station: str = ""
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """An item of a checklist that a station meets since a day, as somebody has checked."""

    met_since: date
    checked_by: str
    checklist: str = ""
    item: str = ""
    station: str = ""
    updated: datetime | None = None
