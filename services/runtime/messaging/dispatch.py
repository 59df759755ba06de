"""From deliveries to effects: several messages, one commit, one acknowledgement; a bad one harms only itself.

What becomes of a message: `handled`; `duplicate` (consumed before); `retried` (waits in a retry queue and comes back);
`dead` (dead-lettered into `<queue>.dead` with the reason). Nothing is acknowledged before its outcome is durable.

A handler that raises `Retry` sends its message to a retry queue; the rest of the batch is committed together without it. After any
other error the messages of the batch are committed one by one, to find the one that fails.

Batches grow with the load: what has arrived while the last one was committed is in the next one. Where nobody waits for the effect,
they come so far apart that many messages share one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from services.contracts.errors import Poison, Retry
from services.contracts.topology import DEAD, DELIVERIES, retry_exchange
from services.runtime.messaging.broker import CONNECTION_ERRORS, Consumer, Outgoing, Publisher
from services.runtime.messaging.delivery import Delivery, failure_headers
from services.runtime.messaging.reconcile import receive
from services.runtime.messaging.subscription import Subscription, TooEarly
from services.runtime.store import inbox
from services.runtime.store.database import Database, Transaction
from services.runtime.telemetry import Telemetry

INTERRUPTIONS: tuple[type[Exception], ...] = (*CONNECTION_ERRORS, SQLAlchemyError)
log = structlog.get_logger()
T = TypeVar("T")
POLL_SECONDS = 0.5
SUSPECT_AFTER = 3
REST_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(slots=True)
class Verdicts:
    """What became of a batch, and when the newest of its messages was sent, as far as they tell."""

    handled: int = 0
    duplicate: int = 0
    unhandled: list[tuple[Delivery, str, bool]] = field(default_factory=list)  # (delivery, reason, another try?)
    newest: datetime | None = None


class Dispatcher(Generic[T]):
    """Serves one queue on one thread."""

    def __init__(
        self,
        subscription: Subscription[T],
        database: Database,
        subscribe: Callable[[], Consumer],
        publish: Callable[[], Publisher],
        telemetry: Telemetry,
        batch: int,
    ) -> None:
        self._subscription, self._database, self._telemetry, self._batch = subscription, database, telemetry, batch
        self._subscribe, self._publish = subscribe, publish
        self._next_turn = 0.0

    def run(self, stop: threading.Event) -> None:
        """Until `stop`: connect and serve; after an error, reconnect after a growing pause."""
        failures = 0
        while not stop.is_set():
            consumer: Consumer | None = None
            try:
                self._database.ping()
                consumer = self._subscribe()
                log.info("consumer_started", queue=self._subscription.queue)
                while not stop.is_set():
                    self.turn(consumer)
                    failures = 0
            except INTERRUPTIONS as error:
                rest = REST_SECONDS[min(failures, len(REST_SECONDS) - 1)]
                failures += 1
                log.warning("consumer_interrupted", queue=self._subscription.queue, error=repr(error), rest_seconds=rest)
                stop.wait(rest)
            finally:
                if consumer is not None:
                    consumer.close()

    def turn(self, consumer: Consumer) -> int:
        """Handle what is there, at most one batch; returns the number of deliveries."""
        deliveries = self._collect(consumer)
        calm, suspects = sort_out(deliveries)
        if calm:
            self._serve(consumer, calm, through=not suspects)
        for suspect in suspects:
            self._serve(consumer, [suspect], through=False)
        return len(deliveries)

    def _collect(self, consumer: Consumer) -> list[Delivery]:
        """At once after a rest; soon after the last turn, what arrives until its time has come as well."""
        deliveries = consumer.collect(self._batch, POLL_SECONDS)
        if not deliveries:
            self._telemetry.show("huiying_queue_lag_seconds", 0.0, queue=self._subscription.queue)
            return deliveries
        early = self._next_turn - time.monotonic()
        if early > 0 and len(deliveries) < self._batch:
            time.sleep(early)
            deliveries += consumer.collect(self._batch - len(deliveries), 0.0)
        self._next_turn = time.monotonic() + self._subscription.patience
        return deliveries

    def _serve(self, consumer: Consumer, deliveries: Sequence[Delivery], *, through: bool) -> None:
        started = time.perf_counter()
        about = [delivery for delivery in deliveries if delivery.exchange == DELIVERIES]
        verdicts = self.process([delivery for delivery in deliveries if delivery.exchange != DELIVERIES])
        if verdicts.unhandled:
            self._pass_on_failed(verdicts.unhandled)
        # After those that came before it: it may ask about them.
        if about:
            self._receive_reports(about)
        if through:
            consumer.acknowledge(deliveries[-1], through=True)
        else:
            for delivery in deliveries:
                consumer.acknowledge(delivery, through=False)
        self._report(verdicts, (time.perf_counter() - started) / len(deliveries))

    def process(self, deliveries: Sequence[Delivery]) -> Verdicts:
        """Read and handle a batch in one transaction; when that fails, one by one. Raises when the store is away."""
        verdicts = Verdicts()
        readable: list[tuple[Delivery, T]] = []
        for delivery in deliveries:
            try:
                readable.append((delivery, self._subscription.read(delivery)))
            except Exception as error:
                verdicts.unhandled.append((delivery, str(error) if isinstance(error, Poison) else repr(error), False))
        if self._subscription.sent is not None:
            verdicts.newest = max((self._subscription.sent(message) for _, message in readable), default=None)
        try:
            while readable:
                readable = self._commit_timely(readable, verdicts)
        except OperationalError:
            raise
        except Exception as error:
            expected = isinstance(error, Retry)
            log.warning("batch_split", queue=self._subscription.queue, size=len(readable), error=repr(error), exc_info=not expected)
            for delivery, message in readable:
                self._commit_alone(delivery, message, verdicts)
        return verdicts

    def _commit_timely(self, readable: Sequence[tuple[Delivery, T]], verdicts: Verdicts) -> list[tuple[Delivery, T]]:
        """Commit a batch; returns what is left to be committed where some of it came too early."""
        try:
            self._commit(readable, verdicts)
        except TooEarly as error:
            reasons = {id(message): reason for message, reason in error.messages}
            for delivery, message in readable:
                if id(message) in reasons:
                    self._let_wait(delivery, message, reasons[id(message)], verdicts)
            return [(delivery, message) for delivery, message in readable if id(message) not in reasons]
        return []

    def _commit(self, readable: Sequence[tuple[Delivery, T]], verdicts: Verdicts) -> None:
        with self._database.transaction() as work:
            chosen = self._first_copies(work, [message for _, message in readable])
            repeated = (self._subscription.handle(work, chosen) or 0) if chosen else 0
        verdicts.handled += len(chosen) - repeated
        verdicts.duplicate += len(readable) - len(chosen) + repeated

    def _first_copies(self, work: Transaction, messages: Sequence[T]) -> Sequence[T]:
        identify = self._subscription.identify
        if identify is None:
            return messages
        fresh = inbox.claim(work, self._subscription.queue, list(map(identify, messages)))
        chosen: list[T] = []
        for message in messages:
            if identify(message) in fresh:
                fresh.remove(identify(message))
                chosen.append(message)
        return chosen

    def _commit_alone(self, delivery: Delivery, message: T, verdicts: Verdicts) -> None:
        try:
            self._commit([(delivery, message)], verdicts)
        except OperationalError:
            raise
        except Poison as error:
            verdicts.unhandled.append((delivery, str(error), False))
        except (Retry, TooEarly) as error:
            self._let_wait(delivery, message, str(error), verdicts)
        except Exception as error:
            log.warning("message_failed", queue=delivery.queue, message=delivery.message_id, exc_info=True)
            self._let_wait(delivery, message, repr(error), verdicts)

    def _let_wait(self, delivery: Delivery, message: T, reason: str, verdicts: Verdicts) -> None:
        """A message is to be tried again later, or given up when it has had its chances."""
        if self._subscription.give_up is not None and retry_exchange(delivery.attempt + 1) is None:
            with self._database.transaction() as work:
                self._subscription.give_up(work, message)
        verdicts.unhandled.append((delivery, reason, True))

    def _receive_reports(self, deliveries: Sequence[Delivery]) -> None:
        """Take reports about deliveries; unreadable ones are dropped, because they are sent again."""
        publisher = self._publish()
        try:
            for delivery in deliveries:
                try:
                    again = receive(self._database, delivery.body, publisher)
                    self._telemetry.count("huiying_messages_again_total", again, reason="missing")
                except Poison as error:
                    log.warning("report_dropped", queue=self._subscription.queue, error=str(error))
        finally:
            publisher.close()

    def _pass_on_failed(self, unhandled: Sequence[tuple[Delivery, str, bool]]) -> None:
        now = int(self._database.clock.now().timestamp())
        publisher = self._publish()
        try:
            for delivery, reason, again in unhandled:
                publisher.publish(failed_copy(delivery, reason, now, again=again))
            failed = publisher.settle()
        finally:
            publisher.close()
        with self._database.transaction() as work:
            inbox.note_failed(
                work, self._subscription.queue, [delivery.message_id for delivery, _, _ in unhandled if delivery.message_id]
            )
        if failed:
            raise TimeoutError(
                f"{len(failed)} messages could not be sent to their retry or dead queue: {next(iter(failed.values()))}"
            )

    def _report(self, verdicts: Verdicts, seconds: float) -> None:
        queue = self._subscription.queue
        retried = sum(1 for delivery, _, again in verdicts.unhandled if again and retry_exchange(delivery.attempt + 1))
        counts = {
            "handled": verdicts.handled, "duplicate": verdicts.duplicate,
            "retried": retried, "dead": len(verdicts.unhandled) - retried,
        }  # fmt: skip
        for result, count in counts.items():
            self._telemetry.count("huiying_messages_consumed_total", count, queue=queue, result=result)
        self._telemetry.observe("huiying_message_seconds", seconds, sum(counts.values()), queue=queue)
        if verdicts.newest is not None:
            lag = (self._database.clock.now() - verdicts.newest).total_seconds()
            self._telemetry.show("huiying_queue_lag_seconds", max(0.0, lag), queue=queue)


def sort_out(deliveries: Sequence[Delivery]) -> tuple[list[Delivery], list[Delivery]]:
    """Split off the messages that may be crashing the worker, because they were redelivered often; they are handled one by one.

    Every other time from the end, so that those behind the one that crashes it get their turn too, before the broker gives them up.
    """
    calm = [delivery for delivery in deliveries if delivery.delivery_count < SUSPECT_AFTER]
    suspects = [delivery for delivery in deliveries if delivery.delivery_count >= SUSPECT_AFTER]
    if suspects and suspects[0].delivery_count % 2 == 0:
        suspects.reverse()
    return calm, suspects


def failed_copy(delivery: Delivery, reason: str, now: int, *, again: bool) -> Outgoing:
    """The copy that goes to a retry queue, or to the dead one when it had its chances. No header of the broker's is kept.

    `now` is a second (epoch).
    """
    attempt = delivery.attempt + 1
    exchange = retry_exchange(attempt) if again else None
    headers = failure_headers(delivery, attempt, reason, now)
    log.warning("message_passed_on", queue=delivery.queue, message=delivery.message_id, reason=reason, dead=exchange is None)
    return Outgoing(delivery.message_id, exchange or DEAD, delivery.queue, delivery.body, headers, delivery.type)
