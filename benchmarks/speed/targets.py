"""What is measured side by side: the product on either store, with some opinions stored before, and the peers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from benchmarks.speed import preflight
from benchmarks.speed.preflight import PreflightCheck
from benchmarks.systems.on_server import STORES
from benchmarks.systems.peer import DESIGNS, Peer
from benchmarks.systems.product import EMBEDDED, Product
from benchmarks.systems.running import Place, Running
from benchmarks.systems.stack import Stack
from benchmarks.systems.stored import fill, forget_messages
from benchmarks.systems.usage import POSTGRES
from services.console.client.management import Management
from services.console.settings import HOME
from services.contracts.topology import SERVICES, VHOST

SQLITE = "sqlite"
STORE_KINDS = (SQLITE, POSTGRES)
PEER_NAMES = tuple(design.name for design in DESIGNS)
HUIYING = "huiying"
#: How many opinions are sent to be copied, and the number of the first.
ORIGINALS, FIRST = 500, 80_000_000
ACCESS, ON_SERVER = "access", "benchmarks.systems.on_server"


class Target(Protocol):
    """Something to measure: prepared once, started before and stopped after each of its turns."""

    name: str

    def prepare(self) -> None:
        """Make what it needs."""

    def up(self) -> Place:
        """Start it; returns where it is."""

    def down(self) -> None:
        """Stop it."""

    def remove(self) -> None:
        """Leave nothing of it."""

    def checks(self, opinions: Collection[str]) -> list[PreflightCheck]:
        """Whether everything was on for these opinions, which have contact data; while it runs."""


class PeerTarget:
    """A peer, which has nothing that could be off."""

    def __init__(self, peer: Peer) -> None:
        self.name = peer.design.name
        self.up, self.down = peer.up, peer.down

    def prepare(self) -> None:
        """Nothing: each start makes what it needs."""

    def remove(self) -> None:
        """Nothing: each end does."""

    def checks(self, opinions: Collection[str]) -> list[PreflightCheck]:
        """None."""
        return []


@dataclass
class ProductTarget:
    """The product on one kind of store, with so many opinions in it."""

    kind: str
    stored: int
    stack: Stack
    var: Path
    name: str = field(init=False)
    _was_up: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.name = f"{HUIYING} {self.kind} {self.stored:,}"
        self._prefix = f"stored_{self.stored}_"
        node = {"HUIYING_BROKER_URL": self.stack.node.url, "HUIYING_MANAGEMENT_URL": self.stack.node.management_url}
        program, stores = (ON_SERVER, {STORES: self.store("")}) if self.on_server else (EMBEDDED, {})
        self.product = Product(HOME, self.var / f"{self.kind}-{self.stored}", program, node | stores)

    def prepare(self) -> None:
        """Make its stores, with the opinions that are there before."""
        self.product.remove()
        if self.on_server:
            for name in (*SERVICES, ACCESS):
                self.stack.database(f"{self._prefix}{name}")
        if self.stored:
            self._fill()

    def _fill(self) -> None:
        try:
            with Running(self.up(), FIRST) as running:
                originals = sorted(running.run(min(ORIGINALS, self.stored)).done.accepted)
        finally:
            self.down()
        for name in SERVICES:
            fill(self.store(name), name, originals, self.stored // len(originals) - 1)

    @property
    def on_server(self) -> bool:
        """Whether its stores are on the stack's PostgreSQL."""
        return self.kind == POSTGRES

    def store(self, name: str) -> str:
        """The SQLAlchemy URL of a store."""
        if self.on_server:
            return self.stack.cluster.address(f"{self._prefix}{name}").replace("postgresql:", "postgresql+psycopg:")
        return f"sqlite:///{self.product.var / name}.db"

    def up(self) -> Place:
        """Start it; returns where it is."""
        beside = self.stack.pids()
        if not self.on_server:
            del beside[POSTGRES]
        place = self.product.up()
        self.place, self._was_up = replace(place, pids={**place.pids, **beside}), True
        return self.place

    def down(self) -> None:
        """Stop it, and empty the broker for the next one."""
        self.product.down()
        self.stack.drop_virtual_host(VHOST)
        if self._was_up:
            for name in SERVICES:
                forget_messages(self.store(name), name)

    def remove(self) -> None:
        """Leave nothing of it."""
        self.product.remove()

    def checks(self, opinions: Collection[str]) -> list[PreflightCheck]:
        """Whether everything was on for these opinions, which have contact data; while it runs."""
        return [
            preflight.durable_commits(self.store),
            preflight.quorum_queues(Management(self.stack.node.management_url), self.place.departments),
            preflight.contacts_sealed(self.store, self.product.client(), list(opinions)),
            preflight.ledger_appended(self.store, list(opinions)),
        ]


def targets(names: Sequence[str], kinds: Sequence[str], stored: Sequence[int], stack: Stack, var: Path) -> list[Target]:
    """The targets with these names; Celery, by whose rate the others are loaded, comes first."""
    peers: list[Target] = [PeerTarget(Peer(design, stack, var / "logs")) for design in DESIGNS if design.name in names]
    if HUIYING not in names:
        return peers
    return [*peers, *(ProductTarget(kind, number, stack, var) for number in stored for kind in kinds)]
