"""Where the pictures of maps come from. Without a source there is no map, and nobody is asked for one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PLAIN: Final = r"[^\s{}\"'<>;,\\]*"
_TILES: Final = re.compile(rf"(?P<origin>https?://[A-Za-z0-9.-]+(?::[0-9]+)?)?/{_PLAIN}(?:\{{[zxy]\}}{_PLAIN}){{3}}")
#: The levels that tiles are known by, from the whole earth to a house.
DEEPEST: Final = 22


@dataclass(frozen=True, slots=True)
class Start:
    """What a map shows first that has nothing to show: degrees of WGS 84, and a level."""

    latitude: float
    longitude: float
    level: int


@dataclass(frozen=True, slots=True)
class MapSource:
    """Where tiles come from, who has to be named for them, and down to which level they are there."""

    tiles: str
    credit: str = ""
    deepest: int = 18
    start: Start = Start(35.0, 105.0, 4)

    @property
    def origin(self) -> str | None:
        """The site that a browser asks for tiles; None where it is this one."""
        found = _TILES.fullmatch(self.tiles)
        return found["origin"] if found else None


def tiles(text: str) -> str:
    """The address of a tile with `{z}`, `{x}` and `{y}`, here or at one other site; raises ValueError for anything else."""
    if not _TILES.fullmatch(text) or any(text.count(part) != 1 for part in ("{z}", "{x}", "{y}")):
        raise ValueError("an address such as https://tiles.example.org/{z}/{x}/{y}.png or /tiles/{z}/{x}/{y}.png is needed")
    return text


def level(text: str) -> int:
    """A level of tiles; raises ValueError for anything else."""
    if not text.isdecimal() or int(text) > DEEPEST:
        raise ValueError(f"a whole number up to {DEEPEST} is needed")
    return int(text)


def start(text: str) -> Start:
    """Latitude, longitude and level such as `27.994 120.699 13`; raises ValueError for anything else."""
    parts = text.replace(",", " ").split()
    if len(parts) != 3:
        raise ValueError("latitude, longitude and level are needed, such as 27.994 120.699 13")
    latitude, longitude = float(parts[0]), float(parts[1])
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError("latitude is at most 90, longitude at most 180")
    return Start(latitude, longitude, level(parts[2]))
