"""What the list of cases is narrowed to: an address says it, and every link between the list and its cases says it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from services.contracts.people.lists import LISTS
from services.intake.app.context import Intake
from services.intake.app.listing import FILTERS
from services.intake.schemas.queries import ORDERS
from services.runtime.web.calls import Call

LIST: Final = "/cases"
A_PAGE: Final = 30
#: By which the list is narrowed and ordered.
NAMES: Final = LISTS[LIST]
ORDER: Final = "sort"
#: What the list for programs can be narrowed to beside.
_REST: Final[Mapping[str, Any]] = {**dict.fromkeys(FILTERS), "updated_since": None}


def given_of(query: Mapping[str, Any]) -> dict[str, str]:
    """What the address said, as it says it again."""
    plain = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in query.items()}
    return {name: "true" if plain[name] is True else str(plain[name]) for name in NAMES if plain[name]}


def address(path: str, given: Mapping[str, str], **more: str) -> str:
    """An address with what the list is narrowed to."""
    found = {**given, **more}
    return f"{path}?{urlencode(found)}" if found else path


def asked(call: Call[Intake], limit: int = A_PAGE, **more: object) -> Call[Intake]:
    """The call of the list for programs that a page makes of its own; what is found by words has one order."""
    query = call.query
    order = None if query["q"] or not query[ORDER] else ORDERS[query[ORDER]]
    own = {**query, ORDER: order, "cursor": query["cursor"] or None, "limit": limit, "key": query["key"] or None}
    return replace(call, query={**_REST, **own, **more})
