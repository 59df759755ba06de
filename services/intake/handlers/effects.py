"""What each message of the others means here, on one screen: whose doing it is, the state it leads to, what the timeline tells,
which columns it sets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

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
from services.contracts.messages.values import Message, ReplyItem

Values = Callable[[Any], dict[str, Any]]
DEPARTMENT, HEAD, ROUTING, SUPERVISOR, LADDER = "department", "head", "routing", "supervisor", "ladder"


@dataclass(frozen=True, slots=True)
class Effect:
    """One row: whose doing it is, the state it leads to (None: stays), facts for the timeline, columns to set.

    `internal` lines are on no receipt. Facts that are None are left out.
    """

    by: str
    state: State | None = None
    facts: Values = lambda _: {}
    columns: Values = lambda _: {}
    internal: bool = False


def _of(*names: str) -> Values:
    """Facts that are fields of the message, instants as text."""

    def facts(heard: Any) -> dict[str, Any]:
        values = {name: getattr(heard, name) for name in names}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}

    return facts


def _due(heard: Any) -> dict[str, Any]:
    """The deadlines that the submitter waits for."""
    named = {"due": heard.deadlines.get("reply"), "sign_by": heard.deadlines.get("sign")}
    return {name: instant.isoformat() for name, instant in named.items() if instant}


def _window(heard: AssignmentRescheduled) -> dict[str, Any]:
    """The end of the evaluation, where it has moved; nobody is asked again."""
    return {"evaluate_by": heard.deadlines["evaluation"]} if "evaluation" in heard.deadlines else {}


def _rescheduled(heard: AssignmentRescheduled) -> dict[str, Any]:
    window = {name: instant.isoformat() for name, instant in _window(heard).items()}
    return {**_due(heard), **window, "changed": heard.reason, "provisional": heard.provisional or None}


def _created(heard: AssignmentCreated) -> dict[str, Any]:
    facts = {**_due(heard), "rule": heard.why.rule, "provisional": heard.provisional or None}
    return facts | ({} if heard.role == "lead" else {"assignment": heard.assignment})


def _assigned(heard: AssignmentCreated) -> dict[str, Any]:
    columns = {"difficulty": heard.difficulty, "key": heard.key, "leader": heard.leader}
    return columns | ({"level": heard.level} if heard.level else {})


def _replied(heard: AssignmentReplied) -> dict[str, Any]:
    return {
        "reply": heard.content, "outcome": heard.outcome, "evaluate_by": heard.evaluate_by, "asked": True,
        "items": [_item(item) for item in heard.items], "co_opinions": msgspec.to_builtins(heard.co_opinions),
    }  # fmt: skip


def _promised(*names: str) -> Values:
    """Facts about a promise; its date has a name of its own, because it is no deadline for an answer."""
    return lambda heard: {**_of("promise", "what", *names)(heard), "promised_for": heard.due.isoformat()}


def _item(item: ReplyItem) -> dict[str, Any]:
    promise = {**msgspec.structs.asdict(item.promise), "due": item.promise.due.isoformat()} if item.promise else None
    return {"demand": item.demand, "content": item.content, "outcome": item.outcome, "promise": promise}


def _reopened(heard: AssignmentReopened) -> dict[str, Any]:
    # A dissatisfied submitter's words are not for the others who hold a receipt of the case.
    reason = None if heard.cause == "dissatisfied" else heard.reason
    return {"round": heard.round, "cause": heard.cause, "reason": reason, **_due(heard)}


EFFECTS: Mapping[type[Message], Effect] = {
    AssignmentCreated: Effect(ROUTING, State.ASSIGNED, _created, _assigned),
    AssignmentSigned: Effect(DEPARTMENT, State.SIGNED, _of("deadline", "on_time")),
    AssignmentProgressed: Effect(DEPARTMENT, None, _of("content", "contact", "on_time")),
    AssignmentObjected: Effect(DEPARTMENT, State.OBJECTED, _of("reason", "proposed")),
    AssignmentRuled: Effect(SUPERVISOR, None, _of("about", "granted", "reason")),
    AssignmentReassigned: Effect(SUPERVISOR, State.REASSIGNED, _of("to", "reason")),
    AssignmentAsked: Effect(DEPARTMENT, None, _of("until", "reason")),
    AssignmentExtended: Effect(SUPERVISOR, None, lambda heard: {**_of("original", "reason")(heard), **_due(heard)}),
    AssignmentPaused: Effect(DEPARTMENT, State.PAUSED, _of("reason", "until")),
    AssignmentResumed: Effect(ROUTING, State.SIGNED, _due),
    AssignmentCancelled: Effect(ROUTING, None, _of("why"), internal=True),
    AssignmentAdvised: Effect(DEPARTMENT, None, _of("content", "deadline", "on_time")),
    AssignmentDrafted: Effect(DEPARTMENT, State.DRAFTED, internal=True),
    AssignmentAmended: Effect(HEAD, State.SIGNED, _of("reason"), internal=True),
    AssignmentReplied: Effect(DEPARTMENT, State.REPLIED, _of("content", "outcome", "deadline", "on_time"), _replied),
    AssignmentReopened: Effect(ROUTING, State.REOPENED, _reopened, _of("round")),
    AssignmentConcluded: Effect(ROUTING, State.CONCLUDED, _of("rated")),
    AssignmentMarked: Effect(SUPERVISOR, None, _of("key", "leader", "reason"), _of("key", "leader")),
    AssignmentRaised: Effect(ROUTING, None, _of("level", "reason"), _of("level")),
    AssignmentRechecked: Effect(SUPERVISOR, None, _of("held", "note")),
    AssignmentRescheduled: Effect(ROUTING, None, _rescheduled, _window),
    # That a department was told; the words stand with the opinion whose they are.
    AssignmentJoined: Effect(ROUTING, None, lambda heard: {"opinion": heard.opinion.id}, internal=True),
    AssignmentParted: Effect(ROUTING, None, _of("opinion"), internal=True),
    AssignmentDetailed: Effect(ROUTING, None, lambda heard: {"opinion": heard.merged}, internal=True),
    PromiseMade: Effect(DEPARTMENT, None, _promised("who")),
    PromiseKept: Effect(
        DEPARTMENT, None, _promised("evidence", "on_time", "evaluate_by"),
        lambda heard: {"evaluate_by": heard.evaluate_by, "asked": True},
    ),
    PromiseBroken: Effect(ROUTING, None, _promised()),
    CardIssued: Effect(LADDER, None, _of("assignment", "card", "rung", "of", "deadline")),
    SupervisionRaised: Effect(LADDER, None, _of("assignment", "rung", "of", "deadline")),
    SupervisionScheduled: Effect(SUPERVISOR, None, _of("assignment", "title", "at")),
    SupervisionResolved: Effect(SUPERVISOR, None, lambda heard: {**_of("assignment", "note")(heard), "came_to": heard.result}),
}  # fmt: skip
