"""What is done with a session, over HTTP: each command moves it once; the same one again is told where it stands."""

from __future__ import annotations

from services.contracts.sessions import SessionMove
from services.notify.app.context import Notify
from services.notify.app.sessions.moving import moved
from services.notify.app.sessions.sessions import KEEPERS, shown
from services.notify.schemas.sessions.sessions import (
    AnnouncementBody,
    CancellationBody,
    ClosingBody,
    FollowingBody,
    HoldingBody,
    MinutesBody,
    PostponementBody,
    RatingsBody,
    SessionShape,
)
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
_ONE = f"{API}/sessions/<session_id>"


@routes.post(f"{_ONE}/announce", access=KEEPERS, body=AnnouncementBody, answers={200: SessionShape}, versioned=True)
def announce(call: Call[Notify]) -> Answer:
    """Announce a session to the public and to those asked to come; later than its kind asks for needs a reason."""
    return _moved(call, SessionMove.ANNOUNCE)


@routes.post(f"{_ONE}/postpone", access=KEEPERS, body=PostponementBody, answers={200: SessionShape}, versioned=True)
def postpone(call: Call[Notify]) -> Answer:
    """Postpone a session, to another time or until one is known."""
    return _moved(call, SessionMove.POSTPONE)


@routes.post(f"{_ONE}/cancel", access=KEEPERS, body=CancellationBody, answers={200: SessionShape}, versioned=True)
def cancel(call: Call[Notify]) -> Answer:
    """Cancel a session; a meeting whose agenda still has something open is not cancelled."""
    return _moved(call, SessionMove.CANCEL)


@routes.post(f"{_ONE}/hold", access=KEEPERS, body=HoldingBody, answers={200: SessionShape}, versioned=True)
def hold(call: Call[Notify]) -> Answer:
    """Record that a session was held and who was there; fewer than its kind asks for needs a reason."""
    return _moved(call, SessionMove.HOLD)


@routes.post(f"{_ONE}/minutes", access=KEEPERS, body=MinutesBody, answers={200: SessionShape}, versioned=True)
def write_minutes(call: Call[Notify]) -> Answer:
    """Enter the minutes of a session that was held, or put them right; later than its kind asks for needs a reason."""
    return _moved(call, SessionMove.MINUTES)


@routes.post(f"{_ONE}/follow", access=KEEPERS, body=FollowingBody, answers={200: SessionShape}, versioned=True)
def follow(call: Call[Notify]) -> Answer:
    """Say that everything that came of a session has ended; as long as something has not, that needs a reason."""
    return _moved(call, SessionMove.FOLLOW)


@routes.post(f"{_ONE}/evaluate", access=KEEPERS, body=RatingsBody, answers={200: SessionShape}, versioned=True)
def evaluate(call: Call[Notify]) -> Answer:
    """Record how those present rated a session, where its kind is rated."""
    return _moved(call, SessionMove.EVALUATE)


@routes.post(f"{_ONE}/close", access=KEEPERS, body=ClosingBody, answers={200: SessionShape}, versioned=True)
def close(call: Call[Notify]) -> Answer:
    """Close a session; one of a kind that is rated and was not needs a reason."""
    return _moved(call, SessionMove.CLOSE)


def _moved(call: Call[Notify], move: SessionMove) -> Answer:
    return 200, shown(call, moved(call, call.path["session_id"], move, call.body))
