"""The page of a list: as it stands for who keeps it, as it was made public for everybody; and the month of a station."""

from __future__ import annotations

from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words, month_name
from services.contracts.words.of_sessions import LISTS
from services.notify.app.context import Notify
from services.notify.app.lists.files import FILES, TYPES, form_of
from services.notify.app.lists.lists import name_of_list, publish_session_list, session_file, session_rows
from services.notify.app.lists.papers import irregular, summary_of, summary_paper
from services.notify.app.sessions.sessions import KEEPERS, ONE_COST, find, keeps
from services.notify.domain.lists.frozen import ListScope
from services.notify.domain.lists.summary import COUNTS
from services.notify.pages.lists.showing import shown_frozen, shown_rows
from services.notify.pages.paper import TEMPLATES, local
from services.notify.pages.sessions.showing import station_name
from services.notify.store.lists.entries import find_frozen
from services.runtime.input.queries import CodeOf, MonthField, texts
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH = "/sessions/<session_id>/lists/<list_name>"
_MONTH_OF_A_STATION = texts(station=CodeOf("stations"), month=MonthField(load_default=None))


@routes.get(PATH, access=PUBLIC, cost=ONE_COST, page=error_page)
def list_page(call: Call[Notify]) -> Answer:
    """A list of a session."""
    session, name = find(call, call.path["session_id"]), name_of_list(call.path["list_name"])
    catalogue, now, is_keeper = call.service.catalogue, call.service.database.clock.now(), keeps(call.caller, session)
    with call.service.database.reading() as connection:
        frozen = find_frozen(connection, ListScope(session.id), name)
        if frozen is None and not is_keeper:
            raise NotFound("This list was not made public.")
        live = shown_rows(name, session_rows(connection, session.id, name, now), catalogue) if is_keeper else None
    return html(
        TEMPLATES, "lists/list.html", role=call.caller.role, place=catalogue, session=session, called=LISTS[name], code=name,
        live=live, frozen=frozen and shown_frozen(frozen), published=frozen, now=local(now, catalogue), files=list(TYPES),
        frozen_at=frozen and local(frozen.at, catalogue), form_session=call.session,
    )  # fmt: skip


@routes.post(f"{PATH}/publish", stands_on=PATH, access=KEEPERS, page=error_page)
def publish_page(call: Call[Notify]) -> Answer:
    """Make a list public as it stands; back to its page."""
    publish_session_list(call)
    return see_other(f"/sessions/{call.path['session_id']}/lists/{call.path['list_name']}")


@routes.get(f"{PATH}/<form>", access=KEEPERS, page=error_page, gives=FILES)
def list_file(call: Call[Notify]) -> Answer:
    """A list of a session as a file."""
    return session_file(call, name_of_list(call.path["list_name"]), form_of(call.path["form"]))


@routes.get("/sessions/summary", access=KEEPERS, query=_MONTH_OF_A_STATION, page=error_page)
def summary_page(call: Call[Notify]) -> Answer:
    """The month of a station: that of the caller, where it acts for one, and this month where none is named."""
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    station = call.query["station"] or call.caller.station or next(iter(sorted(catalogue.stations)), "")
    month = f"{call.query['month'] or now.astimezone(catalogue.calendar.zone):%Y-%m}"
    found = summary_of(call, station, month)
    options = [(code, station_name(catalogue, code) or Words(code, code)) for code in catalogue.stations]
    return html(
        TEMPLATES, "lists/summary.html", role=call.caller.role, place=catalogue, summary=found, month=month_name(month),
        station=station_name(catalogue, station), counts=[(words, found.counts[name]) for name, words in COUNTS.items()],
        as_of=local(now, catalogue), asked={"station": station, "month": month},
        stations=options if call.caller.station is None else [], files=list(TYPES),
        sessions=[(each, local(each.at, catalogue), list(irregular(each))) for each in found.sessions],
    )  # fmt: skip


@routes.get("/sessions/summary/<station>/<month>/<form>", access=KEEPERS, page=error_page, gives=FILES)
def summary_file(call: Call[Notify]) -> Answer:
    """The month of a station as a file."""
    form, found = form_of(call.path["form"]), summary_of(call, call.path["station"], call.path["month"])
    return summary_paper(found, form, call.service.catalogue)
