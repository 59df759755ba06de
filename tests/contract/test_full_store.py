"""A store that takes no more writes: submissions are told so and nothing is half stored, every loop goes on once there is room."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from services.runtime.clock import FixedClock
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.store.database import Database
from tests.conftest import DEPARTMENTS
from tests.integration.dispatching import QUEUE, Bench
from tests.integration.relaying import Running, publish, rungs, until, waiting
from tests.stores import MakeDatabase
from tests.unit.intake.harness import MIGRATIONS, IntakeHarness
from tests.unit.intake.opinions import FORM

FULL = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$
"""


@contextmanager
def no_more_pages(database: Database, *_: str) -> Iterator[None]:
    """An SQLite file that may not grow any more, which is what a full disk is to it: SQLITE_FULL."""

    def limit(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")  # Of what it has already, nothing is taken away.

    with _for_every_connection(database, limit):
        yield


@contextmanager
def no_more_writes(database: Database, *_: str) -> Iterator[None]:
    """An SQLite file that refuses the very beginning of a write."""

    def forbid(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    with _for_every_connection(database, forbid):
        yield


@contextmanager
def _for_every_connection(database: Database, tell: Callable[[Any, Any], None]) -> Iterator[None]:
    sa.event.listen(database.engine, "connect", tell)
    database.engine.dispose()
    try:
        yield
    finally:
        sa.event.remove(database.engine, "connect", tell)
        database.engine.dispose()


@contextmanager
def disk_full(database: Database, *tables: str) -> Iterator[None]:
    """PostgreSQL's own error 53100 for whatever is written into these tables."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(FULL)
        for table in tables:
            trigger = f"CREATE TRIGGER full_{table} BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION refuse()"
            connection.exec_driver_sql(trigger)
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION refuse CASCADE")


def stored(database: Database) -> int:
    with database.reading() as connection:
        return int(
            connection.exec_driver_sql("SELECT (SELECT count(*) FROM opinions) + (SELECT count(*) FROM outbox)").scalar_one()
        )


class TestSubmitting:
    @pytest.fixture
    def harness(self, any_database: MakeDatabase, clock: FixedClock) -> IntakeHarness:
        return IntakeHarness(any_database("intake", MIGRATIONS), clock)

    def test_a_full_disk_is_503_nothing_is_stored_and_the_same_request_is_taken_afterwards(self, harness: IntakeHarness) -> None:
        form, headers = FORM | {"content": "长" * 15_000}, {"Idempotency-Key": "k" * 22}
        fill = no_more_pages if harness.database.is_sqlite else disk_full
        with fill(harness.database, "outbox"):
            for _ in range(3):
                answer = harness.client.post("/api/v1/opinions", json=form, headers=headers)
                assert (answer.status_code, answer.get_json()["type"]) == (503, "/problems/unavailable")
                assert int(answer.headers["Retry-After"]) > 0
            page = harness.client.post("/opinions", data=form)
            assert (page.status_code, "您的意见建议尚未提交" in page.text, form["content"] in page.text) == (503, True, True)
            assert int(page.headers["Retry-After"]) > 0
            lines = harness.client.post(
                "/api/v1/opinions/batch",
                json=form,
                headers={"Content-Type": "application/x-ndjson", "Authorization": "Bearer admin"},
            )
            assert lines.status_code == 503
        assert stored(harness.database) == 0
        assert harness.client.post("/api/v1/opinions", json=form, headers=headers).status_code == 201
        assert stored(harness.database) == 3


class TestLoops:
    @pytest.fixture
    def database(self, any_database: MakeDatabase) -> Database:
        return any_database()

    def test_a_relay_goes_on_and_does_not_send_the_same_again_and_again(self, database: Database) -> None:
        memory = MemoryBroker(DEPARTMENTS)
        for number in range(3):
            publish(database, f"o-{number}", "water", str(number))
        running = Running(database.url.render_as_string(hide_password=False), memory.publisher)
        fill = no_more_writes if database.is_sqlite else disk_full
        with ExitStack() as trouble:
            trouble.enter_context(fill(running.database if database.is_sqlite else database, "outbox"))
            with running:
                until(lambda: len(rungs(memory, "department.water")) == 3)
                time.sleep(1.5)  # It has tried twice more by now.
                assert sorted(rungs(memory, "department.water")) == ["0", "1", "2"]
                assert waiting(database) == 6  # Each has a row for either place it goes to.
                trouble.close()
                until(lambda: waiting(database) == 0, 10)
        assert sorted(rungs(memory, "department.water")) == ["0", "0", "1", "1", "2", "2"]

    def test_a_consumer_goes_on(self, database: Database) -> None:
        bench, stop = Bench(database), threading.Event()
        bench.consumer.close()
        thread = threading.Thread(target=bench.dispatcher.run, args=(stop,))
        fill = no_more_writes if database.is_sqlite else disk_full
        with fill(database, "inbox"):
            thread.start()
            bench.send("a", "b")
            time.sleep(1.0)
            assert thread.is_alive()
        until(lambda: bench.telemetry.registry.get_sample_value(
            "huiying_messages_consumed_total", {"queue": QUEUE, "result": "handled"}
        ) == 2, 10)  # fmt: skip
        stop.set()
        thread.join(50)
        assert not thread.is_alive()


def test_an_error_at_the_beginning_of_a_transaction_is_one_that_callers_know(sqlite_database: MakeDatabase) -> None:
    database = sqlite_database()
    with no_more_writes(database), pytest.raises(OperationalError), database.transaction():
        pass


def test_tidying_up_on_a_full_disk_fails_nothing(sqlite_database: MakeDatabase) -> None:
    database = sqlite_database()
    # A limit on the size of files stands in for the end of the disk; it holds for a whole process, so it is another one.
    code = f"""
import os, resource
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database
database = Database({database.url.render_as_string()!r}, "test", SystemClock())
with database.engine.begin() as connection:
    connection.exec_driver_sql("CREATE TABLE long (text)")
    connection.exec_driver_sql("INSERT INTO long VALUES (hex(zeroblob(500000)))")
size = os.stat({database.url.database!r}).st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
database.tidy()
assert os.stat({database.url.database!r}).st_size == size
print("tidied")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["tidied"]), done.stderr
    assert "store_not_tidied" in done.stdout + done.stderr


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    code = """
import structlog
from services.runtime.process.logs import set_up_logs
set_up_logs("INFO")
for number in range(10_000):
    structlog.get_logger().warning("store_unavailable", number=number)
print("went on")
"""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=full, text=True, timeout=300, check=False
        )
    assert done.stdout == "went on\n"
