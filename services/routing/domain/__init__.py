"""The rules of routing, pure: which topic an opinion is about, whose it is, until when, and what may be asked for."""

from services.routing.domain.checks import (
    MOST_EXTENSIONS,
    MOST_PAUSES,
    PROMISING,
    Ruling,
    check_extension,
    check_objection,
    check_reply,
    is_rework,
    pause_until,
    with_details,
)
from services.routing.domain.choice import FALLBACK, GIVEN, KEYWORDS, Decision, Router
from services.routing.domain.limits import (
    DEADLINES,
    Deadlines,
    deadlines,
    evaluation_window,
    resumed_deadline,
    rework_deadline,
)

__all__ = [
    "DEADLINES", "FALLBACK", "GIVEN", "KEYWORDS", "MOST_EXTENSIONS", "MOST_PAUSES", "PROMISING", "Deadlines", "Decision", "Router",
    "Ruling", "check_extension", "check_objection", "check_reply", "deadlines", "evaluation_window", "is_rework", "pause_until",
    "resumed_deadline", "rework_deadline", "with_details",
]  # fmt: skip
