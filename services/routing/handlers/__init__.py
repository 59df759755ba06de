"""What routing does: one function for each message it hears and for each move of a department or a supervisor."""

from __future__ import annotations

from services.routing.handlers.approval import amend, approve
from services.routing.handlers.assigning import assign
from services.routing.handlers.closing import ON_ITS_WAY, cancel, close, conclude_lapsed, resume_capped
from services.routing.handlers.commanding import CommandRefused, answer_commands, give_up
from services.routing.handlers.entry import allowed_to, move
from services.routing.handlers.finding import known
from services.routing.handlers.joining import add_handlers
from services.routing.handlers.lookback import check, look_back
from services.routing.handlers.merging import consume_details, consume_joined, consume_parted
from services.routing.handlers.promises import break_overdue, consume_resolved
from services.routing.handlers.raising import consume_raised, mark, raise_if_due, raise_level
from services.routing.handlers.rescheduling import adopt_calendar, announce_moved, moving, reschedule
from services.routing.handlers.resyncing import resync, send_again
from services.routing.handlers.rulings import rule

__all__ = [
    "ON_ITS_WAY",
    "CommandRefused",
    "add_handlers",
    "adopt_calendar",
    "allowed_to",
    "amend",
    "announce_moved",
    "answer_commands",
    "approve",
    "assign",
    "break_overdue",
    "cancel",
    "check",
    "close",
    "conclude_lapsed",
    "consume_details",
    "consume_joined",
    "consume_parted",
    "consume_raised",
    "consume_resolved",
    "give_up",
    "known",
    "look_back",
    "mark",
    "move",
    "moving",
    "raise_if_due",
    "raise_level",
    "reschedule",
    "resume_capped",
    "resync",
    "rule",
    "send_again",
]  # fmt: skip
