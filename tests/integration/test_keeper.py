"""What dies under `huiying up` is started again, counted, and given a rest when it dies again and again."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.console.embedded.installation import Installation, Launched, exclusive
from services.console.embedded.keeper import LONGEST_REST_SECONDS, RECOVERED_SECONDS, Keeper
from services.console.embedded.node import PrivateNode
from services.console.embedded.queue_maker import AGAIN_SECONDS, QueueMaker
from services.console.embedded.starting.processes import birth_of, free_port, stop_all

SLEEPER = Launched((sys.executable, "-c", "import time; time.sleep(600)"), {})
NAMES = ("web", "intake", "routing")


@dataclass
class Watch:
    """A clock that is put forward by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Three sleeping programs that were started as `up` starts its own."""
    made = Installation(tmp_path)
    made.prepare()
    made.write_list(dict.fromkeys(NAMES, SLEEPER))
    slots = [made.slot(name) for name in NAMES]
    for slot in slots:
        slot.start(*SLEEPER, tmp_path / "log" / f"{slot.name}.log")
    yield made
    stop_all([made.slot(name) for name in NAMES], 5.0)
    assert [slot.pid() for slot in slots] == [None] * len(slots)


@pytest.fixture
def keeper(installation: Installation, watch: Watch) -> Iterator[Keeper]:
    made = Keeper(installation, PrivateNode(installation.broker, free_port()), free_port(), watch)
    yield made
    stop_all(made._slots.values(), 5.0)
    assert {slot.pid() for slot in made._slots.values()} <= {None}


def kill(installation: Installation, name: str) -> int:
    """`kill -9`; returns the pid that is gone."""
    pid = installation.slot(name).pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while birth_of(pid) is not None:
        os.sched_yield()
    return pid


@pytest.mark.parametrize("name", NAMES)
def test_a_process_that_was_killed_is_started_again_and_counted(installation: Installation, keeper: Keeper, name: str) -> None:
    assert keeper.turn() == []
    others = {each: installation.slot(each).pid() for each in NAMES if each != name}
    gone = kill(installation, name)
    assert keeper.turn() == [name]
    assert installation.slot(name).pid() not in (None, gone)
    assert installation.restarts() == {name: 1}
    assert {each: installation.slot(each).pid() for each in others} == others


def test_what_dies_again_and_again_rests_longer_and_longer_until_it_has_recovered(
    installation: Installation, keeper: Keeper, watch: Watch
) -> None:
    rests = []
    for _ in range(10):
        kill(installation, "intake")
        began = watch.now
        while not keeper.turn():
            watch.now += 0.5
        rests.append(watch.now - began)
    assert rests == sorted(rests)
    assert rests[0] == 0.0
    assert rests[-1] == LONGEST_REST_SECONDS
    assert installation.restarts() == {"intake": 10}
    watch.now += RECOVERED_SECONDS + 1
    assert keeper.turn() == []
    kill(installation, "intake")
    assert keeper.turn() == ["intake"]


def test_it_keeps_still_while_somebody_types_up_or_down(installation: Installation, keeper: Keeper) -> None:
    kill(installation, "intake")
    with exclusive(installation.run / "lock"):
        assert keeper.turn() == []
    assert keeper.turn() == ["intake"]


def test_another_catalogue_gets_its_queues_once_and_a_broker_that_was_away_is_asked_again(tmp_path: Path, watch: Watch) -> None:
    file, told = tmp_path / "catalogue.yml", tmp_path / "told"
    town = (Path(__file__).parents[1] / "unit/routing/town.yml").read_text(encoding="utf-8")
    file.write_text(town, encoding="utf-8")
    # Fails the first time, as when the broker is away.
    script = """import os, pathlib, sys
told = pathlib.Path(sys.argv[1])
was = told.exists()
with told.open("a") as lines:
    lines.write(os.environ["HUIYING_CATALOGUE"] + chr(10))
sys.exit(not was)"""
    queues = QueueMaker(file, (sys.executable, "-c", script, str(told)), watch)

    def looked() -> list[str]:
        queues.look()
        if queues._running is not None:
            queues._running.wait(60)
            queues.look()
        return told.read_text().splitlines() if told.exists() else []

    assert looked() == []
    file.write_text("[", encoding="utf-8")
    assert looked() == [], "one with mistakes is in use nowhere"
    file.write_text(town.replace("departments:\n", "departments:\n  moon: {name: 月, name_en: Moon}\n"), encoding="utf-8")
    assert looked() == [str(file)]
    assert looked() == [str(file)], "the broker is given a rest"
    watch.now += AGAIN_SECONDS
    assert looked() == [str(file)] * 2
    watch.now += AGAIN_SECONDS
    assert looked() == [str(file)] * 2


def test_what_was_stopped_in_good_order_stays_away(installation: Installation, keeper: Keeper) -> None:
    installation.write_list({})
    stop_all([installation.slot(name) for name in NAMES], 5.0)
    assert keeper.turn() == []


def test_a_web_process_waits_until_its_port_is_free(
    installation: Installation, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    kill(installation, "web")
    taken = [True]
    monkeypatch.setattr("services.console.embedded.keeper.listens", lambda _: taken[0])
    assert keeper.turn() == []
    taken[0] = False
    assert keeper.turn() == ["web"]
