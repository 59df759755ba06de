"""扫码履职: which deputies were at a session, by the code that is put up there or by the word of its host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from services.contracts.messages.sessions import AttendanceRecorded
from services.intake.domain.sessions.session import Counted, HeardSession

if TYPE_CHECKING:
    from services.intake.store.sessions.sessions import KnownSessions


@dataclass(frozen=True, slots=True)
class Present:
    """The deputies of whom it is known that they were at a session."""

    session: HeardSession
    deputies: frozenset[str]
    is_new: bool


def scan(store: KnownSessions, session_id: str, deputy: str, zone: ZoneInfo) -> Present:
    """A deputy has scanned the code of a session; once counts. Raises `NotFound`, `Conflict`."""
    session = store.load(session_id)
    session.check_scanned(store.now, zone)
    return _present(store, session, [deputy], "code")


def note(store: KnownSessions, session_id: str, counted: Counted, station: str | None) -> Present:
    """The host says who came; numbers take the place of those said before. Raises `NotFound`, `Conflict`."""
    session = store.load(session_id)
    session.check_host(station)
    session.check_written_down()
    visitors = session.visitors if counted.visitors is None else counted.visitors
    observers = session.observers if counted.observers is None else counted.observers
    if (visitors, observers) != (session.visitors, session.observers):
        session.visitors, session.observers = visitors, observers
        store.say(session, AttendanceRecorded(session.id, "host", None, visitors, observers))
    return _present(store, session, counted.deputies, "host")


def _present(store: KnownSessions, session: HeardSession, deputies: Sequence[str], by: Literal["code", "host"]) -> Present:
    known = store.present(session.id)
    new = [deputy for deputy in dict.fromkeys(deputies) if deputy not in known]
    for deputy in new:
        store.attend(session.id, deputy, by)
        store.say(session, AttendanceRecorded(session.id, by, deputy))
    store.save(session)
    return Present(session, known | set(new), bool(new))
