"""热词: what the county talks about this week more than before."""

from __future__ import annotations

from services.contracts.callers import Role
from services.contracts.errors import Invalid
from services.intake.app.context import REVIEWERS, Intake
from services.intake.schemas.similarity.rising import RisingQuery, RisingWeek
from services.intake.store.similarity.rising import COUNTY, rising, scope_of
from services.runtime.clock import ZONE
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
OFFICE = REVIEWERS | {Role.SUPERVISOR}


@routes.get(f"{API}/opinions/rising", access=OFFICE, query=RisingQuery, answers={200: RisingWeek})
def read_rising(call: Call[Intake]) -> Answer:
    """Read which words stand out in a week against the four before: of the county, an area or a topic. Perhaps none does."""
    areas, topics = (call.query[name] or () for name in ("area", "topic"))
    if areas and topics:
        raise Invalid("Ask for areas or for topics.", {"topic": ["leave it out where 'area' is given"]})
    scopes = [scope_of(area, None) for area in areas] or [scope_of(None, topic) for topic in topics] or [COUNTY]
    database = call.service.database
    day = call.query["day"] or database.clock.now().astimezone(ZONE).date()
    with database.reading() as connection:
        week = rising(connection, scopes, day)
    items = [{"word": each.word, "opinions": each.opinions, "before": each.before, "z": each.z} for each in week.words]
    return 200, {"start": week.start, "opinions": week.opinions, "before": week.before, "items": items}
