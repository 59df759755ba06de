"""人大代表: a deputy of the register, known to the public by office."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid

#: What a code of the registers looks like: the number of a deputy's card will do.
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
UNKNOWN_DEPUTY: Final = "There is no such deputy."
LONGEST_TEXT: Final = 2_000


class DeputyState(StrEnum):
    """Whether a deputy is in office."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Deputy:
    """A deputy with the areas and stations they are responsible for, and the groups they belong to.

    四亮, what a deputy shows the public: `identity`, `duties`, `promise` and `results`. How to reach them is in their account.
    """

    name: str
    level: str
    term: str
    state: DeputyState = DeputyState.ACTIVE
    areas: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    identity: str = ""
    duties: str = ""
    promise: str = ""
    results: str = ""
    code: str = ""
    updated: datetime | None = None

    @property
    def is_in_office(self) -> bool:
        """Whether they may act as a deputy, and be asked to."""
        return self.state is DeputyState.ACTIVE

    def check_successor(self, new: Deputy) -> None:
        """Raises `Conflict` for a change that may not be: whose office has ended comes back with another term only."""
        if self.state is DeputyState.ENDED and new.state is not DeputyState.ENDED and new.term == self.term:
            raise Conflict(f"The office of this deputy has ended with the term '{self.term}'; name the term of a new one.")


def check_code(code: str) -> str:
    """The code of something in a register; raises `Invalid`."""
    if not CODE.fullmatch(code):
        raise Invalid("Choose another code.", {"code": [f"1 to 40 letters, digits and . _ -, such as 'wx-017': {CODE.pattern}"]})
    return code


def check_places(catalogue: Catalogue, **named: tuple[str, ...]) -> None:
    """Raises `Invalid` that names every code the catalogue does not have, by the part of the catalogue it is missing in."""
    errors: dict[str, list[str]] = {}
    for part, codes in named.items():
        known = getattr(catalogue, part)
        if strange := [code for code in codes if code not in known]:
            errors[part] = [f"The catalogue has no '{code}' among its {part}." for code in strange]
    if errors:
        raise Invalid("Correct the fields named in 'errors' and send again.", errors)
