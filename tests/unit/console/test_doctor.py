"""The doctor names every part that is stopped or full, says how bad that is, and ends with it as its status."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pika.exceptions
import pytest
import requests
from click.testing import CliRunner

from services.console.client.management import BrokerNode
from services.console.commands import doctor
from services.console.doctor import broker, processes
from services.console.doctor.checks import CHECKS, examine
from services.console.doctor.findings import Finding, Severity, worst
from services.console.main import main
from services.console.settings import ConsoleSettings, places
from services.console.terminal import fail
from services.contracts.topology import SERVICE_QUEUES
from services.runtime.clock import SystemClock

WORDS = ("intake", "routing", "notify", "metrics")
HEALTH = {f"{name}-{kind}": f"http://{name}-{kind}:{port}" for name in WORDS for kind, port in (("web", 8000), ("worker", 9000))}
CATALOGUE = Path(__file__).parents[1] / "intake" / "town.yml"


@dataclass
class Town:
    """A system in compose as it is seen from outside, in good order until a test changes something."""

    marks: Path
    ready: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {"broker": "ok", "store": "ok"} for name in HEALTH})
    gone: set[str] = field(default_factory=set)
    held: dict[str, broker.Held | None] = field(default_factory=dict)
    nodes: list[dict[str, Any]] = field(default_factory=lambda: [{"name": "a", "running": True}])
    blocked: bool = False
    away: bool = False
    late: timedelta = timedelta()
    free: int = 10**11
    catalogue: Path = CATALOGUE
    backup: timedelta | None = timedelta(hours=3)

    def get(self, url: str, **_: Any) -> requests.Response:
        """What a process answers."""
        name = next((name for name, each in HEALTH.items() if url.startswith(each)), "gateway")
        if name in self.gone:
            raise requests.ConnectionError
        words = self.ready.get(name, {"status": "ok"})
        answer = requests.Response()
        good = all(word == "ok" for word in words.values() if isinstance(word, str))
        answer.status_code, answer._content = 200 if good else 503, json.dumps(words).encode()
        answer.headers["Date"] = format_datetime(datetime.now(UTC) - self.late, usegmt=True)  # noqa: TID251
        return answer

    def settings(self) -> ConsoleSettings:
        """What the console is told."""
        mark = None
        if self.backup is not None:
            mark = self.marks / "backup"
            mark.touch()
            made = (SystemClock().now() - self.backup).timestamp()
            os.utime(mark, (made, made))
        return replace(
            ConsoleSettings(), var=self.marks, catalogue=self.catalogue, health=tuple(HEALTH.items()), url="http://gateway:8000",
            broker_url="amqp://rabbitmq/huiying", management_url="http://a:b@rabbitmq:15672", backup_mark=mark,
        )  # fmt: skip


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Everything that the doctor asks is answered by the town."""
    made = Town(tmp_path)

    @contextmanager
    def opened(*_: Any, **__: Any) -> Iterator[None]:
        if made.away:
            fail("The broker at rabbitmq:5672 does not let us in", "huiying doctor")
        yield

    def publish(_: Any) -> None:
        if made.blocked:
            raise pika.exceptions.ConnectionBlockedTimeout("blocked")

    ours = {queue.name for queue in SERVICE_QUEUES}
    monkeypatch.setattr(requests, "get", made.get)
    monkeypatch.setattr(broker, "connection", opened)
    monkeypatch.setattr(broker, "publish_nowhere", publish)
    monkeypatch.setattr(
        broker, "look", lambda _, names: {name: made.held.get(name, broker.Held(0, int(name in ours))) for name in names}
    )
    monkeypatch.setattr(
        broker, "Management", lambda _: SimpleNamespace(nodes=lambda: msgspec.convert(made.nodes, list[BrokerNode]))
    )
    monkeypatch.setattr("services.console.doctor.machine.shutil.disk_usage", lambda _: SimpleNamespace(free=made.free))
    return made


def bad(town: Town) -> dict[str, Finding]:
    """What the doctor says is wrong."""
    return {each.what: each for each in examine(town.settings()) if not each.good}


def test_a_system_in_good_order_is_said_to_be(town: Town) -> None:
    assert bad(town) == {}


def change(what: str, value: Any) -> Callable[[Town], None]:
    return lambda town: setattr(town, what, value)


def say(name: str, **words: Any) -> Callable[[Town], None]:
    return lambda town: town.ready[name].update(words)


def hold(queue: str, held: broker.Held | None) -> Callable[[Town], None]:
    return lambda town: town.held.update({queue: held})


WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL
ALARM = {"name": "a", "running": True, "disk_free_alarm": True, "disk_free": 1, "disk_free_limit": 50_000_000}
TROUBLES: dict[str, tuple[Callable[[Town], None], str, Severity, str]] = {
    **{
        f"{name} is stopped": (change("gone", {name}), f"就绪 readiness {name}", CRITICAL, "ConnectionError")
        for name in ("gateway", *HEALTH)
    },
    **{
        f"{name}'s store is full": (
            say(name, store="its disk is full"), f"就绪 readiness {name}: {name.partition('-')[0]} store", CRITICAL, "full"
        )
        for name in HEALTH
    },
    "a store lacks a migration": (
        say("notify-web", store="it lacks the migrations notify 0004"), "就绪 readiness notify-web: notify store", CRITICAL,
        "notify 0004",
    ),
    "a process cannot reach the broker": (
        say("intake-worker", broker="does not answer"), "就绪 readiness intake-worker: intake broker", CRITICAL, "not answer",
    ),
    "a check that is added to readyz later": (
        say("routing-web", catalogue="case 1 names a topic that is gone"), "就绪 readiness routing-web: routing catalogue",
        CRITICAL, "names a topic",
    ),
    "messages wait": (say("routing-web", outbox=3, outbox_seconds=61), "待发 outbox", WARNING, "routing: 3 messages"),
    "messages wait long": (say("routing-worker", outbox_seconds=601), "待发 outbox", CRITICAL, "601 s"),
    "little room": (say("intake-web", room=9_999), "余量 room", WARNING, "9999 more"),
    "a catalogue that lacks codes": (say("intake-web", catalogue_lacking=3), "目录与未结 open cases", WARNING, "3 codes"),
    "a catalogue with mistakes": (say("intake-web", catalogue_refused=1), "目录 catalogue in use", WARNING, "last good one"),
    "no room": (say("intake-web", room=0), "余量 room", CRITICAL, "0 more"),
    "a clock that is late": (change("late", timedelta(seconds=20)), "时钟 clocks", WARNING, "s apart"),
    "a clock that is far off": (change("late", timedelta(minutes=-5)), "时钟 clocks", CRITICAL, "s apart"),
    "the broker is away": (change("away", True), "消息队列 broker", CRITICAL, "does not let us in"),
    "the broker has an alarm": (change("blocked", True), "消息队列 broker", CRITICAL, "disk or memory is short"),
    "a node has an alarm": (change("nodes", [ALARM]), "消息队列节点 broker node a", CRITICAL, "disk alarm"),
    "a node is stopped": (
        change("nodes", [{"name": "b", "running": False}]), "消息队列节点 broker node b", CRITICAL, "does not run"
    ),
    "a node is short of room": (
        change("nodes", [{"name": "a", "disk_free": 90, "disk_free_limit": 50}]), "消息队列节点 broker node a", WARNING, "GB",
    ),
    **{
        f"nobody consumes {queue.name}": (hold(queue.name, broker.Held(0, 0)), "消费 consumers", CRITICAL, queue.name)
        for queue in SERVICE_QUEUES
    },
    "a queue is gone": (hold("department.water", None), "拓扑 topology", CRITICAL, "department.water"),
    "a worker falls behind": (hold("metrics.events", broker.Held(20_000, 1)), "积压 backlog", WARNING, "metrics.events 20000"),
    "a department that nobody serves": (
        hold("department.water", broker.Held(5_000, 0)), "单位队列 department queues", WARNING, "department.water 5000"
    ),
    "a dead letter": (hold("intake.events.dead", broker.Held(1, 0)), "死信 dead letters", WARNING, "intake.events.dead 1"),
    "a command that nobody takes": (hold("huiying.unrouted", broker.Held(2, 0)), "死信 dead letters", WARNING, "unrouted 2"),
    "a disk that fills up": (change("free", 1_500_000_000), "磁盘 disk", WARNING, "1.5 GB"),
    "a full disk": (change("free", 1_000), "磁盘 disk", CRITICAL, "0.0 GB"),
    "no backup": (change("backup", None), "备份 backup", WARNING, "no backup known"),
    "an old backup": (change("backup", timedelta(hours=30)), "备份 backup", WARNING, "30 hours"),
    "a forgotten backup": (change("backup", timedelta(days=8)), "备份 backup", CRITICAL, "192 hours"),
    "a catalogue that is gone": (change("catalogue", Path("/nowhere.yml")), "目录 catalogue", CRITICAL, "/nowhere.yml"),
}  # fmt: skip


@pytest.mark.parametrize(("trouble", "what", "severity", "words"), TROUBLES.values(), ids=TROUBLES)
def test_each_part_that_is_stopped_or_full_is_named(
    town: Town, trouble: Callable[[Town], None], what: str, severity: Severity, words: str
) -> None:
    trouble(town)
    found = bad(town)
    assert what in found
    assert (found[what].severity, words in found[what].found) == (severity, True)
    assert found[what].advice
    assert worst(found.values()) == severity


def test_all_workers_and_three_web_processes_are_named_at_once(town: Town) -> None:
    town.gone = {name for name in HEALTH if name != "intake-web"}
    assert {f"就绪 readiness {name}" for name in town.gone} == {what for what in bad(town) if "readiness" in what}


@pytest.mark.parametrize("body", [b"", b"gone", b"[]", b"3", b'{"intake": "away"}', b'{"room": "much"}'])
def test_no_answer_is_too_strange_to_be_judged(town: Town, monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    answer = requests.Response()
    answer.status_code, answer._content, answer.headers["Date"] = 200, body, "yesterday"
    monkeypatch.setattr(requests, "get", lambda *_, **__: answer)
    assert worst(examine(town.settings())) == Severity.CRITICAL


def test_a_check_that_fails_is_a_finding_and_stops_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "ask", lambda _: 1 / 0)
    found = bad(town)
    assert list(found) == ["就绪 readiness"]
    assert "ZeroDivisionError" in found["就绪 readiness"].found


@pytest.mark.parametrize("severity", Severity)
def test_the_exit_status_is_the_worst_finding(monkeypatch: pytest.MonkeyPatch, severity: Severity) -> None:
    listed = [Finding("one", Severity.OK, "well"), Finding("two", severity, "so so", "do it")]
    monkeypatch.setattr(doctor, "examine", lambda _: listed)
    shown, told = (CliRunner().invoke(main, words) for words in (["doctor"], ["doctor", "--json"]))
    assert (shown.exit_code, told.exit_code) == (severity, severity)
    assert ("→ do it" in shown.output) == (severity is not Severity.OK)
    assert [each["severity"] for each in json.loads(told.stdout)] == ["ok", severity.name.lower()]


def test_every_kind_of_part_has_its_row() -> None:
    assert [check.what.split(maxsplit=1)[-1] for check in CHECKS] == [
        "catalogue", "disk", "RabbitMQ", "processes", "certificates", "stores", "readiness", "broker", "broker nodes", "backup",
    ]  # fmt: skip


def test_the_processes_to_ask_are_named_in_the_environment() -> None:
    assert places("a=http://a:1/ b=https://b:2") == (("a", "http://a:1"), ("b", "https://b:2"))
    for text in ("a", "=http://a", "a=b:1"):
        with pytest.raises(ValueError, match="NAME="):
            places(text)


def test_a_department_without_a_queue_is_named_and_its_queue_is_not_missed(town: Town, tmp_path: Path) -> None:
    town.catalogue = tmp_path / "alone.yml"
    town.catalogue.write_text(CATALOGUE.read_text(encoding="utf-8").replace("name_en: Water", "name_en: Water, queue: false"))
    town.held["department.water"] = town.held["department.water.dead"] = None
    assert bad(town) == {}
    found = {each.what: each.found for each in examine(town.settings())}
    assert found["单位队列 department queues"].endswith("by HTTP alone: water")
