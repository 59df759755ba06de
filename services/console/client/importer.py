"""`huiying import`: a file of opinions goes in, and the departments' queues are counted to see that all of it arrived."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import orjson
import pika.exceptions
import requests
from rich.progress import Progress

from services.console.client.amqp import connection, depths
from services.console.client.http import Client, Later
from services.console.client.queue_audit import Census, take_census
from services.console.client.records import NDJSON, Piece, Records
from services.console.terminal import Failure, fail
from services.contracts.errors import ROOM
from services.contracts.topology import department_queue

#: How long (s) it goes on asking a system that takes nothing, as often as that says.
WAIT_SECONDS = 600.0
STALL_SECONDS, SUSPICION_SECONDS, LOOK_SECONDS = 30.0, 3.0, 0.25
NAME = "huiying-import"
AGAIN = "huiying doctor; then 'huiying up' and the same import again: it takes up where it stopped and adds nothing twice"


@dataclass
class Tally:
    """What became of the rows of a file. `refused` has (line of the file, reasons) pairs, times are in seconds."""

    rows: int
    created: int = 0
    known: int = 0
    refused: list[tuple[int, dict[str, list[str]]]] = field(default_factory=list)
    opinions: set[str] = field(default_factory=set)
    seconds_sent: float = 0.0
    seconds_arrived: float = 0.0
    seconds_whole: float = 0.0

    @property
    def seconds(self) -> float:
        """From the first byte until the last opinion lay in its queue, as near as it could be seen."""
        return self.seconds_arrived or self.seconds_whole

    def answer(self, line: dict[str, Any], number: int) -> None:
        """Take one line of the answer into account; `number` is the line of the file that it is about."""
        if line["status"] == "refused":
            self.refused.append((number, line["errors"]))
            return
        self.opinions.add(line["id"])
        if line["status"] == "created":
            self.created += 1
        else:
            self.known += 1


class Import:
    """One run of one file against one system."""

    def __init__(self, client: Client, broker_url: str, records: Records, absent: Callable[[], list[str]]) -> None:
        self._client, self._broker_url, self._records, self._absent = client, broker_url, records, absent
        self.departments = [row["code"] for row in client.get("/departments")["items"]]
        self.tally = Tally(records.rows, refused=[(row.number, {"line": [row.reason]}) for row in records.unreadable])

    def run(self, progress: Progress) -> Census:
        """Send everything, wait until every accepted opinion is assigned, count the queues."""
        before, started = self._held(), time.perf_counter()
        self._send(progress)
        self.tally.seconds_sent = time.perf_counter() - started
        self._await_assignments(progress, before, started)
        self.tally.seconds_whole = time.perf_counter() - started
        # Counting over AMQP takes seconds for a large backlog and keeps the line busy all the while.
        task = progress.add_task("清点队列 counting the queues", total=1, note="")
        with connection(self._broker_url, NAME) as broker:
            census = take_census(broker, self.departments)
        progress.update(task, completed=1)
        if census.others:
            # Reminders lay in the queues too, so their depth did not say when the last opinion arrived.
            self.tally.seconds_arrived = 0.0
        return census

    def _send(self, progress: Progress) -> None:
        task = progress.add_task("提交 submitting", total=self._records.rows, note="")
        for whole in self._records.pieces():
            piece, moved = whole, time.monotonic()
            while piece.rows:
                try:
                    left = self._send_piece(piece)
                except Later as later:
                    if time.monotonic() - moved > WAIT_SECONDS:
                        self._interrupted(f"nothing was taken for {WAIT_SECONDS:.0f} s: {later}")
                    progress.update(task, note=f"暂时收不下，{later.seconds:.0f} 秒后再送 put off for {later.seconds:.0f} s")
                    time.sleep(later.seconds)
                    continue
                note = f"拒收 {len(self.tally.refused)} refused" if self.tally.refused else ""
                progress.update(task, advance=piece.rows - left.rows, note=note)
                piece, moved = left, time.monotonic()

    def _send_piece(self, piece: Piece) -> Piece:
        """Send some rows; returns those from the first on that there was no room for, none of which was taken."""
        answered, left = 0, Piece(())
        try:
            for raw in filter(None, self._client.stream("/opinions/batch", piece.body, NDJSON)):
                answer = orjson.loads(raw)
                if ROOM in answer.get("errors", ()) and not left.rows:
                    left = piece.since(answer["line"])
                if not left.rows:
                    self.tally.answer(answer, piece.line_of(answer["line"]))
                answered += 1
        except (requests.RequestException, orjson.JSONDecodeError) as error:
            self._interrupted(f"the line to {self._client.url} broke ({error.__class__.__name__})")
        if answered < piece.rows:
            self._interrupted(f"the answer broke off after {answered} of {piece.rows} lines of a piece")
        return left

    def _await_assignments(self, progress: Progress, before: int, started: float) -> None:
        task, last, moved = progress.add_task("交办 assigning", total=self.tally.created, note=""), -1, time.monotonic()
        while True:
            arrived = min(max(0, self._held() - before), self.tally.created)
            if arrived >= self.tally.created and not self.tally.seconds_arrived:
                self.tally.seconds_arrived = time.perf_counter() - started
            # A department that listens takes messages away while we count, so intake's own word ends the wait.
            if (arrived >= self.tally.created or arrived == last) and not self._unassigned():
                break
            if arrived != last:
                last, moved = arrived, time.monotonic()
            still = time.monotonic() - moved
            if still > STALL_SECONDS or (still > SUSPICION_SECONDS and self._absent()):
                self._interrupted(f"nothing was assigned for {still:.0f} s")
            progress.update(task, completed=arrived)
            time.sleep(LOOK_SECONDS)
        progress.update(task, completed=self.tally.created)

    def _held(self) -> int:
        try:
            with connection(self._broker_url, NAME) as broker:
                held = depths(broker, [department_queue(code) for code in self.departments])
        except (Failure, pika.exceptions.AMQPError):
            self._interrupted("the broker does not answer")
        return sum(count or 0 for count in held.values())

    def _unassigned(self) -> bool:
        try:
            return bool(self._client.get("/opinions", state="accepted", limit=1)["items"])
        except Failure as error:
            self._interrupted(error.message)

    def _interrupted(self, what: str) -> NoReturn:
        absent = self._absent()
        who = f" Not running: {', '.join(absent)}." if absent else ""
        taken = f"{self.tally.created} taken, {self.tally.known} already there, {len(self.tally.refused)} refused"
        fail(f"The import was interrupted: {what}.{who} So far of {self.tally.rows} rows: {taken}.", AGAIN)


def reasons(errors: dict[str, list[str]]) -> str:
    """Why a line was refused, on one line."""
    return "; ".join(f"{name}: {' '.join(each)}" for name, each in errors.items())
