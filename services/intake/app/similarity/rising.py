"""热词: what the county talks about this week more than before."""

from __future__ import annotations

from collections.abc import Sequence

from services.contracts.errors import Invalid
from services.contracts.people.callers import Role
from services.intake.app.context import REVIEWERS, Intake
from services.intake.domain.similarity.rising import Rising
from services.intake.schemas.similarity.rising import RisingQuery, RisingWeek
from services.intake.store.similarity.rising import Week, rising, scope_of
from services.intake.store.similarity.themes import RisingSubject, rising_now
from services.runtime.clock import ZONE
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
OFFICE = REVIEWERS | {Role.SUPERVISOR}


@routes.get(f"{API}/rising", access=OFFICE, query=RisingQuery, answers={200: RisingWeek})
def read_rising(call: Call[Intake]) -> Answer:
    """Read which words stand out in a week against the four before: of the county, an area or a topic. Perhaps none does."""
    areas, topics = (call.query[name] or () for name in ("area", "topic"))
    if areas and topics:
        raise Invalid("Ask for areas or for topics.", {"topic": ["leave it out where 'area' is given"]})
    scopes = [scope_of(area, None) for area in areas] or [scope_of(None, topic) for topic in topics]
    database, catalogue = call.service.database, call.service.catalogue
    day = call.query["day"] or database.clock.now().astimezone(ZONE).date()
    with database.reading() as connection:
        if scopes:
            return 200, _week(rising(connection, scopes, day), ())
        found = rising_now(connection, day, catalogue.areas, catalogue.topics)
    return 200, _week(found.county, found.themes)


def _week(week: Week, themes: Sequence[RisingSubject]) -> dict[str, object]:
    shown = [{"area": each.area, "topic": each.topic, "items": _words(each.words)} for each in themes]
    return {"start": week.start, "opinions": week.opinions, "before": week.before, "items": _words(week.words), "themes": shown}


def _words(words: Sequence[Rising]) -> list[dict[str, object]]:
    return [{"word": each.word, "opinions": each.opinions, "before": each.before, "z": each.z} for each in words]
