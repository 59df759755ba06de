"""Lists of a year for everybody: which were made public, and each as it stood then."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import name_of, year_name
from services.contracts.words.of_sessions import LISTS
from services.notify.app.context import Notify
from services.notify.app.lists.lists import name_of_list, publish_year_list, year_of
from services.notify.app.sessions.sessions import KEEPERS, LIST_COST
from services.notify.domain.lists.frozen import ListScope
from services.notify.pages.lists.showing import shown_frozen
from services.notify.pages.lists.years import PATH
from services.notify.pages.paper import TEMPLATES, local
from services.notify.pages.sessions.showing import station_name
from services.notify.store.lists.entries import find_frozen, published_in
from services.runtime.input.queries import EARLIEST_YEAR, LATEST_YEAR, CodeOf, YearField, texts
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
ALL: Final = f"{PATH}/published"
ONE: Final = f"{PATH}/<list_name>/<year>"
#: More than the stations of a city have of one year.
MOST: Final = 1_000


@routes.get(ALL, access=PUBLIC, cost=LIST_COST, query=texts(year=YearField()), page=error_page)
def all_page(call: Call[Notify]) -> Answer:
    """The lists of a year that were made public; of this year where none is named."""
    catalogue = call.service.catalogue
    today = local(call.service.database.clock.now(), catalogue)
    year = call.query["year"] or today.year
    with call.service.database.reading() as connection:
        found = published_in(connection, year, MOST)
    rows = [
        (
            _address(each.list, year, each.station), station_name(catalogue, each.station) or name_of(catalogue),
            LISTS[each.list], local(each.at, catalogue),
        )
        for each in found
    ]  # fmt: skip
    return html(
        TEMPLATES, "lists/year-published.html", place=catalogue, role=call.caller.role, year=year_name(year), rows=rows,
        before=f"{ALL}?year={max(year - 1, EARLIEST_YEAR)}", later=f"{ALL}?year={min(year + 1, LATEST_YEAR)}",
    )  # fmt: skip


@routes.get(ONE, access=PUBLIC, cost=LIST_COST, query=texts(station=CodeOf("stations")), page=error_page)
def one_page(call: Call[Notify]) -> Answer:
    """A list of a station, or of the whole place, in a year as it was made public last."""
    catalogue, name = call.service.catalogue, name_of_list(call.path["list_name"])
    scope = _scope(call, call.query["station"])
    with call.service.database.reading() as connection:
        frozen = find_frozen(connection, scope, name)
    if frozen is None:
        raise NotFound("This list was not made public.")
    return html(
        TEMPLATES, "lists/published.html", place=catalogue, role=call.caller.role, called=LISTS[name],
        whose=station_name(catalogue, scope.station) or name_of(catalogue), year=year_name(scope.year or 0), number=scope.year,
        at=local(frozen.at, catalogue), frozen=shown_frozen(frozen), published=frozen,
    )  # fmt: skip


@routes.post(ONE, access=KEEPERS, page=error_page)
def publish(call: Call[Notify]) -> Answer:
    """Make a list of a year public as it stands; on to its public page."""
    name, scope = name_of_list(call.path["list_name"]), _scope(call, read_form(("station",))["station"])
    if scope.station is not None and scope.station not in call.service.catalogue.stations:
        raise NotFound("There is no such station.")
    publish_year_list(call, name, scope)
    return see_other(_address(name, scope.year or 0, scope.station))


def _scope(call: Call[Notify], station: str) -> ListScope:
    """Raises `NotFound` for what is no year."""
    return ListScope(station=station or None, year=year_of(call.path["year"]))


def _address(name: str, year: int, station: str | None) -> str:
    return f"{PATH}/{name}/{year}" + (f"?{urlencode({'station': station})}" if station else "")
