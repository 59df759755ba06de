"""Telling the departments that are asked to a session: by their own channels, as they are told of everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.contracts.sessions import SessionMove
from services.notify.domain.sessions.notice import write_notice

if TYPE_CHECKING:
    from services.contracts.catalogue.model import Catalogue
    from services.notify.domain.letters.recipients import Recipients
    from services.notify.domain.sessions.session import Session
    from services.notify.store.reminders import ReminderStore

#: The moves that departments are written to about.
TOLD: Final = frozenset({SessionMove.ANNOUNCE, SessionMove.POSTPONE, SessionMove.CANCEL})


def tell_departments(
    record: ReminderStore, catalogue: Catalogue, recipients: Recipients, session: Session, move: SessionMove
) -> None:
    """One notification to each channel of each department that is asked to come, where it has been told or is told now."""
    if move not in TOLD or not session.is_announced:
        return
    for department in session.asked:
        title, body = write_notice(session, move, department, catalogue)
        record.add_session_notice(session.id, department, str(move), recipients.to_department(department, title, body))
