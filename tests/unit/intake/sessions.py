"""Sessions as notify tells of them, and what is asked and booked there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.contracts.envelope import Event
from services.contracts.messages.sessions import LetterBooked, SessionAnnounced, SessionMessage
from services.runtime.clock import new_id
from tests.unit.intake.harness import IntakeHarness
from tests.unit.intake.opinions import MORNING

SESSION = "session-0001"
AT = MORNING + timedelta(days=7)
VISITOR = {"name": "标记甲", "phone": "13711110000", "about": "标记事由：楼道照明"}
QUESTION = {"text": "河堤外侧护栏松动，请加固。", "topic": "rivers", "summary": "河堤护栏松动"}


def tell(
    harness: IntakeHarness, shape: type[SessionMessage] = SessionAnnounced, sequence: int = 2, state: str = "announced",
    **changes: Any,
) -> None:  # fmt: skip
    """Let notify tell of a session, an open one of the central station with two slots where nothing else is said."""
    message = told(shape, state, **changes)
    harness.consume(Event(new_id(), "/notify", message.session, harness.clock.now(), sequence, message))


def told(shape: type[SessionMessage] = SessionAnnounced, state: str = "announced", **changes: Any) -> SessionMessage:
    """What notify tells of it."""
    whole: dict[str, Any] = {
        "session": SESSION, "kind": "reception", "title": "周二代表有约", "at": AT, "state": state, "station": "central",
        "area": "town", "theme": "社区照明", "place": "一站会议室", "slots": 2,
    }  # fmt: skip
    return shape(**whole | changes)


def ask(harness: IntakeHarness, *questions: dict[str, Any], who: str = "at-central", session: str = SESSION, **headers: str) -> Any:
    return harness.post(f"/sessions/{session}/questions", {"questions": list(questions)}, who, **headers)


def book(harness: IntakeHarness, session: str = SESSION, **changes: Any) -> Any:
    return harness.post(f"/sessions/{session}/bookings", VISITOR | changes)


def booked_letters(harness: IntakeHarness) -> list[LetterBooked]:
    """The letters to those who booked, in order, with whom they are for in the clear."""
    return [harness.unsealed(event.data) for event in harness.private() if isinstance(event.data, LetterBooked)]
