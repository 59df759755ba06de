"""Throughput of the whole system, in opinions a second, measured at three places."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pika.adapters.blocking_connection import BlockingConnection

from benchmarks.load import Send, timed
from benchmarks.process_stats import ProcessStats, stats_of
from services.console.client.amqp import depths
from services.console.client.answers import DepartmentView, LedgerDayView, StatisticsView
from services.console.client.http import Client, PageView
from services.console.embedded.supervisor import Supervisor
from services.console.terminal import fail
from services.contracts.topology import SERVICE_QUEUES, department_queue

#: The ledger is polled less often than the broker, because the process that answers is part of what is measured.
LOOK_SECONDS, ASK_SECONDS, QUIET_SECONDS, STALL_SECONDS = 0.03, 0.1, 0.5, 30.0
BROKER, SENDER = "broker", "sender"


@dataclass(frozen=True, slots=True)
class ThroughputRun:
    """One run: the ids, the seconds until each place had all of them, CPU seconds by program, peak memory (bytes).

    The places: answered with 201, with every assignment in its department's queue, in the statistics and the ledger.
    """

    opinions: frozenset[str]
    accepted: float
    arrived: float
    counted: float
    cpu: Mapping[str, float]
    peak: Mapping[str, int]

    def rates(self) -> dict[str, float]:
        """Opinions a second by place, from the first byte until the last opinion was there."""
        number = len(self.opinions)
        return {"accepted": number / self.accepted, "end_to_end": number / self.arrived, "counted": number / self.counted}

    def cpu_per_thousand(self) -> dict[str, float]:
        """CPU seconds for a thousand opinions of all services, the broker and the sender; empty where unknown."""
        if not self.cpu:
            return {}
        broker, sender = self.cpu[BROKER], self.cpu[SENDER]
        spent = {"services": sum(self.cpu.values()) - broker - sender, BROKER: broker, SENDER: sender}
        return {name: 1000 * seconds / len(self.opinions) for name, seconds in spent.items()}


class Track:
    """One running system, watched from outside while opinions go through it."""

    def __init__(self, supervisor: Supervisor, client: Client, broker: BlockingConnection) -> None:
        self.supervisor, self.client, self.broker = supervisor, client, broker
        self.departments = [each.code for each in client.get("/departments", PageView[DepartmentView]).items]
        self._queues = [department_queue(code) for code in self.departments]

    def run(self, send: Send, bodies: Sequence[bytes]) -> ThroughputRun:
        """Send everything and wait until all places have it; the system must be idle before. Fails when it gets stuck."""
        self._await_rest(0)
        assigned, used = self._assigned(), self._used()
        started = time.perf_counter()
        opinions, accepted = timed(send, bodies)
        if len(opinions) < len(bodies):
            fail(f"Of {len(bodies)} opinions {len(opinions)} were accepted.", "huiying doctor")
        # No polling before this: it costs time, and the last opinion cannot be in its queue before it is accepted.
        arrived, counted = self._await_rest(assigned + len(bodies))
        now = self._used()
        cpu = {name: each.seconds - used[name].seconds for name, each in now.items()}
        peak = {name: each.peak for name, each in now.items() if name != SENDER}
        return ThroughputRun(frozenset(opinions), accepted, arrived - started, counted - started, cpu, peak)

    def _await_rest(self, assigned: int) -> tuple[float, float]:
        """Wait until nothing moves any more and the statistics have `assigned` assignments.

        Returns when the last message was seen in a department's queue and when the last entry was seen in the ledger, which is
        written together with the statistics and is cheap to read.
        """
        held, entries = -1, -1
        arrived = counted = asked = 0.0
        while True:
            if (now := self._held()) != held:
                held, arrived = now, time.perf_counter()
            if time.perf_counter() - asked > ASK_SECONDS:
                asked = time.perf_counter()
                if (now := self._entries()) != entries:
                    entries, counted = now, time.perf_counter()
            if time.perf_counter() - max(arrived, counted) > QUIET_SECONDS:
                if (found := self._assigned()) >= assigned and self._idle():
                    return arrived, max(arrived, counted)
                self._patient(max(arrived, counted), f"the statistics have {found} of {assigned} assignments")
            time.sleep(LOOK_SECONDS)

    def _held(self) -> int:
        return sum(count or 0 for count in depths(self.broker, self._queues).values())

    def _idle(self) -> bool:
        return not any(depths(self.broker, [queue.name for queue in SERVICE_QUEUES]).values())

    def _assigned(self) -> int:
        return self.client.get("/statistics", StatisticsView, {"by": ""}).total.counts["assigned"]

    def _entries(self) -> int:
        return sum(day.size for day in self.client.pages("/ledger", LedgerDayView))

    def _used(self) -> dict[str, ProcessStats]:
        own = os.times()
        found = stats_of({**self.supervisor.running(), BROKER: self.supervisor.node.pid()})
        return {**found, SENDER: ProcessStats(own.user + own.system, 0)}

    def _patient(self, since: float, what: str) -> None:
        if time.perf_counter() - since > STALL_SECONDS:
            absent = self.supervisor.absent()
            who = f" Not running: {', '.join(absent)}." if absent else ""
            fail(f"Nothing has moved for {STALL_SECONDS:.0f} s: {what}.{who}", "huiying up, huiying doctor")
