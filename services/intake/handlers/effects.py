"""The effect of each consumed message, as one table: the actor, the new state, the facts for the timeline,
what changes of the opinion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.lifecycle import State
from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentAmended,
    AssignmentAsked,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentDrafted,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentRaised,
    AssignmentReassigned,
    AssignmentRechecked,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentRuled,
    AssignmentSigned,
)
from services.contracts.messages.merging import AssignmentDetailed, AssignmentJoined, AssignmentParted
from services.contracts.messages.supervision import (
    CardIssued,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    SupervisionRaised,
    SupervisionResolved,
    SupervisionScheduled,
)
from services.contracts.messages.values import Message
from services.intake.domain.actors import DEPARTMENT, HEAD, LADDER, ROUTING, SUPERVISOR
from services.intake.domain.following import UNCHANGED, Change, Leading
from services.intake.domain.opinion import DepartmentReply
from services.intake.domain.timeline import Facts


@dataclass(frozen=True, slots=True)
class Effect:
    """One row: the actor, the new state (None: unchanged), facts for the timeline, changes of the opinion.

    `internal` lines are on no receipt. Facts that are None are left out. `facts` and `change` take a message of the row's type.
    """

    by: str
    state: State | None = None
    facts: Callable[[Any], Facts] = lambda _: {}
    change: Callable[[Any], Change] = lambda _: UNCHANGED
    internal: bool = False


def _of(*names: str) -> Callable[[Message], Facts]:
    """Facts that are fields of the message, instants as text."""

    def facts(heard: Message) -> Facts:
        values = {name: getattr(heard, name) for name in names}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}

    return facts


def _due(deadlines: Mapping[str, datetime]) -> dict[str, str]:
    """The deadlines that the submitter waits for."""
    named = {"due": deadlines.get("reply"), "sign_by": deadlines.get("sign")}
    return {name: instant.isoformat() for name, instant in named.items() if instant}


def _rescheduled(heard: AssignmentRescheduled) -> Facts:
    window = heard.deadlines.get("evaluation")
    moved = {"evaluate_by": window.isoformat()} if window else {}
    return {**_due(heard.deadlines), **moved, "changed": heard.reason, "provisional": heard.provisional or None}


def _created(heard: AssignmentCreated) -> Facts:
    beside = {} if heard.role == "lead" else {"assignment": heard.assignment}
    return {**_due(heard.deadlines), "rule": heard.why.rule, "provisional": heard.provisional or None, **beside}


def _assigned(heard: AssignmentCreated) -> Change:
    return Change(difficulty=heard.difficulty, leading=Leading(heard.key, heard.leader), level=heard.level or None)


def _replied(heard: AssignmentReplied) -> Change:
    return Change(reply=DepartmentReply(heard.content, heard.outcome, heard.evaluate_by, heard.items, heard.co_opinions), asks=True)


def _promised(*names: str) -> Callable[[PromiseMade | PromiseKept | PromiseBroken], Facts]:
    """Facts about a promise; its date has a name of its own, because it is no deadline for an answer."""
    facts = _of("promise", "what", *names)
    return lambda heard: {**facts(heard), "promised_for": heard.due.isoformat()}


def _marked(heard: AssignmentMarked) -> Change:
    return Change(leading=Leading(heard.key, heard.leader))


def _extended(heard: AssignmentExtended) -> Facts:
    return {"original": heard.original.isoformat(), "reason": heard.reason, **_due(heard.deadlines)}


def _resolved(heard: SupervisionResolved) -> Facts:
    return {"assignment": heard.assignment, "note": heard.note, "came_to": heard.result}


def _reopened(heard: AssignmentReopened) -> Facts:
    # A dissatisfied submitter's words are not for the others who hold a receipt of the case.
    reason = None if heard.cause == "dissatisfied" else heard.reason
    return {"round": heard.round, "cause": heard.cause, "reason": reason, **_due(heard.deadlines)}


EFFECTS: Mapping[type[Message], Effect] = {
    AssignmentCreated: Effect(ROUTING, State.ASSIGNED, _created, _assigned),
    AssignmentSigned: Effect(DEPARTMENT, State.SIGNED, _of("deadline", "on_time")),
    AssignmentProgressed: Effect(DEPARTMENT, None, _of("content", "contact", "on_time")),
    AssignmentObjected: Effect(DEPARTMENT, State.OBJECTED, _of("reason", "proposed")),
    AssignmentRuled: Effect(SUPERVISOR, None, _of("about", "granted", "reason")),
    AssignmentReassigned: Effect(SUPERVISOR, State.REASSIGNED, _of("to", "reason")),
    AssignmentAsked: Effect(DEPARTMENT, None, _of("until", "reason")),
    AssignmentExtended: Effect(SUPERVISOR, None, _extended),
    AssignmentPaused: Effect(DEPARTMENT, State.PAUSED, _of("reason", "until")),
    AssignmentResumed: Effect(ROUTING, State.SIGNED, lambda heard: _due(heard.deadlines)),
    AssignmentCancelled: Effect(ROUTING, None, _of("why"), internal=True),
    AssignmentAdvised: Effect(DEPARTMENT, None, _of("content", "deadline", "on_time")),
    AssignmentDrafted: Effect(DEPARTMENT, State.DRAFTED, internal=True),
    AssignmentAmended: Effect(HEAD, State.SIGNED, _of("reason"), internal=True),
    AssignmentReplied: Effect(DEPARTMENT, State.REPLIED, _of("content", "outcome", "deadline", "on_time"), _replied),
    AssignmentReopened: Effect(ROUTING, State.REOPENED, _reopened, lambda heard: Change(round=heard.round)),
    AssignmentConcluded: Effect(ROUTING, State.CONCLUDED, _of("rated")),
    AssignmentMarked: Effect(SUPERVISOR, None, _of("key", "leader", "reason"), _marked),
    AssignmentRaised: Effect(ROUTING, None, _of("level", "reason"), lambda heard: Change(level=heard.level)),
    AssignmentRechecked: Effect(SUPERVISOR, None, _of("held", "note")),
    AssignmentRescheduled: Effect(ROUTING, None, _rescheduled, lambda heard: Change(evaluate_by=heard.deadlines.get("evaluation"))),
    # That a department was told; the words stand with the opinion whose they are.
    AssignmentJoined: Effect(ROUTING, None, lambda heard: {"opinion": heard.opinion.id}, internal=True),
    AssignmentParted: Effect(ROUTING, None, _of("opinion"), internal=True),
    AssignmentDetailed: Effect(ROUTING, None, lambda heard: {"opinion": heard.merged}, internal=True),
    PromiseMade: Effect(DEPARTMENT, None, _promised("who")),
    PromiseKept: Effect(
        DEPARTMENT, None, _promised("evidence", "on_time", "evaluate_by"),
        lambda heard: Change(evaluate_by=heard.evaluate_by, asks=True),
    ),
    PromiseBroken: Effect(ROUTING, None, _promised()),
    CardIssued: Effect(LADDER, None, _of("assignment", "card", "rung", "of", "deadline")),
    SupervisionRaised: Effect(LADDER, None, _of("assignment", "rung", "of", "deadline")),
    SupervisionScheduled: Effect(SUPERVISOR, None, _of("assignment", "title", "at")),
    SupervisionResolved: Effect(SUPERVISOR, None, _resolved),
}  # fmt: skip
