"""An example of each message about sessions with people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.contracts.messages.sessions import (
    AttendanceRecorded,
    BookingCancelled,
    BookingMade,
    EntryDone,
    EntryMade,
    LetterBooked,
    ListPublished,
    QuestionAsked,
    SessionAnnounced,
    SessionCancelled,
    SessionChanged,
    SessionClosed,
    SessionEvaluated,
    SessionFollowed,
    SessionHeld,
    SessionMinuted,
    SessionPlanned,
    SessionPostponed,
    ThemeChosen,
    ThemeShortlisted,
    ThemeSuggested,
)
from services.contracts.messages.values import Message


def session_examples(session: str, other: str, at: datetime) -> tuple[tuple[str, int, Message], ...]:
    """Who says it, with which number, and what; `at` is when the session is."""
    whole: dict[str, Any] = {
        "session": session, "kind": "reception", "title": "周二代表有约", "at": at, "brand": "周二代表有约",
        "station": "chengdong-1", "area": "chengdong", "theme": "社区照明", "plan": "tuesday", "ends": at,
        "place": "城东街道一站会议室", "slots": 12, "deputies": ("wx-017", "wx-018"), "departments": ("city-management",),
        "irregular": ("notice",),
    }  # fmt: skip
    entry: dict[str, Any] = {
        "entry": other, "list": "work", "session": session, "station": "chengdong-1", "owner": "city-management", "due": at,
    }  # fmt: skip
    return (
        ("notify", 1, SessionPlanned(**whole, state="planned")),
        ("notify", 2, SessionAnnounced(**whole, state="announced")),
        ("notify", 3, SessionChanged(**whole, state="announced")),
        ("notify", 4, SessionPostponed(**whole, state="postponed")),
        ("notify", 4, SessionCancelled(**whole, state="cancelled")),
        ("notify", 5, SessionHeld(**whole, state="held", visitors=162, observers=3, deputies_present=("wx-017", "wx-018"))),
        ("notify", 6, SessionMinuted(**whole, state="minuted")),
        ("notify", 7, SessionFollowed(**whole, state="followed")),
        ("notify", 8, SessionEvaluated(**whole, state="evaluated", satisfied=20, basically_satisfied=4, dissatisfied=1)),
        ("notify", 9, SessionClosed(**whole, state="closed")),
        ("notify", 1, ThemeSuggested(other, "社区照明", "words", "chengdong", "chief")),
        ("notify", 2, ThemeShortlisted(other, "社区照明", "words", "chengdong", "chief")),
        ("notify", 3, ThemeChosen(other, "社区照明", "words", "chengdong", "chief")),
        ("notify", 6, EntryMade(**entry)),
        ("notify", 7, EntryDone(**entry, on_time=False)),
        ("notify", 8, ListPublished("promise", "5f" * 32, 6, session)),
        ("intake", 1, QuestionAsked(session, "reception", 3, "chengdong-1", "路灯不亮", "street-lights", "city-management")),
        ("intake", 1, BookingMade(session, 4)),
        ("intake", 2, BookingCancelled(session, 4)),
        ("intake", 3, AttendanceRecorded(session, "code", "wx-017")),
        ("intake", 0, LetterBooked(
            "booked", "8M3XK-2QZ7T-9W4C", "周二代表有约", at, 4, "城东街道一站会议室", "https://example.org/bookings/8M3XK2QZ7T9W4C",
            "gAAAA-name", "gAAAA-mail",
        )),
    )  # fmt: skip
