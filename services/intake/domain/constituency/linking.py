"""Which deputy of the register an opinion is linked to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.contracts.errors import Invalid


@dataclass(frozen=True, slots=True)
class LinkedDeputy:
    """An active deputy, with the groups that they belong to."""

    code: str
    name: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownDeputies:
    """What the register says to the words that submissions name deputies by: codes or names. `kept`: there is a register."""

    kept: bool = False
    called: Mapping[str, Sequence[LinkedDeputy]] = field(default_factory=dict)

    def link(self, word: str | None, *, claimed: bool = True) -> LinkedDeputy | None:
        """The deputy whom a word names; None where nobody is named, or no register is kept.

        Raises `Invalid` for anybody else, where the sender has `claimed` it: who scans a card cannot help whose it was.
        """
        if not word or not self.kept:
            return None
        found = self.called.get(word, ())
        if len(found) == 1:
            return found[0]
        if not claimed:
            return None
        several = f"Several deputies are called '{word}'; give the code of one."
        nobody = f"No active deputy of the register has the code or name '{word}'. See /api/v1/deputies."
        raise Invalid("Name a deputy of the register, or leave it out.", {"deputy": [several if found else nobody]})


NO_REGISTER: Final = KnownDeputies()
