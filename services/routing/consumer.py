"""The consumers: which handler takes which message; events of intake and notify, and commands of departments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from services.contracts.commands import ALL_VERBS, REQUESTS, Resync
from services.contracts.envelope import Event
from services.contracts.errors import Malformed, NotAllowed, NotFound
from services.contracts.messages.merging import OpinionJoined, OpinionParted
from services.contracts.messages.opinions import (
    LetterErased,
    OpinionAccepted,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionMerged,
    OpinionSupported,
    OpinionWithdrawn,
)
from services.contracts.messages.supervision import SupervisionRaised, SupervisionResolved
from services.routing.app import Routing
from services.routing.domain.choice import Router
from services.routing.domain.commanding import Command, DepartmentCommand, command_of
from services.routing.handlers import commanding, events
from services.routing.handlers.commanding import CommandRefused
from services.routing.schemas.bodies import BODIES, REQUEST_BODIES
from services.routing.store.cases import RoutingStore
from services.runtime.messaging.broker import Delivery
from services.runtime.messaging.subscription import Subscription, event_subscription, for_each
from services.runtime.store.database import Transaction
from services.runtime.web.requests import holds_nul, validate

if TYPE_CHECKING:
    from services.routing.domain.learning.knowledge import Knowledge

#: One of each for all commands: making a schema takes longer than using it.
_BODIES = {verb: body() for verb, body in (BODIES | REQUEST_BODIES).items()}


def read_command(delivery: Delivery) -> Command:
    """The command in a delivery, whatever is wrong with it: its routing key, which the broker has checked, says whose it is."""
    return command_of(delivery.routing_key, delivery.message_id, delivery.user_id, delivery.body)


def subscriptions(service: Routing) -> Sequence[Subscription[Any]]:
    """The queues of this service."""

    def consume_events(work: Transaction, batch: Sequence[Event]) -> None:
        store = RoutingStore(work, service.catalogue)
        store.erased.load(set().union(*map(_with_words, batch)), alone=any(isinstance(event.data, LetterErased) for event in batch))
        store.load(event.subject for event in batch if not _begins(event))
        for_each(batch, lambda event: _consume_event(store, service.router, service.learning.knowledge, event))

    def consume_commands(work: Transaction, commands: Sequence[Command]) -> int:
        return commanding.answer_commands(RoutingStore(work, service.catalogue), _parse, commands)

    def give_up(work: Transaction, command: Command) -> None:
        commanding.give_up(RoutingStore(work, service.catalogue), command)

    return (
        event_subscription("routing.events", consume_events),
        Subscription("routing.commands", read_command, None, consume_commands, sender=department_of, give_up=give_up),
    )


def department_of(delivery: Delivery) -> str:
    """Whose command it is, by its routing key, which the broker has checked."""
    return delivery.routing_key.partition(".")[0]


def _begins(event: Event) -> bool:
    """Whether an event is the first of an opinion, of which there is no case yet."""
    return isinstance(event.data, OpinionAccepted) and not event.data.again


def _with_words(event: Event) -> set[str]:
    """The opinions of whose words an event has some, or that they are erased."""
    match event.data:
        case OpinionAccepted() | OpinionJoined() | LetterErased() as message:
            return {message.opinion.id}
        case OpinionDetailed() as message:
            return {message.merged or event.subject}
    return set()


def _consume_event(store: RoutingStore, router: Router, knowledge: Knowledge | None, event: Event) -> None:
    match event.data:
        case OpinionAccepted() as message:
            events.assign(store, router, message, knowledge, store.erased.instead(message.opinion.id, event.time))
        case OpinionEvaluated() as message:
            events.close(store, message, event.id)
        case OpinionDetailed() as message:
            instead = store.erased.instead(message.merged or event.subject, event.time)
            events.detail(store, event.subject, event.sequence, message, instead)
        case OpinionJoined() as message:
            events.join(store, event.subject, event.sequence, message, store.erased.instead(message.opinion.id, event.time))
        case OpinionParted() as message:
            events.part(store, event.subject, event.sequence, message)
        case OpinionSupported() as message:
            store.support.keep(event.subject, event.sequence, message.supporters)
        case OpinionWithdrawn() as message if message.accepted:
            events.cancel(store, event.subject, "withdrawn", None)
        case OpinionMerged() as message if message.accepted:
            events.cancel(store, event.subject, "merged", message.into)
        case LetterErased() as message:
            events.erase(store, message, event.time)
        case SupervisionRaised() as message:
            events.raise_by_rung(store, message)
        case SupervisionResolved() as message:
            events.track_promise(store, message)


def _parse(command: Command) -> DepartmentCommand | Resync:
    """The body of a command as its verb takes it; raises `CommandRefused` and `Refusal`."""
    if (
        command.sender is not None
        and command.sender.startswith("department-")
        and command.sender != f"department-{command.department}"
    ):
        raise NotAllowed("A department sends commands under its own name only.")
    if command.verb not in ALL_VERBS:
        raise CommandRefused("unknown-verb", {"verb": [f"one of {', '.join(ALL_VERBS)}"]})
    if holds_nul(command.data):
        raise Malformed("A text must not hold the character U+0000, which no store can keep.", {"data": ["holds U+0000"]})
    body: DepartmentCommand | Resync
    if command.verb in REQUESTS:
        body = validate(_BODIES[command.verb], command.data or {})
        return body
    if command.assignment is None:
        if isinstance(command.data, dict) and isinstance(command.data.get("assignment"), str):
            raise NotFound("There is no such assignment.")
        raise CommandRefused("no-assignment", {"assignment": ["Missing data for required field."]})
    data = {name: value for name, value in command.data.items() if name != "assignment"}
    body = validate(_BODIES[command.verb], data)
    return body
