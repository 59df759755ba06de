"""What is said of a session, who was there, how they rated it, and which rules it did not meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.catalogue.sessions import SUPERVISION_MEETING
from services.contracts.errors import Invalid
from services.contracts.sessions import SessionRule


@dataclass(frozen=True, slots=True)
class Official:
    """A head of a department by office: no name of a person."""

    department: str
    title: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule of its kind that a session did not meet, and why."""

    rule: SessionRule
    reason: str


@dataclass(frozen=True, slots=True)
class Ratings:
    """How many of those present rated a session how."""

    satisfied: int = 0
    basically_satisfied: int = 0
    dissatisfied: int = 0

    @property
    def total(self) -> int:
        """How many rated."""
        return self.satisfied + self.basically_satisfied + self.dissatisfied


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who was there: deputies by code, heads by office, the others by number."""

    deputies: tuple[str, ...] = ()
    officials: tuple[Official, ...] = ()
    observers: int = 0
    visitors: int = 0

    @property
    def total(self) -> int:
        """How many people were there."""
        return len(self.deputies) + len(self.officials) + self.observers + self.visitors


@dataclass(frozen=True, slots=True)
class Details:
    """What is said of a session before it is held. `deputies`, `departments` and `officials` are those who are asked to come."""

    kind: str
    title: str
    at: datetime
    ends: datetime | None = None
    brand: str | None = None
    theme: str | None = None
    station: str | None = None
    area: str | None = None
    place: str | None = None
    slots: int = 0
    deputies: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    officials: tuple[Official, ...] = ()

    def checked(self, catalogue: Catalogue) -> Details:
        """With the area of its station where none is named; raises `Invalid` that says what is wrong."""
        wrong = dict(unknown_codes(catalogue, self.kind, self.station, self.area, self.departments, self.officials))
        if self.ends is not None and self.ends <= self.at:
            wrong["ends"] = ["after the beginning"]
        if wrong:
            raise Invalid("Correct the fields named in 'errors' and send again.", wrong)
        return replace(self, area=self.area or area_of(catalogue, self.station))


def area_of(catalogue: Catalogue, station: str | None) -> str | None:
    """The area of a station."""
    found = stored.found(catalogue.stations, station)
    return found.area if found else None


def unknown_codes(
    catalogue: Catalogue,
    kind: str,
    station: str | None,
    area: str | None,
    departments: Sequence[str],
    officials: Sequence[Official],
) -> Mapping[str, list[str]]:
    """What names something that the catalogue does not have, by field."""
    wrong: dict[str, list[str]] = {}
    if kind not in catalogue.session_kinds and kind != SUPERVISION_MEETING:
        wrong["kind"] = [f"unknown; there are {', '.join(catalogue.session_kinds) or SUPERVISION_MEETING}"]
    if station is not None and station not in catalogue.stations:
        wrong["station"] = ["there is no such station"]
    if area is not None and area not in catalogue.areas:
        wrong["area"] = ["there is no such area"]
    for name, codes in (("departments", departments), ("officials", [each.department for each in officials])):
        if strange := [code for code in codes if code not in catalogue.departments]:
            wrong[name] = [f"unknown: {', '.join(strange)}"]
    return wrong
