"""Programs that a keeper forks: each is one of its own, they share the memory of their code, and they outlive who forked them."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest

from services.console.embedded.installation import Installation, Launched, exclusive
from services.console.embedded.starting.launch import KEEPER
from services.console.embedded.starting.nursery import Nursery
from services.console.embedded.starting.processes import birth_of, stop_all
from services.console.settings import HOME
from services.runtime.settings import inherited

ARGV = (sys.executable, "-m", "tests.integration.forked", "once", "more")
NAMES = ("one", "two")
#: More than half of what a process has that loads all the code itself is the code.
OWN_BYTES = 12_000_000


def environment_of(installation: Installation) -> dict[str, str]:
    return inherited("PATH") | {"PYTHONPATH": str(HOME), "HUIYING_VAR": str(installation.var)}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "var")
    made.prepare()
    yield made
    made.write_list({})
    stop_all([made.slot(name) for name in (KEEPER, *NAMES)], 5.0)


@pytest.fixture
def nursery(installation: Installation) -> Iterator[Nursery]:
    argv = (sys.executable, "-m", "services.console.embedded.keeper")
    made = Nursery(argv, environment_of(installation), installation.log / "keeper.log")
    yield made
    made.close()
    made.end()


def until(found: Callable[[], Any]) -> Any:
    end = time.monotonic() + 120
    while not (value := found()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return value


def told(installation: Installation, name: str) -> list[dict[str, Any]]:
    path = installation.log / f"{name}.log"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_what_is_forked_is_a_process_of_its_own_that_shares_the_memory_of_the_code(
    installation: Installation, nursery: Nursery
) -> None:
    for name in NAMES:
        nursery.start(name, ARGV, {"HUIYING_OWN": name})
    for name in NAMES:
        (facts,) = until(partial(told, installation, name))
        assert facts["pid"] == facts["session"] == installation.slot(name).pid()
        assert facts["environment"] == {"HUIYING_OWN": name}
        assert facts["arguments"] == ["once", "more"]
        assert facts["folder"] == str(installation.log)
        assert facts["name"] == f"huiying-{name}"
        assert facts["modules"] > 1000
        assert facts["private"] < OWN_BYTES
    nursery.close()
    assert birth_of(nursery.pid) is None
    assert None not in [installation.slot(name).pid() for name in NAMES]


def test_the_keeper_forks_again_what_was_killed_and_its_end_ends_nobody_else(installation: Installation, nursery: Nursery) -> None:
    programs = {name: Launched(ARGV, {"HUIYING_OWN": name}) for name in NAMES}
    for name, program in programs.items():
        nursery.start(name, *program)
    installation.write_list(programs)
    nursery.keep()
    assert installation.slot(KEEPER).pid() == nursery.pid
    # Killed before it has said anything, it would never be the first of two.
    until(partial(told, installation, "one"))
    gone = installation.slot("one").pid()
    assert gone is not None
    os.kill(gone, signal.SIGKILL)
    until(lambda: installation.slot("one").pid() not in (None, gone))
    assert until(installation.restarts) == {"one": 1}
    again = until(lambda: told(installation, "one")[1:])[0]
    assert (again["environment"], again["session"]) == ({"HUIYING_OWN": "one"}, again["pid"])
    os.kill(nursery.pid, signal.SIGKILL)
    until(lambda: birth_of(nursery.pid) is None)
    assert None not in [installation.slot(name).pid() for name in NAMES]
    # A process that was forked under the lock does not hold it.
    with exclusive(installation.run / "lock", wait=False) as free:
        assert free


def test_a_program_that_cannot_be_started_says_where_to_read_why(installation: Installation, nursery: Nursery) -> None:
    os.kill(nursery.pid, signal.SIGKILL)
    with pytest.raises(click.ClickException, match="has ended"):
        nursery.start("one", ARGV, {})
