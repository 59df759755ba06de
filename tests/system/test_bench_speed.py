"""`python -m benchmarks speed` measures a system of its own, with everything on, and leaves nothing of it."""

import json
import signal

import pytest

from services.console.embedded.processes import birth_of
from tests.system.place import eventually

NUMBER = 40
WAYS, PLACES = ("one_by_one", "in_batches"), ("accepted", "end_to_end", "counted")


def test_the_whole_way_is_measured_beside_the_floor_with_everything_on(idle):
    # What a measurement that was killed has left is cleared away by the next one.
    (idle.var / "bench" / "run").mkdir(parents=True)
    (idle.var / "bench" / "intake.db").write_text("not a store")
    told = json.loads(idle.measure("speed", "--count", "5", "--opinions", str(NUMBER), "--clients", "3", "--json", seconds=240))

    assert [row["what"] for row in told["on"] if not row["good"]] == []
    assert len(told["on"]) == 6
    for values in told["latency"]["milliseconds"].values():
        assert 0 < values[0] <= values[-1]
    for way in WAYS:
        seconds = told["throughput"][way]["seconds"]
        assert 0 < seconds["accepted"] <= seconds["end_to_end"] <= seconds["counted"]
        rates = told["throughput"][way]["per_second"]
        assert rates == pytest.approx({place: NUMBER / seconds[place] for place in PLACES}, rel=0.05)
        assert told["throughput"][way]["cpu_seconds_per_1000"]["services"] > 0
        for baseline, value in told["baseline"].items():
            share = told["throughput"][way]["ratio_to_baseline"]["end_to_end"][baseline]
            assert share == pytest.approx(rates["end_to_end"] / value, abs=0.002)

    assert not (idle.var / "bench").exists()
    assert idle.pids() == {}
    assert not (idle.var / "intake.db").exists()


def test_a_measurement_that_is_told_to_end_leaves_nothing_running(idle):
    pid_file = idle.var / "bench" / "run" / "web.pid"
    with idle.begin("speed", program="benchmarks") as process:
        eventually(pid_file.exists, 60)
        pid = int(pid_file.read_text().split()[0])
        assert birth_of(pid) is not None
        assert pid in idle.still_running()
        process.terminate()
        assert process.wait(60) == 128 + signal.SIGTERM
    assert birth_of(pid) is None
    assert not (idle.var / "bench").exists()
    assert idle.still_running() == []
