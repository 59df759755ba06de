"""What sessions with people there are, and what each kind has to meet to count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.contracts.time.durations import Duration

#: 督政议事会: the kind of session on whose agenda supervisions stand; there is one in every place, in the catalogue or not.
SUPERVISION_MEETING: Final = "supervision_meeting"


@dataclass(frozen=True, slots=True)
class SessionKind:
    """A kind of session. `notice`: how long before it has to be announced; `minutes`: how long after it they may take.

    `evaluate`: those present rate it once everything promised has ended. `open`: the public sees it and may book.
    """

    code: str
    name: str
    name_en: str
    least_deputies: int = 0
    least_officials: int = 0
    notice: Duration | None = None
    minutes: Duration | None = None
    evaluate: bool = False
    open: bool = False
