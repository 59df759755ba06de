"""What each command does to a session, in one table: API and pages carry out the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.contracts.catalogue import stored
from services.contracts.errors import Conflict
from services.contracts.sessions import SessionMove
from services.notify.handlers.sessions.keeping import attended

if TYPE_CHECKING:
    from services.contracts.catalogue.model import Catalogue
    from services.contracts.catalogue.sessions import SessionKind
    from services.contracts.messages.sessions import SessionMessage
    from services.notify.domain.sessions.session import Session
    from services.notify.store.sessions.sessions import SessionStore

#: What a command says, as its schema makes it.
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    """What a command needs beside its session: the store, the catalogue, how many of the matters of a session have not ended, and
    how many supervisions wait on its agenda."""

    store: SessionStore
    catalogue: Catalogue
    unfinished: Callable[[str], int]
    waiting: Callable[[str], int]

    def kind(self, session: Session) -> SessionKind:
        """The kind of a session."""
        return stored.session_kind(self.catalogue, session.kind)


def _announce(session: Session, around: Around, said: Said) -> SessionMessage:
    return session.announce(around.kind(session), around.catalogue.calendar, around.store.now, said["reason"])


def _postpone(session: Session, around: Around, said: Said) -> SessionMessage:
    kind, calendar = around.kind(session), around.catalogue.calendar
    return session.postpone(said["at"], said["ends"], said["reason"], kind, calendar, around.store.now)


def _cancel(session: Session, around: Around, said: Said) -> SessionMessage:
    if waiting := around.waiting(session.id):
        raise Conflict(f"{waiting} supervisions wait on its agenda: put them on that of another meeting first.")
    return session.cancel(said["reason"])


def _hold(session: Session, around: Around, said: Said) -> SessionMessage:
    came = attended(around.store, session, said["came"])
    return session.hold(came, around.kind(session), around.catalogue.calendar, around.store.now, said["reason"])


def _minutes(session: Session, around: Around, said: Said) -> SessionMessage:
    return session.write(said["minutes"], around.store.now, said["reason"])


def _follow(session: Session, around: Around, said: Said) -> SessionMessage:
    return session.follow(around.unfinished(session.id), said["reason"])


def _evaluate(session: Session, around: Around, said: Said) -> SessionMessage:
    return session.evaluate(said["ratings"], around.kind(session))


def _close(session: Session, around: Around, said: Said) -> SessionMessage:
    return session.close(around.kind(session), said["reason"])


ACTS: Mapping[SessionMove, Callable[[Session, Around, Said], SessionMessage]] = {
    SessionMove.ANNOUNCE: _announce,
    SessionMove.POSTPONE: _postpone,
    SessionMove.CANCEL: _cancel,
    SessionMove.HOLD: _hold,
    SessionMove.MINUTES: _minutes,
    SessionMove.FOLLOW: _follow,
    SessionMove.EVALUATE: _evaluate,
    SessionMove.CLOSE: _close,
}


def move(session: Session, move: SessionMove, around: Around, said: Said) -> None:
    """Carry a command out on a loaded session and save it with what is told; raises `Invalid` and `Conflict`."""
    around.store.save(session, ACTS[move](session, around, said))
