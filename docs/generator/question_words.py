"""Descriptions of the properties and parameters of bookings, attendance and questions of sessions in the API."""

from __future__ import annotations

from collections.abc import Mapping

QUESTION_WORDS: Mapping[str, str] = {
    "session": "The id of the session.",
    "session_id": "The id of the session.",
    "questions": "The questions.",
    "slot": "The number of the slot.",
    "slots": "How many slots there are to book.",
    "answer": "What was answered on the spot.",
    "intake.SaidSchema.content": "The answer, as plain text.",
    "intake.SessionQuestion.promise": "What was promised on the spot.",
    "intake.SessionQuestion.title": "The title; the beginning of the text where it is left out.",
    "intake.BookingShape.title": "What the session is called.",
    "intake.Scanned.title": "What the session is called.",
    "intake.QuestionTaken.number": "The number of the question at its session.",
    "intake.QuestionShape.number": "The number of the question at its session.",
}
