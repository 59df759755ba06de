"""The shapes of notify's requests and answers. Unknown fields are refused, as is marshmallow's rule."""

from services.notify.schemas.deadlines import DeadlinePage, DeadlineShape, DeadlineStory, ExplainQuery, ExplanationShape
from services.notify.schemas.letters import LetterQuery, NotePage, NoteShape
from services.notify.schemas.reminders import CaseQuery, LetterShape, ReminderPage, ReminderShape
from services.notify.schemas.supervisions import (
    MeetingCall,
    MeetingFile,
    MeetingPage,
    MeetingQuery,
    Result,
    Scheduling,
    SupervisionPage,
    SupervisionQuery,
    SupervisionShape,
)
from services.notify.schemas.witness import WitnessedHead, WitnessedHeads

__all__ = [
    "CaseQuery",
    "DeadlinePage",
    "DeadlineShape",
    "DeadlineStory",
    "ExplainQuery",
    "ExplanationShape",
    "LetterQuery",
    "LetterShape",
    "MeetingCall",
    "MeetingFile",
    "MeetingPage",
    "MeetingQuery",
    "NotePage",
    "NoteShape",
    "ReminderPage",
    "ReminderShape",
    "Result",
    "Scheduling",
    "SupervisionPage",
    "SupervisionQuery",
    "SupervisionShape",
    "WitnessedHead",
    "WitnessedHeads",
]
