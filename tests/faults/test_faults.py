"""The fault suite in its short form: some hundred opinions, a fault of each family; and the checker on a real installation."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pika
import pytest

from benchmarks.cluster import PrivateCluster
from services.console.embedded.node import NodeFailed, server_script
from services.console.settings import HOME
from tests.conftest import absent
from tests.faults.run import choose
from tests.faults.scene import AUDIT, Scene
from tests.faults.stage import Result, Stage
from tests.faults.strikes import FAULTS
from tests.faults.system import System
from tests.faults.volume import CannotMount
from tests.patience import patient

OPINIONS, PATIENCE = 300, 0.2
SHORT = (
    "intake dies before-publish", "routing dies before-confirm", "web dies before-answer", "kill broker", "postgres crash",
    "full disk intake", "full queue", "poison", "copies",
)  # fmt: skip

# Processes that outlive the object that started them are what the embedded mode is about.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")


class Planting(Stage):
    """After the checker's word, plants what must not be and asks the checker again; `planted` counts what it then finds."""

    planted: Counter[str]
    cannot_mount: str = ""

    def _judge(self, scene: Scene, result: Result) -> None:
        super()._judge(scene, result)
        self._lose_a_submission()
        self._leave_something_in_the_outbox()
        self._say_an_event_twice_and_out_of_order()
        path = self._system.var / "checker.json"
        asked = subprocess.run(
            [sys.executable, "-m", "tests.faults.checker", str(path)], cwd=HOME, capture_output=True, text=True, timeout=300,
            check=False,
        )  # fmt: skip
        assert asked.returncode == 1, asked.stderr
        self.planted = Counter(json.loads(line).get("kind", "") for line in asked.stdout.splitlines())

    def _write(self, name: str, statement: str) -> None:
        path = self._system.store_url(name).removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=300)) as store:
            assert store.execute(statement).rowcount == 1

    def _lose_a_submission(self) -> None:
        self._write("intake", "DELETE FROM opinions WHERE id = (SELECT min(id) FROM opinions)")

    def _leave_something_in_the_outbox(self) -> None:
        columns, nowhere = "message_id, subject, destinations, body, created, due, attempts", '[["huiying.departments", "nowhere"]]'
        self._write("notify", f"INSERT INTO outbox ({columns}) VALUES ('m', 's', '{nowhere}', x'00', 0, 0, 0)")

    def _say_an_event_twice_and_out_of_order(self) -> None:
        with pika.BlockingConnection(patient(self._system.at.broker_url)) as connection:
            for message, sequence in (("planted-2", 2), ("planted-1", 1), ("planted-3", 2)):
                event = {"type": "assignment.signed", "source": "/planted", "subject": "planted", "sequence": sequence, "data": {}}
                properties = pika.BasicProperties(message_id=message)
                connection.channel().basic_publish("", AUDIT, json.dumps(event).encode(), properties)


@pytest.fixture(scope="module")
def stage(postgres: PrivateCluster) -> tuple[Planting, Result]:
    try:
        server_script()
    except NodeFailed as error:
        absent(str(error))
    faults, elsewhere, why = choose(0, SHORT, 0), {"routing": postgres.create()}, ""
    try:
        system = System(elsewhere=elsewhere, apart={fault.apart for fault in faults} - {""})
    except CannotMount as error:
        faults, why, system = [fault for fault in faults if not fault.apart], str(error), System(elsewhere=elsewhere)
    made = Planting(system, OPINIONS, PATIENCE, print, postgres)
    made.cannot_mount = why
    return made, made.run(faults)


def test_nothing_is_lost_doubled_or_stuck_whatever_strikes(stage: tuple[Planting, Result]) -> None:
    planting, result = stage
    wanted = [fault.name for fault in choose(0, SHORT, 0) if not (fault.apart and planting.cannot_mount)]
    assert result.findings == []
    assert [row.line for row in result.rows if row.wrong] == []
    assert [row.name for row in result.rows] == wanted
    assert result.summary["acknowledged"] >= OPINIONS + len(wanted)


def test_a_full_disk_was_among_what_struck(stage: tuple[Planting, Result]) -> None:
    planting, result = stage
    if planting.cannot_mount:
        absent(planting.cannot_mount)
    (row,) = [row for row in result.rows if row.name.startswith("full disk")]
    assert "told 503" in row.saw


def test_the_checker_finds_what_is_planted_in_a_real_installation(stage: tuple[Planting, Result]) -> None:
    planting, _ = stage
    assert planting.planted.items() >= {
        "lost submission": 1, "stuck outbox": 1, "doubled event": 1, "reordered event": 1, "": 1,
    }.items()  # fmt: skip


def test_every_fault_has_a_name_of_its_own() -> None:
    assert [name for name, number in Counter(fault.name for fault in FAULTS).items() if number > 1] == []


def test_the_checker_knows_nothing_of_the_product() -> None:
    for name in ("checker.py", "evidence.py"):
        text = (Path(__file__).parent / name).read_text()
        assert "from services" not in text
        assert "import services" not in text
