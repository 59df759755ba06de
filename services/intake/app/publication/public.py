"""What everybody may read, for programs: the masked copies of opinions that the office has released."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from services.contracts.errors import NotFound
from services.contracts.people.callers import PUBLIC
from services.intake.app.context import Intake
from services.intake.domain.publication.publishing import NOT_PUBLIC
from services.intake.domain.submission.submission import as_given
from services.intake.schemas.publication.mapped import PublicMap
from services.intake.schemas.publication.public import (
    STANDINGS,
    PublicFile,
    PublicFilter,
    PublicListQuery,
    PublicOpinionPage,
    standing_of,
)
from services.intake.store.publication import public
from services.intake.store.publication.mapped import MappedCase, mapped
from services.intake.store.publication.public import PageStart, PublicCase, PublicPage
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import cursor_of, read_number
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
#: What an answer costs of the work that an address may ask for.
LIST_COST, ONE_COST, MAP_COST = 3, 1, 5
#: How many public opinions the map looks through.
MOST_MAPPED = 500
FILTERS = ("topic", "area", "station", "department")


@routes.get(f"{API}/public/opinions", access=PUBLIC, cost=LIST_COST, query=PublicListQuery, answers={200: PublicOpinionPage})
def list_public(call: Call[Intake]) -> Answer:
    """List public opinions, those released last first; `q` finds them by words."""
    query, limit = call.query, call.query["limit"]
    found = listed(call.service, query, read_number(query["cursor"]), None, limit)
    zone = call.service.catalogue.calendar.zone
    following = None if found.beyond is None else cursor_of(found.beyond)
    return 200, {"items": [shown(each, zone) for each in found.cases], "next": following}


def listed(service: Intake, query: Mapping[str, Any], before: int | None, after: int | None, limit: int) -> PublicPage:
    """A page of the list that a query asks for."""
    start = _start(service, query, before, after)
    with service.database.reading() as connection:
        return public.listing(connection, _wanted(query), query["q"], start, limit)


def _wanted(query: Mapping[str, Any]) -> dict[str, Any]:
    wanted: dict[str, Any] = {name: query[name] for name in FILTERS}
    if query["state"]:
        wanted["state"] = tuple(state for name in query["state"] for state in STANDINGS[name])
    return wanted


def _start(service: Intake, query: Mapping[str, Any], before: int | None = None, after: int | None = None) -> PageStart:
    return PageStart(before, after, *bounds_of(query["month"], service.catalogue.calendar.zone))


@routes.get(f"{API}/public/map", access=PUBLIC, cost=MAP_COST, query=PublicFilter, answers={200: PublicMap})
def read_map(call: Call[Intake]) -> Answer:
    """Read as GeoJSON about where public opinions are: of the 500 released last that were asked for, those with a place.

    Only about 100 m are told, and only where the office has released the place, too.
    """
    service, query = call.service, call.query
    with service.database.reading() as connection:
        found = mapped(connection, _wanted(query), query["q"], _start(service, query), MOST_MAPPED)
    return 200, {"type": "FeatureCollection", "features": [_feature(each) for each in found]}


def _feature(case: MappedCase) -> dict[str, object]:
    point = {"type": "Point", "coordinates": [case.place.longitude, case.place.latitude]}
    told = {"id": case.id, "title": case.title, "state": standing_of(case.state), "page": f"/public/opinions/{case.id}"}
    return {"type": "Feature", "geometry": point, "properties": told}


def bounds_of(month: str | None, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """The first instant of a month, and the first after it."""
    if month is None:
        return None, None
    year, number = map(int, month.split("-"))
    return datetime(year, number, 1, tzinfo=zone), datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)


@routes.get(f"{API}/public/opinions/<opinion_id>", access=PUBLIC, cost=ONE_COST, answers={200: PublicFile})
def read_public(call: Call[Intake]) -> Answer:
    """Read a public opinion with the replies to it and how often these were rated how."""
    with call.service.database.reading() as connection:
        case = public.find(connection, call.path["opinion_id"])
        if case is None:
            raise NotFound(NOT_PUBLIC)
        rated = public.rated(connection, case.id)
    evaluations = {str(rating): number for rating, number in rated.items()}
    return 200, shown(case, call.service.catalogue.calendar.zone) | {"evaluations": evaluations}


def shown(case: PublicCase, zone: tzinfo) -> dict[str, object]:
    """A case as everybody may read it: with days in place of instants, by which somebody could be found out."""
    copy = case.copy
    return {
        "id": case.id, "number": case.number, "title": copy.title, "content": copy.content, "state": standing_of(case.state),
        "topic": case.topic, "area": case.area, "station": case.station, "department": case.department,
        "supporters": case.supporters, "submitted": case.submitted.astimezone(zone).date(), "released": copy.released,
        "place": as_given(copy.place) if copy.place else None,
        "parts": [
            {name: getattr(part, name) for name in ("what", "department", "content", "outcome", "due")}
            | {"at": part.at.astimezone(zone).date()}
            for part in copy.parts
        ],
    }  # fmt: skip
