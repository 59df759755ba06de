"""What routing has learned, and what it is not sure of."""

from __future__ import annotations

from typing import Any

from services.contracts.messages.values import OpinionText
from services.contracts.people.callers import OFFICE
from services.routing.app.assignments import Moved, standing
from services.routing.app.context import Routing, routes
from services.routing.app.quoting import Quoted, precedents_of
from services.routing.handlers import doubting
from services.routing.schemas.answers import AssignmentStanding
from services.routing.schemas.learning import DecisionBody, DoubtPage, ModelAnswer
from services.routing.store.cases import RoutingStore
from services.routing.store.learning import doubts, models
from services.routing.store.learning.standing import standings
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_cursor
from services.runtime.web.routes import API, Answer


@routes.get(f"{API}/routes/model", access=OFFICE, answers={200: ModelAnswer})
def read_model(call: Call[Routing]) -> Answer:
    """Read which model is in use, and how good each version was expected to be and is."""
    service = call.service
    knowledge, terms = service.learning.fresh(), service.catalogue.learning
    with service.database.reading() as connection:
        trainings = models.trainings(connection)
        versions = standings(connection, trainings, service.database.clock.now())
    return 200, {
        "version": knowledge.version if knowledge else 0, "broken": models.is_broken(trainings), "threshold": terms.threshold,
        "doubtful": terms.doubtful, "rulings": len(knowledge.precedents) if knowledge else 0,
        "versions": [each.shown() for each in versions],
    }  # fmt: skip


@routes.get(f"{API}/routes/doubtful", access=OFFICE, query=Page, answers={200: DoubtPage})
def list_doubtful(call: Call[Routing]) -> Answer:
    """List opinions that wait for a person to say whose duty they are, oldest first, with the likeliest departments."""
    service, limit = call.service, call.query["limit"]
    with service.database.reading() as connection:
        found = doubts.waiting(connection, read_cursor(call.query["cursor"]), limit)
    return 200, page(
        [_shown(each) | {"precedents": _precedents(service, each.message.opinion)} for each in found],
        limit,
        "opinion",
    )


@routes.post(f"{API}/routes/doubtful/<opinion>", access=OFFICE, body=DecisionBody, answers={200: AssignmentStanding})
def decide(call: Call[Routing]) -> Answer:
    """Say whose duty an opinion is that waits for that; it is assigned at once, and routing learns from it."""
    service, opinion = call.service, call.path["opinion"]

    def act(work: Transaction) -> Moved:
        store, body = RoutingStore(work, service.catalogue), call.body
        lead = doubting.decide(store, service.router, opinion, body["department"], body["reason"], call.caller.who)
        return standing(call, store, lead)

    return once(service.database, call.idempotency_key, f"POST /routes/doubtful/{opinion}", call.body, act)


def _precedents(service: Routing, text: OpinionText) -> list[Quoted]:
    return precedents_of(service.learning.about(text.title, text.content))


def _shown(doubt: doubts.Doubt) -> dict[str, Any]:
    text = doubt.message.opinion
    return {
        "opinion": text.id, "at": doubt.at, "title": text.title, "content": text.content, "area": text.area,
        "confidence": doubt.confidence, "learned": doubt.learned,
    }  # fmt: skip
