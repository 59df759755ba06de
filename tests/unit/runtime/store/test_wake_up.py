from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from services.runtime.store.outgoing.wake_up import FifoWakeUp
from tests.stores import MakeDatabase

#: Seconds that a wait may take which nobody wakes; one that is woken ends long before, on however slow a machine.
LONG, WOKEN = 60.0, 50.0


def waited(wake_up: FifoWakeUp, timeout: float) -> float:
    started = time.monotonic()
    wake_up.wait(timeout)
    return time.monotonic() - started


def test_a_ring_before_the_wait_is_not_lost(tmp_path: Path) -> None:
    wake_up = FifoWakeUp(tmp_path / "bell")
    wake_up.signal()
    assert waited(wake_up, LONG) < WOKEN
    wake_up.close()


@pytest.mark.slow
def test_many_rings_wake_once(tmp_path: Path) -> None:
    wake_up = FifoWakeUp(tmp_path / "bell")
    for _ in range(100_000):
        wake_up.signal()
    assert waited(wake_up, LONG) < WOKEN
    assert waited(wake_up, 0.05) >= 0.04
    wake_up.close()


def test_without_a_ring_the_wait_ends_by_itself(tmp_path: Path) -> None:
    wake_up = FifoWakeUp(tmp_path / "bell")
    assert waited(wake_up, 0.05) >= 0.04
    wake_up.close()


def test_another_process_rings_the_same_bell(tmp_path: Path) -> None:
    wake_up = FifoWakeUp(tmp_path / "bell")
    code = "from pathlib import Path; from services.runtime.store.outgoing.wake_up import FifoWakeUp;"
    code += f"FifoWakeUp(Path({str(tmp_path / 'bell')!r})).signal()"
    ringing = subprocess.Popen([sys.executable, "-c", code])
    assert waited(wake_up, LONG) < WOKEN
    assert ringing.wait() == 0
    wake_up.close()


def test_no_ring_is_lost_between_a_look_and_the_wait(tmp_path: Path) -> None:
    wake_up, done = FifoWakeUp(tmp_path / "bell"), threading.Event()
    stored: list[int] = []
    seen: list[int] = []

    def store() -> None:
        for number in range(2000):
            stored.append(number)
            wake_up.signal()
        done.set()

    thread = threading.Thread(target=store)
    thread.start()
    slow = 0.0
    while len(seen) < 2000:
        seen.extend(stored[len(seen) :])
        if len(seen) < 2000:
            slow = max(slow, waited(wake_up, LONG))
    thread.join()
    assert slow < WOKEN
    wake_up.close()


def test_threads_that_ask_for_the_bell_first_get_the_same(sqlite_database: MakeDatabase) -> None:
    database, wake_ups = sqlite_database(), list[object]()
    threads = [threading.Thread(target=lambda: wake_ups.append(database.wake_up)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, wake_ups))) == 1


def test_only_a_transaction_that_said_something_rings(sqlite_database: MakeDatabase) -> None:
    database = sqlite_database()
    wake_up = database.wake_up
    assert isinstance(wake_up, FifoWakeUp)
    with database.transaction():
        pass
    assert waited(wake_up, 0.05) >= 0.04
