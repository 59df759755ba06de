"""`python -m benchmarks.traffic`: the sender's process; reads one job on standard input and answers on standard output."""

from __future__ import annotations

import sys

from benchmarks.traffic.job import work

if __name__ == "__main__":
    sys.stdout.buffer.write(work(sys.stdin.buffer.read()))
