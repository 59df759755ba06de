"""RabbitMQ's management API: brings a broker to the topology, makes users, and says what queues hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from services.console.terminal import fail
from services.contracts.definitions import definitions, department_user
from services.contracts.topology import VHOST, department_queue
from services.runtime.tls import read_address, reason

PATIENCE = 60.0
Row = Mapping[str, Any]


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

    def bring_to(self, topology: Mapping[str, Any]) -> None:
        """Create or change everything in the definitions, and drop policies and bindings of our queues that are not in it.

        Queues and users are never taken away: somebody's messages may be in them. Fails with advice when the broker refuses.
        """
        self._apply(topology)
        found = self._ask("GET", "/api/definitions").json()
        # Of two policies that fit a queue the broker takes either; a binding too many sends messages where nobody expects them.
        for policy in _strangers(found["policies"], topology["policies"], ("name",)):
            self._ask("DELETE", f"/api/policies/{VHOST}/{quote(policy['name'], safe='')}")
        ours = {row["name"] for row in topology["queues"]}
        bound = [row for row in self._ask("GET", f"/api/bindings/{VHOST}").json() if row["source"] and row["destination"] in ours]
        for row in _strangers(bound, topology["bindings"], ("source", "destination", "routing_key")):
            source, queue, key = (quote(row[name], safe="") for name in ("source", "destination", "properties_key"))
            self._ask("DELETE", f"/api/bindings/{VHOST}/e/{source}/q/{queue}/{key}")

    def queues(self) -> list[str]:
        """The names of all queues of our virtual host."""
        return list(self.queue_types())

    def queue_types(self) -> dict[str, str]:
        """The type of each queue of our virtual host: quorum, classic or stream."""
        rows = self._ask("GET", "/api/definitions").json()["queues"]
        return {row["name"]: row["arguments"].get("x-queue-type", "classic") for row in rows if row["vhost"] == VHOST}

    def admit_department(self, code: str, password_hash: str) -> None:
        """Make a department's user or change its password; its queue must be there. Open connections stay."""
        if department_queue(code) not in self.queues():
            fail(f"There is no queue {department_queue(code)} on this broker.", "huiying topology apply")
        whole = definitions([code], {department_user(code): password_hash})
        self._apply({section: whole[section] for section in ("users", "permissions", "topic_permissions")})

    def nodes(self) -> list[Row]:
        """What each node of the broker says of itself."""
        rows: list[Row] = self._ask("GET", "/api/nodes").json()
        return rows

    def reachable(self) -> bool:
        """Whether the API lets us in."""
        try:
            return self._session.get(f"{self.base}/api/whoami", timeout=5.0).ok
        except requests.RequestException:
            return False

    def _apply(self, part: Mapping[str, Any]) -> None:
        self._ask("POST", "/api/definitions", part)

    def _ask(self, method: str, path: str, body: Any = None) -> requests.Response:
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


def _strangers(found: Sequence[Row], wanted: Sequence[Row], names: tuple[str, ...]) -> list[Row]:
    """Rows of our virtual host that `wanted` does not have, told apart by the values of `names`."""
    known = {tuple(row[name] for name in names) for row in wanted}
    return [row for row in found if row["vhost"] == VHOST and tuple(row[name] for name in names) not in known]


def left_over(found: Sequence[str], wanted: Mapping[str, Any]) -> list[str]:
    """Department queues on the broker that the topology does not have (any more); they are never deleted by themselves."""
    known = {row["name"] for row in wanted["queues"]}
    return sorted(name for name in found if name.startswith("department.") and name not in known)
