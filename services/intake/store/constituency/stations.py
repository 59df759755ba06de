"""What is kept of stations beside their place in the catalogue's tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.constituency.station import ChecklistItem, StationProfile
from services.intake.store.columns import StoredRow
from services.intake.store.constituency.tables import checklist_items, station_profiles
from services.runtime.store.database import Transaction

_PROFILES = sa.select(station_profiles)
_ITEMS = sa.select(checklist_items)


def find_profiles(connection: Connection, stations: Sequence[str]) -> dict[str, StationProfile]:
    """What is said of these stations, of those of which something is."""
    rows = connection.execute(_PROFILES.where(station_profiles.c.station.in_(stations)))
    return {row.station: _profile(row) for row in rows}


def find_profile(connection: Connection, station: str) -> StationProfile:
    """What is said of one station."""
    return find_profiles(connection, [station]).get(station, StationProfile(station=station))


def items_met(connection: Connection, stations: Sequence[str]) -> dict[str, list[ChecklistItem]]:
    """The items of checklists that these stations meet."""
    found: dict[str, list[ChecklistItem]] = {}
    for row in connection.execute(_ITEMS.where(checklist_items.c.station.in_(stations))):
        found.setdefault(row.station, []).append(_item(row))
    return found


class StationStore:
    """What is kept of stations, as one transaction changes it."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    @property
    def now(self) -> datetime:
        """When it is changed."""
        return self._work.now

    def profile(self, station: str) -> StationProfile:
        """What is said of a station."""
        return find_profile(self._work.connection, station)

    def save_profile(self, new: StationProfile) -> StationProfile:
        """Put this in place of what was said of a station."""
        kept = replace(new, updated=self._work.now)
        self._work.execute(station_profiles.delete().where(station_profiles.c.station == new.station))
        self._work.add(station_profiles, {
            "station": kept.station, "opening": kept.opening, "brand": kept.brand, "mobile": kept.mobile,
            "position": kept.position, "updated": kept.updated, "moved": kept.moved,
        })  # fmt: skip
        return kept

    def save_item(self, new: ChecklistItem) -> ChecklistItem:
        """Enter that a station meets an item."""
        self.drop_item(new.station, new.checklist, new.item)
        kept = replace(new, updated=self._work.now)
        self._work.add(checklist_items, {
            "station": kept.station, "checklist": kept.checklist, "item": kept.item, "met_since": kept.met_since,
            "checked_by": kept.checked_by, "updated": kept.updated,
        })  # fmt: skip
        return kept

    def drop_item(self, station: str, checklist: str, item: str) -> None:
        """Enter that a station does not meet an item."""
        of = (station, checklist, item)
        columns = (checklist_items.c.station, checklist_items.c.checklist, checklist_items.c.item)
        self._work.execute(checklist_items.delete().where(*(column == code for column, code in zip(columns, of, strict=True))))


def _profile(row: StoredRow) -> StationProfile:
    return StationProfile(row.opening, row.brand, row.mobile, row.position, row.station, row.updated, row.moved)


def _item(row: StoredRow) -> ChecklistItem:
    return ChecklistItem(row.met_since, row.checked_by, row.checklist, row.item, row.station, row.updated)
