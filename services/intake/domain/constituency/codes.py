"""Codes (二维码) that are printed and put up: at a station, on a household's door, on a deputy's card, where people meet.

What comes by a code is of the place that it was made for. A code that was replaced leads on to its successor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid
from services.contracts.words.text import value
from services.intake.domain.constituency.places import lies_in
from services.intake.domain.receipt import crockford

CODE_LENGTH: Final = 10  # 45 random bits, and the check character
MOST_AT_ONCE: Final = 20_000
#: How many are made in one transaction.
PORTION: Final = 1_000
UNKNOWN = "There is no such code. Compare it with the one that is printed."
_GIVEN = {"area": "areas", "station": "stations"}


class CodeKind(StrEnum):
    """What a code is put up at."""

    STATION = "station"
    HOUSEHOLD = "household"
    DEPUTY = "deputy"
    ACTIVITY = "activity"
    MOBILE = "mobile"
    ENTERPRISE = "enterprise"


class CodeState(StrEnum):
    """Where a code is in its life."""

    ISSUED = "issued"
    INSTALLED = "installed"
    REPLACED = "replaced"
    RETIRED = "retired"


IN_USE: Final = frozenset({CodeState.ISSUED, CodeState.INSTALLED})
#: From which states a code gets into each.
_MOVES: Final[Mapping[CodeState, frozenset[CodeState]]] = {
    CodeState.INSTALLED: frozenset({CodeState.ISSUED}),
    CodeState.REPLACED: IN_USE,
    CodeState.RETIRED: IN_USE,
}
#: What each kind has to name; a household needs one of them.
_NEEDS: Final[Mapping[CodeKind, tuple[str, ...]]] = {
    CodeKind.STATION: ("station",),
    CodeKind.HOUSEHOLD: ("area", "station"),
    CodeKind.DEPUTY: ("deputy",),
    CodeKind.ACTIVITY: ("label",),
    CodeKind.MOBILE: ("station",),
    CodeKind.ENTERPRISE: ("area", "station"),
}


@dataclass(frozen=True, slots=True)
class Placement:
    """What codes of a batch are for. `label` is printed below them; a household has none, so that nothing tells whose it is.

    The code of an activity may be put up at a `session`, where deputies scan it to say that they are there.
    """

    kind: CodeKind
    area: str | None = None
    station: str | None = None
    deputy: str | None = None
    campaign: str | None = None
    label: str | None = None
    session: str | None = None

    def check(self, catalogue: Catalogue) -> Placement:
        """With the area that follows from its station. Raises `Invalid` that names what is missing, unknown or does not fit."""
        errors: dict[str, list[str]] = {}
        if not any(getattr(self, name) for name in _NEEDS[self.kind]):
            errors[_NEEDS[self.kind][0]] = [f"A code of the kind '{self.kind}' needs {' or '.join(_NEEDS[self.kind])}."]
        if self.session and self.kind is not CodeKind.ACTIVITY:
            errors["session"] = [f"A code that is put up at a session is of the kind '{CodeKind.ACTIVITY}'."]
        if self.kind is CodeKind.HOUSEHOLD and self.label:
            errors["label"] = ["Nothing is kept that tells whose household it is."]
        for name, section in _GIVEN.items():
            given = getattr(self, name)
            if given and given not in getattr(catalogue, section):
                errors[name] = [f"There is no {name} '{given}' in the catalogue."]
        if errors:
            raise Invalid("Correct the fields named in 'errors' and send again.", errors)
        place = catalogue.station_of(self.station) if self.station else None
        area = self.area or (place.area if place else None)
        if place and area and not lies_in(catalogue, area, place.area):
            raise Invalid("Name an area of the station, or leave it out.", {"area": [f"'{area}' is not in '{place.area}'."]})
        return replace(self, area=area)


@dataclass(frozen=True, slots=True)
class CodeOrder:
    """How many codes are to be made, and what they are for."""

    placement: Placement
    many: int


@dataclass(frozen=True, slots=True)
class CodeBatch:
    """Codes that were made together; `many` were asked for."""

    id: str
    placement: Placement
    many: int
    made: datetime


@dataclass(slots=True)
class PrintedCode:
    """One code: the `number` in its batch, its state, and the code that is up in its place."""

    code: str
    batch: str
    number: int
    state: CodeState
    successor: str | None
    changed: datetime
    placement: Placement

    def move(self, state: CodeState, now: datetime) -> None:
        """Install or retire it; raises `Conflict` where it is not in use, or stands so already."""
        if self.state not in _MOVES[state]:
            raise Conflict(f"The code is {self.state}, so it cannot be {state}. {self._next_step()}")
        self.state, self.changed = state, now

    def _next_step(self) -> str:
        if self.successor is not None:
            return f"{self.successor} has taken its place: name that one."
        return "Replace or retire it." if self.state in IN_USE else "Order new codes instead."

    def replace(self, code: str, number: int, now: datetime) -> PrintedCode:
        """Let another code, which is returned, take its place."""
        self.move(CodeState.REPLACED, now)
        self.successor = code
        return PrintedCode(code, self.batch, number, CodeState.ISSUED, None, now, self.placement)


def placement_of(catalogue: Catalogue, codes: Mapping[str, PrintedCode], code: str) -> Placement:
    """What a code is for that somebody scanned; raises `Invalid` for one that is unknown or out of use."""
    station = catalogue.station_with_code(code)
    if station is not None:
        return Placement(CodeKind.STATION, station.area, station.code)
    found = codes.get(read_code(code) or "")
    if found is None:
        raise Invalid("Scan the code again, or leave it out.", {"code": ["There is no such code."]})
    if found.state not in IN_USE:
        raise Invalid("Leave the code out, and name the place instead.", {"code": ["This code is no longer in use."]})
    return found.placement


def new_code(random_bits: Callable[[int], int]) -> str:
    """A code that nobody can guess; `random_bits(n)` gives an n-bit number."""
    return crockford.draw(random_bits, CODE_LENGTH)


def read_code(text: str) -> str | None:
    """The code as it is stored, or None when the text cannot be one."""
    return crockford.read(value(text), CODE_LENGTH)
