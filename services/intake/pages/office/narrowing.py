"""What the list of cases is narrowed to: an address says it, and every link between the list and its cases says it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from services.contracts.people.lists import LISTS
from services.intake.app.context import Intake
from services.intake.app.listing import FILTERS
from services.intake.schemas.queries import ORDERS
from services.runtime.web.calls import Call
from services.runtime.web.lists.narrowing import NarrowedList

CASES: Final = NarrowedList("/cases", LISTS["/cases"])
LIST: Final = CASES.path
A_PAGE: Final = 30
ORDER: Final = "sort"
#: What the list for programs can be narrowed to beside.
_REST: Final[Mapping[str, Any]] = {**dict.fromkeys(FILTERS), "updated_since": None}


def asked(call: Call[Intake], limit: int = A_PAGE, **more: object) -> Call[Intake]:
    """The call of the list for programs that a page makes of its own; what is found by words has one order."""
    query = call.query
    order = None if query["q"] or not query[ORDER] else ORDERS[query[ORDER]]
    own = {**query, ORDER: order, "cursor": query["cursor"] or None, "limit": limit, "key": query["key"] or None}
    return replace(call, query={**_REST, **own, **more})
