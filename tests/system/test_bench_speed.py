"""`python -m benchmarks speed` and `cost` measure systems of their own, with everything on, and leave nothing of them."""

import json
import shutil
import signal

import msgspec
import pytest

from benchmarks.cost.figures import Cost
from benchmarks.cost.kept import judge, read
from services.console.embedded.starting.processes import birth_of
from services.console.settings import HOME
from tests.system.place import eventually

NUMBER, STORED = 60, 40
#: Added to a copy of the product: every message that is read or written takes a millisecond more.
SLOWER = """
import time as _time
def _slower(act):
    def slowed(*given):
        end = _time.thread_time() + 0.001
        while _time.thread_time() < end:
            pass
        return act(*given)
    return slowed
decode, encode = _slower(decode), _slower(encode)
"""


def test_the_whole_way_is_measured_with_everything_on(idle, tmp_path):
    """On PostgreSQL, which takes all that SQLite takes and a server; the cost below is measured on SQLite."""
    # What a measurement that was killed has left is cleared away by the next one.
    (idle.var / "bench" / f"postgres-{STORED}" / "run").mkdir(parents=True)
    (idle.var / "bench" / f"postgres-{STORED}" / "secrets.json").write_text("not what was written there")
    options = ("--store", "postgres", "--stored", str(STORED), "--no-profile", "--rounds", "1", "--opinions", str(NUMBER))
    told = json.loads(idle.measure("speed", "--targets", "huiying", *options, "--out", str(tmp_path), "--json", seconds=1200))

    (found,) = told["rounds"]
    assert [found["target"]] == [f"huiying postgres {STORED}"] == list(told["on"])
    checks = told["on"][found["target"]]
    assert [row["what"] for row in checks if not row["good"]] == []
    assert len(checks) == 4
    # On a busy machine a confirm may come so late that a message is sent twice.
    assert (found["troubles"]["refused"], found["troubles"]["lost"]) == (0, 0)
    for waits in (found["half"], found["alone"]):
        assert 0 < waits["answered"]["p50"] <= waits["arrived"]["p50"] <= waits["arrived"]["max"]
    for flow in (found["single"], found["batch"]):
        assert 0 < flow["rate"] <= flow["http_rate"]
    # The system tells CPU in hundredths of a second: so few opinions may take less than one of them either way.
    parts = ("web", "intake", "routing", "broker", "postgres")
    used = {part: found["single"]["cpu"][part] + found["batch"]["cpu"][part] for part in parts}
    assert [part for part, seconds in used.items() if seconds <= 0] == []
    assert all(size > 10_000_000 for size in found["memory"].values())
    assert found["target"] in (tmp_path / "speed.md").read_text()
    assert len(told["baselines"]) == 2
    assert json.loads((tmp_path / "speed.json").read_text()) == told

    assert not any((idle.var / "bench").iterdir())
    assert idle.pids() == {}
    assert idle.still_running() == []


def test_a_build_that_costs_more_is_found_out(idle, tmp_path):
    slower, figures = tmp_path / "slower", tmp_path / "cost.json"
    for folder in ("services", "deploy"):
        # With what Python has compiled.
        shutil.copytree(HOME / folder, slower / folder)
    with (slower / "services" / "contracts" / "envelope.py").open("a") as envelope:
        envelope.write(SLOWER)
    amount = ("--opinions", str(NUMBER), "--rounds", "1", "--only", "single")
    told = idle.measure("cost", *amount, "--keep", "--figures", str(figures), "--against", str(slower), "--json", seconds=1200)
    here, there = (msgspec.convert(json.loads(told)["single"][name], Cost) for name in ("here", "there"))
    assert judge({"single": here}, read(figures))["single"].ratio == pytest.approx(1.0, abs=0.001)
    assert judge({"single": here}, read(figures))["single"].good
    assert not judge({"single": there}, read(figures))["single"].good


def test_a_measurement_that_is_told_to_end_leaves_nothing_running(idle):
    pid_file = idle.var / "bench" / "here" / "run" / "web.pid"
    with idle.begin("cost", program="benchmarks") as process:
        eventually(pid_file.exists, 60)
        pid = int(pid_file.read_text().split()[0])
        assert birth_of(pid) is not None
        assert pid in idle.still_running()
        process.terminate()
        assert process.wait(300) == 128 + signal.SIGTERM
    assert birth_of(pid) is None
    assert not (idle.var / "bench" / "here").exists()
    assert idle.still_running() == []
