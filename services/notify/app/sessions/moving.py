"""Carrying out a command on a session in one transaction, for API and pages alike."""

from __future__ import annotations

from functools import partial

from services.contracts.sessions import SessionMove
from services.notify.app.context import Notify
from services.notify.domain.lists.frozen import ListScope
from services.notify.domain.lists.views import LISTS, is_open, rows_of
from services.notify.domain.sessions.session import Session
from services.notify.handlers.sessions import keeping, moving, theming
from services.notify.handlers.sessions.telling import tell_departments
from services.notify.store.lists.reading import cases_of, entries_of
from services.notify.store.reminders import ReminderStore
from services.notify.store.sessions.sessions import SessionStore
from services.notify.store.sessions.themes import ThemeStore
from services.notify.store.supervision.agendas import waiting_on_agenda
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call


def moved(call: Call[Notify], session_id: str, move: SessionMove, said: moving.Said) -> Session:
    """The session after a command, and those told who have to hear; raises what the table of errors has."""
    service = call.service

    def unit(work: Transaction) -> Session:
        store = SessionStore(work)
        session = keeping.loaded(store, session_id, call.caller)
        call.expect({"updated": session.updated})
        around = moving.Around(store, service.catalogue, partial(unfinished, work), partial(waiting_on_agenda, work.connection))
        moving.move(session, move, around, said)
        if move is SessionMove.HOLD:
            theming.hold(ThemeStore(work), session.id)
        tell_departments(ReminderStore(work, ()), service.catalogue, service.recipients, session, move)
        return session

    return service.database.write(unit)


def unfinished(work: Transaction, session_id: str) -> int:
    """How many promises and entries of a session have not ended, and questions that nobody has answered, or has to answer again."""
    cases, entries = cases_of(work.connection, session_id), entries_of(work.connection, ListScope(session=session_id))
    rows = [row for name in LISTS for row in rows_of(name, cases, entries, work.now)]
    waiting = {case.id for case in cases if not (case.state.is_answered or case.state.is_closed)}
    return len(waiting | {row.id for row in rows if is_open(row)})
