"""Reconciliation between services: "you should have received these messages", "these are missing".

Every service asks about what it has published until each consuming service has confirmed it; what is missing is published
again, with the same id. A mark in the broker says whether it is still the broker that has what was published before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import orjson
import structlog

from services.contracts.errors import Poison
from services.contracts.topology import DELIVERIES, events_queue, mark_queue
from services.runtime.clock import new_id
from services.runtime.messaging.broker import Outgoing, Publisher
from services.runtime.store import inbox, journal
from services.runtime.store.database import Database, Transaction

log = structlog.get_logger()
#: A message is asked about when it was confirmed so long (s) ago; before that it is on its way.
GRACE_SECONDS = 3.0
STRETCHES_A_ROUND = 20


@dataclass(frozen=True, slots=True)
class DeliveryQuestion:
    """What `source` has published for the queues of one service. `closed` is the last number that this service has settled."""

    source: str
    number: int
    closed: int
    ids: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class DeliveryReply:
    """What of it the service `hearer` is missing. `settled` is False while some of it waits in a retry queue or for a person.

    `heard` is the last number that this service had settled before, and it has more to tell than the source knows where that is
    beyond the source's own.
    """

    hearer: str
    number: int
    missing: list[str]
    settled: bool
    heard: int


class PublishingSide:
    """The side of the service that publishes; to be used by the one process that holds the relay's lease."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._marked: int | None = None
        self._known = False

    def greet(self, publisher: Publisher) -> int:
        """On a fresh connection: look for our mark. A broker without it has lost its data, and everything is published again.

        Returns how many messages that were.
        """
        source, self._marked = self._database.source, None
        bodies = publisher.take(mark_queue(source))
        self._known = bodies is not None
        if bodies is None:
            # Without the topology of this version nothing can be asked; messages leave all the same.
            log.warning("topology_is_missing", service=source, queue=mark_queue(source))
            return 0
        marks, again = [orjson.loads(body)["reached"] for body in bodies], 0
        with self._database.transaction() as work:
            connection = work.connection
            before, own = journal.fact(connection, journal.MARK), journal.reached(connection)
            if before is not None and max(marks, default=-1) < int(before):
                again = journal.publish_all_again(connection)
                log.warning("broker_lost_its_data", service=source, again=again)
            elif marks and max(marks) > own:
                _note_behind(work, "broker", max(marks) - own)
        self.mark(publisher)
        return again

    def ask(self, publisher: Publisher) -> int:
        """Ask the consuming services about what was published since; returns the number of questions."""
        if not self._known:
            self.greet(publisher)
            if not self._known:
                return 0
        now = self._database.clock.now().timestamp()
        with self._database.reading() as connection:
            if not journal.has_news(connection, now - GRACE_SECONDS, now):
                return 0
        questions: list[tuple[str, DeliveryQuestion]] = []
        with self._database.transaction() as work:
            for _ in range(STRETCHES_A_ROUND):
                if not journal.open_listings(work.connection, now - GRACE_SECONDS, now):
                    break
            for listing in journal.due_listings(work.connection, now):
                closed = journal.number_of(work.connection, _closed(listing.hearer))
                ids = journal.ids_of(work.connection, listing)
                questions.append((listing.hearer, DeliveryQuestion(work.source, listing.number, closed, ids)))
                journal.asked(work.connection, listing, now)
        for hearer, question in questions:
            queue = events_queue(hearer)
            publisher.publish(Outgoing(new_id(), DELIVERIES, queue, orjson.dumps(asdict(question))))
        # What does not arrive is asked again.
        publisher.settle()
        self.mark(publisher)
        return len(questions)

    def mark(self, publisher: Publisher) -> None:
        """Leave in the broker how far this store has come, and remember that it was left there."""
        if not self._known:
            return
        with self._database.reading() as connection:
            reached = journal.reached(connection)
        if reached == self._marked:
            return
        body = orjson.dumps({"source": self._database.source, "reached": reached})
        publisher.publish(Outgoing(new_id(), DELIVERIES, mark_queue(self._database.source), body))
        if not publisher.settle():
            with self._database.transaction() as work:
                journal.note(work.connection, journal.MARK, str(reached))
            self._marked = reached


def receive(database: Database, body: bytes, publisher: Publisher) -> int:
    """Take a question or a reply; a question is answered at once. Returns how many messages are published again.

    Raises `Poison` for anything else.
    """
    try:
        told = orjson.loads(body)
        if "ids" in told:
            question = DeliveryQuestion(**told)
            reply = answer(database, question)
            publisher.publish(Outgoing(new_id(), DELIVERIES, events_queue(question.source), orjson.dumps(asdict(reply))))
            publisher.settle()
            return 0
        return take(database, DeliveryReply(**told))
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise Poison(f"not a word about messages: {error}") from error


def answer(database: Database, question: DeliveryQuestion) -> DeliveryReply:
    """What of a question's messages this service has not had, by its inbox."""
    name = f"heard:{question.source}"
    missing: list[str] = []
    settled = True
    with database.transaction() as work:
        for queue, ids in question.ids.items():
            unknown, waits = inbox.unknown(work.connection, queue, ids)
            missing += unknown
            settled = settled and not waits
        heard = journal.number_of(work.connection, name)
        if question.closed > heard:
            _note_behind(work, question.source, question.closed - heard)
            # Known from here on; it is told until an operator has dealt with it.
            journal.raise_to(work.connection, name, question.closed)
        if not missing and settled:
            journal.raise_to(work.connection, name, question.number)
    if missing:
        log.warning("messages_missing", service=database.source, source=question.source, count=len(missing))
    return DeliveryReply(database.source, question.number, missing, settled and not missing, heard)


def take(database: Database, reply: DeliveryReply) -> int:
    """Take a consuming service's reply; returns how many messages are published again."""
    with database.transaction() as work:
        again = journal.answered(work.connection, reply.number, reply.missing, settled=reply.settled)
        if reply.settled:
            journal.raise_to(work.connection, _closed(reply.hearer), reply.number)
        last = journal.last_number(work.connection)
        if reply.heard > last:
            _note_behind(work, reply.hearer, reply.heard - last)
            journal.raise_to(work.connection, journal.NUMBER, reply.heard)
        work.said += again
    if again:
        log.warning("messages_published_again", service=database.source, hearer=reply.hearer, count=again)
    return again


def _closed(hearer: str) -> str:
    return f"closed:{hearer}"


def _note_behind(work: Transaction, whom: str, by: int) -> None:
    """Another process knows of messages that this store lacks: the store was restored to an earlier state."""
    log.error("store_is_older", service=work.source, than=whom, by=by)
    if journal.fact(work.connection, journal.BEHIND) is None:
        told = {"than": whom, "by": by, "found": work.now.isoformat(timespec="seconds")}
        journal.note(work.connection, journal.BEHIND, orjson.dumps(told).decode())
