"""The calendar of sessions: what is to come as a list, or a month; everybody sees what is announced and open."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final
from urllib.parse import urlencode

from services.contracts.errors import Invalid
from services.contracts.people.callers import PUBLIC
from services.contracts.time.worktime import add_months
from services.notify.app.context import Notify
from services.notify.app.sessions.sessions import LIST_COST, cursor_after, read_place, seen_by
from services.notify.domain.sessions.session import Session
from services.notify.pages.paper import TEMPLATES
from services.notify.pages.sessions.showing import by_day, kinds_of, shown_session, stations_of, weeks_of
from services.notify.store.sessions.calendar import Place, SessionFilter, sessions_page
from services.runtime.input.queries import CodeOf, MonthField, texts
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH: Final = "/calendar"
#: What the list can be narrowed to, as a page and as a file for calendars.
NARROWED: Final = texts("cursor", kind=CodeOf("session_kinds"), station=CodeOf("stations"), month=MonthField(load_default=None))
A_PAGE: Final = 40
#: More than one place has in a month; the list of what is to come has the rest.
MOST_OF_A_MONTH: Final = 400


@routes.get(PATH, access=PUBLIC, cost=LIST_COST, query=NARROWED, page=error_page)
def calendar_page(call: Call[Notify]) -> Answer:
    """What is to come, the next first, or all of one month."""
    catalogue, zone = call.service.catalogue, call.service.catalogue.calendar.zone
    given = asked(call)
    today = call.service.database.clock.now().astimezone(zone).date()
    month = call.query["month"]
    begin, end = (month, add_months(month, 1)) if month else (today, None)
    found, more = listed(
        call, given, _midnight(call, begin), _midnight(call, end) if end else None, None if month else _after(call),
        MOST_OF_A_MONTH if month else A_PAGE,
    )  # fmt: skip
    rows = [shown_session(each, catalogue) for each in found]
    return html(
        TEMPLATES, "sessions/calendar.html", place=catalogue, role=call.caller.role, given=given, month=month,
        days=by_day(rows),
        weeks=weeks_of(month, [each.day for each in rows]) if month else [], total=len(rows),
        kinds=kinds_of(catalogue, is_open=call.caller.role is None), stations=stations_of(catalogue),
        before=_address(given, add_months(month, -1)) if month else None,
        later=_address(given, add_months(month, 1)) if month else None,
        this_month=_address(given, today), to_come=_address(given, None), file=file_address(given),
        following=f"{PATH}?{urlencode({**_said(given), 'cursor': more})}" if more and not month else None,
    )  # fmt: skip


def asked(call: Call[Notify]) -> dict[str, str]:
    """What the list is narrowed to, by kind and station."""
    return {name: call.query[name] for name in ("kind", "station")}


def listed(
    call: Call[Notify], given: dict[str, str], begin: datetime, end: datetime | None, after: Place | None, most: int
) -> tuple[list[Session], str | None]:
    """Sessions by time, and where the next page begins."""
    wanted = SessionFilter({name: value or None for name, value in given.items()}, begin, end)
    with call.service.database.reading() as connection:
        found = sessions_page(connection, seen_by(call.caller, call.service.catalogue), wanted, after, most)
    shown = found[:most]
    return shown, cursor_after(shown[-1]) if len(found) > most else None


def file_address(given: dict[str, str]) -> str:
    """Where the same is as a file for calendars."""
    said = urlencode(_said(given))
    return "/calendar.ics" + (f"?{said}" if said else "")


def _after(call: Call[Notify]) -> Place | None:
    try:
        return read_place(call.query["cursor"] or None)
    except Invalid:
        return None


def _said(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value}


def _address(given: dict[str, str], month: date | None) -> str:
    said = urlencode(_said(given) | ({"month": f"{month:%Y-%m}"} if month else {}))
    return PATH + (f"?{said}" if said else "")


def _midnight(call: Call[Notify], day: date) -> datetime:
    return datetime.combine(day, time(), call.service.catalogue.calendar.zone)
