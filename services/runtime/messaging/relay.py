"""The relay: takes messages from the outbox to the broker, in order for each subject, and forgets them once confirmed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.runtime.messaging.broker import CONNECTION_ERRORS, Outgoing, Publisher
from services.runtime.messaging.reconcile import PublishingSide
from services.runtime.store import journal
from services.runtime.store.database import Database
from services.runtime.store.outgoing import outbox
from services.runtime.store.outgoing.outbox import Pending, RefusedMessage
from services.runtime.store.statements.bare import together
from services.runtime.telemetry import Telemetry

INTERRUPTIONS: tuple[type[Exception], ...] = (*CONNECTION_ERRORS, SQLAlchemyError)
log = structlog.get_logger()
IDLE_SECONDS = 1.0
#: How often (s) the consuming services are asked what they have received.
ASK_SECONDS = 10.0
LEASE_CHECK_SECONDS = 1.0
REST_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


class Relay:
    """Runs in every worker of a service; only the one that holds the lease publishes.

    `nowhere` gives the places that have no queue: what is addressed to them alone ends here.
    """

    def __init__(
        self,
        database: Database,
        connect: Callable[[], Publisher],
        telemetry: Telemetry,
        batch: int,
        nowhere: Callable[[], Collection[tuple[str, str]]] = frozenset,
    ) -> None:
        self._database, self._connect, self._telemetry, self._batch = database, connect, telemetry, batch
        self._nowhere = nowhere
        self._lease = database.lease("relay")
        self._asking = PublishingSide(database)
        self._publisher: Publisher | None = None
        self._failures, self._unsettled, self._ask_at = 0, False, 0.0

    def run(self, stop: threading.Event) -> None:
        """Until `stop`: hold the lease, empty the outbox, wait for a wake-up; after an error, pause and start again."""
        while not stop.is_set():
            try:
                self._serve(stop)
            except INTERRUPTIONS as error:
                rest = REST_SECONDS[min(self._failures, len(REST_SECONDS) - 1)]
                self._failures += 1
                log.warning("relay_interrupted", service=self._database.source, error=repr(error), rest_seconds=rest)
                stop.wait(rest)
            finally:
                self._drop()

    def _serve(self, stop: threading.Event) -> None:
        while not self._lease.acquire():
            if stop.wait(LEASE_CHECK_SECONDS):
                return
        self._publisher = publisher = self._connect()
        log.info("relay_started", service=self._database.source)
        again = self._asking.greet(publisher)
        self._telemetry.count("huiying_messages_again_total", again, reason="lost")
        while not stop.is_set() and self._lease.held():
            if time.monotonic() >= self._ask_at:
                self._asking.ask(publisher)
                self._ask_at = time.monotonic() + ASK_SECONDS
            if not self.turn(publisher):
                publisher.idle()
                self._database.wake_up.wait(IDLE_SECONDS)
            self._failures = 0
        if self._lease.held():
            # So that an older store that is put in the place of this one while it rests is recognised.
            self._asking.mark(publisher)

    def turn(self, publisher: Publisher) -> int:
        """Publish one batch and settle it in the store; returns how many rows it took."""
        now = self._database.clock.now()
        with self._database.reading() as connection:
            rows = outbox.pending(connection, now, self._batch)
            held = outbox.held(connection, {row.subject for row in rows if not row.due}) if rows else {}
        if not rows:
            return 0
        if self._unsettled:
            # While the store cannot be written to (full disk), messages cannot be marked as sent and would be sent again and again.
            with self._database.transaction() as work:
                outbox.touch(work.connection, rows[0].id)
        self._unsettled = True
        ended = ids_without_queue(rows, self._nowhere())
        going = [row for row in rows if row.id not in ended and (row.due or row.subject not in held)]
        done, refused = self._send(publisher, going, now)
        later = held | {subject: one.due for subject, one in refused.items()}
        settled = {*done, *ended, *(one.row.id for one in refused.values())}
        with self._database.transaction() as work, together(work.connection):
            journal.keep(work.connection, done, now.timestamp())
            outbox.remove(work.connection, [*done, *ended])
            outbox.postpone(work.connection, list(refused.values()))
            outbox.hold_back(work.connection, [(row, later[row.subject]) for row in rows if row.id not in settled])
        self._unsettled = False
        self._telemetry.count("huiying_outbox_published_total", len(done), result="confirmed")
        self._telemetry.count("huiying_outbox_published_total", len(refused), result="refused")
        return len(rows)

    def _send(self, publisher: Publisher, rows: Sequence[Pending], now: datetime) -> tuple[list[int], dict[str, RefusedMessage]]:
        """Publish wave after wave; returns the ids that arrived everywhere, and by subject the first message that did not."""
        done: list[int] = []
        refused: dict[str, RefusedMessage] = {}
        for wave in waves(rows):
            taken, left = send([row for row in wave if row.subject not in refused], publisher, now)
            done += [row.id for row in taken]
            refused |= {one.row.subject: one for one in left}
        return done, refused

    def _drop(self) -> None:
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None
        self._lease.release()


def send(rows: Sequence[Pending], publisher: Publisher, now: datetime) -> tuple[list[Pending], list[RefusedMessage]]:
    """Publish messages, no two of them of one subject, and wait for the broker's word; returns what it took and what it did not."""
    taken: list[Pending] = []
    refused: list[RefusedMessage] = []
    for row in rows:
        for exchange, routing_key in row.destinations:
            publisher.publish(
                Outgoing(row.message_id, exchange, routing_key, row.body, type=row.type, correlation_id=row.correlation_id)
            )
    failed = publisher.settle()
    for row in rows:
        left = tuple(place for place in row.destinations if (row.message_id, *place) in failed)
        if left:
            reason = failed[row.message_id, *left[0]]
            refused.append(RefusedMessage(row, left, reason, (now + outbox.back_off(row.attempts)).timestamp()))
            log.warning("message_refused", message=row.message_id, subject=row.subject, places=left, reason=reason)
        else:
            taken.append(row)
    return taken, refused


def ids_without_queue(rows: Sequence[Pending], nowhere: Collection[tuple[str, str]]) -> set[int]:
    """The ids of those rows that go to no place but those without a queue."""
    return {row.id for row in rows if all(place in nowhere for place in row.destinations)} if nowhere else set()


def waves(rows: Sequence[Pending]) -> Iterator[list[Pending]]:
    """Split a batch so that no wave has two messages of one subject: the second leaves when the first is confirmed."""
    left = list(rows)
    while left:
        seen: set[str] = set()
        wave: list[Pending] = []
        rest: list[Pending] = []
        for row in left:
            (rest if row.subject in seen else wave).append(row)
            seen.add(row.subject)
        yield wave
        left = rest
