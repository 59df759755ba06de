"""Many opinions in one request: a stream in, a line of answer for each line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import flask
import orjson
from sqlalchemy.exc import IntegrityError

from services.contracts.callers import OFFICE
from services.contracts.errors import CAPACITY, AtCapacity, Invalid, Malformed, Refusal
from services.intake import domain, handlers, schemas
from services.intake.app.context import Intake, routes
from services.intake.app.files import BatchFile, dated, open_file
from services.intake.app.opinions import sender_of, shown_cosigners
from services.intake.gateway import CSV, NDJSON, Entry
from services.intake.handlers import Taken
from services.intake.store import IntakeStore
from services.runtime.clock import new_id
from services.runtime.sheets.workbook import XLSX
from services.runtime.web.calls import Call
from services.runtime.web.requests import validate
from services.runtime.web.routes import API, Answer

LINES_A_COMMIT = 200
LONGEST_BATCH = 64_000_000
_LINE = schemas.BatchLine()
Commit = Callable[[Call[Intake], list[dict[str, Any]]], list[Taken | Refusal]]


@routes.post(
    f"{API}/opinions/batch",
    access=OFFICE,
    query=schemas.BatchQuery,
    takes=(NDJSON, CSV, XLSX),
    longest=LONGEST_BATCH,
    answers={200: schemas.LineAnswer},
    gives=(NDJSON,),
)
def submit_batch(call: Call[Intake]) -> Answer:
    """Submit many opinions as NDJSON, CSV or a workbook; the answer is NDJSON, a line for each line, in order.

    A line with the error `room` was not taken for want of room, and none behind it was; with no room at all, 503. With `dry_run`
    nothing is stored: the answer has the lines that would be refused, and what each column is taken for in the last one.
    """
    file = open_file(call.query)
    if call.query["dry_run"]:
        return flask.Response(_rehearsed(call, file), content_type=NDJSON)
    first = list(islice(file.entries, LINES_A_COMMIT))
    if not first:
        raise Malformed("There is not a single line in the body.")
    # Before anything is answered, so that a request of which nothing was stored can be refused as a whole.
    answers = _take_lines(call, first)
    if any(map(_was_at_capacity, answers)) and all(answer["status"] == "refused" for answer in answers):
        file.drain()
        raise AtCapacity(domain.AT_CAPACITY)
    return flask.Response(_answers(call, answers, file.entries), content_type=NDJSON)


def _rehearsed(call: Call[Intake], file: BatchFile) -> Iterator[bytes]:
    counts = Counter[str]()
    seen: set[str] = set()
    number = 0
    while waiting := list(islice(file.entries, LINES_A_COMMIT)):
        for answer in _take_lines(call, waiting, _rehearse):
            number, name = answer["line"], answer.get("external_id")
            # What came earlier in the file would be known by then.
            counts["exists" if answer["status"] == "created" and name in seen else answer["status"]] += 1
            if answer["status"] == "refused":
                yield orjson.dumps(answer) + b"\n"
            elif name:
                seen.add(name)
    sums = {status: counts[status] for status in ("created", "exists", "refused")}
    rehearsal = {**file.about, "rows": counts.total(), **sums}
    yield orjson.dumps({"line": number + 1, "status": "rehearsed", "rehearsal": rehearsal}) + b"\n"


def _answers(call: Call[Intake], answers: list[dict[str, Any]], entries: Iterator[Entry]) -> Iterator[bytes]:
    full = False
    while answers:
        yield b"".join(orjson.dumps(answer) + b"\n" for answer in answers)
        full = full or any(map(_was_at_capacity, answers))
        waiting = list(islice(entries, LINES_A_COMMIT))
        # Once a line was turned away all later ones are, so that its sender can go on from there.
        answers = [_refused(entry, {CAPACITY: [domain.AT_CAPACITY]}) for entry in waiting] if full else _take_lines(call, waiting)


def _was_at_capacity(answer: Mapping[str, Any]) -> bool:
    return CAPACITY in answer.get("errors", ())


def _take_lines(call: Call[Intake], entries: list[Entry], commit: Commit | None = None) -> list[dict[str, Any]]:
    call.service.capacity.look()
    zone, now = call.service.catalogue.calendar.zone, call.service.database.clock.now()
    answers: dict[int, dict[str, Any]] = {}
    good: list[tuple[Entry, dict[str, Any]]] = []
    for entry in entries:
        try:
            if entry.raw is None:
                answers[entry.number] = _refused(entry, {"line": [entry.reason]})
            else:
                good.append((entry, dated(validate(_LINE, entry.raw), zone, now)))
        except Invalid as error:
            answers[entry.number] = _refused(entry, error.errors)
    forms = [form for _, form in good]
    for (entry, form), result in zip(good, (commit or _commit)(call, forms), strict=True):
        if isinstance(result, AtCapacity):
            answers[entry.number] = _refused(entry, {CAPACITY: [result.detail]})
        elif isinstance(result, Refusal):
            answers[entry.number] = _refused(entry, result.errors or {"line": [result.detail]})
        else:
            status = "exists" if result.known else "created"
            answer = {"line": entry.number, "status": status, "id": result.id, "receipt": domain.show_receipt(result.receipt)}
            named = {"external_id": form["external_id"]} if form.get("external_id") else {}
            answers[entry.number] = answer | named | shown_cosigners(result)
    return [answers[entry.number] for entry in entries]


def _commit(call: Call[Intake], forms: list[dict[str, Any]]) -> list[Taken | Refusal]:
    service, ids, sender = call.service, [new_id() for _ in forms], sender_of(call)
    for _ in range(3):
        try:
            with service.database.transaction() as work:
                return handlers.submit_many(IntakeStore(work, service.vault), sender, forms, ids)
        except IntegrityError:
            continue  # Another sender stored one of these external ids in between; now it is known.
    raise Malformed("The same external ids are being sent by somebody else right now; send again.")


def _rehearse(call: Call[Intake], forms: list[dict[str, Any]]) -> list[Taken | Refusal]:
    """What a commit would come to, without one."""
    service, ids = call.service, [new_id() for _ in forms]
    sender = replace(sender_of(call), capacity=_Boundless())
    try:
        with service.database.transaction() as work:
            raise _Undone(handlers.submit_many(IntakeStore(work, service.vault), sender, forms, ids))
    except _Undone as undone:
        return undone.results


class _Undone(Exception):
    """Takes back what a rehearsal did to the store."""

    def __init__(self, results: list[Taken | Refusal]) -> None:
        super().__init__()
        self.results = results


class _Boundless:
    """Room for what is not stored."""

    def take(self) -> None:
        """Takes nothing."""


def _refused(entry: Entry, errors: Mapping[str, list[str]]) -> dict[str, Any]:
    external_id = (entry.raw or {}).get("external_id")
    answer = {"line": entry.number, "status": "refused", "errors": errors}
    return answer | ({"external_id": str(external_id)} if external_id else {})
