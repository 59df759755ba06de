"""Commands for dead letters: list them, show them, send them back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import click
import pika.exceptions

from services.console.catalogue import read_catalogue
from services.console.client.amqp import connection, depths
from services.console.client.replay import DeadLetter, dead_queue_of, read_dead_letters, replay
from services.console.settings import addresses, load_settings
from services.console.terminal import fail, json_option, out, print_json, step, table
from services.contracts.topology import UNROUTED, dead_queue, queues
from services.contracts.words.text import printable

SHOWN_CHARACTERS = 500
#: The fields of a message with `--json`.
SHOWN = ("id", "type", "queue", "routing_key", "user", "department", "reason", "attempts", "since", "body")


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead letters of one queue; `reasons` has the number for each, the most frequent first."""

    messages: int
    since: str | None
    departments: list[str]
    reasons: dict[str, int]


@click.group()
def dead() -> None:
    """死信 · messages that no service could handle."""


@dead.command("list")
@json_option
def dead_list(as_json: bool) -> None:
    """What each dead-letter queue holds, since when and why; unrouted commands are in one of them."""
    settings = load_settings()
    names = [dead_queue(queue.name) for queue in queues(read_catalogue(settings).departments)]
    with connection(addresses(settings).broker_url, "huiying-dead") as broker:
        held = {name: count for name, count in depths(broker, [*names, UNROUTED]).items() if count is not None}
        found = {name: _summary(read_dead_letters(broker, name) if count else ()) for name, count in held.items()}
    if as_json:
        print_json({name: asdict(each) for name, each in found.items()})
        return
    waiting = {name: each for name, each in found.items() if each.messages}
    shown = table("队列 queue", "条数 messages", "最早 since", "单位 departments", "原因 why")
    for name, each in waiting.items():
        why = "; ".join(f"{count}× {_one_line(reason)}" for reason, count in each.reasons.items())
        whose = ", ".join(map(_one_line, each.departments)) or "—"
        shown.add_row(name, str(each.messages), each.since or "—", whose, why[:SHOWN_CHARACTERS])
    if waiting:
        out.print(shown)
    step(f"共查看 {len(found)} 个队列，{len(waiting)} 个有死信 · {len(found)} queues, {len(waiting)} of them hold something")


@dead.command("show")
@click.argument("queue")
@json_option
def dead_show(queue: str, as_json: bool) -> None:
    """Show the messages in QUEUE.dead with reasons, tries and first failure. Nothing is removed."""
    found: list[DeadLetter] = []
    with connection(addresses(load_settings()).broker_url, "huiying-dead") as broker:
        try:
            found = read_dead_letters(broker, dead_queue_of(queue))
        except pika.exceptions.ChannelClosedByBroker as error:
            fail(f"{dead_queue_of(queue)}: {error.reply_text}", "huiying dead list")
    if as_json:
        print_json([
            {name: getattr(each, name) for name in SHOWN} | {"since": each.since.isoformat() if each.since else None}
            for each in found
        ])  # fmt: skip
        return
    for each in found:
        out.print(f"{_one_line(each.id)}  {_one_line(each.type)}  {_one_line(each.reason)}", style="bold")
        out.print(f"    试过 {each.attempts} 次 tries；自 since {_moment(each.since)}；队列 queue {each.queue}")
        sender = f"用户 user {_one_line(each.user)}；单位 department {_one_line(each.department)}"
        out.print(f"    路由键 routing key {_one_line(each.routing_key)}；{sender}")
        out.print(f"    {_one_line(each.body)}")
    step(f"{len(found)} 条 messages")


@dead.command("replay")
@click.argument("queue")
@click.option("--id", "only", help="Only the message with this id.")
@json_option
def dead_replay(queue: str, only: str | None, as_json: bool) -> None:
    """Send the messages in QUEUE.dead back to QUEUE, under the same ids.

    It may be repeated: a service that has handled a message before drops it by its id.
    """
    source = dead_queue_of(queue)
    with connection(addresses(load_settings()).broker_url, "huiying-dead") as broker:
        try:
            replayed = replay(broker, queue, only)
        except pika.exceptions.ChannelClosedByBroker as error:
            fail(f"{source}: {error.reply_text}", "huiying dead list")
        except pika.exceptions.UnroutableError:
            fail(f"The queue that {source} belongs to is not there; the rest is still there.", "huiying topology apply")
    if as_json:
        print_json({"queue": source, "replayed": replayed})
    else:
        step(f"送回 {replayed} 条 messages sent back")
    if only is not None and not replayed:
        fail(f"There is no message {only} in {source}.", f"huiying dead show {queue}")


def _one_line(text: str | None) -> str:
    return printable((text or "—")[:SHOWN_CHARACTERS])


def _moment(instant: datetime | None) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S") if instant else "—"


def _summary(messages: Sequence[DeadLetter]) -> DeadLetters:
    since = min((each.since for each in messages if each.since is not None), default=None)
    return DeadLetters(
        messages=len(messages),
        since=since.isoformat() if since else None,
        departments=sorted({each.department for each in messages if each.department}),
        reasons=dict(Counter(each.reason for each in messages).most_common()),
    )
