from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.systems.usage import Meter, load, machine_seconds

BURN = "sum(number * number for number in range(2_000_000))"
#: A program whose child works and ends, while another child holds 60 MB and lives on.
PROGRAM = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN!r}], check=True)
holder = subprocess.Popen([sys.executable, "-c", "held = b'x' * 60_000_000; print('held', flush=True); input()"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
holder.stdout.readline()
print("ready", flush=True)
input()
holder.communicate(b"end")
"""


@pytest.mark.slow
def test_children_count_for_the_program_that_started_them_also_when_they_have_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        meter = Meter({"program": program.pid})
        used, held = meter.read(), meter.memory()
        program.communicate(b"end\n")
    assert set(used) == set(held) == meter.pids.keys() == {"program"}
    assert 0.03 < used["program"] < 60
    assert 60_000_000 < held["program"] < 500_000_000


def test_a_program_that_has_ended_costs_nothing_more() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as program:
        meter = Meter({"program": program.pid})
        program.communicate(b"end\n")
    assert meter.read() == {"program": 0.0}


@pytest.mark.slow
def test_what_the_machine_does_is_told_beside_its_cores() -> None:
    before = machine_seconds()
    assert sum(number * number for number in range(2_000_000))
    assert machine_seconds() > before > 0
    assert load().partition("/")[2].isdecimal()
