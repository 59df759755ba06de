"""Giving an opinion to a department, the first time or again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from services.contracts.catalogue import Catalogue
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages import AssignmentCreated, OpinionAccepted, OpinionText, Why
from services.routing import domain
from services.routing.domain import Decision, Router

if TYPE_CHECKING:
    from services.routing.store import RoutingStore

Row = Mapping[str, Any]
RULING = "ruling"


def assign(store: RoutingStore, catalogue: Catalogue, router: Router, message: OpinionAccepted, assignment_id: str) -> None:
    """Give an accepted opinion to the department whose topic it is."""
    opinion = message.opinion
    store.open_case(opinion.id)
    place(store, catalogue, opinion, router.decide(opinion.topic, opinion.title, opinion.content), assignment_id)


def reassign(store: RoutingStore, catalogue: Catalogue, row: Row, department: str, reason: str, assignment_id: str) -> None:
    """Give an opinion to another department after an objection; its clock starts anew. `row` is the assignment it had."""
    topic = catalogue.topics.get(row["topic"] or "")
    opinion = OpinionText(row["opinion"], row["title"], row["content"], row["topic"], row["area"], row["station"])
    decision = Decision(topic, department, catalogue.difficulties[row["difficulty"]], Why(f"{RULING}: {reason}", 1.0))
    place(store, catalogue, opinion, decision, assignment_id, transfers=row["transfers"] + 1)


def place(
    store: RoutingStore,
    catalogue: Catalogue,
    opinion: OpinionText,
    decision: Decision,
    assignment_id: str,
    *,
    transfers: int = 0,
) -> None:
    """Store an assignment and tell the department."""
    due = domain.deadlines(catalogue, decision.difficulty, store.now)
    topic = decision.topic.code if decision.topic else None
    store.add({
        "id": assignment_id, "opinion": opinion.id, "title": opinion.title, "content": opinion.content, "area": opinion.area,
        "station": opinion.station, "topic": topic, "department": decision.department, "role": "lead",
        "difficulty": decision.difficulty.code, "rule": decision.why.rule, "confidence": decision.why.confidence,
        "state": advance(State.ACCEPTED, Move.ASSIGN), "round": 1, "created": store.now, "opened": store.now,
        "provisional": due.provisional,
        "original_reply_by": due.instants["reply"], "extensions": 0, "pauses": 0, "transfers": transfers,
        **{f"{kind}_by": instant for kind, instant in due.instants.items()},
    })  # fmt: skip
    text = OpinionText(opinion.id, opinion.title, opinion.content, topic, opinion.area, opinion.station)
    created = AssignmentCreated(
        assignment_id, text, decision.department, "lead", decision.difficulty.code, due.instants, decision.why, due.provisional
    )
    store.say_case(opinion.id, created)
