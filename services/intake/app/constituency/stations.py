"""Stations as everybody sees them: the catalogue's tree with opening, deputies and checklists; the office keeps the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue, Checklist, Station
from services.contracts.errors import NotAllowed, NotFound
from services.contracts.people.callers import PUBLIC
from services.intake.app.constituency.registers import LIST_COST, ONE_COST
from services.intake.app.context import ADMIN, KEEPERS, Intake
from services.intake.domain.constituency.station import UNKNOWN_STATION, ChecklistItem, StationProfile
from services.intake.domain.location import Location
from services.intake.domain.submission.submission import as_given
from services.intake.handlers.constituency import keeping
from services.intake.schemas.bodies import LocationSchema
from services.intake.schemas.constituency.stations import ItemBody, StationBody, StationFile, StationPage, StationQuery
from services.intake.store.constituency import stations
from services.intake.store.constituency.registers import active_deputies
from services.intake.store.constituency.stations import StationStore
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
ONE = f"{API}/stations/<station>"
ITEM = f"{ONE}/checklists/<checklist>/<item>"


@dataclass(frozen=True, slots=True)
class StationView:
    """A station with all that is known of it."""

    station: Station
    profile: StationProfile
    deputies: int
    met: Mapping[tuple[str, str], ChecklistItem]


def views(connection: Connection, wanted: Sequence[Station]) -> list[StationView]:
    """These stations, in this order."""
    codes = [each.code for each in wanted]
    profiles, met = stations.find_profiles(connection, codes), stations.items_met(connection, codes)
    counts = active_deputies(connection, "stations", codes)
    return [
        StationView(
            each, profiles.get(each.code, StationProfile(station=each.code)), counts.get(each.code, 0),
            {(item.checklist, item.item): item for item in met.get(each.code, ())},
        )
        for each in wanted
    ]  # fmt: skip


def one_view(service: Intake, code: str) -> StationView:
    """One station; raises `NotFound`."""
    station = stored.found(service.catalogue.stations, code)
    if station is None:
        raise NotFound(UNKNOWN_STATION)
    with service.database.reading() as connection:
        return views(connection, [station])[0]


@routes.get(f"{API}/stations", access=PUBLIC, cost=LIST_COST, query=StationQuery, answers={200: StationPage})
def list_stations(call: Call[Intake]) -> Answer:
    """List stations in the order of the catalogue, each with its place in the tree, its deputies and its checklists."""
    catalogue, limit = call.service.catalogue, call.query["limit"]
    area, parent, after = call.query["area"], call.query["parent"], read_cursor(call.query["cursor"])
    fitting = [each for each in catalogue.stations.values() if _fits(each.area, area) and _fits(each.parent, parent)]
    begin = next((number for number, each in enumerate(fitting, 1) if each.code == after), 0)
    part = fitting[begin : begin + limit + 1]
    with call.service.database.reading() as connection:
        found = views(connection, part)
    return 200, page([shape(catalogue, each) for each in found], limit, "code")


def _fits(code: str | None, asked: Sequence[str] | None) -> bool:
    return asked is None or code in asked


@routes.get(ONE, access=PUBLIC, cost=ONE_COST, answers={200: StationFile}, versioned=True)
def read_station(call: Call[Intake]) -> Answer:
    """Read a station with every item of its checklists: met since when, and who has checked it."""
    return 200, file(call.service.catalogue, one_view(call.service, call.path["station"]))


@routes.put(ONE, access=ADMIN, body=StationBody, answers={200: StationFile}, versioned=True)
def put_station(call: Call[Intake]) -> Answer:
    """Say when a station is open, what its programme is called, and where a mobile one stands."""
    new, catalogue = replace(call.body, station=call.path["station"]), call.service.catalogue
    call.service.database.write(lambda work: keeping.keep_profile(StationStore(work), catalogue, new, call.expect))
    return 200, file(catalogue, one_view(call.service, new.station))


@routes.put(f"{ONE}/position", access=KEEPERS, body=LocationSchema, answers={200: StationFile}, versioned=True)
def put_position(call: Call[Intake]) -> Answer:
    """Say where a mobile station stands from now on, nowhere where nothing is given; a station says so of itself."""
    put_down(call, call.path["station"], call.body)
    return 200, file(call.service.catalogue, one_view(call.service, call.path["station"]))


def put_down(call: Call[Intake], station: str, position: Location | None) -> None:
    """Let a mobile station stand there. Raises `NotAllowed` for another's than the caller's, `NotFound`, `Conflict`."""
    if call.caller.station not in (None, station):
        raise NotAllowed("A station says where it stands itself, and no other.")
    catalogue = call.service.catalogue
    call.service.database.write(lambda work: keeping.put_down(StationStore(work), catalogue, station, position, call.expect))


@routes.put(ITEM, access=ADMIN, body=ItemBody, answers={200: StationFile})
def put_item(call: Call[Intake]) -> Answer:
    """Enter that a station meets an item of a checklist, since when, and who has checked it."""
    new, catalogue = replace(call.body, **_item(call)), call.service.catalogue
    call.service.database.write(lambda work: keeping.keep_item(StationStore(work), catalogue, new))
    return 200, file(catalogue, one_view(call.service, new.station))


@routes.delete(ITEM, access=ADMIN, answers={200: StationFile})
def delete_item(call: Call[Intake]) -> Answer:
    """Enter that a station does not meet an item of a checklist any more."""
    catalogue, which = call.service.catalogue, _item(call)
    call.service.database.write(lambda work: keeping.drop_item(StationStore(work), catalogue, **which))
    return 200, file(catalogue, one_view(call.service, which["station"]))


def _item(call: Call[Intake]) -> dict[str, str]:
    return {"station": call.path["station"], "checklist": call.path["checklist"], "item": call.path["item"]}


def shape(catalogue: Catalogue, view: StationView) -> dict[str, object]:
    """A station as a list shows it."""
    station, profile = view.station, view.profile
    return {
        "code": station.code, "name": station.name, "area": station.area, "parent": station.parent,
        "depth": len(catalogue.stations_above[station.code]) + 1,
        "below": len(catalogue.stations_below[station.code]), "deputies": view.deputies, "opening": profile.opening,
        "brand": profile.brand, "mobile": profile.mobile, "position": as_given(profile.position) if profile.position else None,
        "moved": profile.moved,
        "checklists": [_standing(view, each) for each in catalogue.checklists_for(station.code)],
    }  # fmt: skip


def file(catalogue: Catalogue, view: StationView) -> dict[str, object]:
    """A station as it is shown alone."""
    lists = [
        _standing(view, each) | {"items": [_item_shape(view, each, code) for code in each.items]}
        for each in catalogue.checklists_for(view.station.code)
    ]
    return shape(catalogue, view) | {"checklists": lists, "updated": view.profile.updated}


def _standing(view: StationView, checklist: Checklist) -> dict[str, object]:
    met = sum((checklist.code, code) in view.met for code in checklist.items)
    return {
        "checklist": checklist.code, "name": checklist.name, "met": met, "of": len(checklist.items),
        "complete": met == len(checklist.items),
    }  # fmt: skip


def _item_shape(view: StationView, checklist: Checklist, code: str) -> dict[str, object]:
    found = view.met.get((checklist.code, code))
    return {
        "item": code, "name": checklist.items[code].name, "met_since": found.met_since if found else None,
        "checked_by": found.checked_by if found else None,
    }  # fmt: skip
