"""The shapes of notify's requests and answers. Unknown fields are refused, as is marshmallow's rule."""

from services.notify.schemas.deadlines import DeadlineHistoryAnswer, DeadlinePage, DeadlineShape, ExplainQuery, ExplanationShape
from services.notify.schemas.notifications import NotificationQuery, SubmitterNotificationPage, SubmitterNotificationShape
from services.notify.schemas.reminders import CaseQuery, ReminderPage, ReminderShape, StaffNotificationShape
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
    "DeadlineHistoryAnswer",
    "DeadlinePage",
    "DeadlineShape",
    "ExplainQuery",
    "ExplanationShape",
    "MeetingCall",
    "MeetingFile",
    "MeetingPage",
    "MeetingQuery",
    "NotificationQuery",
    "ReminderPage",
    "ReminderShape",
    "Result",
    "Scheduling",
    "StaffNotificationShape",
    "SubmitterNotificationPage",
    "SubmitterNotificationShape",
    "SupervisionPage",
    "SupervisionQuery",
    "SupervisionShape",
    "WitnessedHead",
    "WitnessedHeads",
]
