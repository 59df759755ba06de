"""Why a department was chosen: what `why.rule` of an assignment says, which is one line of text on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.contracts.messages.values import Why

_BETWEEN: Final = ": "


class Basis(StrEnum):
    """By what a department was chosen."""

    GIVEN = "given"
    KEYWORDS = "keywords"
    FALLBACK = "fallback"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    RULING = "ruling"


#: These tell something beside: the keywords that were found, the reason of the ruling.
_TELLING: Final = frozenset({Basis.KEYWORDS, Basis.RULING})


@dataclass(frozen=True, slots=True)
class Rule:
    """A basis, with the keywords that were found or the reason of the ruling; `str` gives the form on the wire."""

    basis: Basis
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.basis}{_BETWEEN}{self.detail}" if self.basis in _TELLING else str(self.basis)

    def why(self, confidence: float = 1.0) -> Why:
        """What an assignment says of it."""
        return Why(str(self), confidence)

    @classmethod
    def parse(cls, text: str) -> Rule | None:
        """The rule that a text on the wire stands for; None where it is none that this version knows."""
        code, _, detail = text.partition(_BETWEEN)
        rule = cls(Basis(code), detail) if code in tuple(Basis) else None
        return rule if str(rule) == text else None
