"""Sessions as files for calendars (iCalendar, RFC 5545): what is announced and open, all of it or one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

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
from services.notify.pages.sessions.calendar import asked, listed
from services.notify.pages.sessions.showing import station_name
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, origin
from services.runtime.web.pages.readers import this_reader
from services.runtime.web.routes import Answer, Routes

if TYPE_CHECKING:
    from icalendar import Event as CalendarEvent

routes = Routes()
TYPE: Final = "text/calendar"
#: How long what lies behind us stays in the file, and how much it has at most.
KEPT, MOST = timedelta(days=90), 500
#: How long one takes of which no end is said.
USUAL: Final = timedelta(hours=2)


@routes.get("/calendar.ics", access=PUBLIC, cost=LIST_COST, page=error_page, gives=(TYPE,))
def calendar_file(call: Call[Notify]) -> Answer:
    """The sessions of the last three months and all to come, for calendars that follow it; narrowed as the page is."""
    begin = call.service.database.clock.now() - KEPT
    found, _ = listed(call, asked(call), begin, None, None, MOST)
    return _file(call, found)


@routes.get("/sessions/<session_id>.ics", access=PUBLIC, cost=ONE_COST, page=error_page, gives=(TYPE,))
def session_file(call: Call[Notify]) -> Answer:
    """One session for a calendar."""
    return _file(call, [find(call, call.path["session_id"])])


def _file(call: Call[Notify], found: Iterable[Session]) -> flask.Response:
    # Imported here, because most processes never make one and it takes memory.
    from icalendar import Calendar

    catalogue, site = call.service.catalogue, origin(call.guard)
    is_chinese = this_reader().lang == CHINESE
    calendar = Calendar()
    calendar.add("prodid", "-//Huiying//Sessions//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name_of(catalogue)[0 if is_chinese else 1])
    for session in found:
        calendar.add_component(_event(session, catalogue, site, 0 if is_chinese else 1))
    response = flask.Response(calendar.to_ical(), content_type=f"{TYPE}; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _event(session: Session, catalogue: Catalogue, site: str, language: int) -> CalendarEvent:
    from icalendar import Event as CalendarEvent

    zone, address = catalogue.calendar.zone, f"{site}/sessions/{session.id}"
    kind, station = name_of(stored.session_kind(catalogue, session.kind)), station_name(catalogue, session.station)
    event = CalendarEvent()
    event.add("uid", f"{session.id}@huiying")
    event.add("sequence", session.sequence)
    event.add("dtstamp", (session.updated or session.created).astimezone(zone))
    event.add("dtstart", session.at.astimezone(zone))
    event.add("dtend", (session.ends or session.at + USUAL).astimezone(zone))
    event.add("summary", session.title if session.title == session.brand else f"{session.title} · {kind[language]}")
    event.add("description", "\n".join(filter(None, (session.theme, session.reason, address))))
    if session.place or station:
        event.add("location", " · ".join(filter(None, (station[language] if station else None, session.place))))
    event.add("url", address)
    event.add("status", _status(session.state))
    return event


def _status(state: SessionState) -> str:
    if state is SessionState.CANCELLED:
        return "CANCELLED"
    return "TENTATIVE" if state is SessionState.POSTPONED else "CONFIRMED"
