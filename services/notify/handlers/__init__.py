"""What notify does: keep deadlines as it hears of them, climb the ladder, bring letters to their channels, and answer."""

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
from services.notify.handlers.notices import tell_of_calendar
from services.notify.handlers.posting import LETTERS_A_VISIT, LOST_AFTER, channels_to_visit, visit_channel
from services.notify.handlers.supervising import call_meeting, resolve, schedule
from services.notify.handlers.writing import note_request, visit_way, ways_to_visit

__all__ = [
    "LETTERS_A_VISIT", "LOST_AFTER", "Climber", "answer", "call_meeting", "channels_to_visit", "climb", "move_deadlines",
    "note_answer", "note_broken", "note_contact", "note_kept", "note_mark", "note_objection", "note_pause", "note_request",
    "note_signature", "note_void", "resolve", "schedule", "set_deadlines", "set_deadlines_again", "set_promise",
    "tell_of_calendar", "visit_channel", "visit_way", "ways_to_visit",
]  # fmt: skip
