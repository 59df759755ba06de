"""The page of the lists of a year: of a station, or for the office of the whole place."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from services.contracts.words.bilingual import name_of, year_name
from services.contracts.words.of_sessions import LISTS
from services.notify.app.context import Notify
from services.notify.app.lists.files import FILES, TYPES, form_of
from services.notify.app.lists.lists import name_of_list, place_of, year_file, year_rows, year_scope
from services.notify.app.sessions.sessions import KEEPERS
from services.notify.pages.lists.showing import shown_rows
from services.notify.pages.paper import TEMPLATES, local
from services.notify.pages.sessions.showing import station_name, stations_of
from services.notify.store.lists.entries import frozen_at
from services.runtime.input.queries import ChoiceOf, CodeOf, YearField, texts
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH: Final = "/sessions/lists"
A_PAGE: Final = 50
_NARROWED: Final = texts("cursor", list=ChoiceOf(LISTS), year=YearField(), station=CodeOf("stations"))


@routes.get(PATH, access=KEEPERS, query=_NARROWED, page=error_page)
def year_page(call: Call[Notify]) -> Answer:
    """A list of a year as it stands; the problems of this year where nothing else is asked for."""
    catalogue, now, own = call.service.catalogue, call.service.database.clock.now(), call.caller.station
    name = name_of_list(call.query["list"] or "problem")
    year = str(call.query["year"] or f"{now.astimezone(catalogue.calendar.zone):%Y}")
    scope = year_scope(call, year, call.query["station"] or own)
    cursor = call.query["cursor"]
    with call.service.database.reading() as connection:
        rows, more = year_rows(connection, scope, name, now, place_of(cursor) if cursor else None, A_PAGE)
        published = frozen_at(connection, scope, name)
    given = {"list": name, "year": year, "station": scope.station or ""}
    narrowed = f"?{urlencode({'station': scope.station})}" if scope.station else ""
    return html(
        TEMPLATES, "lists/year.html", role=call.caller.role, place=catalogue, called=LISTS[name],
        year=year_name(scope.year or 0),
        whose=station_name(catalogue, scope.station) or name_of(catalogue), given=given,
        table=shown_rows(name, rows, catalogue) if rows else None, as_of=local(now, catalogue), lists=[(None, list(LISTS.items()))],
        stations=[] if own else stations_of(catalogue), public=f"{PATH}/{name}/{scope.year}", form_session=call.session,
        published_at=published and local(published, catalogue),
        files=[(form, f"{PATH}/{name}/{year}/{form}{narrowed}") for form in TYPES],
        following=more and f"{PATH}?{urlencode(given | {'cursor': more})}",
    )  # fmt: skip


@routes.get(
    f"{PATH}/<list_name>/<year>/<form>", access=KEEPERS, query=texts(station=CodeOf("stations")), page=error_page, gives=FILES
)
def year_paper(call: Call[Notify]) -> Answer:
    """The same as a file."""
    form, station = form_of(call.path["form"]), call.query["station"] or call.caller.station
    return year_file(call, name_of_list(call.path["list_name"]), year_scope(call, call.path["year"], station), form)
