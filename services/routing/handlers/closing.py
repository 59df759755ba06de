"""What ends or revives an assignment: evaluations, lapsed windows, withdrawal, merging, the submitter's further word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Retry
from services.contracts.lifecycle import Move, State, advance, allowed_moves
from services.contracts.messages.assignments import AssignmentCancelled, AssignmentConcluded, AssignmentReopened, AssignmentResumed
from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.messages.values import Outcome
from services.routing import domain
from services.routing.handlers.assigning import Row
from services.routing.handlers.joining import release, still_open
from services.routing.handlers.raising import raise_if_due

if TYPE_CHECKING:
    from services.routing.store import RoutingStore

#: How long a rating given in the last moment may be on its way before the case is concluded without it.
ON_ITS_WAY = timedelta(seconds=30)
Cause = Literal["dissatisfied", "promise", "look_back"]


def close(store: RoutingStore, catalogue: Catalogue, message: OpinionEvaluated, message_id: str) -> None:
    """The submitter has rated the reply: the case is concluded, or done again when the rating is dissatisfied.

    The department hears of every rating, without who gave it. Whoever is dissatisfied gets it done again also when the case had
    been concluded, and once: a rating of a round that is over is counted and changes nothing.
    """
    row = store.assignment(message.assignment)
    if row is None:
        raise Retry(f"an evaluation of an assignment not known yet: {message.assignment}")
    store.copy_to_department(row["opinion"], message, row["department"], message_id)
    if row["role"] != domain.LEAD or message.round != row["round"]:
        return
    moves = allowed_moves(State(row["state"]))
    if domain.is_rework(message.result):
        if Move.REOPEN in moves:
            reopen(store, catalogue, row, message.comment, "dissatisfied")
    elif Move.CONCLUDE in moves:
        conclude(store, row, rated=True)


def reopen(store: RoutingStore, catalogue: Catalogue, row: Row, reason: str | None, cause: Cause) -> None:
    """重办: handled again by the same department, with a deadline of its own."""
    state = advance(State(row["state"]), Move.REOPEN)
    due = domain.rework_deadline(catalogue, domain.terms(catalogue, row), store.now)
    store.change(
        row["id"], state=state, round=row["round"] + 1, opened=store.now, counted="rework", waited=None,
        reply_by=due.at, original_reply_by=due.at,
        provisional=due.provisional, extensions=0, pauses=0, replied=None, evaluate_by=None, concluded=None,
    )  # fmt: skip
    reopened = AssignmentReopened(row["id"], row["department"], row["round"] + 1, {"reply": due.at}, reason, cause)
    store.publish_case(row["opinion"], reopened)
    raise_if_due(store, catalogue, row)


def conclude(store: RoutingStore, row: Row, *, rated: bool) -> None:
    """办结: the loop is closed."""
    state = advance(State(row["state"]), Move.CONCLUDE)
    store.change(row["id"], state=state, concluded=store.now)
    concluded = AssignmentConcluded(row["id"], row["department"], Outcome(row["outcome"]), row["on_time"], rated)
    store.publish_case(row["opinion"], concluded)


def conclude_lapsed(store: RoutingStore, rows: Sequence[Row]) -> None:
    """Conclude, unrated, what nobody rated in time."""
    for row in rows:
        conclude(store, row, rated=False)


def cancel(store: RoutingStore, opinion: str, why: Literal["withdrawn", "merged"], into: str | None) -> None:
    """The opinion was withdrawn or merged: its assignments end, unless the reply was faster."""
    row = store.lead_of(opinion)
    if row is None:
        raise Retry(f"the end of an opinion whose assignment is not known yet: {opinion}")
    move = Move.WITHDRAW if why == "withdrawn" else Move.MERGE
    if move not in allowed_moves(State(row["state"])):
        return
    store.change(row["id"], state=advance(State(row["state"]), move), asked_until=None, paused=None, paused_until=None)
    others = release(store, still_open(store.others_of(opinion)), why, into)
    store.publish_case(opinion, AssignmentCancelled(row["id"], row["department"], why, into), *others)


def resume(store: RoutingStore, catalogue: Catalogue, row: Row, details: str | None) -> State:
    """The clock runs again, and the deadlines that are still to be met move by what was paused."""
    state = advance(State(row["state"]), Move.RESUME)
    difficulty = domain.terms(catalogue, row)
    due = domain.resumed_deadlines(catalogue, difficulty, row, store.now)
    if details is not None:
        store.change_case(row["opinion"], content=domain.with_details(row["content"], details))
    moved = {f"{kind}_by": instant for kind, instant in due.items()}
    store.change(row["id"], state=state, paused=None, paused_until=None, waited=waited(row, store.now), **moved)
    store.publish_case(row["opinion"], AssignmentResumed(row["id"], row["department"], due, details))
    return state


def waited(row: Row, now: datetime) -> list[list[str]]:
    """The pauses of the round, with the one that ends now: what its deadline is counted from when the calendar changes."""
    return [*(row["waited"] or ()), [instant.isoformat() for instant in domain.pause_of(row, now)]]


def resume_capped(store: RoutingStore, catalogue: Catalogue, rows: Sequence[Row]) -> None:
    """Let go on what has waited as long as it may."""
    for row in rows:
        resume(store, catalogue, row, None)
