"""A department's program, whole in one file: take what is assigned, sign for it, answer it. Copy it; it needs only pika.

    python department.py URL CODE FILE

The rule is: store, acknowledge, then work. A message is written into the program's own store and acknowledged at once; what is to
be done about it is done from the store, and again after a crash. A program that works first and acknowledges later loses the
channel when the work takes longer than the broker waits for an acknowledgement (30 minutes), and gets everything again.
A second copy (same `message_id`) finds itself in the store. A command counts as sent when the broker has confirmed it and routed it
to a queue (`mandatory`); its answer, `command.accepted` or `command.rejected`, comes into the department's queue and carries the
command's id as `correlation_id`. What was refused had no effect: it is corrected by its `code` and sent again under the same id.

`huiying listen` runs `DepartmentProgram` as it is; run as a program, this file runs `Conversation`, which corrects what is refused.
"""

from __future__ import annotations

import json
import os
import sqlite3
import ssl
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel, BlockingConnection
from pika.adapters.utils.connection_workflow import AMQPConnectorException

Event = Mapping[str, Any]
Json = dict[str, Any]
COMMANDS = "huiying.commands"
TASKS = ("assignment.created", "assignment.reopened")
REST_SECONDS, BLOCKED_SECONDS = 2.0, 300
#: What the broker closes a channel with, and what there is to do about it.
CLOSED = {
    403: "无权读取该队列 no right to this queue; the operator runs: huiying topology apply",
    404: "队列不存在，请管理员运行 the queue is not there; the operator runs: huiying topology apply",
    406: "确认超时或用户名不符，消息会再来 not acknowledged in time, or another user's name; what was not acknowledged comes again",
}


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

    def reply_to(self, event: Event) -> Json:
        """The data of the reply to a task; a promise is counted from when the task was given."""
        answer: Json = {"content": self.reply, "outcome": self.outcome}
        if self.promise is not None:
            due = datetime.fromisoformat(event["time"]) + timedelta(days=self.days)
            answer["promise"] = {"what": self.promise, "due": due.isoformat()}
        return answer


class MessageStore:
    """Received messages, and which of them are still to be done. One table in your own database is enough."""

    def __init__(self, path: str) -> None:
        self.database = sqlite3.connect(path)
        self.database.execute(
            "CREATE TABLE IF NOT EXISTS received (id TEXT PRIMARY KEY, event TEXT NOT NULL, done INTEGER NOT NULL)"
        )

    def keep(self, message_id: str, body: bytes) -> None:
        """Durable when this returns; a second copy changes nothing."""
        with self.database:
            self.database.execute("INSERT OR IGNORE INTO received VALUES (?, ?, 0)", (message_id, body.decode()))

    def waiting(self) -> list[tuple[str, Json]]:
        """(message id, event) of what is still to be done, in the order in which it came."""
        rows = self.database.execute("SELECT id, event FROM received WHERE done = 0 ORDER BY rowid")
        return [(message_id, json.loads(event)) for message_id, event in rows]

    def done(self, message_id: str) -> None:
        """Mark a message as dealt with."""
        with self.database:
            self.database.execute("UPDATE received SET done = 1 WHERE id = ?", (message_id,))

    def assignments(self) -> list[str]:
        """The assignments that were ever received."""
        rows = self.database.execute("SELECT event FROM received ORDER BY rowid")
        events = [json.loads(event) for (event,) in rows]
        return [event["data"]["assignment"] for event in events if event["type"] == "assignment.created"]


class DepartmentProgram:
    """Serves the queue `department.<code>` at `url`, as that department's broker user.

    `store` is a file; without one a crash forgets what was received and not done. Two programs on one queue share its messages, and
    their order is lost. Where the operator allows the user one connection, the second waits until the first is gone.
    """

    def __init__(
        self,
        url: str,
        code: str,
        answers: Answers,
        say: Callable[[str], object],
        context: ssl.SSLContext | None = None,
        *,
        store: str = ":memory:",
    ) -> None:
        self.parameters = pika.URLParameters(url)
        # At amqps:// pika verifies the broker's name and certificate by the machine's CAs. For one of your own:
        # ssl.create_default_context(cafile="ca.pem").
        if context is not None:
            self.parameters.ssl_options = pika.SSLOptions(context, self.parameters.host)
        self.parameters.heartbeat = 30
        # A broker under an alarm takes no commands. After so long the line is given up, and tried again.
        self.parameters.blocked_connection_timeout = BLOCKED_SECONDS
        self.parameters.client_properties = {"connection_name": f"department-{code}"}
        self.code, self.answers, self.say = code, answers, say
        self.path = store
        self.store: MessageStore | None = None
        self.tasks = 0

    def run(self, count: int | None = None) -> None:
        """Until `count` tasks were dealt with, or for ever; connects again however the line or the channel ended.

        Raises pika's error when the broker does not know the user or its password: that does not get better by itself.
        """
        while count is None or self.tasks < count:
            try:
                with pika.BlockingConnection(self.parameters) as connection:
                    self.serve(connection, count)
                if count is not None and self.tasks >= count:
                    return
                self.rest("队列被删除或转移 the queue was deleted or moved")
            except pika.exceptions.ProbableAuthenticationError:
                self.say(f"用户名或密码不对 wrong user or password; the operator runs: huiying department credentials {self.code}")
                raise
            except pika.exceptions.ChannelClosedByBroker as error:
                self.rest(f"{CLOSED.get(error.reply_code, '通道被关闭 channel closed')}: {error.reply_text}")
            except pika.exceptions.ProbableAccessDeniedError as error:
                self.rest(
                    f"另一程序在用，或无权进入 another program has the one connection, or no right to the virtual host: {error!r}"
                )
            except (pika.exceptions.AMQPError, AMQPConnectorException) as error:
                # A line that broke, a broker that restarts or blocks, a command that it refused: it is done again from the store.
                # The second is what pika raises where a broker is too slow to let it in.
                self.rest(f"连接中断，稍后重连 line lost, trying again: {error!r}")

    def rest(self, why: str) -> None:
        """Say what happened and wait a moment."""
        self.say(why)
        time.sleep(REST_SECONDS)

    def serve(self, connection: BlockingConnection, count: int | None) -> None:
        """Take one message after the other on one connection; returns when enough was done or the broker ended the consumer."""
        incoming, outgoing = connection.channel(), connection.channel()
        incoming.basic_qos(prefetch_count=20)
        outgoing.confirm_delivery()
        self.store = self.store or MessageStore(self.path)
        self.work(outgoing, self.store)
        for method, properties, body in incoming.consume(f"department.{self.code}"):
            self.store.keep(properties.message_id, body)
            self.acknowledge(incoming, method.delivery_tag)
            self.work(outgoing, self.store)
            if count is not None and self.tasks >= count:
                return

    def acknowledge(self, channel: BlockingChannel, tag: int) -> None:
        """Tell the broker that a message is in the store."""
        channel.basic_ack(tag)

    def work(self, channel: BlockingChannel, store: MessageStore) -> None:
        """Deal with what is in the store. What fails half-way is done again: the commands have the same ids then."""
        for message_id, event in store.waiting():
            self.handle(channel, event)
            store.done(message_id)

    def handle(self, channel: BlockingChannel, event: Event) -> None:
        """Deal with one message: tasks are answered, everything else is shown."""
        self.say(describe(event))
        if event["type"] not in TASKS:
            return
        if self.answers.sign:
            self.command(channel, event, "sign", {})
        if self.answers.reply is not None:
            self.command(channel, event, "reply", self.answers.reply_to(event))
        self.tasks += 1

    def command(
        self, channel: BlockingChannel, event: Event, verb: str, data: Json, command_id: str = "", charset: str = "utf-8"
    ) -> str:
        """Send a command and wait for the broker's confirm; returns its id, raises when no queue takes it."""
        command_id = command_id or id_of(event["id"], verb)
        body = {
            "specversion": "1.0", "id": command_id, "source": f"/departments/{self.code}", "type": f"command.{verb}",
            "subject": event["subject"], "time": time.strftime("%FT%TZ", time.gmtime()), "datacontenttype": "application/json",
            "data": {"assignment": event["data"].get("assignment"), **data},
        }  # fmt: skip
        properties = pika.BasicProperties(
            message_id=command_id, type=f"command.{verb}", content_type="application/cloudevents+json", delivery_mode=2,
            user_id=self.parameters.credentials.username,  # the broker checks that it is true
        )  # fmt: skip
        content = json.dumps(body, ensure_ascii=False).encode(charset)
        channel.basic_publish(COMMANDS, f"{self.code}.{verb}", content, properties, mandatory=True)
        self.say(f"    → {verb}")
        return command_id


def id_of(key: str, verb: str) -> str:
    """The id of a command about a task or an assignment: sent again after a crash, it is known to be the same command."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}/{verb}"))


def describe(event: Event) -> str:
    """A message in one or two lines for people."""
    data = event["data"]
    match event["type"]:
        case "assignment.created":
            opinion = data["opinion"]
            until = f"签收 {data['deadlines']['sign'][:19]}  答复 {data['deadlines']['reply'][:19]}"
            return f"交办 assigned {data['assignment']}\n    {opinion['title']}\n    {until}  依据 {data['why']['rule']}"
        case "assignment.reopened":
            return f"重办 to be handled again {data['assignment']}: {data.get('reason') or '—'}"
        case "command.accepted":
            return f"已办理 command carried out ({data['verb']}): {data.get('assignment') or '—'}"
        case "command.rejected":
            return f"退回 command refused ({data['verb']}): {data['detail']} {data['errors']}"
        case kind:
            return f"{kind} {data.get('rung', '')} {data.get('assignment', '')} 期限 {data.get('deadline', '')[:19]}"


class Conversation(DepartmentProgram):
    """Signs, says how far it is and replies; what is refused is corrected and sent again. Prints its answers as JSON lines."""

    def handle(self, channel: BlockingChannel, event: Event) -> None:
        """Take the next step about one assignment."""
        data = event["data"]
        if event["type"] == "assignment.created":
            self.step(channel, event, "sign", {})
        if event["type"] not in ("command.accepted", "command.rejected"):
            return
        sys.stdout.write(json.dumps({name: data[name] for name in ("verb", "code", "command")}) + "\n")
        sys.stdout.flush()
        match data["verb"], data["code"]:
            case "sign", "accepted":
                # An old system may know another charset; it is refused with not-utf8.
                self.step(channel, event, "progress", {"content": "已派单。"}, os.environ.get("CHARSET", "utf-8"))
            case "progress", "not-utf8":
                # What cannot be read names no assignment: the program's own store knows whose command it was.
                assignment = next(each for each in self.known() if id_of(each, "progress") == data["command"])
                self.step(channel, event, "progress", {"assignment": assignment, "content": "已派单。"})
            case "progress", "accepted":
                # A reply has to say its outcome; without one it is refused with invalid.
                self.step(channel, event, "reply", {"content": "已修好。"})
            case "reply", "invalid":
                self.step(channel, event, "reply", {"content": "已修好。", "outcome": "solved"})

    def step(self, channel: BlockingChannel, event: Event, verb: str, data: Json, charset: str = "utf-8") -> None:
        """Send a command under an id made from its assignment: corrected, it is still the same command."""
        self.command(channel, event, verb, data, id_of(data.get("assignment") or event["data"]["assignment"], verb), charset)

    def known(self) -> list[str]:
        """The assignments in the store."""
        return self.store.assignments() if self.store else []

    def acknowledge(self, channel: BlockingChannel, tag: int) -> None:
        """With CRASH=before-ack it dies here, to try what becomes of a message that is in the store and not acknowledged."""
        if os.environ.get("CRASH") == "before-ack":
            os._exit(9)
        super().acknowledge(channel, tag)


def main(arguments: list[str]) -> None:
    """Serve a department until it is stopped."""
    url, code, file = arguments
    Conversation(url, code, Answers(), lambda line: sys.stderr.write(f"{line}\n"), store=file).run()


if __name__ == "__main__":
    main(sys.argv[1:])
