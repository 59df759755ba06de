"""What a sender is told, and its process."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.traffic.batches import send_in_batches
from benchmarks.traffic.opinions import body_of
from benchmarks.traffic.sending import Sent, Target, send_singly

ROOT = Path(__file__).parents[2]


class Job(msgspec.Struct, frozen=True):
    """Send `count` opinions from number `first` on, in batches or singly, at a rate or as fast as these connections take them."""

    target: Target
    first: int
    count: int
    connections: int = 16
    rate: float | None = None
    batches: bool = False
    contacts: bool = False


class Done(msgspec.Struct, frozen=True):
    """What became of every opinion, and the sender's own CPU seconds."""

    sent: list[Sent]
    cpu: float

    @property
    def accepted(self) -> dict[str, Sent]:
        """Those that were answered with 201, by id."""
        return {each.id: each for each in self.sent if each.status == 201}

    @property
    def seconds(self) -> float:
        """From the first one due to the last answer."""
        return max(each.done for each in self.sent) - min(each.due for each in self.sent)


class SenderFailed(Exception):
    """The sender's process ended without an answer; the text is its last words."""


def work(text: bytes) -> bytes:
    """Do a job; both ways encoded as MessagePack."""
    job = msgspec.msgpack.decode(text, type=Job)
    bodies = [body_of(number, contacts=job.contacts) for number in range(job.first, job.first + job.count)]
    began = time.process_time()
    sent = send_in_batches(job.target, bodies) if job.batches else send_singly(job.target, bodies, job.connections, job.rate)
    return msgspec.msgpack.encode(Done(sent, time.process_time() - began))


def send(job: Job) -> Done:
    """Do a job in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.traffic"], input=msgspec.msgpack.encode(job), cwd=ROOT, capture_output=True, check=False
    )
    if done.returncode:
        raise SenderFailed(done.stderr.decode(errors="replace").strip().splitlines()[-1])
    return msgspec.msgpack.decode(done.stdout, type=Done)
