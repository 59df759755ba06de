"""RabbitMQ's management API: brings a broker to the topology, makes users, and says what queues hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import requests

from services.console.terminal import fail
from services.contracts.definitions import definitions, department_user
from services.contracts.topology import VHOST, department_queue

PATIENCE = 60.0


class Management:
    """The API at `http://user:password@host:port`, for a user with the tag administrator."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.base = f"{parts.scheme}://{parts.hostname}:{parts.port or 15672}"
        self._session = requests.Session()
        self._session.auth = (parts.username or "guest", parts.password or "guest")
        self._session.trust_env = False

    def apply(self, topology: Mapping[str, Any]) -> None:
        """Create or change everything in the definitions; nothing is taken away. Fails with advice when the broker refuses."""
        self._ask("POST", "/api/definitions", topology)

    def queues(self) -> list[str]:
        """The names of all queues of our virtual host."""
        return [row["name"] for row in self._ask("GET", "/api/definitions").json()["queues"] if row["vhost"] == VHOST]

    def admit_department(self, code: str, password_hash: str) -> None:
        """Make a department's user or change its password; its queue must be there. Open connections stay."""
        if department_queue(code) not in self.queues():
            fail(f"There is no queue {department_queue(code)} on this broker.", "huiying topology apply")
        whole = definitions([code], {department_user(code): password_hash})
        self.apply({section: whole[section] for section in ("users", "permissions", "topic_permissions")})

    def reachable(self) -> bool:
        """Whether the API lets us in."""
        try:
            return self._session.get(f"{self.base}/api/whoami", timeout=5.0).ok
        except requests.RequestException:
            return False

    def _ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        try:
            answer = self._session.request(method, self.base + path, json=body, timeout=PATIENCE)
        except requests.RequestException as error:
            fail(f"RabbitMQ's management API at {self.base} does not answer: {error.__class__.__name__}.", "huiying doctor")
        if answer.status_code == 401:
            fail(f"RabbitMQ's management API at {self.base} does not know this user.", "set HUIYING_MANAGEMENT_URL=http://…")
        if not answer.ok:
            fail(f"RabbitMQ refused {method} {path}: {answer.status_code} {answer.text[:300]}", "read the broker's log")
        return answer


def left_over(found: Sequence[str], wanted: Mapping[str, Any]) -> list[str]:
    """Department queues on the broker that the topology does not have (any more); they are never deleted by themselves."""
    known = {row["name"] for row in wanted["queues"]}
    return sorted(name for name in found if name.startswith("department.") and name not in known)
