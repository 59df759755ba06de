"""What the checker looks at: journals, queues, stores and the published statistics, gathered from outside.

Nothing of the product is imported; stores are read with plain SQL, queues with pika.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pika
import pika.exceptions
import psycopg

from tests.patience import patient

Fact = dict[str, Any]
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Event:
    """One event as the audit queue got it, in the order of the queue; `message` is its id."""

    message: str
    type: str
    source: str
    subject: str
    sequence: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Letter:
    """One copy of a message in a department's queue: read by the department's program, or still there."""

    queue: str
    message: str
    type: str
    subject: str
    sequence: int
    assignment: str | None
    command: str | None


@dataclass
class Evidence:
    """Everything there is to judge.

    `dead` and `waiting` map a queue to the ids of what it holds, `relays` a source to how often its relay began to publish or its
    courier in the web process began again; `batch` is the most that one may have under way.
    """

    journal: list[Fact] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    depths: dict[str, int] = field(default_factory=dict)
    dead: dict[str, list[str]] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    opinions: list[Fact] = field(default_factory=list)
    assignments: list[Fact] = field(default_factory=list)
    stories: set[str] = field(default_factory=set)
    outboxes: dict[str, int] = field(default_factory=dict)
    statistics: dict[str, int] = field(default_factory=dict)
    relays: dict[str, int] = field(default_factory=dict)
    batch: int = 0
    silent: frozenset[str] = frozenset()

    def told(self, what: str) -> list[Fact]:
        """The facts of one kind in the journals."""
        return [fact for fact in self.journal if fact["what"] == what]


def gather(plan: Fact) -> Evidence:
    """Read everything that the plan names. Only the audit queue is emptied, into a file; everything else stays as it is."""
    seen = Evidence(silent=frozenset(plan["silent"]), batch=plan["batch"])
    for path in plan["journals"]:
        seen.journal += list(_lines(Path(path)))
    connection = pika.BlockingConnection(patient(plan["broker_url"]))
    try:
        seen.events = list(_audited(connection, plan["audit_queue"], Path(plan["audit_file"])))
        seen.letters = [_letter(fact) for fact in seen.told("letter")]
        for queue in plan["department_queues"]:
            seen.letters += [_letter_in(queue, properties, body) for properties, body in _look(connection, queue)]
        seen.depths = {queue: _depth(connection, queue) for queue in plan["service_queues"]}
        seen.dead = {queue: [p.message_id for p, _ in _look(connection, queue)] for queue in plan["dead_queues"]}
        seen.waiting = {queue: [p.message_id for p, _ in _look(connection, queue)] for queue in plan["retry_queues"]}
    finally:
        connection.close()
    stores = plan["stores"]
    seen.opinions = _rows(stores["intake"], "SELECT id, receipt, state FROM opinions")
    seen.assignments = _rows(stores["routing"], "SELECT id, opinion, department, role, state FROM assignments")
    seen.stories = {row["opinion"] for row in _rows(stores["metrics"], "SELECT opinion FROM stories")}
    seen.outboxes = {name: _rows(url, "SELECT count(*) AS n FROM outbox")[0]["n"] for name, url in stores.items()}
    seen.statistics = _statistics(plan)
    couriers = Counter(fact.get("service") for fact in _lines(Path(plan["web_log"])) if fact.get("event") == "courier_started")
    seen.relays = {
        source: _relays(Path(path)) + max(0, couriers[source.removeprefix("/")] - 1) for source, path in plan["logs"].items()
    }
    return seen


def _relays(log: Path) -> int:
    """How often a relay began, by the log of its service."""
    return sum(fact.get("event") == "relay_started" for fact in _lines(log))


def _lines(path: Path) -> Iterator[Fact]:
    if path.exists():
        for line in path.read_bytes().splitlines():
            # A program that was killed may have left half a line, which it had not relied on; and a log has others' lines too.
            with contextlib.suppress(ValueError):
                fact = json.loads(line)
                if isinstance(fact, dict):
                    yield fact


def _audited(connection: Any, queue: str, path: Path) -> Iterator[Event]:
    """Take everything out of the audit queue; it is in the file, on the disk, before the broker may forget it."""
    channel, left = connection.channel(), _depth(connection, queue)
    channel.basic_qos(prefetch_count=1000)
    with path.open("ab") as file:
        for method, properties, body in channel.consume(queue, inactivity_timeout=PATIENCE_SECONDS) if left else ():
            if method is None:
                raise TimeoutError(f"{queue} still has {left} messages and gives none of them")
            file.write(json.dumps([properties.message_id, body.decode("utf-8", "replace")]).encode() + b"\n")
            left -= 1
            if left % 500 == 0:
                file.flush()
                os.fdatasync(file.fileno())
                channel.basic_ack(method.delivery_tag, multiple=True)
            if left == 0:
                break
    channel.close()
    for line in path.read_bytes().splitlines():
        message, text = json.loads(line)
        event = _event(message, text)
        if event is not None:
            yield event


def _event(message: str, text: str) -> Event | None:
    try:
        body = json.loads(text)
        return Event(message, body["type"], body["source"], body["subject"], int(body["sequence"]), body["data"])
    except (ValueError, TypeError, KeyError):
        return None


def _look(connection: Any, queue: str) -> Iterator[tuple[Any, bytes]]:
    """Every message in a queue; closing the channel gives all of them back."""
    channel, left = connection.channel(), _depth(connection, queue)
    channel.basic_qos(prefetch_count=65_535)
    for method, properties, body in channel.consume(queue, inactivity_timeout=PATIENCE_SECONDS) if left else ():
        if method is None:
            raise TimeoutError(f"{queue} still has {left} messages and gives none of them")
        yield properties, body
        left -= 1
        if left == 0:
            break
    channel.close()


def _depth(connection: Any, queue: str) -> int:
    channel = connection.channel()
    count: int = channel.queue_declare(queue, passive=True).method.message_count
    channel.close()
    return count


def _letter(fact: Fact) -> Letter:
    return Letter(
        fact["queue"], fact["message"], fact["type"], fact["subject"], fact["sequence"], fact["assignment"], fact["command"]
    )


def _letter_in(queue: str, properties: Any, body: bytes) -> Letter:
    event = json.loads(body)
    data = event["data"]
    return Letter(
        queue,
        properties.message_id,
        event["type"],
        event["subject"],
        event["sequence"],
        data.get("assignment"),
        data.get("command"),
    )


def _rows(url: str, query: str) -> list[Fact]:
    """Read-only: a store at `sqlite:///PATH` or `postgresql://…`."""
    if url.startswith("sqlite:///"):
        with sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True, timeout=300) as store:
            store.row_factory = sqlite3.Row
            found = [dict(row) for row in store.execute(query)]
        store.close()
        return found
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row, autocommit=True) as connection:
        connection.read_only = True
        return connection.execute(query).fetchall()


def _statistics(plan: Fact) -> dict[str, int]:
    headers = {"Authorization": f"Bearer {plan['admin_token']}"}
    with urlopen(Request(f"{plan['url']}/api/v1/statistics?by=department", headers=headers), timeout=60) as answer:
        found = json.load(answer)
    counts: dict[str, int] = found["total"]["counts"]
    groups = [group["counts"] for group in found["groups"]]
    return counts | {f"groups of {name}": sum(group[name] for group in groups) for name in ("submitted", "assigned", "replied")}
