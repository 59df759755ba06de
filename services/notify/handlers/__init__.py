"""What notify does: keep deadlines as it hears of them, climb the ladder, bring letters to their channels, and answer."""

from services.notify.handlers.calendar_notifications import notify_of_calendar
from services.notify.handlers.climbing import Climber, answer, climb
from services.notify.handlers.deadlines import (
    move_deadlines,
    note_answer,
    note_broken,
    note_contact,
    note_kept,
    note_mark,
    note_objection,
    note_pause,
    note_signature,
    note_void,
    set_deadlines,
    set_deadlines_again,
    set_promise,
)
from services.notify.handlers.staff_notifications import LOST_AFTER, STAFF_NOTIFICATIONS_A_TURN, channels_due, serve_channel
from services.notify.handlers.submitter_notifications import keep_request, serve_way, ways_due
from services.notify.handlers.supervising import call_meeting, resolve, schedule

__all__ = [
    "LOST_AFTER",
    "STAFF_NOTIFICATIONS_A_TURN",
    "Climber",
    "answer",
    "call_meeting",
    "channels_due",
    "climb",
    "keep_request",
    "move_deadlines",
    "note_answer",
    "note_broken",
    "note_contact",
    "note_kept",
    "note_mark",
    "note_objection",
    "note_pause",
    "note_signature",
    "note_void",
    "notify_of_calendar",
    "resolve",
    "schedule",
    "serve_channel",
    "serve_way",
    "set_deadlines",
    "set_deadlines_again",
    "set_promise",
    "ways_due",
]  # fmt: skip
