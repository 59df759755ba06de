from __future__ import annotations

import subprocess
import sys

from benchmarks.process_stats import stats_of

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


def test_children_count_for_the_program_that_started_them_also_when_they_have_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        found = stats_of({"program": program.pid, "not started": None})
        program.communicate(b"end\n")
    assert set(found) == {"program"}
    assert 0.03 < found["program"].seconds < 60
    assert 60_000_000 < found["program"].peak < 500_000_000


def test_a_program_that_has_ended_has_no_row() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as program:
        program.wait()
    assert stats_of({"program": program.pid}) == {}
