"""Sessions as files for calendars (iCalendar, RFC 5545): what is announced and open, all of it or one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import flask

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.people.callers import PUBLIC
from services.contracts.sessions import SessionState
from services.contracts.words.bilingual import name_of
from services.design.reader import CHINESE
from services.notify.app.context import Notify
from services.notify.app.sessions.sessions import LIST_COST, ONE_COST, find
from services.notify.domain.sessions.session import Session
from services.notify.pages.sessions.calendar import NARROWED, asked, listed
from services.notify.pages.sessions.showing import station_name
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, origin
from services.runtime.web.pages.readers import this_reader
from services.runtime.web.routes import Answer, Routes

routes = Routes()
TYPE: Final = "text/calendar"
#: How long what lies behind us stays in the file, and how much it has at most.
KEPT, MOST = timedelta(days=90), 500
#: How many sessions are remembered as they were written last.
REMEMBERED: Final = 2_000
#: How long one takes of which no end is said.
USUAL: Final = timedelta(hours=2)


@routes.get("/calendar.ics", access=PUBLIC, cost=LIST_COST, query=NARROWED, page=error_page, gives=(TYPE,))
def calendar_file(call: Call[Notify]) -> Answer:
    """The sessions of the last three months and all to come, for calendars that follow it; narrowed as the page is."""
    begin = call.service.database.clock.now() - KEPT
    found, _ = listed(call, asked(call), begin, None, None, MOST)
    return _file(call, found)


@routes.get("/sessions/<session_id>.ics", access=PUBLIC, cost=ONE_COST, page=error_page, gives=(TYPE,))
def session_file(call: Call[Notify]) -> Answer:
    """One session for a calendar."""
    return _file(call, [find(call, call.path["session_id"])])


class CalendarEntry(NamedTuple):
    """What a file says of a session."""

    uid: str
    sequence: int
    stamp: datetime
    begins: datetime
    ends: datetime
    summary: str
    description: str
    location: str
    url: str
    status: str


def _file(call: Call[Notify], found: Iterable[Session]) -> flask.Response:
    catalogue, site = call.service.catalogue, origin(call.guard)
    language = 0 if this_reader().lang == CHINESE else 1
    entries = [_lines(_entry(each, catalogue, site, language)) for each in found]
    head = _written(
        ("BEGIN", "VCALENDAR"), ("VERSION", "2.0"), ("PRODID", "-//Huiying//Sessions//ZH"), ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", name_of(catalogue)[language]),
    )  # fmt: skip
    written = b"".join((head, *entries, _written(("END", "VCALENDAR"))))
    response = flask.Response(written, content_type=f"{TYPE}; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _entry(session: Session, catalogue: Catalogue, site: str, language: int) -> CalendarEntry:
    address = f"{site}/sessions/{session.id}"
    kind, station = name_of(stored.session_kind(catalogue, session.kind)), station_name(catalogue, session.station)
    return CalendarEntry(
        f"{session.id}@huiying", session.sequence, session.updated or session.created, session.at,
        session.ends or session.at + USUAL,
        session.title if session.title == session.brand else f"{session.title} · {kind[language]}",
        "\n".join(filter(None, (session.theme, session.reason, address))),
        " · ".join(filter(None, (station[language] if station else None, session.place))), address, _status(session.state),
    )  # fmt: skip


@lru_cache(maxsize=REMEMBERED)
def _lines(entry: CalendarEntry) -> bytes:
    """An entry as lines. Instants are in UTC, which every calendar reads without being told the rules of a zone."""
    stamps = (("DTSTAMP", entry.stamp), ("DTSTART", entry.begins), ("DTEND", entry.ends))
    return _written(
        ("BEGIN", "VEVENT"), ("UID", entry.uid), ("SEQUENCE", str(entry.sequence)),
        *((name, f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}") for name, at in stamps),
        ("SUMMARY", entry.summary), ("DESCRIPTION", entry.description),
        *((("LOCATION", entry.location),) if entry.location else ()),
        ("URL", entry.url), ("STATUS", entry.status), ("END", "VEVENT"),
    )  # fmt: skip


def _written(*properties: tuple[str, str]) -> bytes:
    """Properties as lines: escaped and folded by the library, whose components would cost three times as much."""
    # Imported here, because most processes never make one and it takes memory.
    from icalendar import vText
    from icalendar.parser import Contentline, Contentlines

    escaped = (f"{name}:{vText(value).to_ical().decode()}" for name, value in properties)
    lines = Contentlines(map(Contentline, escaped))
    return bytes(lines.to_ical())  # type: ignore[no-untyped-call]


def _status(state: SessionState) -> str:
    # A time that no longer holds goes from calendars; the new one comes with a higher number under the same name.
    return "CANCELLED" if state in (SessionState.CANCELLED, SessionState.POSTPONED) else "CONFIRMED"
