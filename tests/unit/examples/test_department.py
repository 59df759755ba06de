import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pika
import pytest
from click.testing import CliRunner
from pika.adapters.utils.connection_workflow import AMQPConnectorStackTimeout

from examples.python import department as department_program
from examples.python.department import Answers, DepartmentProgram, describe
from services.console.commands.departments import listen

TASK = {
    "id": "e-1", "type": "assignment.created", "subject": "o-1", "time": "2026-11-23T09:30:00+08:00",
    "data": {
        "assignment": "a-1", "department": "water", "role": "lead", "why": {"rule": "keywords: 停水"},
        "opinion": {"id": "o-1", "title": "停水三天"},
        "deadlines": {"sign": "2026-11-24T23:59:59+08:00", "reply": "2026-11-30T23:59:59+08:00"},
    },
}  # fmt: skip


@dataclass
class Channel:
    """Remembers what is published."""

    published: list[tuple[str, str, dict[str, Any], Any, bool]] = field(default_factory=list)

    def basic_publish(self, exchange: str, key: str, body: bytes, properties: Any, mandatory: bool) -> None:
        self.published.append((exchange, key, json.loads(body), properties, mandatory))


def handle(answers: Answers, event: dict[str, Any] | None = None) -> tuple[Channel, DepartmentProgram, list[str]]:
    said: list[str] = []
    department = DepartmentProgram("amqp://department-water:secret@127.0.0.1:1/huiying", "water", answers, said.append)
    channel = Channel()
    department.handle(channel, event or TASK)
    return channel, department, said


def test_a_department_that_only_listens_sends_nothing() -> None:
    channel, department, said = handle(Answers())
    assert channel.published == []
    assert department.tasks == 1
    assert "停水三天" in said[0]


def test_commands_are_cloudevents_under_the_departments_own_name() -> None:
    channel, _, _ = handle(Answers(sign=True, reply="已修复", outcome="solved"))
    (exchange, key, body, properties, mandatory), (_, second_key, second, _, _) = channel.published
    assert (exchange, key, mandatory) == ("huiying.commands", "water.sign", True)
    assert second_key == "water.reply"
    assert body["data"] == {"assignment": "a-1"}
    assert second["data"] == {"assignment": "a-1", "content": "已修复", "outcome": "solved"}
    assert (body["specversion"], body["subject"]) == ("1.0", "o-1")
    assert (properties.message_id, properties.user_id, properties.delivery_mode) == (body["id"], "department-water", 2)


def test_an_answer_that_lies_ahead_carries_its_promise() -> None:
    channel, _, _ = handle(Answers(reply="已列入计划", outcome="planned", promise="换管道", days=3))
    ((_, _, body, _, _),) = channel.published
    assert body["data"]["promise"] == {"what": "换管道", "due": "2026-11-26T09:30:00+08:00"}


@pytest.mark.parametrize("options", [["--outcome", "planned"], ["--outcome", "in_progress"], ["--promise", "换管道"]])
def test_a_promise_goes_with_an_outcome_that_lies_ahead_and_with_no_other(options: list[str]) -> None:
    result = CliRunner().invoke(listen, ["water", "--reply", "x", *options])
    assert (result.exit_code, "--promise goes with --outcome" in result.output) == (2, True)


def test_the_same_answer_to_the_same_task_has_the_same_id() -> None:
    ids = [[body["id"] for _, _, body, _, _ in handle(Answers(sign=True, reply="x"))[0].published] for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("assignment.reopened", {"assignment": "a-1", "reason": "没修好"}, "没修好"),
        ("command.rejected", {"verb": "reply", "detail": "Not possible", "errors": {}}, "Not possible"),
        (
            "card.issued",
            {"assignment": "a-1", "rung": "red", "deadline": "2026-11-30T23:59:59+08:00"},
            "red a-1 期限 2026-11-30T23:59:59",
        ),
    ],
)
def test_every_message_is_shown_readably(kind: str, data: dict[str, Any], words: str) -> None:
    assert words in describe({"type": kind, "data": data})


def test_a_reminder_is_no_task() -> None:
    event = {"id": "e", "type": "reminder.sent", "subject": "o", "data": {"assignment": "a", "rung": "half-time", "deadline": "x"}}
    channel, department, _ = handle(Answers(sign=True, reply="x"), event)
    assert channel.published == []
    assert department.tasks == 0


class Line:
    """A connection on which every serving ends in its own way."""

    def __init__(self, endings: list[Any]) -> None:
        self.endings = endings

    def __call__(self, _: Any) -> "Line":
        if isinstance(self.endings[0], type) and issubclass(self.endings[0], pika.exceptions.AMQPConnectionError):
            ending = self.endings.pop(0)
            raise ending
        return self

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def channel(self) -> "Line":
        return self

    def basic_qos(self, prefetch_count: int) -> None:
        pass

    def confirm_delivery(self) -> None:
        pass

    def basic_ack(self, tag: int) -> None:
        pass

    def consume(self, queue: str) -> Iterator[Any]:
        ending = self.endings.pop(0)
        if isinstance(ending, Exception):
            raise ending
        yield from ending


def delivered(event: dict[str, Any]) -> Any:
    return SimpleNamespace(delivery_tag=1), SimpleNamespace(message_id=event["id"]), json.dumps(event).encode()


ENDINGS = {
    "the queue was deleted, or moved to another node": [],
    "not acknowledged in time": pika.exceptions.ChannelClosedByBroker(406, "PRECONDITION_FAILED - acknowledgement timed out"),
    "the queue is not there": pika.exceptions.ChannelClosedByBroker(404, "NOT_FOUND - no queue"),
    "no right to the queue": pika.exceptions.ChannelClosedByBroker(403, "ACCESS_REFUSED"),
    "another program has the one connection": pika.exceptions.ProbableAccessDeniedError,
    "the broker restarts": pika.exceptions.ConnectionClosedByBroker(320, "CONNECTION_FORCED"),
    "the line broke": pika.exceptions.StreamLostError("reset"),
    "blocked for too long": pika.exceptions.ConnectionBlockedTimeout(),
    "the consumer was cancelled": pika.exceptions.ConsumerCancelled(),
    "no queue takes the command": pika.exceptions.UnroutableError([]),
    "the queue of commands is full": pika.exceptions.NackError([]),
    "the broker is away": pika.exceptions.AMQPConnectionError,
    "the broker is slow to let it in": AMQPConnectorStackTimeout(),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_program_goes_on_however_line_or_channel_ended(
    ending: str, monkeypatch: pytest.MonkeyPatch, own_time: Callable[..., None]
) -> None:
    rests: list[float] = []
    monkeypatch.setattr(pika, "BlockingConnection", Line([ENDINGS[ending], [delivered(TASK)]]))
    own_time(department_program, sleep=rests.append)
    said: list[str] = []
    department = DepartmentProgram("amqp://department-water:secret@127.0.0.1:1/huiying", "water", Answers(), said.append)
    department.run(1)
    assert (department.tasks, len(rests)) == (1, 1)
    assert said[0]


def test_a_wrong_password_ends_the_program_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pika, "BlockingConnection", Line([pika.exceptions.ProbableAuthenticationError]))
    said: list[str] = []
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        DepartmentProgram("amqp://department-water:secret@127.0.0.1:1/huiying", "water", Answers(), said.append).run()
    assert "huiying department credentials water" in said[0]


def test_what_was_acknowledged_and_not_done_is_done_after_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored and acknowledged; then the command could not be sent, and the program was started again."""
    file, done = str(tmp_path / "received.db"), []

    class Dying(DepartmentProgram):
        def command(self, *_: Any) -> str:
            raise KeyboardInterrupt

    class Living(DepartmentProgram):
        def command(self, channel: Any, event: Any, verb: str, *_: Any) -> str:
            done.append((event["id"], verb))
            return "c"

    url = "amqp://department-water:secret@127.0.0.1:1/huiying"
    monkeypatch.setattr(pika, "BlockingConnection", Line([[delivered(TASK)], []]))
    with pytest.raises(KeyboardInterrupt):
        Dying(url, "water", Answers(sign=True), lambda _: None, store=file).run()
    Living(url, "water", Answers(sign=True), lambda _: None, store=file).serve(Line([[delivered(TASK)]]), 1)
    assert done == [("e-1", "sign")]


def test_a_message_without_an_assignment_is_shown_too() -> None:
    assert "calendar.changed" in describe({"type": "calendar.changed", "data": {"department": "water", "moved": []}})
    answer = {"verb": "resync", "detail": "The command was carried out."}
    assert "resync" in describe({"type": "command.accepted", "data": answer})
