"""并案 as the departments of a case hear of it, and what submitters add to a case that is with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Retry
from services.contracts.lifecycle import Move, State, allowed_moves
from services.contracts.messages.merging import AssignmentDetailed, AssignmentJoined, AssignmentParted, OpinionJoined, OpinionParted
from services.routing import domain
from services.routing.handlers.assigning import Row
from services.routing.handlers.closing import resume
from services.routing.handlers.joining import still_open

if TYPE_CHECKING:
    from services.routing.store import RoutingStore


def consume_joined(store: RoutingStore, opinion: str, sequence: int, message: OpinionJoined) -> None:
    """Another opinion is handled with this one: whoever has the case is told what it says."""
    told = _engaged(store, opinion)
    if store.joined.join(message.opinion, opinion, sequence):
        store.publish_case(opinion, *(AssignmentJoined(row["id"], row["department"], message.opinion, row["role"]) for row in told))


def consume_parted(store: RoutingStore, opinion: str, sequence: int, message: OpinionParted) -> None:
    """It is handled on its own again."""
    told = _engaged(store, opinion)
    if store.joined.part(message.opinion, opinion, sequence):
        store.publish_case(opinion, *(AssignmentParted(row["id"], row["department"], message.opinion, row["role"]) for row in told))


def consume_details(store: RoutingStore, catalogue: Catalogue, opinion: str, content: str, merged: str | None) -> None:
    """A submitter has told more: a case that waited for it goes on, and whoever has it reads it."""
    row = store.lead_of(opinion)
    if row is None:
        return
    state = State(row["state"])
    if state is State.PAUSED:
        resume(store, catalogue, row, content)
    elif state is State.REOPENED or Move.MERGE in allowed_moves(state):
        store.change_case(opinion, content=domain.with_details(row["content"], content))
        told = [row, *still_open(store.others_of(opinion))]
        detailed = (AssignmentDetailed(each["id"], each["department"], content, merged, each["role"]) for each in told)
        store.publish_case(opinion, *detailed)


def _engaged(store: RoutingStore, opinion: str) -> list[Row]:
    """The assignments of all who have the case; an answered lead has it still."""
    lead = store.lead_of(opinion)
    if lead is None:
        raise Retry(f"a merge into a case whose assignment is not known yet: {opinion}")
    return [lead, *still_open(store.others_of(opinion))] if State(lead["state"]).is_with_routing else []
