"""Notices: what happened, and who is told of it at the next visit. Ids and codes alone, so that nothing has to be erased here.

A notice is for an audience: a department (its code), its head, an office of the congress, or one that duties are owed by. A
reader belongs to a few audiences and has one place in them, so that a notice costs the same however many read it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from services.contracts.envelope import Event
from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentAmended,
    AssignmentAsked,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentDrafted,
    AssignmentMarked,
    AssignmentObjected,
    AssignmentRaised,
    AssignmentReassigned,
    AssignmentRechecked,
    AssignmentReopened,
    AssignmentResumed,
    AssignmentRuled,
)
from services.contracts.messages.duties import DutySet, ReminderGiven
from services.contracts.messages.merging import AssignmentDetailed, AssignmentJoined
from services.contracts.messages.supervision import (
    CardIssued,
    PromiseBroken,
    ReminderSent,
    SupervisionRaised,
    SupervisionResolved,
    SupervisionScheduled,
)
from services.contracts.messages.values import Message
from services.contracts.people.callers import Caller, Role
from services.notify.domain.holders import owed_by

#: No code of a department has a colon.
REVIEWERS: Final = "reviewer:"
SUPERVISORS: Final = "supervisor:"
PRESIDIUM: Final = owed_by("presidium", None)
#: Where a kind leads to; all that are not named lead to the page of the case.
ADDRESSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("moved", "ended"), "/desk"),
    **dict.fromkeys(("objected", "asked"), "/rulings"),
    **dict.fromkeys(("relay", "take", "feedback", "late"), "/entrusted/{opinion}"),
    **dict.fromkeys(("assigned", "reopened", "denied", "extended", "not_extended", "sent_back"), "/desk/{assignment}"),
    "drafted": "/approvals/{assignment}",
}
CASE: Final = "/cases/{opinion}"


class Notice(NamedTuple):
    """What one audience is told of one event; `position` numbers all notices in the order in which they became known."""

    message: str
    audience: str
    kind: str
    opinion: str
    assignment: str | None
    at: datetime
    position: int = 0

    @property
    def address(self) -> str:
        """The page that it leads to."""
        where = ADDRESSES.get(self.kind, CASE)
        if self.audience in (REVIEWERS, SUPERVISORS) and where == "/desk":
            where = CASE
        return where.format(opinion=self.opinion, assignment=self.assignment)


#: Who is told what of a message: (audience, kind), ….
Told = Sequence[tuple[str, str]]


def head_of(department: str) -> str:
    """The audience that is the head of a department alone."""
    return f"head:{department}"


def _department(kind: str, *others: str) -> Callable[[Any], Told]:
    return lambda message: [(message.department, kind), *((other, kind) for other in others)]


def _ruled(message: AssignmentRuled) -> Told:
    if message.about == "extension":
        return [(message.department, "extended" if message.granted else "not_extended")]
    # What was upheld is told by the assignment that is moved or ended.
    return [] if message.granted else [(message.department, "denied")]


def _duty(message: DutySet | ReminderGiven) -> Told:
    return [(owed_by(message.holder, message.code), message.of if isinstance(message, DutySet) else "late")]


#: What nobody has to be told of is not in it.
TELLS: Final[Mapping[type[Message], Callable[[Any], Told]]] = {
    AssignmentCreated: _department("assigned"),
    AssignmentReopened: _department("reopened"),
    AssignmentRuled: _ruled,
    AssignmentReassigned: _department("moved", REVIEWERS),
    AssignmentCancelled: _department("ended"),
    AssignmentAmended: _department("sent_back"),
    AssignmentDrafted: lambda message: [(head_of(message.department), "drafted")],
    AssignmentAdvised: lambda message: [(message.lead, "advised")] if message.lead != message.department else [],
    AssignmentResumed: _department("resumed"),
    AssignmentConcluded: lambda message: [(message.department, "rated")] if message.rated else [],
    AssignmentMarked: lambda message: [(message.department, "marked")] if message.key or message.leader else [],
    AssignmentRaised: _department("raised", REVIEWERS, SUPERVISORS),
    AssignmentRechecked: _department("rechecked"),
    AssignmentObjected: lambda message: [(SUPERVISORS, "objected")],
    AssignmentAsked: lambda message: [(SUPERVISORS, "asked")],
    AssignmentDetailed: _department("detailed"),
    AssignmentJoined: _department("joined"),
    PromiseBroken: _department("broken", SUPERVISORS),
    ReminderSent: _department("reminded"),
    CardIssued: _department("card"),
    SupervisionRaised: _department("supervised", SUPERVISORS),
    SupervisionScheduled: _department("scheduled"),
    SupervisionResolved: _department("resolved"),
    DutySet: _duty,
    ReminderGiven: _duty,
}


def notices_of(event: Event) -> list[Notice]:
    """What an event has to tell, and to whom."""
    tells = TELLS.get(type(event.data))
    if tells is None:
        return []
    assignment = getattr(event.data, "assignment", None)
    return [Notice(event.id, audience, kind, event.subject, assignment, event.time) for audience, kind in tells(event.data)]


def audiences_of(caller: Caller) -> tuple[str, ...]:
    """The audiences that somebody belongs to in the role that they act in."""
    match caller.role:
        case Role.DEPARTMENT:
            return (caller.department or "",)
        case Role.HEAD:
            return (caller.department or "", head_of(caller.department or ""))
        case Role.REVIEWER:
            return (REVIEWERS,)
        case Role.SUPERVISOR:
            return (SUPERVISORS, PRESIDIUM)
        case Role.ADMIN:
            return (REVIEWERS, SUPERVISORS, PRESIDIUM)
        case Role.DEPUTY:
            return (owed_by("deputy", caller.deputy),)
        case Role.STATION:
            return (owed_by("station", caller.station),)
        case Role.INFORMANT:
            return (owed_by("informant", caller.station),)
    return ()
