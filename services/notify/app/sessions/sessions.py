"""Sessions over HTTP: everybody reads what is announced, the office and stations plan and read the rest."""

from __future__ import annotations

from datetime import datetime

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid, NotFound
from services.contracts.people.callers import OFFICE, PUBLIC, Caller, Role
from services.contracts.sessions import allowed_moves
from services.notify.app.context import Notify
from services.notify.domain.sessions.details import Details
from services.notify.domain.sessions.session import UNKNOWN_SESSION, Session
from services.notify.handlers.sessions import keeping
from services.notify.schemas.sessions.sessions import DetailsBody, SessionPage, SessionQuery, SessionShape, session_answer
from services.notify.store.sessions.calendar import Place, Seen, SessionFilter, find_session, sessions_page
from services.notify.store.sessions.sessions import SessionStore
from services.runtime.clock import ZONE
from services.runtime.input.queries import begin_of, end_of
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import NOT_OURS, cursor_of, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
#: Who plans sessions and records what becomes of them; a station its own.
KEEPERS = OFFICE | {Role.STATION}
LIST_COST, ONE_COST = 3, 1


@routes.get(f"{API}/sessions", access=PUBLIC, cost=LIST_COST, query=SessionQuery, answers={200: SessionPage})
def list_sessions(call: Call[Notify]) -> Answer:
    """List sessions by time; without a token, those that are announced and open to the public."""
    query, limit = call.query, call.query["limit"]
    columns = {name: query[name] for name in ("kind", "station", "plan", "state")}
    wanted = SessionFilter(
        columns, query["since"] and begin_of(query["since"], ZONE), query["until"] and end_of(query["until"], ZONE)
    )
    with call.service.database.reading() as connection:
        found = sessions_page(
            connection, seen_by(call.caller, call.service.catalogue), wanted, read_place(query["cursor"]), limit,
            latest_first=query["sort"] == "-at",
        )  # fmt: skip
    following = cursor_after(found[limit - 1]) if len(found) > limit else None
    return 200, {"items": [shown(call, each) for each in found[:limit]], "next": following}


@routes.post(
    f"{API}/sessions", access=KEEPERS, body=DetailsBody, answers={201: SessionShape}, made=f"{API}/sessions/{{id}}"
)  # fmt: skip
def plan_session(call: Call[Notify]) -> Answer:
    """Plan one session; a station its own."""
    details: Details = call.body

    def act(work: Transaction) -> tuple[int, dict[str, object]]:
        session = keeping.call_session(SessionStore(work), call.service.catalogue, details, call.caller)
        return 201, shown(call, session)

    return once(call.service.database, call.idempotency_key, "POST /sessions", details, act)


@routes.get(f"{API}/sessions/<session_id>", access=PUBLIC, cost=ONE_COST, answers={200: SessionShape}, versioned=True)
def read_session(call: Call[Notify]) -> Answer:
    """Read one session."""
    return 200, shown(call, find(call, call.path["session_id"]))


@routes.put(
    f"{API}/sessions/<session_id>", access=KEEPERS, body=DetailsBody, answers={200: SessionShape}, versioned=True
)  # fmt: skip
def change_session(call: Call[Notify]) -> Answer:
    """Change what is said of a session that is still to come; an announced one gets another time by being postponed."""
    return 200, shown(call, changed(call, call.path["session_id"], call.body))


def changed(call: Call[Notify], session_id: str, details: Details) -> Session:
    """A session of which other details are said; raises `Changed` where it is not the version that was read."""

    def unit(work: Transaction) -> Session:
        store = SessionStore(work)
        session = keeping.loaded(store, session_id, call.caller)
        call.expect({"updated": session.updated})
        keeping.change_session(store, call.service.catalogue, session, details)
        return session

    return call.service.database.write(unit)


def find(call: Call[Notify], session_id: str) -> Session:
    """A session that the caller may see; raises `NotFound`."""
    with call.service.database.reading() as connection:
        session = find_session(connection, session_id)
    if session is None or not seen_by(call.caller, call.service.catalogue).includes(session):
        raise NotFound(UNKNOWN_SESSION)
    return session


def shown(call: Call[Notify], session: Session) -> dict[str, object]:
    """A session as its reader may see it."""
    return session_answer(session, allowed_moves(session.state) if keeps(call.caller, session) else None)


def keeps(caller: Caller, session: Session) -> bool:
    """Whether somebody may record what becomes of a session."""
    return caller.role in OFFICE or (caller.role is Role.STATION and caller.station == session.station)


def seen_by(caller: Caller, catalogue: Catalogue) -> Seen:
    """Which sessions somebody may see."""
    kinds = [code for code, kind in catalogue.session_kinds.items() if kind.open]
    return Seen(caller.role in OFFICE, kinds, caller.station if caller.role is Role.STATION else None)


def cursor_after(session: Session) -> str:
    """What a list by time goes on with after a session: `read_place` reads it."""
    return cursor_of(f"{session.at.isoformat()}|{session.id}")


def read_place(cursor: str | None) -> Place | None:
    """Where a page of a list by time goes on; raises `Invalid` for a cursor that we did not make."""
    last = read_cursor(cursor)
    if last is None:
        return None
    text, _, name = last.partition("|")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not name:
        raise Invalid("The cursor is not one of ours.", NOT_OURS)
    return at, name
