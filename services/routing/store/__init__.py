"""The store of routing: its tables, and what is asked of them."""

from services.routing.store.calendars import list_reschedulings
from services.routing.store.joined import joined, joined_to
from services.routing.store.lookbacks import find_lookback, list_lookbacks
from services.routing.store.promises import list_promises, promises_of
from services.routing.store.reading import find, listing, open_codes, others_of, precedents
from services.routing.store.resyncs import count_open
from services.routing.store.tables import assignments, cases, rulings, tables
from services.routing.store.writing import RoutingStore

__all__ = [
    "RoutingStore", "assignments", "cases", "count_open", "find", "find_lookback", "joined", "joined_to", "list_lookbacks",
    "list_promises", "list_reschedulings", "listing", "open_codes", "others_of", "precedents", "promises_of", "rulings",
    "tables",
]  # fmt: skip
