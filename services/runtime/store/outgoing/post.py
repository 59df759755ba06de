"""The messages of a transaction: into the outbox with it, and after the commit to the broker from memory where that may be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from sqlalchemy.engine import Connection

from services.runtime.store.outgoing import outbox
from services.runtime.store.outgoing.outbox import Pending

#: How long (s) the relay leaves alone what its own process sends from memory: so late are messages after a crash.
LEASE_SECONDS = 5.0


class Carrier(Protocol):
    """Sends from memory what this process has stored, in order within each lane."""

    def room(self) -> int:
        """How many more messages it takes; 0 while it cannot send."""

    def holds(self, row_id: int) -> bool:
        """Whether a row that is still in the outbox is its to send, or has been sent by it."""

    def expect(self, rows: Sequence[Pending]) -> None:
        """These are about to be stored; each comes behind what it was told of for its lane before."""

    def take(self, rows: Sequence[Pending]) -> None:
        """These were stored and are to be sent."""

    def close(self) -> None:
        """Send what is left and leave the rest to the relay; it can be used again afterwards."""

    def cancel(self, rows: Sequence[Pending]) -> None:
        """These were expected and not stored."""


class Post:
    """The messages of one transaction. Without a carrier all of them are left to the relay."""

    def __init__(self, carrier: Carrier | None) -> None:
        self._carrier = carrier
        self._leaving: list[Pending] = []
        #: How many messages the relay has to send.
        self.left = 0

    def store(self, connection: Connection, messages: Sequence[Pending], introduced: Collection[str], now: datetime) -> None:
        """Put messages into the outbox, before the commit; nothing is there about the subjects `introduced`."""
        if not messages:
            return
        going = self._choose(connection, messages, introduced, now)
        lanes = {each.subject for each in going}
        staying = [each for each in messages if each.subject not in lanes]
        outbox.insert(connection, [*going, *staying], now)
        self.left += len(staying)

    def committed(self) -> None:
        """Let go what leaves from memory."""
        if self._carrier is not None and self._leaving:
            self._carrier.take(self._leaving)

    def failed(self) -> None:
        """Nothing was stored."""
        if self._carrier is not None and self._leaving:
            self._carrier.cancel(self._leaving)

    def _choose(
        self, connection: Connection, messages: Sequence[Pending], introduced: Collection[str], now: datetime
    ) -> list[Pending]:
        """What leaves from memory: the lanes in which nothing is left that somebody else sends."""
        carrier = self._carrier
        if carrier is None or carrier.room() < len(messages):
            return []
        known = {each.subject for each in messages if each.subject not in introduced}
        earlier = outbox.lanes_of(connection, known) if known else ()
        taken = {lane for row_id, lane in earlier if not carrier.holds(row_id)}
        going = [each for each in messages if each.subject not in taken]
        if going:
            ids, due = outbox.allot(connection, len(going)), now.timestamp() + LEASE_SECONDS
            self._leaving = [each._replace(id=number, due=due) for number, each in zip(ids, going, strict=True)]
            carrier.expect(self._leaving)
        return self._leaving


@contextmanager
def posting(carrier: Carrier | None, wake: Callable[[], None]) -> Iterator[Post]:
    """The post of the transaction in the block; afterwards its messages leave, or the relay is woken for them."""
    post = Post(carrier)
    try:
        yield post
    except BaseException:
        post.failed()
        raise
    post.committed()
    if post.left:
        wake()
