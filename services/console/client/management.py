"""RabbitMQ's management API: applies the topology, makes users, reads queues and nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
import requests

from services.console.settings import ConsoleSettings, addresses
from services.console.terminal import fail
from services.contracts.definitions import Definitions, definitions, department_user
from services.contracts.topology import VHOST, department_queue
from services.runtime.tls import read_address, reason

PATIENCE = 60.0
T = TypeVar("T")


class InVhost(Protocol):
    """Anything that belongs to a virtual host."""

    vhost: str


V = TypeVar("V", bound=InVhost)


class BrokerQueue(msgspec.Struct):
    """A queue with the arguments that it was declared with."""

    name: str
    vhost: str
    arguments: dict[str, object]

    @property
    def kind(self) -> str:
        """quorum, classic or stream."""
        return str(self.arguments.get("x-queue-type", "classic"))


class BrokerPolicy(msgspec.Struct):
    """A policy by its name."""

    name: str
    vhost: str


class BrokerBinding(msgspec.Struct):
    """A binding; `properties_key` is its name in URLs."""

    source: str
    vhost: str
    destination: str
    routing_key: str
    properties_key: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """The fields that tell bindings apart."""
        return self.source, self.destination, self.routing_key


class BrokerTopology(msgspec.Struct):
    """The sections of a definitions document that are compared."""

    queues: list[BrokerQueue]
    policies: list[BrokerPolicy]
    bindings: list[BrokerBinding]


class BrokerNode(msgspec.Struct):
    """A node of the broker; without statistics only `running` is known."""

    name: str
    running: bool = True
    disk_free_alarm: bool = False
    mem_alarm: bool = False
    disk_free: object = None
    disk_free_limit: object = None


def management_of(settings: ConsoleSettings) -> Management:
    """The API of the broker that the settings name; fails when its address is not known."""
    url = addresses(settings).management_url
    if url is None:
        fail("The address of RabbitMQ's management API is not known.", "set HUIYING_MANAGEMENT_URL=http://admin:…@host:15672")
    return Management(url)


class Management:
    """The API at `http://user:password@host:port`, or https:// with the broker's trust, for a user with the tag administrator."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        address = read_address(url)
        self.base = f"{parts.scheme}://{parts.hostname}:{address.port}"
        self._session = requests.Session()
        self._session.auth = (parts.username or "guest", parts.password or "guest")
        self._session.trust_env, self._session.verify = False, address.ca or True
        if address.certificate and address.key:
            self._session.cert = (address.certificate, address.key)

    def bring_to(self, topology: Definitions) -> None:
        """Create or change everything in the topology, and drop policies and bindings of our queues that are not in it.

        Queues and users are never deleted: queues may hold messages. Fails with advice when the broker refuses.
        """
        self._apply(topology)
        wanted = msgspec.convert(topology, BrokerTopology)
        # Of two policies that match a queue the broker picks either; a stale binding routes messages to the wrong queue.
        named = {policy.name for policy in wanted.policies}
        for policy in _ours(self._found().policies):
            if policy.name not in named:
                self._ask("DELETE", f"/api/policies/{VHOST}/{quote(policy.name, safe='')}")
        ours = {queue.name for queue in wanted.queues}
        known = {binding.identity for binding in wanted.bindings}
        for binding in _ours(self._get(f"/api/bindings/{VHOST}", list[BrokerBinding])):
            if binding.source and binding.destination in ours and binding.identity not in known:
                source, queue, key = (
                    quote(each, safe="") for each in (binding.source, binding.destination, binding.properties_key)
                )
                self._ask("DELETE", f"/api/bindings/{VHOST}/e/{source}/q/{queue}/{key}")

    def queues(self) -> list[str]:
        """The names of all queues of our virtual host."""
        return list(self.queue_types())

    def queue_types(self) -> dict[str, str]:
        """The type of each queue of our virtual host: quorum, classic or stream."""
        return {queue.name: queue.kind for queue in _ours(self._found().queues)}

    def admit_department(self, code: str, password_hash: str) -> None:
        """Make a department's user or change its password; its queue must exist. Open connections stay open."""
        if department_queue(code) not in self.queues():
            fail(f"There is no queue {department_queue(code)} on this broker.", "huiying topology apply")
        whole = definitions([code], {department_user(code): password_hash})
        self._apply({section: whole[section] for section in ("users", "permissions", "topic_permissions")})

    def nodes(self) -> list[BrokerNode]:
        """All nodes of the broker."""
        return self._get("/api/nodes", list[BrokerNode])

    def reachable(self) -> bool:
        """Whether the API answers and accepts the password."""
        try:
            return self._session.get(f"{self.base}/api/whoami", timeout=5.0).ok
        except requests.RequestException:
            return False

    def _apply(self, part: Mapping[str, object]) -> None:
        self._ask("POST", "/api/definitions", part)

    def _found(self) -> BrokerTopology:
        return self._get("/api/definitions", BrokerTopology)

    def _get(self, path: str, into: type[T]) -> T:
        try:
            return msgspec.json.decode(self._ask("GET", path).content, type=into)
        except msgspec.DecodeError as error:
            fail(f"RabbitMQ's management API answers {path} in another way than expected: {error}", "huiying doctor")

    def _ask(self, method: str, path: str, body: object = None) -> requests.Response:
        try:
            answer = self._session.request(method, self.base + path, json=body, timeout=PATIENCE)
        except requests.RequestException as error:
            why = reason(error) or error.__class__.__name__
            fail(f"RabbitMQ's management API at {self.base} does not answer: {why}.", "huiying doctor")
        if answer.status_code == 401:
            fail(f"RabbitMQ's management API at {self.base} does not know this user.", "set HUIYING_MANAGEMENT_URL=http://…")
        if not answer.ok:
            fail(f"RabbitMQ refused {method} {path}: {answer.status_code} {answer.text[:300]}", "read the broker's log")
        return answer


def _ours(found: Iterable[V]) -> list[V]:
    return [each for each in found if each.vhost == VHOST]
