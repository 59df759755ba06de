"""The list of opinions as the office and the departments read it: a page, how many there are, and what stands beside one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from services.contracts.errors import Invalid
from services.intake.app.context import Intake
from services.intake.domain.opinion import Opinion
from services.intake.store import reading
from services.intake.store.constituency.registers import deputy_name
from services.intake.store.searching import Search, search, search_beside
from services.runtime.clock import ZONE
from services.runtime.input.queries import begin_of, end_of, registered
from services.runtime.web.calls import Call
from services.runtime.web.lists.listing import read_listing
from services.runtime.web.lists.paging import cursor_of, read_number

FILTERS: Final = (
    "state", "channel", "topic", "department", "area", "station", "level", "outcome", "key", "external_id", "deputy_code",
)  # fmt: skip


def listed(call: Call[Intake]) -> tuple[Sequence[Opinion], dict[str, Any]]:
    """The opinions of a page of the list, and the page without them; raises `Invalid`."""
    (wanted, own), query = _wanted(call), call.query
    if query["q"]:
        return _searched(call, wanted, own)
    page = read_listing(query, "submitted", wanted, call.service.database.clock.now())
    with call.service.database.reading() as connection:
        found = reading.listing(connection, page, own)
    return found[: page.limit], page.page([{"id": each.id, "updated": each.updated} for each in found])


def found_count(call: Call[Intake], most: int) -> int:
    """How many opinions the list has, counted no further than one more than `most`; raises `Invalid`. Not for what words find."""
    wanted, own = _wanted(call)
    page = read_listing(
        {**call.query, "cursor": None, "limit": most, "sort": None}, "submitted", wanted, call.service.database.clock.now()
    )
    with call.service.database.reading() as connection:
        return reading.count_listing(connection, page, own)


def beside(call: Call[Intake], opinion: Opinion) -> tuple[str | None, str | None]:
    """The ids of the opinions before and behind one in the list that a query asks for, where it has a place there or had one."""
    (wanted, own), query = _wanted(call), call.query
    with call.service.database.reading() as connection:
        if query["q"]:
            return search_beside(connection, _asked_for(query, wanted, own), opinion.id)
        page = read_listing({**query, "cursor": None, "limit": 0}, "submitted", wanted, call.service.database.clock.now())
        behind = page.behind(opinion.id, opinion.updated)
        near = [reading.listing(connection, each, own) for each in (behind.turned(), behind)]
    before, after = (next((each.id for each in found), None) for found in near)
    return before, after


def _wanted(call: Call[Intake]) -> tuple[dict[str, Any], str | None]:
    """What the list is narrowed to by column, and the department whose opinions alone it has."""
    wanted = {name: call.query[name] for name in FILTERS}
    if code := wanted["deputy_code"]:
        with call.service.database.reading() as connection:
            registered("deputy_code", code, partial(deputy_name, connection))
    asked, own = call.caller.own_only(wanted["department"]), call.caller.department
    # All opinions that a department handles in any role, not only as lead.
    wanted["department"] = asked if own is None else None
    return wanted, own


def _asked_for(query: Mapping[str, Any], wanted: Mapping[str, Any], own: str | None) -> Search:
    since, until = query["since"] and begin_of(query["since"], ZONE), query["until"] and end_of(query["until"], ZONE)
    return Search(query["q"], wanted, since, until, own)


def _searched(call: Call[Intake], wanted: Mapping[str, Any], own: str | None) -> tuple[Sequence[Opinion], dict[str, Any]]:
    query = call.query
    if query["updated_since"] or query["sort"] not in (None, "-submitted"):
        only = ["leave it out: what is found by words comes newest first"]
        raise Invalid("A search has one order.", {"updated_since" if query["updated_since"] else "sort": only})
    with call.service.database.reading() as connection:
        found = search(connection, _asked_for(query, wanted, own), read_number(query["cursor"]), query["limit"])
    return found.opinions, {"next": None if found.below is None else cursor_of(found.below)}
