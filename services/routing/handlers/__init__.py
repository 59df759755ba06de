"""What routing does: one function for each message it hears and for each move of a department or a supervisor."""

from __future__ import annotations

from services.routing.handlers.assigning import assign
from services.routing.handlers.closing import ON_ITS_WAY, cancel, close, conclude_lapsed, hear_details, resume_capped
from services.routing.handlers.lookback import check, look_back
from services.routing.handlers.moves import MOVES, known, move
from services.routing.handlers.promises import break_overdue, hear_resolved
from services.routing.handlers.rescheduling import adopt_calendar, reschedule
from services.routing.handlers.rulings import rule

__all__ = [
    "MOVES", "ON_ITS_WAY", "adopt_calendar", "assign", "break_overdue", "cancel", "check", "close", "conclude_lapsed",
    "hear_details", "hear_resolved", "known", "look_back", "move", "reschedule", "resume_capped", "rule",
]  # fmt: skip
