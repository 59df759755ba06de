"""Where an opinion is about, or a station stands."""

from __future__ import annotations

from dataclasses import dataclass

#: Decimals of the degrees that everybody may know: about 100 m.
COARSE = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """A point on the map: degrees of WGS 84."""

    latitude: float
    longitude: float

    def __str__(self) -> str:
        return ", ".join(f"{each:.5f}".rstrip("0").rstrip(".") for each in (self.latitude, self.longitude))


@dataclass(frozen=True, slots=True)
class Location:
    """Where it is: an address, or degrees of WGS 84."""

    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def about(self) -> Spot | None:
        """About where it is, in degrees; None where they were not given."""
        spot = self.exact
        return None if spot is None else Spot(round(spot.latitude, COARSE), round(spot.longitude, COARSE))

    @property
    def exact(self) -> Spot | None:
        """Where it is, in degrees; None where they were not given."""
        return None if self.latitude is None or self.longitude is None else Spot(self.latitude, self.longitude)
