"""What routing does: one function for each message it hears and for each move of a department."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from services.contracts.catalogue import Catalogue
from services.contracts.commands import Progress, Reply, Sign
from services.contracts.envelope import Event
from services.contracts.errors import NotAllowed, NotFound
from services.contracts.lifecycle import TERMINAL, Move, State, advance
from services.contracts.messages import (
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentProgressed,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentSigned,
    OpinionAccepted,
    OpinionEvaluated,
    OpinionText,
    Outcome,
    PromiseMade,
)
from services.routing import domain
from services.routing.domain import Router

if TYPE_CHECKING:
    from services.routing.store import RoutingStore

Row = Mapping[str, Any]
#: How long a rating given in the last moment may be on its way before the case is concluded without it.
ON_ITS_WAY = timedelta(seconds=30)


def assign(store: RoutingStore, catalogue: Catalogue, router: Router, message: OpinionAccepted, assignment_id: str) -> None:
    """Give an accepted opinion to the department whose topic it is."""
    opinion = message.opinion
    decision = router.decide(opinion.topic, opinion.title, opinion.content)
    due = domain.deadlines(catalogue, decision.difficulty, store.now)
    topic = decision.topic.code if decision.topic else None
    store.add({
        "id": assignment_id, "opinion": opinion.id, "title": opinion.title, "content": opinion.content, "area": opinion.area,
        "station": opinion.station, "topic": topic, "department": decision.department, "role": "lead",
        "difficulty": decision.difficulty.code, "rule": decision.why.rule, "confidence": decision.why.confidence,
        "state": advance(State.ACCEPTED, Move.ASSIGN), "round": 1, "created": store.now, "provisional": due.provisional, "said": 1,
        **{f"{kind}_by": instant for kind, instant in due.instants.items()},
    })  # fmt: skip
    text = OpinionText(opinion.id, opinion.title, opinion.content, topic, opinion.area, opinion.station)
    created = AssignmentCreated(
        assignment_id, text, decision.department, "lead", decision.difficulty.code, due.instants, decision.why, due.provisional
    )
    store.say(created, opinion.id, 1)


def sign(store: RoutingStore, catalogue: Catalogue, row: Row, _: Sign) -> State:
    """签收: the department has it."""
    state = advance(State(row["state"]), Move.SIGN)
    signed = row["signed"] or store.now
    on_time = signed <= row["sign_by"]
    store.change(row["id"], state=state, signed=signed, said=row["said"] + 1)
    store.say(AssignmentSigned(row["id"], row["department"], row["sign_by"], on_time), row["opinion"], row["said"] + 1)
    return state


def progress(store: RoutingStore, catalogue: Catalogue, row: Row, command: Progress) -> State:
    """办理进展: an interim note."""
    state = advance(State(row["state"]), Move.PROGRESS)
    store.change(row["id"], state=state, said=row["said"] + 1)
    store.say(AssignmentProgressed(row["id"], row["department"], command.content), row["opinion"], row["said"] + 1)
    return state


def reply(store: RoutingStore, catalogue: Catalogue, row: Row, command: Reply) -> State:
    """答复: the final answer. A department that replies without having signed has signed with it."""
    state = advance(State(row["state"]), Move.REPLY)
    domain.check_reply(command, store.now)
    said = row["said"]
    if row["signed"] is None:
        said += 1
        signed = AssignmentSigned(row["id"], row["department"], row["sign_by"], store.now <= row["sign_by"])
        store.say(signed, row["opinion"], said)
    window = domain.evaluation_window(catalogue, catalogue.difficulties[row["difficulty"]], store.now)
    on_time = store.now <= row["reply_by"]
    store.say(
        AssignmentReplied(
            row["id"], row["department"], command.content, command.outcome, row["reply_by"], on_time, window, command.promise
        ),
        row["opinion"], said + 1,
    )  # fmt: skip
    said += 1
    promise = None
    if command.promise is not None:
        said += 1
        promise = {"what": command.promise.what, "due": command.promise.due.isoformat()}
        store.say(PromiseMade(row["id"], row["department"], command.promise.what, command.promise.due), row["opinion"], said)
    store.change(
        row["id"], state=state, signed=row["signed"] or store.now, replied=store.now, reply=command.content,
        outcome=command.outcome, on_time=on_time, promise=promise, evaluate_by=window, said=said,
    )  # fmt: skip
    return state


MOVES: Mapping[str, Callable[[RoutingStore, Catalogue, Row, Any], State]] = {"sign": sign, "progress": progress, "reply": reply}


def move(
    store: RoutingStore, catalogue: Catalogue, verb: str, assignment_id: str, department: str | None, command: Any
) -> tuple[Row, State]:
    """A department's move on its own assignment; `department` is None for an administrator.

    Returns the assignment as it was and the state it is in now. Raises `NotFound`, `NotAllowed` for another's assignment,
    `Conflict` for a move that the life cycle does not have, `Invalid`.
    """
    row = store.assignment(assignment_id)
    if row is None:
        raise NotFound("There is no such assignment.")
    if department is not None and row["department"] != department:
        raise NotAllowed("This assignment belongs to another department.")
    return row, MOVES[verb](store, catalogue, row, command)


def close(store: RoutingStore, catalogue: Catalogue, event: Event, message: OpinionEvaluated) -> None:
    """The submitter has rated the reply: the case is concluded, or done again when the rating is dissatisfied.

    A rating that was so long on its way that its case has been concluded meanwhile is counted and changes nothing.
    """
    row = store.assignment(message.assignment)
    if row is None:
        raise NotFound(f"An evaluation of an unknown assignment: {message.assignment}")
    if State(row["state"]) in TERMINAL:
        return
    if domain.is_rework(message.result):
        reopen(store, catalogue, row, message.comment)
    else:
        conclude(store, row, rated=True)


def reopen(store: RoutingStore, catalogue: Catalogue, row: Row, reason: str | None) -> None:
    """重办: handled again by the same department, with a deadline of its own."""
    state = advance(State(row["state"]), Move.REOPEN)
    due = domain.rework_deadline(catalogue, catalogue.difficulties[row["difficulty"]], store.now)
    store.change(row["id"], state=state, round=row["round"] + 1, reply_by=due, replied=None, evaluate_by=None, said=row["said"] + 1)
    store.say(
        AssignmentReopened(row["id"], row["department"], row["round"] + 1, {"reply": due}, reason), row["opinion"], row["said"] + 1
    )


def conclude(store: RoutingStore, row: Row, *, rated: bool) -> None:
    """办结: the loop is closed."""
    state = advance(State(row["state"]), Move.CONCLUDE)
    store.change(row["id"], state=state, concluded=store.now, said=row["said"] + 1)
    concluded = AssignmentConcluded(row["id"], row["department"], Outcome(row["outcome"]), row["on_time"], rated)
    store.say(concluded, row["opinion"], row["said"] + 1)


def conclude_lapsed(store: RoutingStore, limit: int) -> int:
    """Conclude, unrated, what nobody rated in time; returns how many."""
    rows = store.lapsed(store.now - ON_ITS_WAY, limit)
    for row in rows:
        conclude(store, row, rated=False)
    return len(rows)
