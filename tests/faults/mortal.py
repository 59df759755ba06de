"""A process of the product that dies at a named point: `python -m tests.faults.mortal NAME POINT NUMBER MARK`.

NAME is a service's worker or `web`. It works like the real one until it comes to the point for the NUMBERth time; there it
kills itself as a power cut would. It dies once: with the file MARK a process lives. The points are put around the runtime from
here, the product has none. POINT `clock+SECONDS` or `clock-SECONDS` does not die, its clock goes wrong instead.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from services.console.embedded.front import combined_app as origin
from services.runtime.clock import SystemClock
from services.runtime.messaging import turns
from services.runtime.messaging.broker import Delivery, Outgoing, RabbitConsumer, RabbitPublisher
from services.runtime.process import assembly
from services.runtime.store.database import Database, Transaction

#: Where a worker can die, and what that leaves behind.
POINTS = {
    "before-publish": "committed, not published",
    "before-confirm": "published, not confirmed",
    "before-mark": "confirmed, still in the outbox",
    "before-commit": "handled, not committed",
    "before-ack": "committed, not acknowledged",
    "before-answer": "committed, the client not answered",
}
UNDER_WAY_SECONDS = 0.1


class Death:
    """Comes at the NUMBERth call, and once only."""

    def __init__(self, number: int, mark: str) -> None:
        self._calls, self._number, self._mark = itertools.count(1), number, mark

    def __call__(self) -> None:
        """As if the power went."""
        if next(self._calls) < self._number:
            return
        try:
            os.close(os.open(self._mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            return
        os.kill(os.getpid(), signal.SIGKILL)


def _relay_dies(point: str, death: Death) -> None:
    class MortalPublisher(RabbitPublisher):
        """Dies around the confirms."""

        def publish(self, message: Outgoing) -> None:
            if point == "before-publish":
                death()
            super().publish(message)

        def settle(self) -> dict[tuple[str, str, str], str]:
            if point == "before-confirm" and self._open:
                self._flush()
                time.sleep(UNDER_WAY_SECONDS)  # Long enough for the broker to have stored it.
                death()
            failed = super().settle()
            if point == "before-mark":
                death()
            return failed

    assembly.RabbitPublisher = MortalPublisher  # type: ignore[attr-defined]


def _consumer_dies_before_ack(_: str, death: Death) -> None:
    class MortalSubscription(RabbitConsumer):
        """Dies before the acknowledgement."""

        def acknowledge(self, delivery: Delivery, *, through: bool) -> None:
            death()
            super().acknowledge(delivery, through=through)

    turns.RabbitConsumer = MortalSubscription  # type: ignore[attr-defined]


def _transaction_dies(_: str, death: Death) -> None:
    real = Database.transaction

    @contextmanager
    def transaction(self: Database) -> Iterator[Transaction]:
        with real(self) as work:
            yield work
            work.flush()
            if _is_consumer():
                death()

    Database.transaction = transaction  # type: ignore[method-assign]


def _request_dies(_: str, death: Death) -> None:
    real = Database.write

    def write(self: Database, unit: Callable[[Transaction], Any]) -> Any:
        done = real(self, unit)
        if self.source != "access":
            death()
        return done

    Database.write = write  # type: ignore[method-assign]


def _is_consumer() -> bool:
    # A consumer's thread has the name of its queue; chores have transactions too, which say nothing.
    return "." in threading.current_thread().name


def _clock_is_wrong(point: str, _: Death) -> None:
    real, offset = SystemClock.now, timedelta(seconds=float(point.removeprefix("clock")))

    def now(self: SystemClock) -> datetime:
        return real(self) + offset

    SystemClock.now = now  # type: ignore[method-assign]


WAYS: dict[str, Callable[[str, Death], None]] = {
    "before-publish": _relay_dies, "before-confirm": _relay_dies, "before-mark": _relay_dies,
    "before-ack": _consumer_dies_before_ack, "before-commit": _transaction_dies, "before-answer": _request_dies,
}  # fmt: skip


def main(name: str, point: str, number: str, mark: str) -> int:
    """Run the process until its point."""
    WAYS.get(point, _clock_is_wrong)(point, Death(int(number), mark))
    if name == "web":
        return origin.main()
    module: Any = import_module(f"services.{name}.__main__")
    return assembly.run(module.ASSEMBLY, ["worker"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
