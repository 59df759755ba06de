"""`python -m benchmarks hops`: where an opinion waits between its POST and the department's queue, at a rate."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from benchmarks.quantiles import QUANTILES, milliseconds
from benchmarks.systems.product import Product, started
from benchmarks.systems.running import Round, Running
from benchmarks.systems.usage import load
from benchmarks.throwaway import alone, ended_in_order
from benchmarks.traffic.witness import SUBJECT, Consuming, connect
from services.console.settings import HOME, load_settings
from services.console.terminal import json_option, out, print_json, step, table
from services.contracts.messages.assignments import AssignmentCreated
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.topology import EVENTS
from services.runtime.clock import SystemClock

WARM_UP, CONNECTIONS = 200, 64
TIME = re.compile(rb'"time": *"([^"]+)"')
ACCEPTED, ASSIGNED = OpinionAccepted.TYPE, AssignmentCreated.TYPE
HOPS = {
    "begun": "POST → 事务开始 the transaction begins",
    "answered": "→ 201",
    "left": "事务开始 → 到达消息队列 the transaction → at the broker",
    "taken": "→ 路由的事务开始 routing's transaction begins",
    "arrived": "→ 承办队列 the department's queue",
    "total": "POST → 承办队列 in all",
}


@dataclass
class Heard:
    """Of one kind of message, by opinion: when its transaction began and when the broker gave it out (monotonic)."""

    begun: dict[str, float] = field(default_factory=dict)
    left: dict[str, float] = field(default_factory=dict)


class Overhearing(Consuming):
    """Hears what is published to all, in a queue of its own that is not replicated; used as a context."""

    def __init__(self, url: str) -> None:
        super().__init__(connect(url))
        self.heard = {kind: Heard() for kind in (ACCEPTED, ASSIGNED)}
        self._ahead = SystemClock().now().timestamp() - time.monotonic()

    def begin(self, channel: Any) -> None:
        """Consume from a queue that goes with the connection."""
        queue = channel.queue_declare("", durable=False, exclusive=True).queue
        for kind in self.heard:
            channel.queue_bind(queue, EVENTS, f"{kind}.#")
        channel.basic_consume(queue, no_ack=True, callback=self._note)

    def _note(self, message: Any) -> None:
        now, body = time.monotonic(), bytes(message.body)
        subject, began = SUBJECT.search(body), TIME.search(body)
        heard = next((each for kind, each in self.heard.items() if message.delivery_info["routing_key"].startswith(kind)), None)
        if heard is not None and subject and began:
            opinion = subject[1].decode()
            heard.left.setdefault(opinion, now)
            heard.begun.setdefault(opinion, datetime.fromisoformat(began[1].decode()).timestamp() - self._ahead)


@click.command("hops")
@click.option("--rate", type=click.FloatRange(0.1), default=100.0, show_default=True, help="Opinions a second.")
@click.option("--seconds", type=click.FloatRange(0.1), default=10.0, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--against", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another checkout, in turns.")
@json_option
def hops(rate: float, seconds: float, rounds: int, against: Path | None, as_json: bool) -> None:
    """逐段等候 · where an opinion waits on its way to the department's queue, hop by hop."""
    places = {"here": HOME} | ({"there": against.absolute()} if against else {})
    found = _measured(places, rate, max(1, int(rate * seconds)), rounds)
    figures = {name: {hop: milliseconds(waits) for hop, waits in each.items()} for name, each in found.items()}
    if as_json:
        print_json(figures)
        return
    for name, each in figures.items():
        shown = table(f"{name}: {rate:g}/s, 毫秒 ms", numbers=list(QUANTILES))
        for hop, words in HOPS.items():
            shown.add_row(words, *(f"{value:.1f}" for value in each[hop].values()))
        out.print(shown)


def _measured(places: Mapping[str, Path], rate: float, count: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    var = load_settings().var.absolute()
    (var / "run").mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, list[float]]] = {name: {hop: [] for hop in HOPS} for name in places}
    with alone(var / "run" / "bench.lock"), ended_in_order(), ExitStack() as stack:
        running: dict[str, tuple[Running, Overhearing]] = {}
        for name, checkout in places.items():
            place = stack.enter_context(started(Product(checkout, var / "bench" / name)))
            running[name] = stack.enter_context(Running(place)), stack.enter_context(Overhearing(place.broker_url))
            running[name][0].run(WARM_UP)
        for turn in range(rounds):
            for name, (system, overhearing) in running.items():
                step(f"{turn + 1}/{rounds} {name}, load {load()}")
                done = system.run(count, connections=CONNECTIONS, rate=rate)
                for hop, waits in waits_of(done, overhearing.heard).items():
                    found[name][hop] += waits
    return found


def waits_of(done: Round, heard: Mapping[str, Heard]) -> dict[str, list[float]]:
    """The seconds of each hop, of the opinions that were heard at all of them."""
    accepted, assigned = heard[ACCEPTED], heard[ASSIGNED]
    known = [
        (opinion, sent)
        for opinion, sent in done.done.accepted.items()
        if opinion in done.arrivals and opinion in accepted.left and opinion in assigned.begun
    ]

    def waits(end: Callable[[str], float], start: Callable[[str], float]) -> list[float]:
        return [end(opinion) - start(opinion) for opinion, _ in known]

    due = {opinion: sent.due for opinion, sent in known}.__getitem__
    answered = {opinion: sent.done for opinion, sent in known}.__getitem__
    begun, left, taken, arrived = (each.__getitem__ for each in (accepted.begun, accepted.left, assigned.begun, done.arrivals))
    return {
        "begun": waits(begun, due), "answered": waits(answered, due), "left": waits(left, begun),
        "taken": waits(taken, left), "arrived": waits(arrived, taken), "total": waits(arrived, due),
    }  # fmt: skip
