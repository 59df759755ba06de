"""The faults, a row each: what is done, and whether a client may notice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from services.console.embedded.starting.processes import listens
from tests.faults import messages
from tests.faults.mortal import POINTS
from tests.faults.scene import NotShown, Scene
from tests.faults.system import SILENT

Stage = Literal["one node", "three nodes"]
Strike = Callable[[Scene], None]
PROCESSES = ("web", "web-child", "intake", "routing", "notify", "metrics")
DIE_SECONDS, AHEAD_SECONDS = 120.0, 150


@dataclass(frozen=True)
class Fault:
    """One row. `seconds` is about how long it lasts; `calm`: clients are to notice nothing but a slower answer.

    `apart` names the service whose store has to have a disk of its own.
    """

    name: str
    what: str
    strike: Strike
    seconds: float = 3.0
    calm: bool = True
    stage: Stage = "one node"
    apart: str = ""


def kill(*names: str) -> Strike:
    """`kill -9`."""
    return lambda scene: scene.system.kill(*names)


def pause(name: str, seconds: float) -> Strike:
    """A process that hangs."""
    return lambda scene: scene.system.pause(name, seconds * scene.patience)


def die(name: str, point: str, number: int) -> Strike:
    """A process that dies at a named point, once it has been there so often."""

    def strike(scene: Scene) -> None:
        mark, end = scene.system.replace(name, point, number), time.monotonic() + DIE_SECONDS
        while not mark.exists():
            if time.monotonic() > end:
                raise NotShown(f"{name} did not come to the point {point} within {DIE_SECONDS:.0f} s")
            scene.submit()  # So that there is something to die over, when the load is through with its share.
            time.sleep(0.2)

    return strike


def take_broker_away(seconds: float) -> Strike:
    """The broker is gone for a while."""

    def strike(scene: Scene) -> None:
        scene.system.kill("broker")
        scene.last(seconds)

    return strike


def restart_broker(scene: Scene) -> None:
    """Stopped in good order; the recovery starts it."""
    scene.system.supervisor.node.stop()


def control(begin: tuple[str, ...], end: tuple[str, ...], seconds: float) -> Strike:
    """Tell the broker something, and after a while the opposite."""

    def strike(scene: Scene) -> None:
        scene.system.ctl(*begin)
        try:
            scene.last(seconds)
        finally:
            scene.system.ctl(*end)

    return strike


def lock(name: str, seconds: float) -> Strike:
    """Somebody else writes into a store and does not end."""

    def strike(scene: Scene) -> None:
        with scene.system.lock(name):
            scene.last(seconds)

    return strike


def fill_disk(name: str, seconds: float) -> Strike:
    """Not a byte is left on the disk of a store. What writes there fails, and goes on by itself once there is room."""

    def strike(scene: Scene) -> None:
        system, volume = scene.system, scene.system.volumes[name]
        alive, log = {each: system.pid(each) for each in PROCESSES}, system.place.log / f"{name}.log"
        read, began = log.stat().st_size, time.time()  # noqa: TID251
        system.shorten_log(name)
        volume.fill()
        try:
            if name == "intake":  # Its worker may have nothing to write, once nothing more comes in.
                told = scene.load.watch.attempts
                scene.until("clients are told so", lambda: 503 in {each.status for each in told(began, began + 3600)})
            else:
                scene.until(f"{name} finds its disk full", lambda: b"disk is full" in log.read_bytes()[read:])
            end = time.monotonic() + seconds * scene.patience
            while time.monotonic() < end:
                volume.fill()  # Who moves or drops a log of its own leaves room that nobody shall have.
                time.sleep(0.1)
        finally:
            volume.empty()
        scene.probe()
        if alive != (still := {each: system.pid(each) for each in PROCESSES}):
            raise NotShown(f"a process ended over a full disk: {alive}, then {still}")

    return strike


def slow(seconds: float) -> Strike:
    """Departments that take half a second for each letter."""

    def strike(scene: Scene) -> None:
        scene.load.tell("slow", 0.5)
        scene.last(seconds)
        scene.load.tell("slow", 0)

    return strike


def fill_queue(scene: Scene) -> None:
    """One department's queue is full: the others go on, and routing says what waits."""
    queue = f"department.{SILENT}"
    scene.system.policy(queue, {"max-length": 1, "overflow": "reject-publish"})
    try:
        # Refused once already: anything may wait for a moment, before the queue is full too.
        refused = "SELECT count(*) FROM outbox WHERE attempts > 0"
        scene.until("the full queue refuses", lambda: scene.system.ask_store("routing", refused), 60)
        scene.probe()
        if not scene.waiting_in_routing():
            raise NotShown("what was refused is not waiting any more while the queue is still full")
    finally:
        scene.system.policy(queue, None)


def clock_ahead(scene: Scene) -> None:
    """Routing's clock is ahead while it has to put messages off; what it puts off must not wait until that time comes."""
    queue = f"department.{SILENT}"
    scene.system.policy(queue, {"max-length": 1, "overflow": "reject-publish"})
    try:
        scene.system.replace("routing", f"clock+{AHEAD_SECONDS}", 1)
        put_off = f"SELECT count(*) FROM outbox WHERE due > {time.time() + AHEAD_SECONDS - 30}"  # noqa: TID251
        scene.until("a message is put off until the wrong time", lambda: scene.system.ask_store("routing", put_off), 60)
        scene.system.kill("routing")
    finally:
        scene.system.policy(queue, None)
    scene.system.up()
    scene.until("what was put off is sent", lambda: not scene.system.ask_store("routing", put_off), 40)


def clock_behind(scene: Scene) -> None:
    """Routing's clock is an hour behind for a while."""
    scene.system.replace("routing", "clock-3600", 1)
    scene.last(6)
    scene.system.kill("routing")


def store(mode: str) -> Strike:
    """PostgreSQL ends and comes back."""

    def strike(scene: Scene) -> None:
        assert scene.cluster is not None
        if mode != "down":
            scene.cluster.restart(mode)
            return
        scene.cluster.halt()
        scene.last(10)
        scene.cluster.resume()

    return strike


def lose_nodes(number: int, seconds: float) -> Strike:
    """So many nodes of three die and come back."""

    def strike(scene: Scene) -> None:
        nodes = scene.system.nodes
        assert nodes is not None
        # The first is where the queues' leaders are when the cluster is young.
        victims = nodes.members[:number]
        for victim in victims:
            victim.kill()
        scene.last(seconds)
        nodes.restart(*victims)

    return strike


def part(number: int, seconds: float) -> Strike:
    """One node is cut off from the other two; clients reach all three."""

    def strike(scene: Scene) -> None:
        nodes = scene.system.nodes
        assert nodes is not None
        member = nodes.members[number]
        nodes.part(member)
        try:
            scene.until("the node that is cut off stops serving", lambda: not listens(member.port))
            scene.last(seconds)
        finally:
            nodes.heal(member)
        member.wait()

    return strike


def _kills() -> Iterator[Fault]:
    for name in ("web", "web-child"):
        yield Fault(f"kill {name}", f"kill -9 {name}", kill(name), calm=False)
    for name in ("intake", "routing", "notify", "metrics", "broker"):
        yield Fault(f"kill {name}", f"kill -9 {name}", kill(name))
    everything = ("web", "intake", "routing", "notify", "metrics", "broker")
    yield Fault("power cut", "kill -9 of everything at once", kill(*everything), 8, calm=False)
    for name, seconds in (("intake", 6), ("routing", 6), ("metrics", 6), ("notify", 4), ("broker", 12)):
        yield Fault(f"hang {name}", f"{name} stopped for {seconds} s", pause(name, seconds), seconds)
    yield Fault("hang web-child", "the web process stopped for 5 s", pause("web-child", 5), 5)


def _points() -> Iterator[Fault]:
    relay, consumer = ("before-publish", "before-confirm", "before-mark"), ("before-commit", "before-ack")
    for name, points in (
        ("intake", (*relay, *consumer)), ("routing", (*relay, *consumer)), ("notify", consumer), ("metrics", consumer),
    ):  # fmt: skip
        for number, point in enumerate(points, 2):
            yield Fault(f"{name} dies {point}", f"{name}: {POINTS[point]}", die(name, point, number))
    for point in (*relay, "before-answer"):
        yield Fault(f"web dies {point}", f"web: {POINTS[point]}", die("web", point, 3), calm=False)


def _broker() -> Iterator[Fault]:
    yield Fault("broker restart", "stopped in order, started", restart_broker, 10)
    yield Fault("broker down", "killed, away for a minute", take_broker_away(60), 60)
    memory = ("set_vm_memory_high_watermark", "0.0001"), ("set_vm_memory_high_watermark", "0.4")
    yield Fault("memory alarm", "publishers blocked", control(*memory, 10), 14)
    disk = ("set_disk_free_limit", "9999GB"), ("set_disk_free_limit", "500MB")
    yield Fault("disk alarm", "publishers blocked", control(*disk, 15), 19)
    for queue in ("routing.events", "metrics.events"):
        suspend, resume = ("eval", f"sys:suspend('huiying_{queue}')."), ("eval", f"sys:resume('huiying_{queue}').")
        yield Fault(f"stuck {queue}", "its leader answers nobody, heartbeats go on", control(suspend, resume, 8), 12)
    cut = ("close_all_connections", "fault")
    yield Fault("connections cut", "every AMQP connection closed, twice", control(cut, cut, 2), 6)


def _stores() -> Iterator[Fault]:
    for name in ("intake", "routing", "notify", "metrics"):
        yield Fault(f"lock {name}", "SQLite write lock held for 6 s", lock(name, 6), 6)
    for name in ("intake", "routing"):
        what = f"not a byte is free for {name}'s store for 10 s"
        yield Fault(f"full disk {name}", what, fill_disk(name, 10), 12, calm=name != "intake", apart=name)
    yield Fault("lock routing long", "SQLite write lock held for 20 s, too long for any", lock("routing", 20), 20)
    yield Fault("lock intake long", "SQLite write lock held for 20 s, too long for any", lock("intake", 20), 20, calm=False)


def _messages() -> Iterator[Fault]:
    yield Fault("slow departments", "half a second a letter", slow(8), 8)
    yield Fault("full queue", "one department's queue refuses", fill_queue, 8)
    yield Fault("poison", f"{len(list(messages.poison()))} messages nobody can handle", messages.plant)
    yield Fault("copies", "everything said in a while said twice more, backwards", messages.duplicate, 6)
    for queue in ("intake.events", "routing.events", "notify.events", "metrics.events"):
        what = f"what {queue} holds, shuffled"
        yield Fault(f"disorder {queue}", what, partial(messages.reorder, queue=queue), 8)
    yield Fault("clock ahead", "routing ahead by 150 s, a queue full meanwhile", clock_ahead, 12)
    yield Fault("clock behind", "routing an hour behind", clock_behind, 8)


def _elsewhere() -> Iterator[Fault]:
    yield Fault("postgres restart", "fast", store("fast"), calm=False, stage="three nodes")
    yield Fault("postgres crash", "immediate", store("immediate"), calm=False, stage="three nodes")
    yield Fault("postgres down", "away for 10 s", store("down"), 10, calm=False, stage="three nodes")
    yield Fault("one node lost", "of three, for 10 s", lose_nodes(1, 10), 16, stage="three nodes")
    yield Fault("two nodes lost", "of three, for 10 s", lose_nodes(2, 10), 20, stage="three nodes")
    yield Fault("all nodes lost", "of three, for 5 s", lose_nodes(3, 5), 20, stage="three nodes")
    for number in (0, 1):
        yield Fault(f"partition {number + 1}", f"node {number + 1} cut off for 20 s", part(number, 20), 30, stage="three nodes")


FAULTS: tuple[Fault, ...] = (*_kills(), *_points(), *_broker(), *_stores(), *_messages(), *_elsewhere())
