"""HTTP routes."""

from __future__ import annotations

from services.metrics import handlers, pages
from services.metrics.handlers import Service
from services.metrics.schemas import StatisticsAnswer, StatisticsQuery
from services.runtime.access import PUBLIC
from services.runtime.http import API, Answer, Call, Routes

routes = Routes(pages.routes)


@routes.get(f"{API}/statistics", access=PUBLIC, query=StatisticsQuery, answers={200: StatisticsAnswer})
def statistics(call: Call[Service]) -> Answer:
    """The published numbers and rates, by any dimensions, as of any instant."""
    return 200, handlers.statistics(call.service, call.query)
