"""Whose duty it is that is no department's: a deputy's, the informants' or the station's, the presidium's."""

from __future__ import annotations

from typing import cast, get_args

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.people.duties import Holder
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import HOLDERS

_SEPARATOR = ":"
_STATIONS = ("informant", "station")


def owed_by(holder: Holder, code: str | None) -> str:
    """What stands in the place of a department: no department's code has a colon."""
    return f"{holder}{_SEPARATOR}{code or ''}"


def holder_of(owing: str) -> tuple[Holder, str | None] | None:
    """Whose duty it is, with their code; None for a department's."""
    holder, separator, code = owing.partition(_SEPARATOR)
    return (cast(Holder, holder), code or None) if separator and holder in get_args(Holder) else None


def called(catalogue: Catalogue, owing: str) -> Words:
    """What a department is called, or whose duty it is: the register of deputies is another service's, which has their names."""
    held = holder_of(owing)
    if held is None:
        return name_of(stored.department(catalogue, owing))
    holder, code = held
    station = stored.found(catalogue.stations, code) if code and holder in _STATIONS else None
    name = station.name if station else code or ""
    return Words(f"{HOLDERS[holder].zh} {name}".strip(), f"{HOLDERS[holder].en} {name}".strip())
