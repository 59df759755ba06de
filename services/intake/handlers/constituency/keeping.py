"""Entering and changing deputies, groups and stations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid, NotFound
from services.intake.domain.constituency.deputy import Deputy, check_places
from services.intake.domain.constituency.group import DeputyGroup
from services.intake.domain.constituency.station import UNKNOWN_STATION, ChecklistItem, StationProfile
from services.intake.domain.location import Location

if TYPE_CHECKING:
    from services.intake.handlers.constituency.caring import Entrusting
    from services.intake.store.constituency.registers import RegisterStore
    from services.intake.store.constituency.stations import StationStore

#: Raises `Changed` for another version than the caller has read.
Expect = Callable[[Mapping[str, object] | None], None]


def keep_deputy(entrusting: Entrusting, new: Deputy, expect: Expect) -> Deputy:
    """Enter a deputy or a change of one; what one owes who is not in office, or not for now, goes back to the stations.

    Raises `Invalid`, `Conflict`, `Changed`.
    """
    store = entrusting.store.duties.register
    check_places(entrusting.catalogue, areas=new.areas, stations=new.stations)
    if unknown := store.unknown_groups(new.groups):
        raise Invalid("Enter the group first.", {"groups": [f"There is no group '{code}'." for code in unknown]})
    before = store.deputy(new.code)
    expect({"updated": before.updated} if before else None)
    if before is not None:
        before.check_successor(new)
    kept = store.save_deputy(new, before)
    if not kept.is_in_office:
        entrusting.give_back(kept.code)
    return kept


def keep_group(store: RegisterStore, catalogue: Catalogue, new: DeputyGroup, expect: Expect) -> DeputyGroup:
    """Enter a group or a change of one. Raises `Invalid`, `Changed`."""
    check_places(catalogue, topics=new.topics)
    before = store.group(new.code)
    expect({"updated": before.updated} if before else None)
    return store.save_group(new, before)


def keep_profile(store: StationStore, catalogue: Catalogue, new: StationProfile, expect: Expect) -> StationProfile:
    """Enter or change what is said of a station. Raises `NotFound`, `Changed`."""
    _check_station(catalogue, new.station)
    before = store.profile(new.station)
    expect({"updated": before.updated})
    moved = before.moved if new.position == before.position else store.now if new.position else None
    return store.save_profile(replace(new, moved=moved))


def put_down(
    store: StationStore, catalogue: Catalogue, station: str, position: Location | None, expect: Expect
) -> StationProfile:  # fmt: skip
    """Say where a mobile station stands from now on. Raises `NotFound`, `Conflict`, `Changed`."""
    _check_station(catalogue, station)
    before = store.profile(station)
    expect({"updated": before.updated})
    return store.save_profile(before.put_down(position, store.now))


def keep_item(store: StationStore, catalogue: Catalogue, new: ChecklistItem) -> ChecklistItem:
    """Enter that a station meets an item of a checklist. Raises `NotFound`."""
    _check_station(catalogue, new.station)
    _check_item(catalogue, new.checklist, new.item)
    return store.save_item(new)


def drop_item(store: StationStore, catalogue: Catalogue, station: str, checklist: str, item: str) -> None:
    """Enter that a station does not meet an item any more. Raises `NotFound`."""
    _check_station(catalogue, station)
    _check_item(catalogue, checklist, item)
    store.drop_item(station, checklist, item)


def _check_station(catalogue: Catalogue, code: str) -> None:
    if code not in catalogue.stations:
        raise NotFound(UNKNOWN_STATION)


def _check_item(catalogue: Catalogue, checklist: str, item: str) -> None:
    if checklist not in catalogue.checklists or item not in catalogue.checklists[checklist].items:
        raise NotFound("The catalogue has no such item of a checklist.")
