"""The rules of routing, pure: which topic an opinion is about, whose it is, until when, and what may be asked for."""

from services.routing.domain.allowance import counted
from services.routing.domain.checks import (
    Ruling,
    check_extension,
    check_objection,
    check_outcome,
    check_target,
    is_rework,
    pause_until,
    with_details,
)
from services.routing.domain.choice import FALLBACK, GIVEN, KEYWORDS, Decision, Router
from services.routing.domain.commanding import Command, check_verb, command_of, message_id_of, verbs_of
from services.routing.domain.levels import Mark, level_after, next_level
from services.routing.domain.limits import (
    DEADLINES,
    Deadlines,
    deadlines,
    evaluation_window,
    pause_of,
    resumed_deadlines,
    rework_deadline,
    terms,
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
from services.routing.domain.rescheduling import (
    basis_of,
    fingerprint,
    moves_to_tell,
    recomputed,
    recomputed_beside,
    unmoved_due,
    what_changed,
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
from services.routing.domain.sampling import LARGEST_POPULATION, SAMPLE_SIZE, Check, Sample, draw

__all__ = [
    "BROKEN", "CO_DEADLINES", "DEADLINES", "FALLBACK", "GIVEN", "KEPT", "KEYWORDS", "LARGEST_POPULATION", "LEAD", "OPEN",
    "PROMISE_STATES", "PROMISING", "RELEASED", "REVIEWER", "ROLES", "SAMPLE_SIZE", "SUPERVISOR", "Check", "Command", "Deadlines",
    "Decision", "Mark", "Router", "Ruling", "Sample", "answer_kind", "basis_of", "check_extension", "check_handlers",
    "check_objection", "check_outcome", "check_reply", "check_target", "check_verb", "co_deadlines", "command_of", "counted",
    "deadlines", "directed", "draw", "evaluation_window", "fingerprint", "is_rework", "kinds_of", "level_after", "message_id_of",
    "moves_of", "moves_to_tell", "next_level", "pause_of", "pause_until", "promise_kept", "promises_of", "recomputed",
    "recomputed_beside", "resumed_deadlines", "rework_deadline", "terms", "unmoved_due", "verbs_of", "what_changed",
    "with_details", "without",
]  # fmt: skip
