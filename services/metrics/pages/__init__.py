"""Pages for people: the published numbers, and the ledger in which every event is counted."""

from services.metrics.pages import ledger, statistics
from services.metrics.pages.paper import routes

__all__ = ["ledger", "routes", "statistics"]
