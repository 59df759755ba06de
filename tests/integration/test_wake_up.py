"""The bell on PostgreSQL: within one process, between processes, after a lost connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from benchmarks.cluster import PrivateCluster
from services.runtime.store.server import NotifyWakeUp

#: Seconds that a wait may take which nobody wakes; one that is woken ends long before, on however slow a machine.
LONG, WOKEN = 60.0, 50.0


@pytest.fixture
def conninfo(postgres: PrivateCluster) -> str:
    return postgres.create().replace("+psycopg", "")


@pytest.fixture
def wake_ups(conninfo: str) -> Iterator[tuple[NotifyWakeUp, NotifyWakeUp]]:
    """Two, as two processes would have them."""
    pair = NotifyWakeUp(conninfo, "test_outbox"), NotifyWakeUp(conninfo, "test_outbox")
    yield pair
    for wake_up in pair:
        wake_up.close()


def seconds_until_woken(wake_up: NotifyWakeUp, signal: Callable[[], None]) -> float:
    timer = threading.Timer(0.1, signal)
    timer.start()
    started = time.monotonic()
    wake_up.wait(LONG)
    timer.join()
    return time.monotonic() - started


def listen(wake_up: NotifyWakeUp) -> None:
    wake_up.wait(LONG)  # it rings by itself once it listens


def test_another_process_is_woken(wake_ups: tuple[NotifyWakeUp, NotifyWakeUp]) -> None:
    waiting, ringing = wake_ups
    listen(waiting)
    for _ in range(3):
        assert seconds_until_woken(waiting, ringing.signal) < WOKEN


def test_a_wait_in_the_same_process_is_woken_without_the_database(wake_ups: tuple[NotifyWakeUp, NotifyWakeUp]) -> None:
    waiting, _ = wake_ups
    listen(waiting)
    assert seconds_until_woken(waiting, waiting.signal) < WOKEN
    assert "wake-up-ringer" not in {thread.name for thread in threading.enumerate()}


def test_who_stopped_waiting_rings_for_the_others_again(
    wake_ups: tuple[NotifyWakeUp, NotifyWakeUp], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyWakeUp, "PRESENT_SECONDS", 0.0)
    was_relay, is_relay = wake_ups
    was_relay.wait(0.05)
    listen(is_relay)
    time.sleep(0.1)
    assert seconds_until_woken(is_relay, was_relay.signal) < WOKEN


def test_a_lost_connection_is_replaced(wake_ups: tuple[NotifyWakeUp, NotifyWakeUp], conninfo: str) -> None:
    waiting, ringing = wake_ups
    listen(waiting)
    assert seconds_until_woken(waiting, ringing.signal) < WOKEN
    with psycopg.connect(conninfo, autocommit=True) as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    waiting.wait(LONG)  # it may have missed something, so it rings once it listens again
    assert seconds_until_woken(waiting, ringing.signal) < WOKEN


def test_closing_leaves_no_thread_behind(conninfo: str) -> None:
    before = set(threading.enumerate())
    wake_up = NotifyWakeUp(conninfo, "test_outbox")
    wake_up.signal()
    wake_up.wait(0.2)
    wake_up.close()
    assert set(threading.enumerate()) <= before
