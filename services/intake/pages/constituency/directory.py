"""Who represents whom: the public pages of deputies, groups and stations."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from sqlalchemy.engine import Connection

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue, Station
from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.people import DEPUTY_LEVELS, DEPUTY_STATES, GROUP_KINDS
from services.design.phrases import Phrase
from services.intake.app.constituency.registers import LIST_COST, ONE_COST
from services.intake.app.constituency.stations import file as station_file
from services.intake.app.constituency.stations import one_view
from services.intake.app.context import Intake
from services.intake.domain.constituency.deputy import UNKNOWN_DEPUTY, Deputy, DeputyState
from services.intake.domain.constituency.group import DeputyGroup
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.caching import shared
from services.intake.pages.publication.public import area_name, place_page
from services.intake.pages.timeline import LabelledFact, local
from services.intake.schemas.constituency.registers import DeputyPageQuery
from services.intake.store.constituency import registers
from services.runtime.input.queries import registered
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
SHOWN = 50
DEPUTIES, STATIONS = "/public/deputies", "/public/stations"
#: 四亮: what a deputy shows the public, in this order.
SHOWS = (
    ("identity", Phrase("Who I am")), ("duties", Phrase("What I take care of")), ("promise", Phrase("What I promise")),
    ("results", Phrase("What I have achieved")),
)  # fmt: skip


class Link(NamedTuple):
    """Where something has a page of its own, and what it is called."""

    path: str
    name: Words


class TreeStation(NamedTuple):
    """A station in the tree: how many deputies are responsible for it, and what stands below it."""

    link: Link
    deputies: int
    below: list[TreeStation]


class GroupRows(NamedTuple):
    """A page of the groups, each with its kind and how many active deputies it has, and where the next one begins."""

    rows: list[tuple[DeputyGroup, Words, int]]
    following: str | None


def shown_groups(connection: Connection, cursor: str | None) -> GroupRows:
    """The groups behind a cursor."""
    found = registers.groups_page(connection, {}, read_cursor(cursor), SHOWN)
    members = registers.active_deputies(connection, "groups", [each.code for each in found])
    rows = [(each, GROUP_KINDS[each.kind], members.get(each.code, 0)) for each in found[:SHOWN]]
    return GroupRows(rows, cursor_of(found[SHOWN - 1].code) if len(found) > SHOWN else None)


@routes.get(DEPUTIES, access=PUBLIC, cost=LIST_COST, query=DeputyPageQuery, page=error_page)
def deputies_page(call: Call[Intake]) -> Answer:
    """Deputies in office, of a station or a group where one is named, and the groups that there are."""
    asked, catalogue = call.query, call.service.catalogue
    station, group = stored.found(catalogue.stations, asked["station"] or None), asked["group"]
    tied = {"stations": (station.code,) if station else None, "groups": (group,) if group else None}
    with call.service.database.reading() as connection:
        state = {"state": DeputyState.ACTIVE}
        named = registered("group", group, partial(registers.find_group, connection))
        found = registers.deputies_page(connection, state, tied, read_cursor(asked["cursor"]), SHOWN)
        groups = shown_groups(connection, asked["groups"])
    narrowed = [each.name for each in (named, station) if each]
    kept = "".join(f"&{name}={asked[name]}" for name in ("station", "group") if asked[name])
    return shared(
        html(
            TEMPLATES, "constituency/deputies.html", place=catalogue, narrowed=narrowed,
            deputies=[(each, DEPUTY_LEVELS[each.level], _stations(catalogue, each)) for each in found[:SHOWN]],
            groups=[(f"{DEPUTIES}?group={each.code}", each, kind, many) for each, kind, many in groups.rows],
            figures=f"/statistics?group={named.code}" if named else None,
            more_groups=groups.following and f"{DEPUTIES}?groups={groups.following}",
            following=f"{DEPUTIES}?cursor={cursor_of(found[SHOWN - 1].code)}{kept}" if len(found) > SHOWN else None,
        )
    )  # fmt: skip


@routes.get(f"{DEPUTIES}/<deputy>", access=PUBLIC, cost=ONE_COST, page=error_page)
def deputy_page(call: Call[Intake]) -> Answer:
    """A deputy with identity, duties, promise and results."""
    catalogue = call.service.catalogue
    with call.service.database.reading() as connection:
        found = registers.find_deputy(connection, call.path["deputy"])
        groups = [registers.find_group(connection, code) for code in found.groups] if found else []
    if found is None:
        raise NotFound(UNKNOWN_DEPUTY)
    facts = (
        (Phrase("Deputy of"), DEPUTY_LEVELS[found.level]), (Phrase("Term"), found.term),
        (Phrase("State"), DEPUTY_STATES[found.state]),
    )  # fmt: skip
    return shared(
        html(
            TEMPLATES, "constituency/deputy.html", place=catalogue, deputy=found,
            facts=[LabelledFact(label, value) for label, value in facts],
            shows=[(label, text) for name, label in SHOWS if (text := getattr(found, name))],
            areas=[area_name(code, catalogue) for code in found.areas], stations=_stations(catalogue, found),
            groups=[Link(f"{DEPUTIES}?group={each.code}", Words(each.name, each.name)) for each in groups if each],
        )
    )  # fmt: skip


def _stations(catalogue: Catalogue, deputy: Deputy) -> list[Link]:
    return [_link(each) for code in deputy.stations if (each := stored.found(catalogue.stations, code))]


def _link(station: Station) -> Link:
    return Link(f"{STATIONS}/{station.code}", name_of(station))


@routes.get(STATIONS, access=PUBLIC, cost=LIST_COST, page=error_page)
def stations_page(call: Call[Intake]) -> Answer:
    """All stations as the tree that they are."""
    catalogue = call.service.catalogue
    with call.service.database.reading() as connection:
        counts = registers.active_deputies(connection, "stations", list(catalogue.stations))
    children: dict[str | None, list[Station]] = {}
    for station in catalogue.stations.values():
        children.setdefault(station.parent, []).append(station)

    def below(code: str | None) -> list[TreeStation]:
        return [TreeStation(_link(each), counts.get(each.code, 0), below(each.code)) for each in children.get(code, ())]

    return shared(
        html(TEMPLATES, "constituency/stations.html", place=catalogue, stations=below(None), total=len(catalogue.stations))
    )


@routes.get(f"{STATIONS}/<station>", access=PUBLIC, cost=LIST_COST, page=error_page)
def station_page(call: Call[Intake]) -> Answer:
    """A station: when it is open, its place in the tree, what it meets of its checklists, and what was told there."""
    catalogue, view = call.service.catalogue, one_view(call.service, call.path["station"])
    station, profile = view.station, view.profile
    above = [each for code in catalogue.stations_above[station.code] if (each := stored.found(catalogue.stations, code))]
    stands = profile.stands_at
    spot = stands.exact if stands else None
    about = {
        "spot": spot,
        "facts": [
            LabelledFact(label, value)
            for label, value in (
                (Phrase("Opening hours"), profile.opening), (Phrase("Programme"), profile.brand),
                (Phrase("Stands now at"), stands.address if stands else None),
                (Phrase("Position"), str(spot) if spot else None),
                (Phrase("There since"), local(profile.moved, catalogue) if stands and profile.moved else None),
            )
            if value
        ],
        "above": [_link(each) for each in reversed(above)],
        "below": [_link(each) for each in catalogue.stations.values() if each.parent == station.code],
        "deputies": (f"{DEPUTIES}?station={station.code}", view.deputies) if view.deputies else None,
        "checklists": station_file(catalogue, view)["checklists"],
    }  # fmt: skip
    return place_page(call, "station", station.code, name_of(station), [], area_name(station.area, catalogue), about)
