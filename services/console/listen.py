"""A department's program, whole in one file: hear what is assigned, sign for it, answer it. Copy it; it needs only pika.

What makes it honest: a message is acknowledged only after it was dealt with, a second copy (same `message_id`) is dropped,
and a command counts as sent only when the broker has confirmed it and routed it to a queue (`mandatory`).
"""

from __future__ import annotations

import json
import ssl
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pika
import pika.exceptions

COMMANDS = "huiying.commands"
TASKS = ("assignment.created", "assignment.reopened")
REST_SECONDS = 2.0


@dataclass(frozen=True)
class Answers:
    """What to answer to every task: whether to sign for it, the text and outcome of a reply, and what it promises in how many days.

    An outcome that lies ahead, `in_progress` or `planned`, needs a promise.
    """

    sign: bool = False
    reply: str | None = None
    outcome: str = "solved"
    promise: str | None = None
    days: int = 30

    def reply_to(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """The data of the reply to a task; a promise is counted from when the task was given."""
        answer: dict[str, Any] = {"content": self.reply, "outcome": self.outcome}
        if self.promise is not None:
            due = datetime.fromisoformat(event["time"]) + timedelta(days=self.days)
            answer["promise"] = {"what": self.promise, "due": due.isoformat()}
        return answer


class Department:
    """Serves the queue `department.<code>` at `url`, as that department's broker user."""

    def __init__(
        self, url: str, code: str, answers: Answers, say: Callable[[str], None], context: ssl.SSLContext | None = None
    ) -> None:
        self.parameters = pika.URLParameters(url)
        # At amqps:// pika verifies the broker's name and certificate by the machine's CAs. For one of your own:
        # ssl.create_default_context(cafile="ca.pem").
        if context is not None:
            self.parameters.ssl_options = pika.SSLOptions(context, self.parameters.host)
        self.parameters.heartbeat = 30
        self.parameters.client_properties = {"connection_name": f"department-{code}"}
        self.code, self.answers, self.say = code, answers, say
        # Keep these in your own database, in the same transaction as what you do with the message.
        self.heard: set[str] = set()
        self.tasks = 0

    def run(self, count: int | None = None) -> None:
        """Until `count` tasks were dealt with, or for ever; connects again whenever the line breaks."""
        while count is None or self.tasks < count:
            try:
                with pika.BlockingConnection(self.parameters) as connection:
                    self.serve(connection, count)
            except pika.exceptions.ProbableAuthenticationError:
                raise
            except pika.exceptions.AMQPConnectionError as error:
                self.say(f"连接中断，稍后重连 line lost, trying again: {error!r}")
                time.sleep(REST_SECONDS)

    def serve(self, connection: Any, count: int | None) -> None:
        """Hear one message after the other on one connection."""
        incoming, outgoing = connection.channel(), connection.channel()
        incoming.basic_qos(prefetch_count=20)
        outgoing.confirm_delivery()
        for method, properties, body in incoming.consume(f"department.{self.code}"):
            if properties.message_id not in self.heard:
                self.hear(outgoing, json.loads(body))
                self.heard.add(properties.message_id)
            incoming.basic_ack(method.delivery_tag)
            if count is not None and self.tasks >= count:
                return

    def hear(self, channel: Any, event: Mapping[str, Any]) -> None:
        """Deal with one message: tasks are answered, everything else is shown."""
        self.say(describe(event))
        if event["type"] not in TASKS:
            return
        self.tasks += 1
        if self.answers.sign:
            self.command(channel, event, "sign", {})
        if self.answers.reply is not None:
            self.command(channel, event, "reply", self.answers.reply_to(event))

    def command(self, channel: Any, event: Mapping[str, Any], verb: str, data: Mapping[str, Any]) -> str:
        """Send a command and wait for the broker's word; returns its id, raises when no queue takes it."""
        # Made from the task's id, so that the same answer sent again after a crash is known to be the same.
        command_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{event['id']}/{verb}"))
        body = {
            "specversion": "1.0", "id": command_id, "source": f"/departments/{self.code}", "type": f"command.{verb}",
            "subject": event["subject"], "time": time.strftime("%FT%TZ", time.gmtime()), "datacontenttype": "application/json",
            "data": {"assignment": event["data"]["assignment"], **data},
        }  # fmt: skip
        properties = pika.BasicProperties(
            message_id=command_id, content_type="application/cloudevents+json", delivery_mode=2,
            user_id=self.parameters.credentials.username,  # the broker checks that it is true
        )  # fmt: skip
        content = json.dumps(body, ensure_ascii=False).encode()
        channel.basic_publish(COMMANDS, f"{self.code}.{verb}", content, properties, mandatory=True)
        self.say(f"    → {verb}")
        return command_id


def describe(event: Mapping[str, Any]) -> str:
    """A message in one or two lines for people."""
    data = event["data"]
    match event["type"]:
        case "assignment.created":
            opinion = data["opinion"]
            until = f"签收 {data['deadlines']['sign'][:19]}  答复 {data['deadlines']['reply'][:19]}"
            return f"交办 assigned {data['assignment']}\n    {opinion['title']}\n    {until}  依据 {data['why']['rule']}"
        case "assignment.reopened":
            return f"重办 to be handled again {data['assignment']}: {data.get('reason') or '—'}"
        case "command.rejected":
            return f"退回 command refused ({data['verb']}): {data['detail']} {data['errors']}"
        case kind:
            return f"{kind} {data.get('rung', '')} {data['assignment']} 期限 {data.get('deadline', '')[:19]}"
