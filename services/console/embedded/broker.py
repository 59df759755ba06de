"""The broker of the embedded mode: a private node, or the one at `HUIYING_BROKER_URL`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import pika
import pika.exceptions

from services.console.client.management import Management
from services.console.embedded.installation import Installation
from services.console.embedded.node import PrivateNode
from services.console.settings import ConsoleSettings
from services.console.terminal import fail
from services.contracts.definitions import ADMINISTRATOR, Definitions, definitions, department_user, users
from services.contracts.topology import SERVICE_QUEUES, SERVICES, VHOST
from services.runtime.messaging.probe import PIKA_ERRORS, broker_parameters
from services.runtime.tls import PORTS, reason, with_user

ADVICE = "correct it, or set HUIYING_MANAGEMENT_URL=http://admin:…@host:15672, or import what 'huiying topology definitions' prints"


class Broker(Protocol):
    """A broker; `url` and `management_url` are the administrator's."""

    url: str
    management_url: str | None

    def begin(self) -> bool:
        """Start a private node, without waiting; returns whether it is booting."""

    def wait(self) -> bool:
        """Wait until it answers and has the topology; returns whether anything had to be done."""

    def service_urls(self) -> dict[str, str]:
        """An address for each service, with its own user where possible."""


def service_url(admin_url: str, user: str, password: str) -> str:
    """The broker's address for another user, with the same trust."""
    return with_user(admin_url, user, password, f"/{VHOST}")


def department_url(admin_url: str, installation: Installation, code: str) -> str:
    """The broker's address for a department's own user where this installation made one, else as it is given."""
    user = department_user(code)
    return service_url(admin_url, user, installation.password(user)) if installation.knows(user) else admin_url


def choose_broker(settings: ConsoleSettings, installation: Installation, departments: Sequence[str]) -> Broker:
    """The broker in the settings, unless its address is that of the private node."""
    url = settings.broker_url
    if (installation.broker / "password").exists() or url is None:
        private = PrivateBroker(settings, installation, departments)
        if url is None or url == private.url:
            return private
    return ForeignBroker(url, settings.management_url, installation, departments)


def _topology(installation: Installation, departments: Sequence[str]) -> Definitions:
    names = [name for name in users(departments) if name != ADMINISTRATOR]
    return definitions(departments, installation.hashes(names))


class _Applied:
    """Remembers the topology that was last applied, to apply it only once."""

    def __init__(self, path: Path, place: str, topology: Definitions) -> None:
        self._path = path
        self._digest = hashlib.sha256(json.dumps([place, topology], sort_keys=True).encode()).hexdigest()

    def already(self) -> bool:
        return self._path.exists() and self._path.read_text() == self._digest

    def ever(self) -> bool:
        return self._path.exists()

    def remember(self) -> None:
        self._path.write_text(self._digest)


class PrivateBroker:
    """A node of our own under `var/broker`."""

    def __init__(self, settings: ConsoleSettings, installation: Installation, departments: Sequence[str]) -> None:
        self._node = PrivateNode(installation.broker, settings.broker_port)
        self._installation, self._departments = installation, departments
        self.url: str = self._node.url
        self.management_url: str | None = self._node.management_url
        self._started = False

    def begin(self) -> bool:
        """Boot the node with the whole topology; a node on another port is stopped first."""
        self._started = self._node.begin(_topology(self._installation, self._departments))
        return self._started

    def wait(self) -> bool:
        """Wait until it answers. Definitions that are loaded at boot only add, so a changed topology is applied by the API."""
        topology = _topology(self._installation, self._departments)
        applied = _Applied(self._installation.run / "topology.digest", self.url, topology)
        self._node.wait()
        if applied.already() and refusal(self.service_urls()[SERVICES[0]]) is None:
            return self._started
        if applied.ever() or not self._started:
            Management(self._node.management_url).bring_to(topology)
        applied.remember()
        return True

    def service_urls(self) -> dict[str, str]:
        """Each service has its own user."""
        return {name: service_url(self.url, name, self._installation.password(name)) for name in SERVICES}


class ForeignBroker:
    """A broker that was not started here. Without its management API it must have the topology already."""

    def __init__(self, url: str, management_url: str | None, installation: Installation, departments: Sequence[str]) -> None:
        parts = urlsplit(url)
        if parts.path not in ("", "/", "/%2f", "/%2F", f"/{VHOST}"):
            fail(
                f"HUIYING_BROKER_URL names the virtual host {parts.path!r}.",
                f"Huiying lives in /{VHOST}: leave it out or name that",
            )
        self.url = urlunsplit(parts._replace(path=f"/{VHOST}"))
        self._installation, self._departments = installation, departments
        # Credentials that are encrypted at one port are not sent in the clear to the other.
        scheme = "https" if parts.scheme == "amqps" else "http"
        port = (parts.port or PORTS[parts.scheme]) + 10_000
        guess = urlunsplit((scheme, f"{parts.netloc.rpartition(':')[0]}:{port}", "", parts.query, ""))
        self.management_url = management_url or (guess if parts.port and Management(guess).reachable() else None)

    def begin(self) -> bool:
        """It runs already."""
        return False

    def wait(self) -> bool:
        """Apply the topology, or check that it is there."""
        if self.management_url is None:
            if (reason := refusal(self.url)) is not None:
                fail(f"The broker of HUIYING_BROKER_URL cannot be used: {reason}", ADVICE)
            return False
        topology = _topology(self._installation, self._departments)
        applied = _Applied(self._installation.run / "topology.digest", self.url, topology)
        if applied.already() and refusal(self.service_urls()[SERVICES[0]]) is None:
            return False
        Management(self.management_url).bring_to(topology)
        applied.remember()
        return True

    def service_urls(self) -> dict[str, str]:
        """Each service has its own user where users could be made, else all share the given one."""
        if self.management_url is None:
            return dict.fromkeys(SERVICES, self.url)
        return {name: service_url(self.url, name, self._installation.password(name)) for name in SERVICES}


def refusal(url: str) -> str | None:
    """Why a service could not work at this address: access refused or no queue; None when it could."""
    parameters = broker_parameters(url)
    parameters.socket_timeout, parameters.stack_timeout = 5, 10
    try:
        connection = pika.BlockingConnection(parameters)
        connection.channel().queue_declare(SERVICE_QUEUES[0].name, passive=True)
        connection.close()
    except pika.exceptions.ChannelClosedByBroker as error:
        return f"it has no Huiying topology ({error.reply_text})"
    except PIKA_ERRORS as error:
        return reason(error) or f"it does not let us in ({error!r})"
    return None
