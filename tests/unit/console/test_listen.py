import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner

from services.console.listen import Answers, Department, describe
from services.console.traffic import listen

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


def hear(answers: Answers, event: dict[str, Any] | None = None) -> tuple[Channel, Department, list[str]]:
    said: list[str] = []
    department = Department("amqp://department-water:secret@127.0.0.1:1/huiying", "water", answers, said.append)
    channel = Channel()
    department.hear(channel, event or TASK)
    return channel, department, said


def test_a_department_that_only_listens_sends_nothing() -> None:
    channel, department, said = hear(Answers())
    assert channel.published == []
    assert department.tasks == 1
    assert "停水三天" in said[0]


def test_commands_are_cloudevents_under_the_departments_own_name() -> None:
    channel, _, _ = hear(Answers(sign=True, reply="已修复", outcome="solved"))
    (exchange, key, body, properties, mandatory), (_, second_key, second, _, _) = channel.published
    assert (exchange, key, mandatory) == ("huiying.commands", "water.sign", True)
    assert second_key == "water.reply"
    assert body["data"] == {"assignment": "a-1"}
    assert second["data"] == {"assignment": "a-1", "content": "已修复", "outcome": "solved"}
    assert (body["specversion"], body["subject"]) == ("1.0", "o-1")
    assert (properties.message_id, properties.user_id, properties.delivery_mode) == (body["id"], "department-water", 2)


def test_an_answer_that_lies_ahead_carries_its_promise() -> None:
    channel, _, _ = hear(Answers(reply="已列入计划", outcome="planned", promise="换管道", days=3))
    ((_, _, body, _, _),) = channel.published
    assert body["data"]["promise"] == {"what": "换管道", "due": "2026-11-26T09:30:00+08:00"}


@pytest.mark.parametrize("options", [["--outcome", "planned"], ["--outcome", "in_progress"], ["--promise", "换管道"]])
def test_a_promise_goes_with_an_outcome_that_lies_ahead_and_with_no_other(options: list[str]) -> None:
    result = CliRunner().invoke(listen, ["water", "--reply", "x", *options])
    assert (result.exit_code, "--promise goes with --outcome" in result.output) == (2, True)


def test_the_same_answer_to_the_same_task_has_the_same_id() -> None:
    ids = [[body["id"] for _, _, body, _, _ in hear(Answers(sign=True, reply="x"))[0].published] for _ in range(2)]
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
    channel, department, _ = hear(Answers(sign=True, reply="x"), event)
    assert channel.published == []
    assert department.tasks == 0
