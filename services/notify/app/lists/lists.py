"""The lists over HTTP: as they stand, as files, and as they were made public."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import flask
from sqlalchemy.engine import Connection

from services.contracts.catalogue import stored
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.messages.sessions import ListName
from services.contracts.people.callers import NOBODY, PUBLIC
from services.contracts.words.of_sessions import LISTS
from services.notify.app.context import Notify
from services.notify.app.lists.entries import own_session
from services.notify.app.lists.files import FILES, table_of, written
from services.notify.app.sessions.sessions import KEEPERS, seen_by
from services.notify.domain.lists.frozen import FrozenList, ListScope
from services.notify.domain.lists.published import public_row
from services.notify.domain.lists.views import LISTS as NAMES
from services.notify.domain.lists.views import Row, rows_of
from services.notify.domain.lists.wording import as_of
from services.notify.domain.sessions.session import Session
from services.notify.handlers.lists.publishing import publish
from services.notify.handlers.sessions.keeping import check_own
from services.notify.schemas.lists.rows import (
    FormatQuery,
    FrozenShape,
    SessionList,
    YearList,
    YearQuery,
    YearScope,
    frozen_answer,
    session_list_answer,
    year_list_answer,
)
from services.notify.store.lists.entries import ListStore, find_frozen, frozen_by_id
from services.notify.store.lists.reading import Place, cases_in, cases_of, entries_of
from services.runtime.input.numbers import whole_number
from services.runtime.input.queries import EARLIEST_YEAR, LATEST_YEAR
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import NOT_OURS, cursor_of, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
JSON = "application/json"
#: How many questions of a year a file has; more are read page by page.
MOST_IN_A_FILE = 5_000
TOO_LONG = {"station": [f"more than {MOST_IN_A_FILE} questions; name a station"]}


@routes.get(
    f"{API}/sessions/<session_id>/lists/<list_name>", access=KEEPERS, query=FormatQuery, answers={200: SessionList}, gives=FILES
)
def session_list(call: Call[Notify]) -> Answer:
    """Read a list of a session as it stands now; nobody fills it in."""
    name, now = name_of_list(call.path["list_name"]), call.service.database.clock.now()
    session, rows = _own_rows(call, name, now)
    if call.query["format"] == "json":
        return 200, session_list_answer(session.id, name, rows, now)
    return _file(call, call.query["format"], session.title, name, rows, now)


def session_file(call: Call[Notify], name: ListName, form: str) -> flask.Response:
    """A list of the session that is named as a file."""
    now = call.service.database.clock.now()
    session, rows = _own_rows(call, name, now)
    return _file(call, form, session.title, name, rows, now)


@routes.post(f"{API}/sessions/<session_id>/lists/<list_name>/publish", access=KEEPERS, answers={200: FrozenShape})
def publish_list(call: Call[Notify]) -> Answer:
    """Make a list of a session public as it stands; one that says what it said before is not published again."""
    return 200, frozen_answer(publish_session_list(call))


def publish_session_list(call: Call[Notify]) -> FrozenList:
    """Freeze a list of the session that is named; raises what the table of errors has."""
    name = name_of_list(call.path["list_name"])

    def unit(work: Transaction) -> FrozenList:
        ListStore(work).hold_questions()
        session = own_session(call, work.connection, call.path["session_id"])
        if not seen_by(NOBODY, call.service.catalogue).includes(session):
            raise Conflict("The public does not know of this session: it was not announced, or its kind is not open.")
        return _frozen(call, work, ListScope(session.id), name, session_rows(work.connection, session.id, name, work.now))

    return call.service.database.write(unit)


@routes.get(f"{API}/sessions/<session_id>/lists/<list_name>/published", access=PUBLIC, cost=5, answers={200: None}, gives=(JSON,))
def published_list(call: Call[Notify]) -> Answer:
    """Read a list of a session as it was made public last, to the byte: its SHA-256 stands in the ledger."""
    with call.service.database.reading() as connection:
        return _document(find_frozen(connection, ListScope(call.path["session_id"]), name_of_list(call.path["list_name"])))


@routes.get(f"{API}/lists/<list_name>/<year>", access=KEEPERS, query=YearQuery, answers={200: YearList}, gives=FILES)
def place_list(call: Call[Notify]) -> Answer:
    """Read the list of the whole place in a year; entries stand behind the last question."""
    return _year_list(call, None)


@routes.get(f"{API}/lists/<list_name>/<year>/<station>", access=KEEPERS, query=YearQuery, answers={200: YearList}, gives=FILES)
def station_list(call: Call[Notify]) -> Answer:
    """Read the list of a station in a year; entries stand behind the last question."""
    return _year_list(call, call.path["station"])


def _year_list(call: Call[Notify], station: str | None) -> Answer:
    name, scope = name_of_list(call.path["list_name"]), year_scope(call, call.path["year"], station)
    if call.query["format"] != "json":
        return year_file(call, name, scope, call.query["format"])
    now = call.service.database.clock.now()
    with call.service.database.reading() as connection:
        rows, following = year_rows(connection, scope, name, now, place_of(call.query["cursor"]), call.query["limit"])
    return 200, year_list_answer(scope, name, rows, now, following)


def year_scope(call: Call[Notify], year: str, station: str | None) -> ListScope:
    """A station, or the whole place, and a year. Raises `NotFound`, and `NotAllowed` for another station's."""
    check_own(call.caller, station)
    return ListScope(station=station, year=year_of(year))


def year_file(call: Call[Notify], name: ListName, scope: ListScope, form: str) -> flask.Response:
    """The list of a year as a file, which has all of it; raises `Invalid` for more than a file has."""
    now, catalogue = call.service.database.clock.now(), call.service.catalogue
    with call.service.database.reading() as connection:
        rows, following = year_rows(connection, scope, name, now, None, MOST_IN_A_FILE)
    if following is not None:
        raise Invalid("This is too long for a file.", TOO_LONG)
    known = stored.found(catalogue.stations, scope.station)
    return _file(call, form, f"{known.name if known else scope.station or catalogue.name} {scope.year}年", name, rows, now)


@routes.post(f"{API}/lists/<list_name>/publish", access=KEEPERS, body=YearScope, answers={200: FrozenShape})
def publish_year(call: Call[Notify]) -> Answer:
    """Make the list of a station, or of the whole place, in a year public as it stands."""
    scope = ListScope(station=call.body["station"], year=call.body["year"])
    return 200, frozen_answer(publish_year_list(call, name_of_list(call.path["list_name"]), scope))


def publish_year_list(call: Call[Notify], name: ListName, scope: ListScope) -> FrozenList:
    """Freeze a list of a year; raises what the table of errors has."""
    check_own(call.caller, scope.station)

    def unit(work: Transaction) -> FrozenList:
        ListStore(work).hold_questions()
        rows, following = year_rows(work.connection, scope, name, work.now, None, MOST_IN_A_FILE)
        if following is not None:
            raise Invalid("This is too long to be published.", TOO_LONG)
        return _frozen(call, work, scope, name, rows)

    return call.service.database.write(unit)


@routes.get(f"{API}/lists/published/<frozen_id>", access=PUBLIC, cost=5, answers={200: None}, gives=(JSON,))
def published(call: Call[Notify]) -> Answer:
    """Read any list that was made public, to the byte, by the id under which it was: that of its message in the ledger."""
    with call.service.database.reading() as connection:
        return _document(frozen_by_id(connection, call.path["frozen_id"]))


def session_rows(connection: Connection, session: str, name: ListName, now: datetime) -> list[Row]:
    """The rows of a list of a session as they stand."""
    return session_lists(connection, session, (name,), now)[name]


def session_lists(connection: Connection, session: str, names: Sequence[ListName], now: datetime) -> dict[ListName, list[Row]]:
    """Several lists of a session as they stand, of what is read once for all of them."""
    cases, entries = cases_of(connection, session), entries_of(connection, ListScope(session))
    return {name: rows_of(name, cases, entries, now) for name in names}


def year_rows(
    connection: Connection, scope: ListScope, name: ListName, now: datetime, after: Place | None, limit: int
) -> tuple[list[Row], str | None]:
    """The rows of some questions of a year, with the entries behind the last of them, and the cursor of what follows."""
    found = cases_in(connection, scope.station, scope.year or 0, after, limit)
    shown, more = found[:limit], len(found) > limit
    entries = [] if more else entries_of(connection, scope)
    last = cursor_of(f"{shown[-1].session}|{shown[-1].number}") if more else None
    return rows_of(name, shown, entries, now), last


def _own_rows(call: Call[Notify], name: ListName, now: datetime) -> tuple[Session, list[Row]]:
    with call.service.database.reading() as connection:
        session = own_session(call, connection, call.path["session_id"])
        return session, session_rows(connection, session.id, name, now)


def _file(call: Call[Notify], form: str, whose: str, name: ListName, rows: Sequence[Row], now: datetime) -> flask.Response:
    catalogue = call.service.catalogue
    return written(form, f"{whose} {LISTS[name].zh}", [as_of(now, catalogue).zh], [table_of(name, rows, catalogue)])


def _frozen(call: Call[Notify], work: Transaction, scope: ListScope, name: ListName, rows: list[Row]) -> FrozenList:
    shown = [public_row(row, call.service.catalogue) for row in rows]
    return publish(ListStore(work), scope, name, shown, call.caller.who or None)


def _document(found: FrozenList | None) -> flask.Response:
    if found is None:
        raise NotFound("This list was not made public.")
    if found.is_withheld:
        raise NotFound("This list is withheld: something in it was erased since. Read the newest one of its session or year.")
    response = flask.Response(found.document, content_type=JSON)
    response.headers["ETag"] = f'"{found.hash}"'
    return response


def year_of(text: str) -> int:
    """A year in an address; raises `NotFound`."""
    year = whole_number(text, 4)
    if year is None or not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise NotFound("A year is written like 2026.")
    return year


def name_of_list(text: str) -> ListName:
    """A list by its name; raises `NotFound`."""
    found = next((name for name in NAMES if name == text), None)
    if found is None:
        raise NotFound(f"There is no such list; there are {', '.join(NAMES)}.")
    return found


def place_of(cursor: str | None) -> Place | None:
    """Where a page of a year begins; raises `Invalid`."""
    last = read_cursor(cursor)
    if last is None:
        return None
    session, _, text = last.rpartition("|")
    number = whole_number(text, 9)
    if not session or number is None:
        raise Invalid("The cursor is not one of ours.", NOT_OURS)
    return session, number
