"""Why a department was chosen: what `why.rule` of an assignment says, which is one line of text on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.contracts.messages.values import Learned, Why

_BETWEEN: Final = ": "


class Basis(StrEnum):
    """By what a department was chosen."""

    GIVEN = "given"
    KEYWORDS = "keywords"
    FALLBACK = "fallback"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"
    RULING = "ruling"
    LEARNED = "learned"
    PRECEDENT = "precedent"


#: These tell something beside: the keywords that were found, the words that spoke for it, the reason of who ruled or chose.
_TELLING: Final = frozenset({Basis.KEYWORDS, Basis.SUPERVISOR, Basis.RULING, Basis.LEARNED, Basis.PRECEDENT})


@dataclass(frozen=True, slots=True)
class Rule:
    """A basis, with the words that were found or the reason of the ruling; `str` gives the form on the wire."""

    basis: Basis
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.basis}{_BETWEEN}{self.detail}" if self.basis in _TELLING else str(self.basis)

    def why(self, confidence: float = 1.0, learned: Learned | None = None) -> Why:
        """What an assignment says of it."""
        return Why(str(self), confidence, learned)

    @classmethod
    def parse(cls, text: str) -> Rule | None:
        """The rule that a text on the wire stands for; None where it is none that this version knows."""
        code, _, detail = text.partition(_BETWEEN)
        rule = cls(Basis(code), detail) if code in tuple(Basis) else None
        return rule if str(rule) == text else None
