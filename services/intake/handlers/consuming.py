"""Taking over what routing and notify say of an opinion: its state, its timeline, who handles it, and letters about it.

The state of an opinion follows its lead department alone. What co-handlers do is for staff; what a department that handles its
own part does is for the submitter too, as far as it is told to the submitter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from services.contracts.catalogue.model import Catalogue
from services.contracts.envelope import EncodedEvent, Event
from services.contracts.lifecycle import State
from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentCancelled,
    AssignmentCreated,
    AssignmentProgressed,
    AssignmentReassigned,
    AssignmentReplied,
    AssignmentRuled,
)
from services.contracts.messages.supervision import PromiseKept
from services.contracts.messages.values import Message, Role
from services.intake.domain.following import UNCHANGED, Handling
from services.intake.domain.people import Addressee
from services.intake.domain.receipt.messages import shows_heard
from services.intake.domain.timeline import STAFF, Handler, TimelineEntry
from services.intake.handlers import notifying
from services.intake.handlers.effects import EFFECTS, Effect

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore

LEAD: Final = "lead"
SEPARATE: Final = "separate"
#: Who counts what it says of an opinion, so that the newest can be told.
COUNTED = ("assignment.", "promise.")
#: What of a separate handler's work is told to the submitter.
TOLD_OF_SEPARATE = (AssignmentCreated, AssignmentProgressed, AssignmentAdvised)


@dataclass(frozen=True, slots=True)
class NotificationRequest:
    """A letter that an event gives reason for."""

    opinion: str
    about: notifying.About
    facts: dict[str, str]


def consume(store: IntakeStore, catalogue: Catalogue, received: Sequence[EncodedEvent]) -> None:
    """Take events over; one that is not in the table changes nothing here."""
    wanted: list[NotificationRequest] = []
    for each in received:
        event = each.event
        row = EFFECTS.get(type(event.data))
        if row is not None:
            _take_over(store, each, row)
            wanted += _letters(catalogue, event)
    people = defaultdict[str, list[Addressee]](list)
    for person in store.reachable(sorted({letter.opinion for letter in wanted})) if wanted else ():
        people[person.case].append(person)
    for letter in wanted:
        notifying.write(store, letter.opinion, letter.about, people[letter.opinion], **letter.facts)


def _take_over(store: IntakeStore, received: EncodedEvent, row: Effect) -> None:
    event = received.event
    # Of a type in the table, and so about a department and its assignment.
    message: Any = event.data
    role: Role = getattr(message, "role", LEAD)
    if role == LEAD and event.type.startswith(COUNTED):
        handling, change = handling_of(message, row), row.change(message)
        if handling is not None or change != UNCHANGED:
            store.follow(event.subject, event.sequence, handling, change)
    told = role == LEAD or (role == SEPARATE and isinstance(message, TOLD_OF_SEPARATE))
    facts = {"department": message.department, **row.facts(message), **({} if role == LEAD else {"role": role})}
    facts = {name: value for name, value in facts.items() if value is not None}
    audience = STAFF if row.internal or not told else None
    store.record(event.subject, TimelineEntry(event.time, event.type, row.by, facts, audience))
    if audience is None and shows_heard(message, facts):
        store.keep_message(received)
    if isinstance(message, AssignmentCreated):
        store.add_handler(event.subject, Handler(message.department, role, message.assignment))
    elif _ends(message):
        store.add_handler(event.subject, Handler(message.department, role, message.assignment), ended=True)


def handling_of(message: Any, row: Effect) -> Handling | None:
    """Where a message of the lead leads; whatever moves the state says who has the case."""
    state = row.state
    if isinstance(message, AssignmentRuled) and message.about == "objection" and not message.granted:
        # A denied objection leaves the case where it was assigned; a granted one is told by what follows it.
        state = State.ASSIGNED
    return None if state is None else Handling(state, message.department, message.assignment)


def _ends(message: Message) -> bool:
    """Whether the department has nothing to do with the opinion from here on."""
    return isinstance(message, AssignmentReassigned) or (isinstance(message, AssignmentCancelled) and message.why == "reassigned")


def _letters(catalogue: Catalogue, event: Event) -> Sequence[NotificationRequest]:
    """What the submitters are told by letter: who has it, what was answered, which promise was kept."""
    match event.data:
        case AssignmentCreated(role="lead") as message:
            due = message.deadlines.get("reply")
            about: notifying.About = "assigned"
            facts = {"due": due.isoformat()} if due else {}
        case AssignmentReplied() as message:
            about, facts = "replied", {"outcome": str(message.outcome), "evaluate_by": message.evaluate_by.isoformat()}
        case AssignmentAdvised(role="separate") as message:
            about, facts = "replied", {}
        case PromiseKept() as message:
            about, facts = "kept", {"what": message.what, "evaluate_by": message.evaluate_by.isoformat()}
        case _:
            return ()
    return (
        NotificationRequest(
            event.subject, about, {"department": notifying.department_name(catalogue, message.department), **facts}
        ),
    )
