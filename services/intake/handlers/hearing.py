"""What routing says of an opinion, as intake shows it: the state it leads to, the columns it sets, the line in the timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.contracts.envelope import Event
from services.contracts.lifecycle import State
from services.contracts.messages import (
    AssignmentAsked,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentExtended,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentReassigned,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentResumed,
    AssignmentRuled,
    AssignmentSigned,
    Message,
)

if TYPE_CHECKING:
    from services.intake.store import IntakeStore

Values = Callable[[Any], dict[str, Any]]
DEPARTMENT, ROUTING, SUPERVISOR = "department", "routing", "supervisor"


def _place(heard: Any) -> dict[str, Any]:
    return {"department": heard.department, "assignment": heard.assignment}


def _nothing(_: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Heard:
    """One row: whose doing it is, the state it leads to (None: stays), facts for the timeline, columns to set."""

    by: str
    state: State | None
    facts: Values = _nothing
    columns: Values = _nothing


HEARD: Mapping[type[Message], Heard] = {
    AssignmentCreated: Heard(
        ROUTING, State.ASSIGNED,
        lambda heard: {"due": heard.deadlines["reply"].isoformat(), "rule": heard.why.rule},
        _place,
    ),
    AssignmentSigned: Heard(DEPARTMENT, State.SIGNED, lambda heard: {"on_time": heard.on_time}),
    AssignmentProgressed: Heard(DEPARTMENT, None, lambda heard: {"content": heard.content}),
    AssignmentObjected: Heard(DEPARTMENT, State.OBJECTED, lambda heard: {"reason": heard.reason, "proposed": heard.proposed}),
    AssignmentReassigned: Heard(SUPERVISOR, State.REASSIGNED, lambda heard: {"to": heard.to, "reason": heard.reason}),
    AssignmentAsked: Heard(DEPARTMENT, None, lambda heard: {"until": heard.until.isoformat(), "reason": heard.reason}),
    AssignmentExtended: Heard(
        SUPERVISOR, None,
        lambda heard: {"original": heard.original.isoformat(), "due": heard.deadlines["reply"].isoformat(), "reason": heard.reason},
    ),
    AssignmentPaused: Heard(DEPARTMENT, State.PAUSED, lambda heard: {"reason": heard.reason, "until": heard.until.isoformat()}),
    AssignmentResumed: Heard(ROUTING, State.SIGNED, lambda heard: {"due": heard.deadlines["reply"].isoformat()}),
    AssignmentReplied: Heard(
        DEPARTMENT, State.REPLIED,
        lambda heard: {"content": heard.content, "outcome": heard.outcome, "on_time": heard.on_time},
        lambda heard: _place(heard) | {"reply": heard.content, "outcome": heard.outcome, "evaluate_by": heard.evaluate_by},
    ),
    AssignmentReopened: Heard(
        ROUTING, State.REOPENED,
        lambda heard: {"round": heard.round, "due": heard.deadlines["reply"].isoformat()},
        lambda heard: {"round": heard.round},
    ),
    AssignmentConcluded: Heard(ROUTING, State.CONCLUDED, lambda heard: {"rated": heard.rated}),
}  # fmt: skip


def hear(store: IntakeStore, event: Event) -> None:
    """Take an event of routing over; one that is not in the table changes nothing here."""
    message: Any = event.data
    if isinstance(message, AssignmentRuled):
        _hear_ruling(store, event, message)
        return
    row = HEARD.get(type(message))
    if row is None:
        return
    store.follow(event.subject, event.sequence, row.state, **row.columns(message))
    store.tell(event.subject, event.time, event.type, row.by, department=message.department, **row.facts(message))


def _hear_ruling(store: IntakeStore, event: Event, message: AssignmentRuled) -> None:
    """A denied objection leaves the case where it was assigned; a granted one is told by what follows it."""
    denied = message.about == "objection" and not message.granted
    store.follow(event.subject, event.sequence, State.ASSIGNED if denied else None)
    facts = {"about": message.about, "granted": message.granted, "reason": message.reason}
    store.tell(event.subject, event.time, event.type, SUPERVISOR, department=message.department, **facts)
