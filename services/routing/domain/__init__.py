"""The rules of routing, pure: which topic an opinion is about, whose it is, until when, and what may be asked for."""

from services.routing.domain.checks import (
    MOST_EXTENSIONS,
    MOST_PAUSES,
    Ruling,
    check_extension,
    check_objection,
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
    moved_by_pause,
    pause_of,
    resumed_deadline,
    rework_deadline,
)
from services.routing.domain.promising import (
    BROKEN,
    KEPT,
    OPEN,
    PROMISE_STATES,
    PROMISING,
    RELEASED,
    check_reply,
    promise_kept,
    promises_of,
)
from services.routing.domain.rescheduling import basis_of, fingerprint, moves_to_tell, recomputed, unmoved_due, what_changed
from services.routing.domain.sampling import LARGEST_POPULATION, SAMPLE_SIZE, Check, Sample, draw

__all__ = [
    "BROKEN", "DEADLINES", "FALLBACK", "GIVEN", "KEPT", "KEYWORDS", "LARGEST_POPULATION", "MOST_EXTENSIONS", "MOST_PAUSES",
    "OPEN", "PROMISE_STATES", "PROMISING", "RELEASED", "SAMPLE_SIZE", "Check", "Deadlines", "Decision", "Router", "Ruling",
    "Sample", "basis_of", "check_extension", "check_objection", "check_reply", "deadlines", "draw", "evaluation_window",
    "fingerprint", "is_rework", "moved_by_pause", "moves_to_tell", "pause_of", "pause_until", "promise_kept", "promises_of",
    "recomputed", "resumed_deadline", "rework_deadline", "unmoved_due", "what_changed", "with_details",
]  # fmt: skip
