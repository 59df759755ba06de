"""Entries over HTTP: what is to be done after a session and is no opinion."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from services.contracts.errors import Invalid, NotFound
from services.notify.app.context import Notify
from services.notify.app.sessions.sessions import KEEPERS
from services.notify.domain.lists.entries import Entry
from services.notify.domain.lists.frozen import ListScope
from services.notify.domain.sessions.session import UNKNOWN_SESSION, Session
from services.notify.handlers.lists import entries as handlers
from services.notify.handlers.sessions.keeping import check_own
from services.notify.schemas.lists.entries import (
    EntryBody,
    EntryDrop,
    EntryPage,
    EntryQuery,
    EntryResult,
    EntryShape,
    YearEntryBody,
    entry_answer,
)
from services.notify.store.lists.entries import ListStore, find_entry, list_entries
from services.notify.store.sessions.calendar import find_session
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


@routes.get(f"{API}/entries", access=KEEPERS, query=EntryQuery, answers={200: EntryPage})
def entries(call: Call[Notify]) -> Answer:
    """List entries, the newest first; a station sees those of its own sessions and years."""
    limit, now = call.query["limit"], call.service.database.clock.now()
    filters = {name: call.query[name] for name in ("session", "station", "year", "list", "state")}
    own = call.caller.station
    with call.service.database.reading() as connection:
        if own is not None and filters["session"] is not None:
            own_session(call, connection, filters["session"])
        elif own is not None:
            filters["station"] = (own,)
        found = list_entries(connection, filters, read_cursor(call.query["cursor"]), limit)
    return 200, page([entry_answer(each, now) for each in found], limit)


@routes.post(
    f"{API}/sessions/<session_id>/entries",
    access=KEEPERS, body=EntryBody, answers={201: EntryShape}, made=f"{API}/entries/{{id}}",
)  # fmt: skip
def add_entry(call: Call[Notify]) -> Answer:
    """Put something to be done on a list of a session: a problem, a measure, a task, or work that is a part of a task."""

    def act(work: Transaction) -> tuple[int, dict[str, object]]:
        session = own_session(call, work.connection, call.path["session_id"])
        made = handlers.make(ListStore(work), ListScope(session.id), call.body, call.caller.who or None)
        return 201, entry_answer(made, work.now)

    return once(call.service.database, call.idempotency_key, f"POST /sessions/{call.path['session_id']}/entries", call.body, act)


@routes.post(f"{API}/entries", access=KEEPERS, body=YearEntryBody, answers={201: EntryShape}, made=f"{API}/entries/{{id}}")
def add_year_entry(call: Call[Notify]) -> Answer:
    """The same on a list of a station, or of the whole place, and a year."""
    station = call.body["station"]
    check_own(call.caller, station)
    if station is not None and station not in call.service.catalogue.stations:
        raise Invalid("There is no such station.", {"station": ["a code of the catalogue"]})

    def act(work: Transaction) -> tuple[int, dict[str, object]]:
        scope = ListScope(station=station, year=call.body["year"])
        return 201, entry_answer(handlers.make(ListStore(work), scope, call.body["entry"], call.caller.who or None), work.now)

    return once(call.service.database, call.idempotency_key, "POST /entries", call.body, act)


@routes.get(f"{API}/entries/<entry_id>", access=KEEPERS, answers={200: EntryShape})
def read_entry(call: Call[Notify]) -> Answer:
    """Read an entry."""
    with call.service.database.reading() as connection:
        entry = _own(call, connection)
    return 200, entry_answer(entry, call.service.database.clock.now())


@routes.post(f"{API}/entries/<entry_id>/done", access=KEEPERS, body=EntryResult, answers={200: EntryShape})
def do_entry(call: Call[Notify]) -> Answer:
    """It is done, and this came of it."""

    def unit(work: Transaction) -> dict[str, object]:
        _own(call, work.connection)
        store = ListStore(work)
        return entry_answer(handlers.do(store, call.path["entry_id"], call.body["result"]), store.now)

    return 200, call.service.database.write(unit)


@routes.post(f"{API}/entries/<entry_id>/drop", access=KEEPERS, body=EntryDrop, answers={200: EntryShape})
def drop_entry(call: Call[Notify]) -> Answer:
    """It will not be done, for a reason."""

    def unit(work: Transaction) -> dict[str, object]:
        _own(call, work.connection)
        store = ListStore(work)
        return entry_answer(handlers.drop(store, call.path["entry_id"], call.body["reason"]), store.now)

    return 200, call.service.database.write(unit)


def _own(call: Call[Notify], connection: Connection) -> Entry:
    """The entry that is named; raises `NotFound`, and `NotAllowed` for another station's."""
    entry = find_entry(connection, call.path["entry_id"])
    if entry.session is None:
        check_own(call.caller, entry.station)
    else:
        own_session(call, connection, entry.session)
    return entry


def own_session(call: Call[Notify], connection: Connection, name: str) -> Session:
    """A session whose lists the caller keeps; raises `NotFound`, and `NotAllowed` for another station's."""
    session = find_session(connection, name)
    if session is None:
        raise NotFound(UNKNOWN_SESSION)
    check_own(call.caller, session.station)
    return session
