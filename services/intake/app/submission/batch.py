"""Many opinions in one request: a stream in, a line of answer for each line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Literal

import flask
import orjson
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import CAPACITY, AtCapacity, Invalid, Malformed, Refusal
from services.contracts.people.callers import OFFICE
from services.intake.app.context import Intake
from services.intake.app.opinions import sender_of
from services.intake.app.submission.files import BatchFile, Understanding, dated, open_file
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.submission.capacity import AT_CAPACITY
from services.intake.domain.submission.submission import Submission
from services.intake.gateway.lines import CSV, NDJSON, FileLine
from services.intake.handlers.taking import Taken, submit_many
from services.intake.schemas.answers import LineAnswer
from services.intake.schemas.bodies import BatchLine
from services.intake.schemas.queries import BatchQuery
from services.intake.store.writing import IntakeStore
from services.runtime.clock import new_id
from services.runtime.sheets.workbook import XLSX
from services.runtime.web.calls import Call
from services.runtime.web.requests import validate
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
LINES_A_COMMIT = 200
LONGEST_BATCH = 64_000_000
_LINE = BatchLine()
Commit = Callable[[Call[Intake], list[Submission]], list[Taken | Refusal]]


@dataclass(frozen=True, slots=True)
class RehearsalResult:
    """How a file was read, and what would become of its rows."""

    file: Understanding
    created: int
    exists: int
    refused: int

    def as_json(self) -> dict[str, object]:
        """As one flat JSON object."""
        file = {each.name: getattr(self.file, each.name) for each in fields(self.file)}
        counts = {"created": self.created, "exists": self.exists, "refused": self.refused}
        return {**file, "rows": sum(counts.values()), **counts}


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to the line with this number; fields that are None are left out."""

    line: int
    status: Literal["created", "exists", "refused", "rehearsed"]
    id: str | None = None
    receipt: str | None = None
    external_id: str | None = None
    cosigners: list[str] | None = None
    errors: Mapping[str, Sequence[str]] | None = None
    rehearsal: dict[str, object] | None = None

    @property
    def had_no_room(self) -> bool:
        """Whether the line should be sent again later, because the system was at capacity."""
        return CAPACITY in (self.errors or ())

    def as_json(self) -> bytes:
        """The line of the answer."""
        named = ((each.name, getattr(self, each.name)) for each in fields(self))
        return orjson.dumps({name: value for name, value in named if value is not None}) + b"\n"


@routes.post(
    f"{API}/opinions/batch",
    access=OFFICE,
    query=BatchQuery,
    takes=(NDJSON, CSV, XLSX),
    longest=LONGEST_BATCH,
    answers={200: LineAnswer},
    gives=(NDJSON,),
)
def submit_batch(call: Call[Intake]) -> Answer:
    """Submit many opinions as NDJSON, CSV or a workbook; the answer is NDJSON, a line for each line, in order.

    A line with the error `room` and all lines behind it were not stored, because the system is at capacity; 503 when that holds for
    all. With `dry_run` nothing is stored: the answer has the lines that would be refused, and the columns in the last line.
    """
    file = open_file(call.query)
    if call.query["dry_run"]:
        return flask.Response(_rehearsed(call, file), content_type=NDJSON)
    first = list(islice(file.entries, LINES_A_COMMIT))
    if not first:
        raise Malformed("There is not a single line in the body.")
    # Before anything is answered, so that a request of which nothing was stored can be refused as a whole.
    answers = _take_lines(call, first)
    if any(answer.had_no_room for answer in answers) and all(answer.status == "refused" for answer in answers):
        file.drain()
        raise AtCapacity(AT_CAPACITY)
    return flask.Response(_answers(call, answers, file.entries), content_type=NDJSON)


def _rehearsed(call: Call[Intake], file: BatchFile) -> Iterator[bytes]:
    counts = Counter[str]()
    seen: set[str | None] = set()
    number = 0
    while waiting := list(islice(file.entries, LINES_A_COMMIT)):
        for answer in _take_lines(call, waiting, _rehearse):
            number = answer.line
            # Earlier lines of the file would be stored by then.
            counts["exists" if answer.status == "created" and answer.external_id in seen else answer.status] += 1
            if answer.status == "refused":
                yield answer.as_json()
            elif answer.external_id:
                seen.add(answer.external_id)
    rehearsal = RehearsalResult(file.understanding, counts["created"], counts["exists"], counts["refused"])
    yield Answered(number + 1, "rehearsed", rehearsal=rehearsal.as_json()).as_json()


def _answers(call: Call[Intake], answers: list[Answered], entries: Iterator[FileLine]) -> Iterator[bytes]:
    full = False
    while answers:
        yield b"".join(answer.as_json() for answer in answers)
        full = full or any(answer.had_no_room for answer in answers)
        waiting = list(islice(entries, LINES_A_COMMIT))
        # After one line is refused for capacity all later ones are, so that the sender can resume from there.
        answers = [_refused(entry, {CAPACITY: [AT_CAPACITY]}) for entry in waiting] if full else _take_lines(call, waiting)


def _take_lines(call: Call[Intake], entries: list[FileLine], commit: Commit | None = None) -> list[Answered]:
    call.service.capacity.look()
    zone, now = call.service.catalogue.calendar.zone, call.service.database.clock.now()
    answers: dict[int, Answered] = {}
    good: list[tuple[FileLine, Submission]] = []
    for entry in entries:
        try:
            if entry.raw is None:
                answers[entry.number] = _refused(entry, {"line": [entry.reason]})
            else:
                good.append((entry, dated(validate(_LINE, entry.raw), zone, now)))
        except Invalid as error:
            answers[entry.number] = _refused(entry, error.errors)
    results = (commit or _commit)(call, [submission for _, submission in good])
    for (entry, submission), result in zip(good, results, strict=True):
        answers[entry.number] = _answer(entry, submission, result)
    return [answers[entry.number] for entry in entries]


def _answer(entry: FileLine, submission: Submission, result: Taken | Refusal) -> Answered:
    if isinstance(result, AtCapacity):
        return _refused(entry, {CAPACITY: [result.detail]})
    if isinstance(result, Refusal):
        return _refused(entry, result.errors or {"line": [result.detail]})
    return Answered(
        entry.number, "exists" if result.known else "created", result.id, show_receipt(result.receipt),
        submission.external_id or None, list(map(show_receipt, result.cosigners)) or None,
    )  # fmt: skip


def _commit(call: Call[Intake], submissions: list[Submission]) -> list[Taken | Refusal]:
    service, ids, sender = call.service, [new_id() for _ in submissions], sender_of(call)
    for _ in range(3):
        try:
            with service.database.transaction() as work:
                return submit_many(IntakeStore(work, service.vault), sender, submissions, ids)
        except IntegrityError:
            continue  # Another sender stored one of these external ids in between; now it is known.
    raise Malformed("The same external ids are being sent by somebody else right now; send again.")


def _rehearse(call: Call[Intake], submissions: list[Submission]) -> list[Taken | Refusal]:
    """The results of a commit, without committing."""
    service, ids = call.service, [new_id() for _ in submissions]
    sender = replace(sender_of(call), capacity=_Boundless())
    try:
        with service.database.transaction() as work:
            raise _Undone(submit_many(IntakeStore(work, service.vault), sender, submissions, ids))
    except _Undone as undone:
        return undone.results


class _Undone(Exception):
    """Rolls a rehearsal back."""

    def __init__(self, results: list[Taken | Refusal]) -> None:
        super().__init__()
        self.results = results


class _Boundless:
    """Unlimited capacity, for rehearsals."""

    def take(self) -> None:
        """Always succeeds."""


def _refused(entry: FileLine, errors: Mapping[str, Sequence[str]]) -> Answered:
    external_id = (entry.raw or {}).get("external_id")
    return Answered(entry.number, "refused", external_id=str(external_id) if external_id else None, errors=errors)
