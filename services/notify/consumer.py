"""The consumers: which handler takes which message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
import structlog

from services.contracts.envelope import Event, decode
from services.contracts.errors import Poison
from services.contracts.messages.accounts import LetterGathered, LetterLinked
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
from services.contracts.messages.duties import DutyEnded, DutySet
from services.contracts.messages.ledger import LedgerHeaded
from services.contracts.messages.opinions import LetterErased
from services.contracts.messages.sessions import LetterBooked
from services.contracts.messages.supervision import (
    CalendarChanged,
    LetterCancelled,
    LetterRequested,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
)
from services.contracts.messages.values import Message
from services.notify.app.context import Notify
from services.notify.domain.letters.submitters import AnyLetter
from services.notify.domain.notices import notices_of
from services.notify.domain.timetable import Timetable
from services.notify.handlers.calendar_notifications import notify_of_calendar
from services.notify.handlers.deadlines import Move, follow
from services.notify.handlers.lists.erasing import erase as erase_questions
from services.notify.handlers.lists.following import follow as follow_questions
from services.notify.handlers.sessions.hearing import hear
from services.notify.handlers.submitter_notifications import keep_request
from services.notify.store.cancelled import CancelledHolders, Holder
from services.notify.store.deadlines import DeadlineStore
from services.notify.store.erasing import erase_titles
from services.notify.store.lists.cases import SessionCaseStore
from services.notify.store.lists.entries import ListStore
from services.notify.store.notices import keep_notices
from services.notify.store.reminders import ReminderStore
from services.notify.store.sessions.sessions import SessionStore
from services.notify.store.submitter_notifications import (
    cancel_submitter_notifications,
    forget_submitter_notifications,
    keep_submitter_notification,
)
from services.notify.store.witness import keep_head
from services.runtime.messaging.broker import Delivery
from services.runtime.messaging.subscription import UNHURRIED_SECONDS, Subscription, event_subscription
from services.runtime.store.database import Transaction
from services.runtime.store.vault import Vault

log = structlog.get_logger()
#: What each event does to the deadlines of its assignment. Other events have no effect.
HANDLERS: Mapping[type[Message], Move] = {
    AssignmentCreated: Timetable.assign,
    AssignmentSigned: Timetable.sign,
    AssignmentProgressed: Timetable.progress,
    AssignmentObjected: Timetable.object_,
    AssignmentReplied: Timetable.answer,
    AssignmentAdvised: Timetable.answer,
    AssignmentConcluded: Timetable.answer,
    AssignmentReopened: Timetable.reopen,
    AssignmentExtended: Timetable.extend,
    AssignmentResumed: Timetable.resume,
    AssignmentRescheduled: Timetable.reschedule,
    AssignmentPaused: Timetable.pause,
    AssignmentReassigned: Timetable.cancel,
    AssignmentCancelled: Timetable.cancel,
    AssignmentMarked: Timetable.mark,
    PromiseMade: Timetable.promise,
    PromiseKept: Timetable.keep_promise,
    PromiseBroken: Timetable.break_promise,
    DutySet: Timetable.set_duty,
    DutyEnded: Timetable.end_duty,
}


def subscriptions(service: Notify) -> Sequence[Subscription[Event]]:
    """The queues of this service."""

    def consume(work: Transaction, events: Sequence[Event]) -> None:
        deadlines, sessions = DeadlineStore(work), SessionStore(work)
        for event in events:
            if isinstance(event.data, CalendarChanged):
                notify_of_calendar(ReminderStore(work, ()), service.catalogue, service.recipients, event, event.data)
            if isinstance(event.data, LedgerHeaded):
                keep_head(work, event.id, event.data)
            hear(sessions, event)
            move = HANDLERS.get(type(event.data))
            if move is not None:
                follow(deadlines, service.ladder, event, move)
        deadlines.settle()
        follow_questions(SessionCaseStore(work), events, service.catalogue.calendar.zone)
        keep_notices(work, [notice for event in events for notice in notices_of(event)])

    def consume_requests(work: Transaction, events: Sequence[Event]) -> None:
        erased: dict[str, str] = {}
        alone = any(isinstance(event.data, LetterCancelled) for event in events)
        holders = CancelledHolders(work, {each for event in events for each in holders_of(event)}, alone=alone)
        for event in events:
            if isinstance(event.data, LetterCancelled):
                for holder in holders_of(event):
                    holders.keep(holder, event.time)
                cancel_submitter_notifications(work, service.vault, event.subject, event.data.receipts)
            elif isinstance(event.data, LetterErased):
                erased[event.data.opinion.id] = event.data.opinion.title
            elif any(holders.has(each, event.time) for each in holders_of(event)):
                log.info("letter_of_somebody_erased", message=event.id)
            elif isinstance(event.data, AnyLetter):
                keep = partial(keep_submitter_notification, work, service.vault, event.id, event.subject, event.data.about)
                keep_request(service.submitter_channels, _unsealed(service.vault, event.data), work.now, keep)
        erase_titles(work, erased)
        forget_submitter_notifications(work, erased)
        if erased:
            erase_questions(SessionCaseStore(work), ListStore(work), erased)

    return (
        event_subscription("notify.events", consume, UNHURRIED_SECONDS),
        Subscription("notify.letters", read_request, lambda event: event.id, consume_requests, UNHURRIED_SECONDS),
    )


def holders_of(event: Event) -> list[Holder]:
    """The holders of receipts whom a letter is for, or whose letters are cancelled."""
    match event.data:
        case LetterCancelled() as message:
            return [(event.subject, receipt) for receipt in message.receipts]
        case LetterRequested() | LetterBooked() as letter:
            return [(event.subject, letter.receipt)]
    return []


def read_request(delivery: Delivery) -> Event:
    """The event in a delivery; raises `Poison` without quoting the message, because it contains a person's address."""
    try:
        return decode(delivery.body)
    except Poison:
        pass
    raise Poison("not a letter that can be read")


def _unsealed(vault: Vault, request: AnyLetter) -> AnyLetter:
    def opened(text: str | None) -> str | None:
        return vault.open(text) if text else text

    known = msgspec.structs.replace(request, name=opened(request.name), email=opened(request.email))
    match known:
        case LetterGathered():
            return msgspec.structs.replace(known, chat=opened(known.chat))
        case LetterLinked():
            known = msgspec.structs.replace(known, link=opened(known.link))
    return msgspec.structs.replace(known, phone=opened(known.phone))
