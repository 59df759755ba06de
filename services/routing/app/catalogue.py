"""Lists of the catalogue, and previews of routing."""

from __future__ import annotations

from dataclasses import asdict

from msgspec import to_builtins

from services.contracts.people.callers import PUBLIC, STAFF
from services.routing.app.context import RULING, Routing, routes
from services.routing.app.quoting import precedents_of
from services.routing.domain.limits import deadlines
from services.routing.schemas.answers import Listing, OpenCodes, PreviewAnswer
from services.routing.schemas.bodies import DraftText, Preview
from services.routing.store import reading
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer

#: How much work a suggestion is for an address without a token: some hundred a minute, while one person asks every few seconds.
SUGGESTION_COST = 5


@routes.get(f"{API}/departments", access=PUBLIC, answers={200: Listing})
def list_departments(call: Call[Routing]) -> Answer:
    """List the departments of the catalogue."""
    departments = call.service.catalogue.departments.values()
    return 200, {
        "items": [{"code": each.code, "name": each.name, "name_en": each.name_en, "queue": each.queue} for each in departments]
    }


@routes.get(f"{API}/topics", access=PUBLIC, answers={200: Listing})
def list_topics(call: Call[Routing]) -> Answer:
    """List the topics of the catalogue with the department and the difficulty of each."""
    names = ("code", "name", "name_en", "department", "difficulty", "keywords", "aliases")
    return 200, {"items": [{name: getattr(topic, name) for name in names} for topic in call.service.catalogue.topics.values()]}


@routes.get(f"{API}/assignments/codes", access=RULING, answers={200: OpenCodes})
def list_open_codes(call: Call[Routing]) -> Answer:
    """List the catalogue codes that cases with a department use, to check a new catalogue against them."""
    with call.service.database.reading() as connection:
        return 200, {"items": list(map(asdict, reading.open_codes(connection)))}


@routes.post(f"{API}/routes/suggestion", access=PUBLIC, body=DraftText, answers={200: Listing}, cost=SUGGESTION_COST)
def suggest(call: Call[Routing]) -> Answer:
    """Suggest a topic for a text that is being typed; only topics are said, none where the rules know of none."""
    topic = call.service.router.decide(None, call.body["title"], call.body["content"]).topic
    found = [topic] if topic else []
    return 200, {"items": [{name: getattr(each, name) for name in ("code", "name", "name_en")} for each in found]}


@routes.post(f"{API}/routes/preview", access=STAFF, body=Preview, answers={200: PreviewAnswer})
def preview(call: Call[Routing]) -> Answer:
    """Preview where a text would go, why, and until when, without storing anything."""
    service = call.service
    given, title, content = (call.body[name] for name in ("topic", "title", "content"))
    asked = service.learning.about(title, content)
    decision = service.router.decide(given, title, content, asked)
    due = deadlines(service.catalogue, decision.difficulty, service.database.clock.now())
    return 200, {
        "topic": decision.topic.code if decision.topic else None, "department": decision.department,
        "difficulty": decision.difficulty.code, "why": to_builtins(decision.why),
        "deadlines": due.instants, "provisional": due.provisional,
        "co_handlers": decision.co_handlers, "doubtful": decision.doubtful,
        "precedents": precedents_of(asked),
    }  # fmt: skip
