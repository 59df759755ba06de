"""Sends a file of opinions and counts what became of its rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

import msgspec
import requests
from rich.progress import Progress, TaskID

from services.console.client.http import Client, Later
from services.console.client.records import NDJSON, Piece, Records
from services.console.terminal import fail
from services.contracts.errors import CAPACITY

#: How long (s) to retry while the system is at capacity; how often is the system's to say.
WAIT_SECONDS = 600.0
AGAIN = "huiying doctor; then 'huiying up' and the same import again: it takes up where it stopped and adds nothing twice"
#: Why a row was refused: the reasons by field.
Reasons = dict[str, list[str]]


class LineView(msgspec.Struct):
    """The answer about one line of a batch; `line` is counted from 1."""

    line: int
    status: str
    id: str = ""
    errors: Reasons = {}


LINE_ANSWER = msgspec.json.Decoder(LineView)


@dataclass
class ImportTally:
    """What became of the rows of a file. `refused` has (line of the file, reasons) pairs."""

    rows: int
    created: int = 0
    known: int = 0
    refused: list[tuple[int, Reasons]] = field(default_factory=list)
    opinions: set[str] = field(default_factory=set)
    seconds: float = 0.0

    @property
    def rate(self) -> int | None:
        """New opinions a second; None when there were none."""
        return round(self.created / self.seconds) if self.created and self.seconds else None

    def count(self, answer: LineView, number: int) -> None:
        """Count one line of the answer; `number` is the line of the file."""
        if answer.status == "refused":
            self.refused.append((number, answer.errors))
            return
        self.opinions.add(answer.id)
        if answer.status == "created":
            self.created += 1
        else:
            self.known += 1


class Import:
    """One run of one file against one system. `absent` returns the names of local processes that are not running."""

    def __init__(self, client: Client, records: Records, absent: Callable[[], list[str]]) -> None:
        self._client, self._records, self._absent = client, records, absent
        self.tally = ImportTally(records.rows, refused=[(row.number, {"line": [row.reason]}) for row in records.unreadable])

    def run(self, progress: Progress) -> ImportTally:
        """Send everything; fails with the progress so far when the system goes away or stays at capacity."""
        task, started = progress.add_task("提交 submitting", total=self._records.rows, note=""), time.perf_counter()
        for piece in self._records.pieces():
            self._send(piece, progress, task)
        self.tally.seconds = time.perf_counter() - started
        return self.tally

    def _send(self, piece: Piece, progress: Progress, task: TaskID) -> None:
        moved = time.monotonic()
        while piece.rows:
            try:
                left = self._send_once(piece)
            except Later as later:
                if time.monotonic() - moved > WAIT_SECONDS:
                    self._interrupted(f"nothing was taken for {WAIT_SECONDS:.0f} s: {later}")
                progress.update(task, note=f"暂时收不下，{later.seconds:.0f} 秒后再送 put off for {later.seconds:.0f} s")
                time.sleep(later.seconds)
                continue
            note = f"拒收 {len(self.tally.refused)} refused" if self.tally.refused else ""
            progress.update(task, advance=piece.rows - left.rows, note=note)
            piece, moved = left, time.monotonic()

    def _send_once(self, piece: Piece) -> Piece:
        """Send some rows; returns the rows, from the first one, that the system had no capacity for. None of those was stored."""
        answered, left = 0, Piece(())
        try:
            for raw in filter(None, self._client.stream("/opinions/batch", piece.body, NDJSON)):
                answer = LINE_ANSWER.decode(raw)
                if CAPACITY in answer.errors and not left.rows:
                    left = piece.since(answer.line)
                if not left.rows:
                    self.tally.count(answer, piece.line_of(answer.line))
                answered += 1
        except (requests.RequestException, msgspec.DecodeError) as error:
            self._interrupted(f"the line to {self._client.url} broke ({error.__class__.__name__})")
        if answered < piece.rows:
            self._interrupted(f"the answer broke off after {answered} of {piece.rows} lines of a piece")
        return left

    def _interrupted(self, what: str) -> NoReturn:
        absent = self._absent()
        who = f" Not running: {', '.join(absent)}." if absent else ""
        taken = f"{self.tally.created} taken, {self.tally.known} already there, {len(self.tally.refused)} refused"
        fail(f"The import was interrupted: {what}.{who} So far of {self.tally.rows} rows: {taken}.", AGAIN)


def in_words(errors: Reasons) -> str:
    """Why a line was refused, on one line."""
    return "; ".join(f"{name}: {' '.join(each)}" for name, each in errors.items())
