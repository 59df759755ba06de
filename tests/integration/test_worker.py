"""The worker process: answers on its status port, ends within ten seconds when asked, and with 1 when a loop gave up."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
import requests

from services.console.embedded.starting.processes import free_port
from tests.patience import limit
from tests.rabbit import Rabbit
from tests.stores import MakeDatabase

#: How long (s) a process may take to start and a loop to turn on a machine that is busy with other things.
PATIENCE = 90.0
#: After these a worker ends whatever its loops do.
FORCED = 10.0
SCRIPT = """
import sys, threading, time
from services.runtime.process.worker import PeriodicJob, run_worker
from services.runtime.process.health import status_application
kind, port = sys.argv[1], int(sys.argv[2])
def patient(stop): stop.wait()
def deaf(stop): time.sleep(60)
def broken(stop): raise RuntimeError("gave up")
beats = []
def beat():
    beats.append(1)
    if len(beats) == 2:
        raise ValueError("a bad day")
    return False
loops = {"patient": {"a": patient}, "deaf": {"a": patient, "b": deaf}, "broken": {"a": patient, "b": broken},
         "job": {"beat": PeriodicJob("beat", 0.05, beat).loop}}[kind]
def store():
    if kind == "deaf":
        raise OSError("away")
status = status_application("demo", {"store": store}, lambda: b"beats %d" % len(beats))
sys.exit(run_worker("demo", loops, status, "127.0.0.1", port))
"""


class Worker:
    """A process with the arguments and, last, its status port."""

    def __init__(self, script: str, *arguments: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-c", script, *arguments, str(self.port)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)

    def get(self, path: str) -> requests.Response:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=PATIENCE)
            except requests.ConnectionError:
                assert self.process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)

    def end(self, number: signal.Signals) -> tuple[int, float]:
        """Exit status and how long it took (s)."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, time.monotonic() - started


def test_health_readiness_metrics_and_nothing_else() -> None:
    worker = Worker(SCRIPT, "patient")
    assert worker.get("/healthz").json() == {"status": "ok", "service": "demo"}
    assert worker.get("/readyz").json() == {"store": "ok"}
    assert worker.get("/metrics").text == "beats 0"
    assert worker.get("/other").status_code == 404
    worker.end(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_when_its_loops_do(number: signal.Signals) -> None:
    worker = Worker(SCRIPT, "patient")
    worker.get("/healthz")
    status, seconds = worker.end(number)
    # That it was not forced its status says.
    assert status == 0
    assert seconds < limit(3.0, 3 * FORCED)


def test_a_loop_that_does_not_listen_is_left_behind_within_ten_seconds() -> None:
    worker = Worker(SCRIPT, "deaf")
    response = worker.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"store": "does not answer"})
    status, seconds = worker.end(signal.SIGTERM)
    assert status == 1
    assert seconds < limit(FORCED, 30.0)


def test_a_loop_that_gives_up_ends_the_worker_with_1() -> None:
    worker = Worker(SCRIPT, "broken")
    output = worker.process.communicate(timeout=PATIENCE)
    assert worker.process.returncode == 1
    assert b"gave up" in b"".join(output)


def test_a_periodic_job_goes_on_after_a_bad_day() -> None:
    worker = Worker(SCRIPT, "job")
    end = time.monotonic() + PATIENCE
    while int(worker.get("/metrics").text.split()[1]) < 5:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert worker.end(signal.SIGTERM)[0] == 0


BUSY = """
import sys
from services.runtime.process import worker
from services.runtime.messaging.broker import RabbitPublisher, RabbitConsumer
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database
from services.runtime.messaging.dispatch import Dispatcher
from services.runtime.messaging.subscription import Subscription
from services.runtime.messaging.relay import Relay
from services.runtime.telemetry import Telemetry
url, broker, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
database, telemetry = Database(url, "test", SystemClock()), Telemetry()
connect = lambda: RabbitPublisher(broker, "test")
subscription = Subscription("department.water", lambda d: d, lambda d: d.message_id, lambda work, found: None)
subscribe = lambda: RabbitConsumer(broker, "department.water", 10, "test")
loops = {"relay": Relay(database, connect, telemetry, 10).run,
         "queue": Dispatcher(subscription, database, subscribe, connect, telemetry, 10).run}
from services.runtime.process.health import status_application
status = status_application("demo", {}, telemetry.expose)
sys.exit(worker.run_worker("demo", loops, status, "127.0.0.1", port))
"""


def test_a_relay_and_a_dispatcher_that_wait_end_within_three_seconds(any_database: MakeDatabase, rabbit: Rabbit) -> None:
    worker = Worker(BUSY, any_database().url.render_as_string(hide_password=False), rabbit.url)
    worker.get("/healthz")
    time.sleep(1.0)
    status, seconds = worker.end(signal.SIGTERM)
    # That it was not forced its status says.
    assert status == 0
    assert seconds < limit(3.0, 3 * FORCED)
