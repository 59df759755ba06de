from __future__ import annotations

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from services import VERSION
from services.console.embedded.front.merge_metrics import merge
from services.contracts.messages.opinions import OpinionDeclined
from services.runtime.clock import FixedClock
from services.runtime.process.backlog import OutboxCollector
from services.runtime.process.health import readiness
from services.runtime.store.database import Database
from services.runtime.telemetry import Telemetry
from tests.stores import MakeDatabase


def test_nothing_can_be_counted_that_is_not_in_the_table() -> None:
    with pytest.raises(KeyError):
        Telemetry().count("huiying_invented_total")
    with pytest.raises(ValueError, match="label"):
        Telemetry().count("huiying_outbox_published_total", invented="x")


def test_counting_nothing_makes_no_series() -> None:
    telemetry = Telemetry()
    telemetry.count("huiying_outbox_published_total", 0, result="refused")
    assert 'result="refused"' not in telemetry.expose().decode()


def test_nothing_is_exposed_beside_what_is_in_the_table() -> None:
    telemetry = Telemetry()
    telemetry.count("huiying_outbox_published_total", result="confirmed")
    assert "_created" not in telemetry.expose().decode()


def test_two_services_in_one_process_count_apart() -> None:
    one, other = Telemetry(), Telemetry()
    one.count("huiying_outbox_published_total", 3, result="confirmed")
    assert 'result="confirmed"} 3.0' in one.expose().decode()
    assert "confirmed" not in other.expose().decode()


def test_many_threads_count_into_one_series() -> None:
    telemetry = Telemetry()

    def count() -> None:
        for _ in range(1000):
            telemetry.count("huiying_outbox_published_total", result="confirmed")
            telemetry.observe("huiying_message_seconds", 0.001, queue="q")

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    exposed = telemetry.expose().decode()
    assert 'huiying_outbox_published_total{result="confirmed"} 8000.0' in exposed
    assert 'huiying_message_seconds_count{queue="q"} 8000.0' in exposed


def test_every_process_tells_its_version_and_what_the_system_knows_of_it() -> None:
    exposed = Telemetry(process="worker").expose().decode()
    assert f'huiying_build_info{{version="{VERSION}"}} 1.0\n' in exposed
    for name in ("cpu_seconds_total", "resident_memory_bytes", "open_fds", "start_time_seconds"):
        assert re.search(rf'^process_{name}{{process="worker"}} [1-9.]', exposed, re.MULTILINE), name


def test_processes_that_are_told_in_one_page_are_told_apart() -> None:
    parts = [Telemetry(process=name).expose().decode() for name in ("web", "worker")]
    told = merge(parts).decode()
    for name in ("web", "worker"):
        assert len(re.findall(rf'^process_resident_memory_bytes{{process="{name}"}} ', told, re.MULTILINE)) == 1
    assert told.count("\nhuiying_build_info{") == 1


def test_the_outbox_is_asked_at_every_scrape(sqlite_database: MakeDatabase, clock: FixedClock) -> None:
    database, telemetry = sqlite_database(), Telemetry()
    telemetry.registry.register(OutboxCollector(database))
    assert "huiying_outbox_pending 0.0\n" in telemetry.expose().decode()
    with database.transaction() as work:
        work.publish(OpinionDeclined("spam", "none"), subject="o-1", sequence=1)
    clock.instant += timedelta(seconds=90)
    exposed = telemetry.expose().decode()
    assert "huiying_outbox_pending 1.0\n" in exposed
    assert "huiying_outbox_oldest_seconds 90.0\n" in exposed


def test_a_scrape_survives_a_store_that_is_away(tmp_path: Path, clock: FixedClock) -> None:
    telemetry = Telemetry()
    telemetry.registry.register(OutboxCollector(Database(f"sqlite:///{tmp_path}/missing/test.db", "test", clock)))
    assert "huiying_outbox_pending" not in telemetry.expose().decode()


def test_readiness_asks_everybody_and_tells_no_secret() -> None:
    def away() -> None:
        raise OSError("password geheim")

    assert readiness({"store": lambda: None}) == (200, {"store": "ok"})
    assert readiness({"broker": away, "store": lambda: None}) == (503, {"broker": "does not answer", "store": "ok"})
