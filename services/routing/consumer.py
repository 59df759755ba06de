"""Which message leads to which handler: events of intake, and commands of departments."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from services.contracts.envelope import Event, decode, read_json
from services.contracts.errors import Invalid, NotAllowed, Poison, Refusal
from services.contracts.messages import (
    CommandRejected,
    OpinionAccepted,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionMerged,
    OpinionWithdrawn,
    SupervisionResolved,
)
from services.routing import handlers
from services.routing.app import Routing
from services.routing.schemas import BODIES
from services.routing.store import RoutingStore
from services.runtime.broker import Delivery
from services.runtime.clock import new_id
from services.runtime.database import Transaction
from services.runtime.dispatch import Hearing
from services.runtime.http import holds_nul, validate

log = structlog.get_logger()
LONGEST_ID = 64
#: One of each for all commands: making a schema takes longer than using it.
_BODIES = {verb: body() for verb, body in BODIES.items()}


@dataclass(frozen=True, slots=True)
class Command:
    """What a department sent. `department` and `verb` come from the routing key, which the broker has checked."""

    id: str
    department: str
    verb: str
    sender: str | None
    data: Any


def read_command(delivery: Delivery) -> Command:
    """A command from a delivery; raises `Poison` for what cannot even be answered."""
    body = read_json(delivery.body)
    department, _, verb = delivery.routing_key.partition(".")
    command_id = str(delivery.message_id or body.get("id") or "")
    if not 0 < len(command_id) <= LONGEST_ID or not command_id.isprintable():
        raise Poison(f"a command needs an id of at most {LONGEST_ID} printable characters")
    return Command(command_id, department, verb, delivery.user_id, body.get("data"))


def hearings(service: Routing) -> Sequence[Hearing[Any]]:
    """What this service listens to."""

    def hear_events(work: Transaction, events: Sequence[Event]) -> None:
        store = RoutingStore(work)
        if len(events) > 1:
            store.hold_cases([event.subject for event in events])
        for event in events:
            _hear_event(service, store, event)

    def hear_commands(work: Transaction, commands: Sequence[Command]) -> None:
        store = RoutingStore(work)
        if len(commands) > 1:
            store.hold_cases_of([name for command in commands if (name := _assignment_of(command))])
        for command in commands:
            _hear_command(service, store, command)

    return (
        Hearing("routing.events", lambda delivery: decode(delivery.body), lambda event: event.id, hear_events),
        Hearing("routing.commands", read_command, _identity, hear_commands, sender=department_of),
    )


def department_of(delivery: Delivery) -> str:
    """Whose command it is, by its routing key, which the broker has checked."""
    return delivery.routing_key.partition(".")[0]


def _identity(command: Command) -> str:
    """One text for the pair, as long as the inbox takes, so that no department can use up another's ids."""
    return hashlib.sha256(f"{command.department}/{command.id}".encode()).hexdigest()


def _assignment_of(command: Command) -> str | None:
    """The assignment that a command names, if it names one that could be there."""
    named = command.data.get("assignment") if isinstance(command.data, dict) else None
    return named if isinstance(named, str) and "\0" not in named else None


def _hear_event(service: Routing, store: RoutingStore, event: Event) -> None:
    match event.data:
        case OpinionAccepted() as message:
            handlers.assign(store, service.catalogue, service.router, message, new_id())
        case OpinionEvaluated() as message:
            handlers.close(store, service.catalogue, message)
        case OpinionDetailed() as message:
            handlers.hear_details(store, service.catalogue, event.subject, message.content)
        case OpinionWithdrawn() as message if message.accepted:
            handlers.cancel(store, event.subject, "withdrawn", None)
        case OpinionMerged() as message if message.accepted:
            handlers.cancel(store, event.subject, "merged", message.into)
        case SupervisionResolved() as message:
            handlers.hear_resolved(store, service.catalogue, message)


def _hear_command(service: Routing, store: RoutingStore, command: Command) -> None:
    if command.department not in service.catalogue.departments and not store.has_had(command.department):
        raise Poison(f"unknown department {command.department!r}")
    try:
        handlers.move(store, service.catalogue, *_parse(command))
    except Refusal as error:
        log.info("command_rejected", department=command.department, verb=command.verb, command=command.id, reason=error.detail)
        errors = {name: tuple(reasons) for name, reasons in error.errors.items()}
        rejected = CommandRejected(command.id, command.verb, command.department, error.detail, errors)
        store.reject(rejected)


def _parse(command: Command) -> tuple[str, str, str, Any]:
    """(verb, assignment, department, body) of a command; raises `Refusal`."""
    if (
        command.sender is not None
        and command.sender.startswith("department-")
        and command.sender != f"department-{command.department}"
    ):
        raise NotAllowed("A department sends commands under its own name only.")
    if command.verb not in BODIES:
        raise Invalid("There is no such command.", {"verb": [f"one of {', '.join(BODIES)}"]})
    if not isinstance(command.data, dict) or not isinstance(command.data.get("assignment"), str):
        raise Invalid("A command names its assignment.", {"assignment": ["Missing data for required field."]})
    if holds_nul(command.data):
        raise Invalid("A text must not hold the character U+0000, which no store can keep.", {"data": ["holds U+0000"]})
    body = {name: value for name, value in command.data.items() if name != "assignment"}
    return command.verb, command.data["assignment"], command.department, validate(_BODIES[command.verb], body)
