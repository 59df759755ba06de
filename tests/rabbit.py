"""What tests do to the private RabbitMQ node from outside: look into queues, fill them, take them away, publish as anybody."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pika
import requests

from services.console.embedded.node import PrivateNode, server_script
from services.contracts.topology import DEPARTMENTS, RETRIES, UNROUTED, dead_queue, mark_queues, queues
from services.runtime.messaging.broker import Outgoing, RabbitConsumer, RabbitPublisher
from tests.patience import FOR_SURE, patient

PATIENCE = 10.0 * FOR_SURE


class Rabbit:
    """The node with empty queues; `close` puts back what was changed."""

    def __init__(self, node: PrivateNode, departments: tuple[str, ...]) -> None:
        self.node, self.url = node, node.url
        self._departments = departments
        self._connections: list[RabbitPublisher | RabbitConsumer] = []
        self._policies: list[str] = []
        self._removed: list[str] = []
        self._control = pika.BlockingConnection(patient(node.url))
        self.channel = self._control.channel()
        self.empty()

    def empty(self) -> None:
        work = [queue.name for queue in queues(self._departments)]
        for name in (*work, *map(dead_queue, work), *(delay.exchange for delay in RETRIES), UNROUTED, *mark_queues()):
            self.channel.queue_purge(name)

    def publisher(self) -> RabbitPublisher:
        self._connections.append(made := RabbitPublisher(self.url, "test"))
        return made

    def consumer(self, queue: str, prefetch: int = 100) -> RabbitConsumer:
        self._connections.append(made := RabbitConsumer(self.url, queue, prefetch, "test"))
        return made

    def send_as(self, message: Outgoing, user_id: str) -> None:
        """Publish with a user's name, which the broker checks."""
        properties = pika.BasicProperties(message_id=message.message_id, user_id=user_id, headers=dict(message.headers))
        self.channel.basic_publish(message.exchange, message.routing_key, message.body, properties)

    def take_all(self, queue: str, expected: int, seconds: float = PATIENCE) -> list[tuple[str, Mapping[str, Any], bytes]]:
        """(message id, headers, body) of everything in a queue; waits until `expected` have come, and notices more than that."""
        found: list[tuple[str, Mapping[str, Any], bytes]] = []
        end = time.monotonic() + seconds
        while len(found) < expected and time.monotonic() < end:
            method, properties, body = self.channel.basic_get(queue, auto_ack=True)
            if method is None:
                time.sleep(0.02)
            else:
                found.append((properties.message_id, properties.headers or {}, body))
        while (got := self.channel.basic_get(queue, auto_ack=True))[0] is not None:
            found.append((got[1].message_id, got[1].headers or {}, got[2]))
        return found

    def fill(self, queue: str) -> None:
        """Make a queue refuse: it may hold one message, and has it. Returns once it refuses."""
        self.policy("full", f"^{queue.replace('.', '[.]')}$", {"max-length": 1, "overflow": "reject-publish"})
        self._until(queue, refuses=True)

    def make_room(self, queue: str) -> None:
        """Let a full queue take messages again, without those that filled it. Returns once it does."""
        self.clear_policies()
        self._until(queue, refuses=False)
        self.channel.queue_purge(queue)

    def remove(self, queue: str) -> None:
        """Take a department's queue away."""
        self.channel.queue_delete(queue)
        self._removed.append(queue)

    def restore(self) -> None:
        """Bring back the queues that were taken away."""
        for queue in self._removed:
            self.channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
            for exchange in (DEPARTMENTS, "huiying.requeue"):
                self.channel.queue_bind(queue, exchange, queue)
        self._removed.clear()

    def policy(self, name: str, pattern: str, rules: Mapping[str, Any]) -> None:
        body = {"pattern": pattern, "apply-to": "queues", "priority": 50, "definition": rules}
        self._ask("PUT", f"policies/huiying/{quote(name)}", body)
        self._policies.append(name)

    @contextmanager
    def alarm(self) -> Iterator[None]:
        """The broker finds its memory short meanwhile and takes no messages."""
        self.ctl("set_vm_memory_high_watermark", "0.0000001")
        try:
            yield
        finally:
            self.ctl("set_vm_memory_high_watermark", "0.4")

    def ctl(self, *arguments: str) -> None:
        """`rabbitmqctl` against the node."""
        script = server_script()
        environment = self.node._environment(script)
        command = [str(script.parent / "rabbitmqctl"), "-n", environment["RABBITMQ_NODENAME"], "-q", *arguments]
        subprocess.run(command, env=environment, cwd=self.node.folder, capture_output=True, timeout=600, check=True)

    def clear_policies(self) -> None:
        for name in self._policies:
            self._ask("DELETE", f"policies/huiying/{quote(name)}")
        self._policies.clear()

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
        self.clear_policies()
        self.restore()
        self.empty()
        self._control.close()

    def _until(self, queue: str, *, refuses: bool) -> None:
        publisher = self.publisher()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            publisher.publish(Outgoing("filler", DEPARTMENTS, queue, b"{}"))
            if bool(publisher.settle()) is refuses:
                return
            time.sleep(0.02)
        raise AssertionError(f"{queue} should {'refuse' if refuses else 'take'} messages by now")

    def _ask(self, method: str, path: str, body: Any = None) -> None:
        requests.request(method, f"{self.node.management_url}/api/{path}", json=body, timeout=PATIENCE).raise_for_status()
