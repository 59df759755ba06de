"""Checks of the broker: access, publishing, queues, consumers, backlogs, dead letters, nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import click
import pika.exceptions
import requests
from pika.adapters.blocking_connection import BlockingConnection

from services.console.client.amqp import connection
from services.console.client.management import BrokerNode, Management
from services.console.doctor.findings import Finding, Severity, Subject
from services.console.terminal import CommandFailed
from services.contracts.catalogue.check import CatalogueInvalid, load_catalogue
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Trouble
from services.contracts.topology import SERVICE_QUEUES, UNROUTED, dead_queue, department_queue, queues
from services.runtime.messaging.probe import publish_nowhere

#: Most messages that may wait for a service, and for a department without a consumer.
MUCH, MUCH_FOR_A_DEPARTMENT, SHOWN = 10_000, 1_000, 5


class Held(NamedTuple):
    """A queue's messages and consumers."""

    messages: int
    consumers: int


def broker(subject: Subject) -> Iterator[Finding]:
    """Everything that can be found out over AMQP."""
    place = _catalogue(subject)
    departments = place.queued if place else ()
    try:
        with connection(subject.place.broker_url, "huiying-doctor") as opened:
            held = look(opened, [*_named(departments), UNROUTED])
        with connection(subject.place.broker_url, "huiying-doctor", patience=3) as opened:
            blocked = _blocked(opened)
    except click.ClickException as error:
        advice = error.advice if isinstance(error, CommandFailed) and error.advice != "huiying doctor" else ""
        yield Finding("消息队列 broker", Severity.CRITICAL, error.message, advice or "huiying up, or correct HUIYING_BROKER_URL")
        return
    advice = "make room on its disk, or give it more memory; opinions are still taken and wait in the outboxes"
    yield Finding("消息队列 broker", Severity.CRITICAL if blocked else Severity.OK, blocked or "takes messages", advice)
    yield from judge(held, departments, sorted(place.unqueued) if place else ())


def _catalogue(subject: Subject) -> Catalogue | None:
    try:
        return load_catalogue(subject.settings.catalogue)
    except CatalogueInvalid:
        return None


def _named(departments: tuple[str, ...]) -> list[str]:
    work = [queue.name for queue in queues(departments)]
    return [*work, *map(dead_queue, work)]


def look(opened: BlockingConnection, names: list[str]) -> dict[str, Held | None]:
    """The messages and consumers of each queue; None for a missing queue."""
    found: dict[str, Held | None] = {}
    channel = opened.channel()
    for name in names:
        try:
            answer = channel.queue_declare(name, passive=True).method
            found[name] = Held(answer.message_count, answer.consumer_count)
        except pika.exceptions.ChannelClosedByBroker:
            found[name], channel = None, opened.channel()
    return found


def _blocked(opened: BlockingConnection) -> str:
    """Why the broker accepts no messages; empty when it does."""
    try:
        publish_nowhere(opened)
    except pika.exceptions.ConnectionBlockedTimeout:
        return "takes no messages: its disk or memory is short"
    except Trouble as error:
        return str(error)
    except pika.exceptions.AMQPError as error:
        return f"does not confirm what is published: {error.__class__.__name__}"
    return ""


def judge(held: Mapping[str, Held | None], departments: Sequence[str], unqueued: Sequence[str] = ()) -> Iterator[Finding]:
    """Findings about queues that are missing, too full or not consumed; `unqueued` departments have no queue."""
    missing = [name for name, each in held.items() if each is None]
    there = {name: each for name, each in held.items() if each is not None}
    found = f"{len(there)} of {len(held)} queues are there" + (f", missing: {', '.join(missing[:SHOWN])}" if missing else "")
    yield Finding("拓扑 topology", Severity.CRITICAL if missing else Severity.OK, found, "huiying topology apply")

    ours = [queue.name for queue in SERVICE_QUEUES if queue.name in there]
    alone = [name for name in ours if not there[name].consumers]
    shown = f"without a consumer: {', '.join(alone)}" if alone else "every queue of a service is consumed"
    advice = "huiying up, or docker compose up --wait: the worker of that service is not running or cannot log in"
    yield Finding("消费 consumers", Severity.CRITICAL if alone else Severity.OK, shown, advice)

    deep = {name: there[name].messages for name in ours if there[name].messages >= MUCH}
    yield Finding(
        "积压 backlog", Severity.WARNING if deep else Severity.OK, _counts(deep) or "none", "see the log of that service's worker"
    )

    waiting = {name: there[name] for code in departments if (name := department_queue(code)) in there}
    unserved = {
        name: each.messages for name, each in waiting.items() if not each.consumers and each.messages >= MUCH_FOR_A_DEPARTMENT
    }
    whole = f"{sum(each.messages for each in waiting.values())} messages wait for departments"
    whole += f", without a queue and by HTTP alone: {', '.join(unqueued)}" if unqueued else ""
    advice = "tell the department: no program of its listens; queue: false in the catalogue gives it none"
    severity = Severity.WARNING if unserved else Severity.OK
    yield Finding("单位队列 department queues", severity, f"{whole}; {_counts(unserved)}" if unserved else whole, advice)

    dead = {name: each.messages for name, each in there.items() if (name.endswith(".dead") or name == UNROUTED) and each.messages}
    advice = "huiying dead show QUEUE, then huiying dead replay QUEUE"
    yield Finding("死信 dead letters", Severity.WARNING if dead else Severity.OK, _counts(dead) or "none", advice)


def _counts(numbers: Mapping[str, int]) -> str:
    deepest = sorted(numbers.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {count}" for name, count in deepest[:SHOWN]) + (
        f" and {len(deepest) - SHOWN} more" if len(deepest) > SHOWN else ""
    )


def nodes(subject: Subject) -> Iterator[Finding]:
    """The disks and alarms of the broker's nodes, where its management API is known."""
    if subject.place.management_url is None:
        return
    try:
        found_nodes = Management(subject.place.management_url).nodes()
    except (CommandFailed, requests.RequestException) as error:
        found = error.message if isinstance(error, CommandFailed) else error.__class__.__name__
        yield Finding("消息队列节点 broker node", Severity.WARNING, found, "huiying up, or correct HUIYING_MANAGEMENT_URL")
        return
    for node in found_nodes:
        yield judge_node(node)


def judge_node(node: BrokerNode) -> Finding:
    """The finding about one node."""
    what = f"消息队列节点 broker node {node.name}"
    short = [word for word, alarm in (("disk", node.disk_free_alarm), ("memory", node.mem_alarm)) if alarm]
    found, low = "runs", False
    if isinstance(node.disk_free, int) and isinstance(node.disk_free_limit, int):
        found = f"{node.disk_free / 1e9:.1f} GB free, it stops below {node.disk_free_limit / 1e9:.1f}"
        low = node.disk_free < 2 * node.disk_free_limit
    if short or not node.running:
        trouble = f"{' and '.join(short)} alarm; {found}" if short else "does not run"
        return Finding(what, Severity.CRITICAL, trouble, "make room, or start it")
    return Finding(what, Severity.WARNING if low else Severity.OK, found, "make room: at its limit it takes no more messages")
