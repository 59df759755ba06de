"""What the tests of the relay share: something to say, a relay in a thread, patience."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime

from services.contracts.messages.supervision import ReminderSent
from services.runtime.clock import ZONE, SystemClock
from services.runtime.messaging.broker import Publisher
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.messaging.relay import Relay
from services.runtime.store.database import Database
from services.runtime.store.outgoing.outbox import backlog
from services.runtime.telemetry import Telemetry
from tests.patience import FOR_SURE

DEADLINE = datetime(2026, 12, 1, tzinfo=ZONE)


def publish(database: Database, subject: str, department: str, rung: str) -> str:
    with database.transaction() as work:
        return work.publish(ReminderSent("a-1", department, rung, "reply", DEADLINE), subject=subject, sequence=1).event.id


def rungs(broker: MemoryBroker, queue: str) -> list[str]:
    return [one.body.decode().partition('"rung":"')[2].partition('"')[0] for one in broker.waiting(queue)]


def waiting(database: Database) -> int:
    with database.reading() as connection:
        return backlog(connection, database.clock.now())[0]


class Running:
    """A relay in a thread, with its own connection to the store as another process would have."""

    def __init__(self, url: str, connect: Callable[[], Publisher], batch: int = 200) -> None:
        self.database = Database(url, "test", SystemClock())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=Relay(self.database, connect, Telemetry(), batch).run, args=(self._stop,))

    def __enter__(self) -> Running:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10 * FOR_SURE)
        assert not self._thread.is_alive()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.database.close()


def until(condition: Callable[[], object], seconds: float = 5.0) -> float:
    """Wait for a condition, for at most so many seconds of an idle machine; returns how long it took (s)."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < FOR_SURE * seconds, "it did not happen in time"
        time.sleep(0.001)
    return time.monotonic() - started
