"""Commands for what could not be handled: look into the `.dead` queues and send messages back to where they came from."""

from __future__ import annotations

import json
from typing import Any

import click
import pika
import pika.exceptions

from services.console.amqp import connection, depths, look_through
from services.console.office import json_option, load_place
from services.console.settings import addresses, load_settings
from services.console.terminal import fail, out, print_json, step, table
from services.contracts.topology import REQUEUE, UNROUTED, dead_queue, queues

SUFFIX = ".dead"


@click.group()
def dead() -> None:
    """死信 · messages that no service could handle."""


@dead.command("list")
@json_option
def dead_list(as_json: bool) -> None:
    """How many messages each dead queue holds, and the queue of commands that nobody takes."""
    settings = load_settings()
    names = [dead_queue(queue.name) for queue in queues(load_place(settings).departments)]
    with connection(addresses(settings).broker_url, "huiying-dead") as broker:
        found = {name: held for name, held in depths(broker, [*names, UNROUTED]).items() if held is not None}
    if as_json:
        print_json(found)
        return
    waiting = {name: held for name, held in found.items() if held}
    shown = table("队列 queue", "条数 messages")
    for name, held in waiting.items():
        shown.add_row(name, str(held))
    if waiting:
        out.print(shown)
    step(f"共查看 {len(found)} 个队列，{len(waiting)} 个有死信 · {len(found)} queues, {len(waiting)} of them hold something")


@dead.command("show")
@click.argument("queue")
@json_option
def dead_show(queue: str, as_json: bool) -> None:
    """Show what QUEUE.dead holds and why it is there. Nothing is taken out."""
    found: list[dict[str, Any]] = []
    with connection(addresses(load_settings()).broker_url, "huiying-dead") as broker:
        try:
            look_through(broker, _dead_name(queue), lambda properties, body: found.append(_shown(properties, body)))
        except pika.exceptions.ChannelClosedByBroker as error:
            fail(f"{_dead_name(queue)}: {error.reply_text}", "huiying dead list")
    if as_json:
        print_json(found)
        return
    for message in found:
        out.print(f"{message['id']}  {message['reason']}", style="bold", markup=False)
        out.print(f"    {message['body'][:500]}", markup=False)
    step(f"{len(found)} 条 messages")


@dead.command("replay")
@click.argument("queue")
@click.option("--id", "only", help="Only the message with this id.")
@json_option
def dead_replay(queue: str, only: str | None, as_json: bool) -> None:
    """Send what QUEUE.dead holds back to QUEUE, under the same ids, as often as there are messages now."""
    settings = load_settings()
    with connection(addresses(settings).broker_url, "huiying-dead") as broker:
        try:
            replayed = _replay(broker, queue.removesuffix(SUFFIX), only)
        except pika.exceptions.ChannelClosedByBroker as error:
            fail(f"{_dead_name(queue)}: {error.reply_text}", "huiying dead list")
        except pika.exceptions.UnroutableError:
            fail(f"There is no queue {queue.removesuffix(SUFFIX)} to go back to; what was not sent is still parked.")
    if as_json:
        print_json({"queue": queue.removesuffix(SUFFIX), "replayed": replayed})
    else:
        step(f"送回 {replayed} 条 messages sent back")
    if only is not None and not replayed:
        fail(f"There is no message {only} in {_dead_name(queue)}.", f"huiying dead show {queue}")


def _replay(broker: Any, queue: str, only: str | None) -> int:
    incoming, outgoing = broker.channel(), broker.channel()
    outgoing.confirm_delivery()
    held = incoming.queue_declare(dead_queue(queue), passive=True).method.message_count
    replayed = 0
    # As many as there are now: one that fails again would otherwise be sent round and round.
    for _ in range(held):
        method, properties, body = incoming.basic_get(dead_queue(queue))
        if method is None:
            break
        if only is not None and properties.message_id != only:
            continue
        # No header is kept: old death records would let the broker drop the message as a loop.
        clean = pika.BasicProperties(
            message_id=properties.message_id, content_type=properties.content_type, delivery_mode=2, headers={"x-attempt": 0}
        )
        outgoing.basic_publish(REQUEUE, queue, body, clean, mandatory=True)
        incoming.basic_ack(method.delivery_tag)
        replayed += 1
    incoming.close()
    return replayed


def _dead_name(queue: str) -> str:
    return queue if queue.endswith(SUFFIX) or queue == UNROUTED else dead_queue(queue)


def _shown(properties: Any, body: bytes) -> dict[str, Any]:
    headers = properties.headers or {}
    deaths = headers.get("x-death") or [{}]
    reason = headers.get("x-error") or deaths[0].get("reason") or "—"
    text = body.decode("utf-8", "replace")
    try:
        kind = json.loads(text).get("type")
    except (ValueError, AttributeError):
        kind = None
    return {"id": properties.message_id, "type": kind, "reason": reason, "attempts": headers.get("x-attempt"), "body": text}
