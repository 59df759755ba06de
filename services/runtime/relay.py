"""The relay: takes messages from the outbox to the broker, in order for each subject, and forgets them once confirmed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.runtime import outbox
from services.runtime.broker import CONNECTION_ERRORS, Outgoing, Publisher
from services.runtime.database import Database
from services.runtime.outbox import Pending
from services.runtime.telemetry import Telemetry

INTERRUPTIONS: tuple[type[Exception], ...] = (*CONNECTION_ERRORS, SQLAlchemyError)
log = structlog.get_logger()
IDLE_SECONDS = 1.0
LEASE_CHECK_SECONDS = 1.0
REST_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


class Relay:
    """Runs in every worker of a service; only the one that holds the lease publishes."""

    def __init__(self, database: Database, connect: Callable[[], Publisher], telemetry: Telemetry, batch: int) -> None:
        self._database, self._connect, self._telemetry, self._batch = database, connect, telemetry, batch
        self._lease = database.lease("relay")
        self._publisher: Publisher | None = None

    def run(self, stop: threading.Event) -> None:
        """Until `stop`: hold the lease, empty the outbox, wait for the bell; rest and begin anew after an error."""
        failures = 0
        while not stop.is_set():
            try:
                if not self._lease.acquire():
                    stop.wait(LEASE_CHECK_SECONDS)
                    continue
                self._publisher = self._connect()
                log.info("relay_started", service=self._database.source)
                failures = 0
                self._serve(self._publisher, stop)
            except INTERRUPTIONS as error:
                rest = REST_SECONDS[min(failures, len(REST_SECONDS) - 1)]
                failures += 1
                log.warning("relay_interrupted", service=self._database.source, error=repr(error), rest_seconds=rest)
                stop.wait(rest)
            finally:
                self._drop()

    def _serve(self, publisher: Publisher, stop: threading.Event) -> None:
        while not stop.is_set():
            if self.turn(publisher) < self._batch:
                publisher.idle()
                self._database.bell.wait(IDLE_SECONDS)
            if not self._lease.held():
                return

    def turn(self, publisher: Publisher) -> int:
        """Publish one batch and settle it in the store; returns how many rows it took."""
        with self._database.reading() as connection:
            rows = outbox.pending(connection, self._database.clock.now(), self._batch)
        if not rows:
            return 0
        refused: dict[str, list[Pending]] = {}
        failures: dict[tuple[str, str, str], str] = {}
        for wave in waves(rows):
            sendable = [row for row in wave if row.subject not in refused]
            failed = self._publish(publisher, sendable)
            failures |= failed
            for row in sendable:
                if any((row.message_id, *place) in failed for place in row.destinations):
                    refused.setdefault(row.subject, []).append(row)
        self._settle(rows, refused, failures)
        return len(rows)

    def _publish(self, publisher: Publisher, rows: Sequence[Pending]) -> dict[tuple[str, str, str], str]:
        for row in rows:
            for exchange, routing_key in row.destinations:
                publisher.publish(Outgoing(row.message_id, exchange, routing_key, row.body))
        return publisher.settle()

    def _settle(
        self, rows: Sequence[Pending], refused: dict[str, list[Pending]], failures: dict[tuple[str, str, str], str]
    ) -> None:
        done = [row.id for row in rows if row.subject not in refused]
        now = self._database.clock.now()
        with self._database.engine.begin() as connection:
            for subject, (first, *_) in refused.items():
                done += [row.id for row in rows if row.subject == subject and row.id < first.id]
                left = [place for place in first.destinations if (first.message_id, *place) in failures]
                reason = failures[first.message_id, *left[0]]
                due = now + outbox.back_off(first.attempts)
                outbox.postpone(connection, first, left, due, first.attempts + 1, reason)
                behind = [row for row in rows if row.subject == subject and row.id > first.id]
                for row in behind:
                    outbox.postpone(connection, row, row.destinations, due, row.attempts, "waits behind an earlier message")
                outbox.hold_back(connection, [subject], due)
                log.warning("message_refused", message=first.message_id, opinion=subject, places=left, reason=reason)
            outbox.remove(connection, done)
        self._telemetry.count("huiying_outbox_published_total", len(done), result="confirmed")
        self._telemetry.count("huiying_outbox_published_total", len(refused), result="refused")

    def _drop(self) -> None:
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None
        self._lease.release()


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
