"""Which message leads to which handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from services.contracts.envelope import Event, decode
from services.contracts.errors import Poison
from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentReassigned,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentSigned,
)
from services.contracts.messages.ledger import LedgerHeaded
from services.contracts.messages.supervision import (
    CalendarChanged,
    LetterCancelled,
    LetterRequested,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
)
from services.contracts.messages.values import Message
from services.notify import handlers
from services.notify.app import Notify
from services.notify.domain import Ladder
from services.notify.store import DeadlineStore, ReminderStore, keep_head
from services.notify.store.submitter_notifications import cancel_submitter_notifications, keep_submitter_notification
from services.runtime.messaging.broker import Delivery
from services.runtime.messaging.dispatch import UNHURRIED_SECONDS, Subscription
from services.runtime.store.database import Transaction
from services.runtime.store.vault import Vault

Handler = Callable[[DeadlineStore, Ladder, Event, Any], None]
#: What is not in the table is heard and let pass.
HANDLERS: Mapping[type[Message], Handler] = {
    AssignmentCreated: handlers.set_deadlines,
    AssignmentSigned: handlers.note_signature,
    AssignmentProgressed: handlers.note_contact,
    AssignmentObjected: handlers.note_objection,
    AssignmentReplied: handlers.note_answer,
    AssignmentAdvised: handlers.note_answer,
    AssignmentConcluded: handlers.note_answer,
    AssignmentReopened: handlers.set_deadlines_again,
    AssignmentExtended: handlers.move_deadlines,
    AssignmentResumed: handlers.move_deadlines,
    AssignmentRescheduled: handlers.move_deadlines,
    AssignmentPaused: handlers.note_pause,
    AssignmentReassigned: handlers.note_void,
    AssignmentCancelled: handlers.note_void,
    AssignmentMarked: handlers.note_mark,
    PromiseMade: handlers.set_promise,
    PromiseKept: handlers.note_kept,
    PromiseBroken: handlers.note_broken,
}


def subscriptions(service: Notify) -> Sequence[Subscription[Any]]:
    """What this service listens to."""

    def consume(work: Transaction, events: Sequence[Event]) -> None:
        deadlines = DeadlineStore(work)
        for event in events:
            if isinstance(event.data, CalendarChanged):
                handlers.notify_of_calendar(ReminderStore(work, ()), service.catalogue, service.recipients, event, event.data)
            if isinstance(event.data, LedgerHeaded):
                keep_head(work, event.id, event.data)
            handler = HANDLERS.get(type(event.data))
            if handler is not None:
                handler(deadlines, service.ladder, event, event.data)
        deadlines.settle()

    def hear_letters(work: Transaction, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event.data, LetterCancelled):
                cancel_submitter_notifications(work, service.vault, event.subject, event.data.receipts)
            elif isinstance(event.data, LetterRequested):
                keep = partial(keep_submitter_notification, work, service.vault, event.id, event.subject, event.data.about)
                handlers.keep_request(service.submitter_channels, _unsealed(service.vault, event.data), work.now, keep)

    return (
        Subscription("notify.events", lambda delivery: decode(delivery.body), lambda event: event.id, consume, UNHURRIED_SECONDS),
        Subscription("notify.letters", read_request, lambda event: event.id, hear_letters, UNHURRIED_SECONDS),
    )


def read_request(delivery: Delivery) -> Event:
    """The event in a delivery; raises `Poison` that does not repeat what it says, because that is a person's address."""
    try:
        return decode(delivery.body)
    except Poison:
        pass
    raise Poison("not a letter that can be read")


def _unsealed(vault: Vault, letter: LetterRequested) -> LetterRequested:
    sealed = {name: getattr(letter, name) for name in ("name", "email", "phone")}
    return msgspec.structs.replace(letter, **{name: vault.open(text) for name, text in sealed.items() if text})
