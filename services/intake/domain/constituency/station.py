"""代表联络站: what a station is beside its place in the catalogue's tree, and what of the checklists it meets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from services.contracts.errors import Conflict
from services.intake.domain.location import Location

UNKNOWN_STATION: Final = "The catalogue has no such station."


@dataclass(frozen=True, slots=True)
class StationProfile:
    """When a station is open, what its programme is called, and for a mobile one where it stands, since it was `moved` there."""

    opening: str = ""
    brand: str = ""
    mobile: bool = False
    position: Location | None = None
    station: str = ""
    updated: datetime | None = None
    moved: datetime | None = None

    def put_down(self, position: Location | None, now: datetime) -> StationProfile:
        """Where it stands from now on; None for nowhere. Raises `Conflict` unless it is a mobile one."""
        if not self.mobile:
            raise Conflict("Only a mobile station has a position of its own; an administrator can make it one.")
        stands = position is not None and position != Location()
        return replace(self, position=position if stands else None, moved=now if stands else None)

    @property
    def stands_at(self) -> Location | None:
        """Where a mobile station can be found now."""
        return self.position if self.mobile else None


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """An item of a checklist that a station meets since a day, as somebody has checked."""

    met_since: date
    checked_by: str
    checklist: str = ""
    item: str = ""
    station: str = ""
    updated: datetime | None = None
