"""An import that meets a system without room: it waits as told, sends the rest again, adds nothing twice, and gives up at last."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.progress import Progress

from services.console.client import importer, records
from services.console.client.http import Later
from services.console.client.importer import Import
from services.console.client.records import open_records
from services.console.terminal import CommandFailed
from services.contracts.errors import CAPACITY


class Intake:
    """Has capacity for `room` opinions; `ask` is called when it has none."""

    url = "http://intake"

    def __init__(self, room: int, ask: Callable[[Intake], None]) -> None:
        self.room, self._ask, self.taken, self.sent = room, ask, list[str](), 0

    def stream(self, path: str, body: bytes, content_type: str) -> Iterator[bytes]:
        self.sent += 1
        lines = [(number, line) for number, line in enumerate(body.decode().splitlines(), 1) if line.strip()]
        if not self.room:
            self._ask(self)
            raise Later("no room", 30.0)
        full = False
        for number, text in lines:
            line = json.loads(text)["title"]
            if line.startswith("bad"):
                yield json.dumps({"line": number, "status": "refused", "errors": {"title": ["bad"]}}).encode()
                continue
            full = full or not self.room
            if full:
                yield json.dumps({"line": number, "status": "refused", "errors": {CAPACITY: ["later"]}}).encode()
                continue
            self.room -= 1
            self.taken.append(line)
            yield json.dumps({"line": number, "status": "created", "id": line, "receipt": "r"}).encode()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Intake], Import]:
    monkeypatch.setattr(records, "ROWS_A_PIECE", 5)
    path = tmp_path / "a.csv"
    path.write_text("title,content\n" + "".join(f"{'bad' if number == 7 else 'good'}-{number},x\n" for number in range(12)))

    def make(intake: Intake) -> Import:
        found = Import(intake, open_records(path), list)  # type: ignore[arg-type]
        found.run(Progress(disable=True))
        return found

    return make


@pytest.fixture
def slept(own_time: Callable[..., None]) -> list[float]:
    """What was waited, on a clock of its own."""
    waited: list[float] = []
    own_time(importer, sleep=waited.append, monotonic=lambda: sum(waited))
    return waited


def test_it_waits_as_long_as_it_is_told_and_sends_the_rest(run: Callable[[Intake], Import], slept: list[float]) -> None:
    def drain(intake: Intake) -> None:
        if len(slept) >= 2:
            intake.room = 4
            slept.append(0.0)

    class Draining(Intake):
        def stream(self, path: str, body: bytes, content_type: str) -> Iterator[bytes]:
            if not self.room and slept:
                self.room = 4
            return super().stream(path, body, content_type)

    intake = Draining(3, drain)
    found = run(intake)
    assert intake.taken == [f"good-{number}" for number in range(12) if number != 7]
    assert (found.tally.created, found.tally.refused) == (11, [(9, {"title": ["bad"]})])
    assert slept[0] == 30.0


def test_without_end_it_stops_and_says_how_to_go_on(run: Callable[[Intake], Import], slept: list[float]) -> None:
    intake = Intake(3, lambda _: None)
    with pytest.raises(CommandFailed) as caught:
        run(intake)
    assert sum(slept) > importer.WAIT_SECONDS
    assert "nothing was taken for 600 s" in caught.value.message
    assert "3 taken" in caught.value.message
    assert "adds nothing twice" in caught.value.advice
