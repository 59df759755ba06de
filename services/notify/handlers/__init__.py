"""What notify does: keep deadlines as it hears of them, climb the ladder, bring letters to their channels, and answer."""

from services.notify.handlers.asking import own_only
from services.notify.handlers.climbing import climb
from services.notify.handlers.deadlines import note_end, note_signature, set_deadlines, set_deadlines_again
from services.notify.handlers.posting import LETTERS_A_VISIT, LOST_AFTER, channels_to_visit, visit_channel
from services.notify.handlers.writing import note_request, visit_way, ways_to_visit

__all__ = [
    "LETTERS_A_VISIT", "LOST_AFTER", "channels_to_visit", "climb", "note_end", "note_request", "note_signature", "own_only",
    "set_deadlines", "set_deadlines_again", "visit_channel", "visit_way", "ways_to_visit",
]  # fmt: skip
