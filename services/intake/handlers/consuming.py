"""Taking over what routing and notify say of an opinion: its state, its timeline, who handles it, and letters about it.

The state of an opinion follows its lead department alone. What co-handlers do is for staff; what a department that handles its
own part does is for the submitter too, as far as it is told to the submitter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from services.contracts.catalogue.model import Catalogue
from services.contracts.envelope import Event
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
from services.contracts.messages.values import Message
from services.intake.domain import STAFF
from services.intake.handlers import notifying
from services.intake.handlers.effects import EFFECTS, Effect

if TYPE_CHECKING:
    from services.intake.store import IntakeStore

LEAD, SEPARATE = "lead", "separate"
#: Who counts what it says of an opinion, so that the newest can be told.
COUNTED = ("assignment.", "promise.")
#: What of a separate handler's work is told to the submitter.
TOLD_OF_SEPARATE = (AssignmentCreated, AssignmentProgressed, AssignmentAdvised)


class NotificationRequest(NamedTuple):
    """A letter that an event gives reason for."""

    opinion: str
    about: notifying.About
    facts: Mapping[str, str]


def consume(store: IntakeStore, catalogue: Catalogue, events: Sequence[Event]) -> None:
    """Take events over; one that is not in the table changes nothing here."""
    wanted: list[NotificationRequest] = []
    for event in events:
        row = EFFECTS.get(type(event.data))
        if row is not None:
            _take_over(store, event, row)
            wanted += _letters(catalogue, event)
    people = store.reachable(sorted({letter.opinion for letter in wanted})) if wanted else []
    for letter in wanted:
        ours = [person for person in people if person["case"] == letter.opinion]
        notifying.write(store, letter.opinion, letter.about, ours, **letter.facts)


def _take_over(store: IntakeStore, event: Event, row: Effect) -> None:
    message: Any = event.data
    role = getattr(message, "role", LEAD)
    if role == LEAD and event.type.startswith(COUNTED):
        values = _values(message, row)
        if values:
            store.follow(event.subject, event.sequence, values)
    told = role == LEAD or (role == SEPARATE and isinstance(message, TOLD_OF_SEPARATE))
    facts = {"department": message.department, **row.facts(message), **({} if role == LEAD else {"role": role})}
    facts = {name: value for name, value in facts.items() if value is not None}
    audience = STAFF if row.internal or not told else None
    store.record(event.subject, event.time, event.type, row.by, audience=audience, **facts)
    if isinstance(message, AssignmentCreated):
        store.add_handler(event.subject, message.assignment, message.department, role)
    elif _ends(message):
        store.add_handler(event.subject, message.assignment, message.department, role, ended=True)


def _values(message: Any, row: Effect) -> dict[str, Any]:
    """The columns that a message of the lead sets; whatever moves the state says who has the case."""
    state = row.state
    if isinstance(message, AssignmentRuled) and message.about == "objection" and not message.granted:
        # A denied objection leaves the case where it was assigned; a granted one is told by what follows it.
        state = State.ASSIGNED
    moved = {"state": str(state), "department": message.department, "assignment": message.assignment} if state else {}
    return {**row.columns(message), **moved}


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
