"""A department's own program: reads its queue as its own broker user, sends its commands, tells copies by their id.

It knows nothing but the messages. The same letter always leads to the same commands under the same ids, so that a letter
that comes again after a crash does no harm; what it does with a letter depends on the assignment's id alone.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pika

from services.runtime.messaging.probe import PIKA_ERRORS
from tests.faults.journal import Journal

CONTENT_TYPE = "application/cloudevents+json"
REST_SECONDS = 0.5
Command = tuple[str, dict[str, Any]]  # verb, data without the assignment


def command_id(assignment: str, *parts: object) -> str:
    """The same for the same purpose, however often it is sent."""
    return str(uuid5(NAMESPACE_URL, "/".join([assignment, *map(str, parts)])))


def plan(event: dict[str, Any], other: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(id, verb, data) of every command that answers a letter; the id stands in the text too, so that its effect can be found."""
    data = event["data"]
    if event["type"] not in ("assignment.created", "assignment.reopened"):
        return
    assignment, round_ = data["assignment"], data.get("round", 1)
    fate = int(uuid5(NAMESPACE_URL, assignment).hex[:8], 16)

    def reply() -> tuple[str, str, dict[str, Any]]:
        named = command_id(assignment, "reply", round_)
        return named, "reply", {"content": f"已处理 {named}", "outcome": "solved"}

    if event["type"] == "assignment.reopened":
        yield reply()
        return
    sign: tuple[str, str, dict[str, Any]] = command_id(assignment, "sign"), "sign", {}
    if fate % 12 == 0 and data["role"] == "lead" and not data["why"]["rule"].startswith("ruling"):
        named = command_id(assignment, "object")
        yield named, "object", {"reason": f"不归我们管 {named}", "department": other}
        return
    commands = [sign]
    if fate % 4 == 0:
        named = command_id(assignment, "progress")
        commands.append((named, "progress", {"content": f"正在办 {named}"}))
    commands.append(reply())
    if fate % 10 == 1:
        commands.reverse()  # Out of order on purpose: what comes too late is refused.
    for command in commands:
        yield command
        if fate % 8 == 3:
            yield command  # Twice on purpose.


class Department(threading.Thread):
    """One department's program on a thread of its own; `slow` is how long (s) it thinks about each letter."""

    def __init__(self, code: str, url: str, other: str, journal: Journal, told: Callable[[str, str, str], None]) -> None:
        super().__init__(name=f"department-{code}", daemon=True)
        self.code, self._url, self._other, self._journal, self._told = code, url, other, journal, told
        self.slow = 0.0
        self._stop_asked = threading.Event()
        self._done: set[str] = set()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop_asked.set()

    def run(self) -> None:
        """Until stopped: connect, work, and connect again after an error."""
        while not self._stop_asked.is_set():
            try:
                self._work()
            except PIKA_ERRORS:
                self._stop_asked.wait(REST_SECONDS)

    def _work(self) -> None:
        parameters = pika.URLParameters(self._url)
        parameters.heartbeat, parameters.socket_timeout, parameters.stack_timeout = 20, 5, 10
        parameters.blocked_connection_timeout = 90
        hears, says = pika.BlockingConnection(parameters), pika.BlockingConnection(parameters)
        try:
            incoming, outgoing = hears.channel(), says.channel()
            incoming.basic_qos(prefetch_count=20)
            outgoing.confirm_delivery()
            for method, properties, body in incoming.consume(f"department.{self.code}", inactivity_timeout=0.5):
                if self._stop_asked.is_set():
                    return
                says.process_data_events(time_limit=0)
                if method is not None:
                    self._take(outgoing, properties, json.loads(body), redelivered=method.redelivered)
                    incoming.basic_ack(method.delivery_tag)
        finally:
            for connection in (hears, says):
                if connection.is_open:
                    connection.close()

    def _take(self, outgoing: Any, properties: Any, event: dict[str, Any], *, redelivered: bool) -> None:
        data, again = event["data"], properties.message_id in self._done
        self._journal.keep(
            "letter", queue=f"department.{self.code}", message=properties.message_id, type=event["type"], source=event["source"],
            subject=event["subject"], sequence=event["sequence"], assignment=data.get("assignment"), role=data.get("role"),
            command=data.get("command"), redelivered=redelivered, again=again,
        )  # fmt: skip
        if again:
            return
        if self.slow:
            time.sleep(self.slow)
        for named, verb, body in plan(event, self._other):
            self._command(outgoing, named, verb, {"assignment": data["assignment"], **body})
            self._told(verb, data["assignment"], event["subject"])
        self._done.add(properties.message_id)

    def _command(self, outgoing: Any, named: str, verb: str, data: dict[str, Any]) -> None:
        properties = pika.BasicProperties(
            message_id=named, delivery_mode=2, content_type=CONTENT_TYPE,
            # Who names itself is checked by the broker; who does not is known by its routing key.
            user_id=f"department-{self.code}" if named[0] in "01234567" else None,
        )  # fmt: skip
        body = json.dumps({"specversion": "1.0", "id": named, "source": f"/departments/{self.code}", "type": verb, "data": data})
        outgoing.basic_publish("huiying.commands", f"{self.code}.{verb}", body.encode(), properties, mandatory=True)
        self._journal.keep("command", id=named, department=self.code, verb=verb, assignment=data["assignment"])
