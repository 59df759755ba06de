"""The rules of routing, pure: which topic an opinion is about, whose it is, until when, and what may be asked for."""

from services.routing.domain.checks import (
    PROMISING,
    Ruling,
    check_extension,
    check_objection,
    check_outcome,
    check_reply,
    is_rework,
    pause_until,
    with_details,
)
from services.routing.domain.choice import FALLBACK, GIVEN, KEYWORDS, Decision, Router
from services.routing.domain.levels import Mark, level_after, next_level
from services.routing.domain.limits import (
    DEADLINES,
    Deadlines,
    deadlines,
    evaluation_window,
    resumed_deadline,
    rework_deadline,
)
from services.routing.domain.roles import (
    CO_DEADLINES,
    LEAD,
    REVIEWER,
    ROLES,
    SUPERVISOR,
    answer_kind,
    check_handlers,
    co_deadlines,
    directed,
    kinds_of,
    moves_of,
    without,
)

__all__ = [
    "CO_DEADLINES", "DEADLINES", "FALLBACK", "GIVEN", "KEYWORDS", "LEAD", "PROMISING", "REVIEWER", "ROLES", "SUPERVISOR",
    "Deadlines", "Decision", "Mark", "Router", "Ruling", "answer_kind", "check_extension", "check_handlers", "check_objection",
    "check_outcome", "check_reply", "co_deadlines", "deadlines", "directed", "evaluation_window", "is_rework", "kinds_of",
    "level_after", "moves_of", "next_level", "pause_until", "resumed_deadline", "rework_deadline", "with_details", "without",
]  # fmt: skip
