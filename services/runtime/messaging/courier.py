"""The courier: sends what this process has stored to the broker from memory, without reading it back.

The rows stay in the outbox until the broker has confirmed them and a later commit removes them. Until then they are leased to this
process by the time at which they are due; when the process dies, the relay sends them after that. What the broker refuses, and
everything while it is away, is left to the relay.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Collection, Sequence

import structlog

from services.runtime.messaging.broker import CONNECTION_ERRORS, Publisher
from services.runtime.messaging.lanes import Lanes
from services.runtime.messaging.relay import REST_SECONDS, ids_without_queue, send
from services.runtime.store import journal
from services.runtime.store.database import Database, Transaction
from services.runtime.store.outgoing import outbox
from services.runtime.store.outgoing.outbox import Pending
from services.runtime.store.statements.bare import together
from services.runtime.telemetry import Telemetry

log = structlog.get_logger()
#: Messages in memory, and messages sent before waiting for confirms.
MOST, AT_ONCE = 4_000, 500
#: Confirms come within this time (s), which is well within the lease, or the relay takes over.
CONFIRM_SECONDS = 2.5
#: What has so little time (s) left of its lease is left to the relay.
SPARE_SECONDS = CONFIRM_SECONDS + 0.5
#: How long (s) confirmed messages stay in the outbox at most, so that many are removed together, and how many those are.
REMOVE_SECONDS, REMOVE_AT_ONCE = 0.1, 500
#: Turns that follow one another at once, and how much time (s) each has in the long run.
BURST, TURN_SECONDS = 6, 0.006
#: How often (s) the connection is kept alive.
IDLE_SECONDS, PATIENCE = 5.0, 5.0


class Courier:
    """The carrier of one store in one process. `connect` makes a connection that waits `CONFIRM_SECONDS` for confirms."""

    def __init__(
        self,
        database: Database,
        connect: Callable[[], Publisher],
        telemetry: Telemetry,
        nowhere: Callable[[], Collection[tuple[str, str]]] = frozenset,
    ) -> None:
        self._database, self._connect, self._telemetry, self._nowhere = database, connect, telemetry, nowhere
        self._lanes = lanes = Lanes(MOST)
        self.holds, self.expect, self.take, self.cancel = lanes.holds, lanes.expect, lanes.take, lanes.cancel
        self._open = False
        self._starting, self._wanted, self._ending = threading.Lock(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._sent: list[int] = []
        self._ended: list[int] = []
        self._since, self._failures = 0.0, 0

    def room(self) -> int:
        """How many more messages it takes; 0 while there is no connection, which it then sees to."""
        if self._open:
            return self._lanes.room()
        self._wanted.set()
        with self._starting:
            if self._thread is None:
                # Started when it is needed, so that it runs in the process that serves and not in its parent.
                self._ending = threading.Event()
                self._thread = threading.Thread(target=self._run, args=(self._ending,), name="courier", daemon=True)
                self._thread.start()
                atexit.register(self.close)
        return 0

    def close(self) -> None:
        """Send what is there and end the thread; the relay sends the rest."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            atexit.unregister(self.close)
            self._ending.set()
            self._wanted.set()
            self._lanes.rouse()
            thread.join(PATIENCE)

    def _run(self, ending: threading.Event) -> None:
        while not ending.is_set():
            self._wanted.wait()
            self._wanted.clear()
            publisher: Publisher | None = None
            try:
                publisher = self._connect()
                self._serve(publisher, ending)
            except Exception as error:
                self._open = False
                rest = REST_SECONDS[min(self._failures, len(REST_SECONDS) - 1)]
                self._failures += 1
                unexpected = not isinstance(error, CONNECTION_ERRORS)
                log.warning(
                    "courier_interrupted", service=self._database.source, error=repr(error), rest_seconds=rest, exc_info=unexpected
                )
                self.hand_back()
                ending.wait(rest)
            finally:
                if publisher is not None:
                    publisher.close()

    def _serve(self, publisher: Publisher, ending: threading.Event) -> None:
        log.info("courier_started", service=self._database.source)
        self._open = True
        pace = _Pace()
        while not ending.is_set():
            pace.wait()
            if not self.turn(publisher, REMOVE_SECONDS if self._sent else IDLE_SECONDS) and not self._sent:
                publisher.idle()
            if self._sent and (len(self._sent) >= REMOVE_AT_ONCE or time.monotonic() - self._since >= REMOVE_SECONDS):
                self.record()
        self._open = False
        while self.turn(publisher, 0.0):
            pass
        self.record()
        self.hand_back()

    def turn(self, publisher: Publisher, timeout: float) -> int:
        """Send one batch, waiting `timeout` seconds for it to begin; returns how many rows it took."""
        rows = self._lanes.next(AT_ONCE, timeout)
        if rows:
            self._send(publisher, rows)
        return len(rows)

    def _send(self, publisher: Publisher, rows: Sequence[Pending]) -> None:
        now, nowhere = self._database.clock.now(), self._nowhere()
        for row in rows:
            if row.due < now.timestamp() + SPARE_SECONDS:
                self._lanes.give_up(row.subject)
        going = [row for row in rows if self._lanes.holds(row.id)]
        ended = ids_without_queue(going, nowhere)
        taken, refused = send([row for row in going if row.id not in ended], publisher, now)
        self._failures = 0
        if not self._sent:
            self._since = time.monotonic()
        self._sent += [row.id for row in taken]
        self._ended += ended
        self._lanes.sent([*taken, *(row for row in going if row.id in ended)])
        self._telemetry.count("huiying_outbox_published_total", len(taken), result="confirmed")
        self._telemetry.count("huiying_outbox_published_total", len(refused), result="refused")
        if refused:
            for one in refused:
                self._lanes.give_up(one.row.subject)
            self._write(lambda work: outbox.postpone(work.connection, refused))

    def record(self) -> None:
        """Take what was confirmed out of the outbox."""
        sent, removed, now = self._sent, [*self._sent, *self._ended], self._database.clock.now().timestamp()
        self._sent, self._ended = [], []

        def unit(work: Transaction) -> None:
            with together(work.connection):
                journal.keep(work.connection, sent, now)
                outbox.remove(work.connection, removed)
            self._lanes.forget(removed)

        if removed:
            self._write(unit)

    def hand_back(self) -> None:
        """Leave to the relay what was not confirmed."""
        left = self._lanes.give_up_all()
        if left:
            self._write(lambda work: outbox.hand_back(work.connection, left))

    def _write(self, unit: Callable[[Transaction], None]) -> None:
        def waking(work: Transaction) -> None:
            unit(work)
            # The relay may be waiting to send what comes behind.
            work.said += 1

        self._database.write_later(
            waking, lambda error: log.warning("sent_not_recorded", service=self._database.source, error=repr(error))
        )


class _Pace:
    """Few messages are sent at once, many together: what a turn costs, whatever is in it, would be the most expensive part."""

    def __init__(self) -> None:
        self._credit, self._last = float(BURST), time.monotonic()

    def wait(self) -> None:
        """Before a turn: rest while there were too many of late."""
        now = time.monotonic()
        self._credit = min(BURST, self._credit + (now - self._last) / TURN_SECONDS) - 1
        self._last = now
        if self._credit < 0:
            time.sleep(-self._credit * TURN_SECONDS)
