"""The departments of the demonstration: each reads its own queue as its own broker user, and answers as the samples say."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import timedelta

import pika
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection

from examples.python.department import Answers, DepartmentProgram, Event, Json
from services.console.demo.samples import DemoCase
from services.runtime.clock import SystemClock
from services.runtime.messaging.probe import PIKA_ERRORS
from services.runtime.tls import bare, context

LOOK_SECONDS, REST_SECONDS, MOST_HELD = 0.2, 0.5, 5000


class SampleDepartment(threading.Thread):
    """One department. Messages about other opinions stay in the queue."""

    def __init__(self, code: str, url: str, cases: Mapping[str, DemoCase], stop: threading.Event) -> None:
        super().__init__(name=f"department-{code}", daemon=True)
        self._program = DepartmentProgram(bare(url), code, Answers(), lambda _: None, context(url))
        self._cases, self._stop_asked, self._sent = cases, stop, dict[str, str]()
        self._seen: set[str] = set()
        self.troubles: list[str] = []

    def run(self) -> None:
        """Serve until told to stop, connecting again whenever the line breaks."""
        while not self._stop_asked.is_set():
            try:
                with pika.BlockingConnection(self._program.parameters) as connection:
                    self._serve(connection)
            except PIKA_ERRORS as error:
                if not self._stop_asked.is_set():
                    self.troubles.append(f"{self._program.code}: {error!r}")
                    self._stop_asked.wait(REST_SECONDS)

    def _serve(self, connection: BlockingConnection) -> None:
        incoming, outgoing = connection.channel(), connection.channel()
        incoming.basic_qos(prefetch_count=MOST_HELD)
        outgoing.confirm_delivery()
        queue = f"department.{self._program.code}"
        for method, properties, body in incoming.consume(queue, inactivity_timeout=LOOK_SECONDS):
            if self._stop_asked.is_set():
                return
            if method is not None and self.is_ours(event := json.loads(body)):
                if properties.message_id not in self._seen:
                    self.handle(outgoing, event)
                    self._seen.add(properties.message_id)
                incoming.basic_ack(method.delivery_tag)

    def is_ours(self, event: Event) -> bool:
        """Whether a message is about one of the samples."""
        return event["subject"] in self._cases or event["data"].get("command") in self._sent

    def handle(self, channel: BlockingChannel, event: Event) -> None:
        """Answer one message as the sample says; what was refused is kept in `troubles`."""
        data = event["data"]
        if event["type"] == "command.rejected":
            self.troubles.append(f"{self._program.code}: {self._sent[data['command']]} {data['detail']} {data['errors']}")
            return
        if event["type"] == "command.accepted":
            return
        handling = self._cases[event["subject"]].handling
        if event["type"] == "assignment.created" and data["role"] == "lead":
            self._send(channel, event, "sign", {})
            if handling.progress:
                self._send(channel, event, "progress", {"content": handling.progress})
            if not handling.late:
                self._reply(channel, event, handling.reply)
        elif event["type"] == "card.issued" and data["card"] == "red" and handling.late:
            self._reply(channel, event, handling.reply)
        elif event["type"] == "assignment.reopened" and handling.again:
            self._send(channel, event, "reply", {"content": handling.again, "outcome": "solved"})

    def _reply(self, channel: BlockingChannel, event: Event, content: str) -> None:
        handling = self._cases[event["subject"]].handling
        answer: Json = {"content": content, "outcome": handling.outcome}
        if handling.promise:
            due = SystemClock().now() + timedelta(days=handling.promise.days)
            answer["promise"] = {"what": handling.promise.what, "due": due.isoformat()}
        self._send(channel, event, "reply", answer)

    def _send(self, channel: BlockingChannel, event: Event, verb: str, data: Json) -> None:
        self._sent[self._program.command(channel, event, verb, data)] = verb
