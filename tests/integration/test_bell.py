"""The bell on PostgreSQL: within one process, between processes, after a lost connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from benchmarks.cluster import PrivateCluster
from services.runtime.store.wake_up import NotifyBell


@pytest.fixture
def conninfo(postgres: PrivateCluster) -> str:
    return postgres.create().replace("+psycopg", "")


@pytest.fixture
def bells(conninfo: str) -> Iterator[tuple[NotifyBell, NotifyBell]]:
    """Two, as two processes would have them."""
    pair = NotifyBell(conninfo, "test_outbox"), NotifyBell(conninfo, "test_outbox")
    yield pair
    for bell in pair:
        bell.close()


def woken_within(bell: NotifyBell, ring: object, timeout: float) -> float:
    assert callable(ring)
    timer = threading.Timer(0.1, ring)
    timer.start()
    started = time.monotonic()
    bell.wait(timeout)
    timer.join()
    return time.monotonic() - started - 0.1


def listen(bell: NotifyBell) -> None:
    bell.wait(5.0)  # it rings by itself once it listens


def test_another_process_is_woken(bells: tuple[NotifyBell, NotifyBell]) -> None:
    waiting, ringing = bells
    listen(waiting)
    for _ in range(3):
        assert woken_within(waiting, ringing.ring, 5.0) < 2.0


def test_a_wait_in_the_same_process_is_woken_without_the_database(bells: tuple[NotifyBell, NotifyBell]) -> None:
    waiting, _ = bells
    listen(waiting)
    assert woken_within(waiting, waiting.ring, 5.0) < 0.5
    assert "bell-ringer" not in {thread.name for thread in threading.enumerate()}


def test_who_stopped_waiting_rings_for_the_others_again(
    bells: tuple[NotifyBell, NotifyBell], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyBell, "PRESENT_SECONDS", 0.0)
    was_relay, is_relay = bells
    was_relay.wait(0.05)
    listen(is_relay)
    time.sleep(0.1)
    assert woken_within(is_relay, was_relay.ring, 5.0) < 2.0


def test_a_lost_connection_is_replaced(bells: tuple[NotifyBell, NotifyBell], conninfo: str) -> None:
    waiting, ringing = bells
    listen(waiting)
    assert woken_within(waiting, ringing.ring, 5.0) < 2.0
    with psycopg.connect(conninfo, autocommit=True) as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
    waiting.wait(5.0)  # it may have missed something, so it rings once it listens again
    assert woken_within(waiting, ringing.ring, 10.0) < 5.0


def test_closing_leaves_no_thread_behind(conninfo: str) -> None:
    before = set(threading.enumerate())
    bell = NotifyBell(conninfo, "test_outbox")
    bell.ring()
    bell.wait(0.2)
    bell.close()
    assert set(threading.enumerate()) <= before
