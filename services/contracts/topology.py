"""The topology of the broker: exchanges, queues, who consumes what, and the rights of each user.

    intake ──opinion.*────▶ huiying.events ──▶ routing.events   metrics.events
    intake ──duty.*───────▶ huiying.events ──▶ notify.events    metrics.events
    routing ─assignment.*─▶ huiying.events ──▶ intake.events    notify.events   metrics.events
    routing, notify ──────▶ huiying.departments ──▶ department.<code>
    notify ──reminder.given▶ huiying.events ──▶ intake.events    metrics.events
    notify ──session.*─────▶ huiying.events ──▶ intake.events    metrics.events
    intake ──question.*────▶ huiying.events ──▶ notify.events    metrics.events
    metrics ─ledger.*──────▶ huiying.events ──▶ notify.events    metrics.events
    intake ──letter.*──────▶ huiying.letters ──▶ notify.letters   routing.events
    notify ──digest.due────▶ huiying.digests ──▶ intake.events
    department ─<code>.<verb>─▶ huiying.commands ──▶ routing.commands
    any service ──────────▶ huiying.deliveries ──▶ <service>.events   <service>.mark
    any queue ─refused─▶ huiying.dead ──▶ <queue>.dead          retry: huiying.retry.<delay> ─TTL▶ huiying.requeue ──▶ <queue>

The routing key of `huiying.departments`, `.deliveries`, `.requeue` and `.dead` is always the name of the queue concerned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from services.contracts.messages.registry import MESSAGES
from services.contracts.messages.values import Message

VHOST = "huiying"
#: The largest message (bytes) that the broker takes from anybody; the same number stands in its configuration.
LARGEST_MESSAGE = 1_048_576
EVENTS, DEPARTMENTS, COMMANDS = "huiying.events", "huiying.departments", "huiying.commands"
LETTERS, DIGESTS = "huiying.letters", "huiying.digests"
#: The exchange of private messages, by the first word of their type. Each has one of its own, so that who may send one kind cannot
#: send another.
PRIVATE: Mapping[str, str] = {"letter": LETTERS, "digest": DIGESTS}
#: The exchange to queues that outsiders read, where none of the services can know what was read.
OUTSIDE = DEPARTMENTS
REQUEUE, DEAD, UNROUTED = "huiying.requeue", "huiying.dead", "huiying.unrouted"
#: Reports of services about messages, not about opinions: what was sent, what is missing, the marks in the broker.
DELIVERIES = "huiying.deliveries"

EXCHANGES: Mapping[str, str] = {
    EVENTS: "topic", DEPARTMENTS: "direct", COMMANDS: "topic", LETTERS: "direct", DIGESTS: "direct", REQUEUE: "direct",
    DEAD: "direct", UNROUTED: "fanout", DELIVERIES: "direct",
    "huiying.retry.5s": "fanout", "huiying.retry.1m": "fanout", "huiying.retry.10m": "fanout",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delay:
    """One retry queue: its exchange, how long a message rests there (ms), and up to which attempt it is used."""

    exchange: str
    milliseconds: int
    until_attempt: int


RETRIES = (
    Delay("huiying.retry.5s", 5_000, 3),
    Delay("huiying.retry.1m", 60_000, 6),
    Delay("huiying.retry.10m", 600_000, 10),
)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of a service: the exchange it is bound to, and the patterns it consumes."""

    name: str
    exchange: str
    consumes: tuple[str, ...]

    @property
    def bindings(self) -> tuple[tuple[str, str], ...]:
        """The exchanges that it is bound to for its work, each with its pattern; the last are those of what is sent to it alone."""
        alone = (place for shape in MESSAGES if shape.PRIVATE for place in private_places(shape) if place[1] == self.name)
        return tuple(dict.fromkeys((*((self.exchange, pattern) for pattern in self.consumes), *alone)))


SERVICE_QUEUES = (
    Queue(
        "intake.events",
        EVENTS,
        ("assignment.#", "promise.#", "card.#", "supervision.#", "session.#", "reminder.given.*"),
    ),
    Queue(
        "routing.events",
        EVENTS,
        (
            "opinion.accepted.*",
            "opinion.detailed.*",
            "opinion.evaluated.*",
            "opinion.joined.*",
            "opinion.merged.*",
            "opinion.parted.*",
            "opinion.supported.*",
            "opinion.withdrawn.*",
            "supervision.raised.*",
            "supervision.resolved.*",
        ),
    ),
    Queue("routing.commands", COMMANDS, ("#",)),
    Queue(
        "notify.events",
        EVENTS,
        (
            "assignment.#",
            "promise.#",
            "calendar.#",
            "ledger.#",
            "duty.#",
            "deputy.#",
            "question.#",
            "attendance.#",
            "opinion.evaluated.*",
        ),
    ),
    Queue("notify.letters", LETTERS, ("notify.letters",)),
    Queue("metrics.events", EVENTS, ("#",)),
)
SERVICES = ("intake", "routing", "notify", "metrics")
#: (exchange, routing key) pairs.
Destinations = tuple[tuple[str, str], ...]
PUBLISHES: Mapping[str, tuple[str, ...]] = {
    "intake": ("opinion", "letter", "duty", "code", "deputy", "question", "booking", "attendance"),
    "routing": ("assignment", "promise", "calendar", "command"),
    "notify": ("reminder", "card", "supervision", "session", "theme", "entry", "list", "digest"),
    "metrics": ("ledger",),
}


def events_queue(service: str) -> str:
    """The queue of a service for the events of others and for reports about messages."""
    return f"{service}.events"


def mark_queue(service: str) -> str:
    """The queue with one message by which a service recognizes its broker: a broker that lost its data has lost it too."""
    return f"{service}.mark"


def mark_queues() -> tuple[str, ...]:
    """The mark queues of all services that publish."""
    return tuple(mark_queue(service) for service in SERVICES if PUBLISHES[service])


@lru_cache(maxsize=4096)
def matches(pattern: str, key: str) -> bool:
    """Whether a topic pattern matches a routing key: `*` is one word, `#` any number of words."""
    return _matches(pattern.split("."), key.split("."))


def _matches(pattern: list[str], words: list[str]) -> bool:
    if not pattern:
        return not words
    if pattern[0] == "#":
        return _matches(pattern[1:], words) or (bool(words) and _matches(pattern, words[1:]))
    return bool(words) and pattern[0] in ("*", words[0]) and _matches(pattern[1:], words[1:])


@lru_cache(maxsize=4096)
def queues_consuming(exchange: str, key: str) -> tuple[str, ...]:
    """The queues of services that get what is published on an exchange with a routing key."""
    return tuple(
        queue.name
        for queue in SERVICE_QUEUES
        if any(bound == exchange and matches(pattern, key) for bound, pattern in queue.bindings)
    )


def events_of(service: str) -> tuple[str, ...]:
    """The kinds of messages that a service publishes on the exchange for events; private ones go elsewhere."""
    return tuple(kind for kind in PUBLISHES.get(service, ()) if kind not in PRIVATE)


def private_exchanges(service: str) -> tuple[str, ...]:
    """The exchanges on which a service publishes private messages."""
    return tuple(PRIVATE[kind] for kind in PUBLISHES.get(service, ()) if kind in PRIVATE)


def private_places(message: Message | type[Message]) -> Destinations:
    """Where a private message goes: to the queues of those whom it is for."""
    return tuple((PRIVATE[message.TYPE.partition(".")[0]], queue) for queue in message.PRIVATE_TO)


def department_queue(code: str) -> str:
    """The queue of a department, which is also the routing key that reaches it."""
    return f"department.{code}"


def dead_queue(queue: str) -> str:
    """The queue for dead letters of a queue."""
    return f"{queue}.dead"


def own_queues(service: str) -> tuple[str, ...]:
    """The queues that a service consumes."""
    return tuple(queue.name for queue in SERVICE_QUEUES if queue.name.startswith(f"{service}."))


def watched(service: str, departments: Iterable[str]) -> tuple[str, ...]:
    """The work queues whose depth a service measures: its own, and for routing the departments' as well."""
    return (*own_queues(service), *(map(department_queue, departments) if service == "routing" else ()))


def looked_after(service: str, departments: Iterable[str]) -> tuple[str, ...]:
    """The dead letter queues whose depth a service measures: those of the queues it watches."""
    return (*map(dead_queue, watched(service, departments)), *((UNROUTED,) if service == "routing" else ()))


def queues(departments: Iterable[str]) -> tuple[Queue, ...]:
    """Every work queue: the services' and one for each department code."""
    own = (Queue(department_queue(code), DEPARTMENTS, (department_queue(code),)) for code in departments)
    return (*SERVICE_QUEUES, *own)


def destinations(message: Message, beside: Collection[str] = ()) -> Destinations:
    """Where a message goes: to all subscribed services, to the departments addressed, and to the departments `beside` the lead."""
    if message.PRIVATE:
        return private_places(message)
    key = getattr(message, message.KEY) if message.KEY else None
    published = ((EVENTS, f"{message.TYPE}.{key or '-'}"),) if message.PUBLISHED else ()
    return published + (to_departments(*(getattr(message, field) for field in message.TO), *beside) if message.ADDRESSED else ())


def to_departments(*codes: str) -> Destinations:
    """The queues of these departments, each once."""
    return tuple((DEPARTMENTS, department_queue(code)) for code in dict.fromkeys(codes))


def undeliverable(codes: Iterable[str]) -> frozenset[tuple[str, str]]:
    """The destinations of departments that have no queue."""
    return frozenset(to_departments(*codes))


def lane(subject: str, place: tuple[str, str]) -> str:
    """The lane in which the messages of a subject keep their order: one for events, one for each department.

    So a full queue of a department holds back only the messages to that department.
    """
    exchange, key = place
    return subject if exchange != DEPARTMENTS else f"{subject[:40]}@{sha256(key.encode()).hexdigest()[:16]}"


def retry_exchange(attempt: int) -> str | None:
    """The exchange where attempt number `attempt` (from 1) waits, or None after the last attempt."""
    return next((delay.exchange for delay in RETRIES if attempt <= delay.until_attempt), None)
