"""Commands about sessions: each loads one, moves it, and saves it with what is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from services.contracts.errors import Invalid, NotAllowed, NotFound
from services.notify.domain.sessions.details import Attendance, Details
from services.notify.domain.sessions.session import UNKNOWN_SESSION, Session

if TYPE_CHECKING:
    from services.contracts.catalogue.model import Catalogue
    from services.contracts.people.callers import Caller
    from services.notify.store.sessions.sessions import SessionStore


def check_own(caller: Caller, station: str | None) -> None:
    """Raises `NotAllowed` for what is not the caller's station's, where it acts for one."""
    if caller.station is not None and station != caller.station:
        raise NotAllowed("A station keeps its own sessions only.", {"station": [f"has to be {caller.station}"]})


def call_session(store: SessionStore, catalogue: Catalogue, details: Details, caller: Caller) -> Session:
    """Plan one session."""
    check_own(caller, details.station)
    details = details.checked(catalogue)
    _check_ahead(store, details)
    check_deputies(store, details.deputies)
    session = store.new(details, caller.who or None)
    store.save(session, session.plan_message())
    return session


def change_session(store: SessionStore, catalogue: Catalogue, session: Session, details: Details) -> None:
    """Change what is said of a session that is still to come."""
    details = details.checked(catalogue)
    check_deputies(store, details.deputies)
    is_moved = details.at != session.at
    if is_moved:
        _check_ahead(store, details)
    message = session.change(details)
    if is_moved:
        session.settle(catalogue.calendar)
    store.save(session, message)


def _check_ahead(store: SessionStore, details: Details) -> None:
    if details.at <= store.now:
        raise Invalid("It has to lie in the future.", {"at": [f"after {store.now.isoformat(timespec='seconds')}"]})


def loaded(store: SessionStore, session_id: str, caller: Caller) -> Session:
    """A session that the caller may change, held until the transaction ends; raises `NotFound`, `NotAllowed`."""
    session = store.load(session_id)
    if session is None:
        raise NotFound(UNKNOWN_SESSION)
    check_own(caller, session.station)
    return session


def attended(store: SessionStore, session: Session, said: Attendance) -> Attendance:
    """Who was there by what the host says and by the codes that were scanned. Raises `Invalid` for deputies nobody knows."""
    check_deputies(store, said.deputies)
    heard = store.attendance(session.id)
    deputies = tuple(dict.fromkeys((*said.deputies, *heard.deputies)))
    return replace(said, deputies=deputies, observers=said.observers or heard.observers, visitors=said.visitors or heard.visitors)


def check_deputies(store: SessionStore, codes: Sequence[str]) -> None:
    """Raises `Invalid` where a register of deputies is kept and one of these is not an active one of it."""
    if strange := store.strange_deputies(codes):
        raise Invalid("Name deputies by their codes in the register.", {"deputies": [f"not in office: {', '.join(strange)}"]})
