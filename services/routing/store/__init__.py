"""The store of routing: its tables, and what is asked of them."""

from services.routing.store.reading import find, listing, precedents, state_of
from services.routing.store.tables import assignments, cases, rulings, tables
from services.routing.store.writing import RoutingStore

__all__ = ["RoutingStore", "assignments", "cases", "find", "listing", "precedents", "rulings", "state_of", "tables"]
