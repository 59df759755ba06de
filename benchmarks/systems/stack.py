"""A PostgreSQL server and a RabbitMQ node for systems that run one after the other, each on a store and queues of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import requests

from benchmarks.cluster import PrivateCluster
from benchmarks.systems.usage import BROKER, POSTGRES
from benchmarks.traffic.witness import connect
from services.console.embedded.node import PrivateNode, free_broker_port
from services.contracts.definitions import ADMINISTRATOR

#: Sized for the load, so that no checkpoint falls into a run. Commits are as durable as Debian ships it.
OPTIONS = "-c shared_buffers=256MB -c max_wal_size=4GB -c checkpoint_timeout=30min -c autovacuum=on"
QUORUM = {"x-queue-type": "quorum"}
PATIENCE = 60.0


class Stack:
    """A server and a node of their own, with the settings that the product has for both."""

    def __init__(self, folder: Path) -> None:
        self.cluster, self.node = PrivateCluster(), PrivateNode(folder, free_broker_port())

    def start(self) -> None:
        """Start both."""
        self.cluster.start(OPTIONS)
        self.node.start()

    def stop(self) -> None:
        """Stop both and remove what they kept."""
        try:
            self.node.kill()
            self.node.stop()
        finally:
            self.cluster.stop()

    def pids(self) -> dict[str, int]:
        """The pids of both by name."""
        return {POSTGRES: self.cluster.pid(), BROKER: self.node.pid() or 0}

    def database(self, name: str, statements: str = "SELECT 1") -> str:
        """An empty database in which statements were run; returns its address."""
        self.drop_database(name)
        with psycopg.connect(self.cluster.address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        address = self.cluster.address(name)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statements)
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        return address

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever uses it."""
        with psycopg.connect(self.cluster.address("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def virtual_host(self, name: str, departments: Sequence[str]) -> str:
        """An empty virtual host with the departments' queues; returns its AMQP address."""
        self.drop_virtual_host(name)
        self._manage("PUT", f"vhosts/{name}")
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        self._manage("PUT", f"permissions/{name}/{ADMINISTRATOR}", rights)
        address = urlunsplit(urlsplit(self.node.url)._replace(path=f"/{name}"))
        with connect(address) as connection:
            channel = connection.channel()
            for code in departments:
                channel.queue_declare(f"department.{code}", durable=True, auto_delete=False, arguments=QUORUM)
        return address

    def drop_virtual_host(self, name: str) -> None:
        """Remove a virtual host with its queues, if there is one."""
        self._manage("DELETE", f"vhosts/{name}")

    def _manage(self, method: str, path: str, body: object = None) -> None:
        answer = requests.request(method, f"{self.node.management_url}/api/{path}", json=body, timeout=PATIENCE)
        if answer.status_code != requests.codes.not_found:
            answer.raise_for_status()


@contextmanager
def stacked() -> Iterator[Stack]:
    """A stack that runs, and is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="huiying-stack-") as folder:
        stack = Stack(Path(folder))
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
