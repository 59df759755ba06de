"""Many opinions in one request: a stream in, a line of answer for each line."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, cast

import flask
import orjson
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import Malformed, Refusal
from services.intake import domain, handlers, schemas
from services.intake.app.context import Intake, routes
from services.intake.app.opinions import shown_cosigners
from services.intake.gateway import CSV, NDJSON, Entry, read_csv, read_ndjson
from services.intake.handlers import Taken
from services.intake.store import IntakeStore
from services.runtime.access import OFFICE
from services.runtime.clock import new_id
from services.runtime.http import API, Answer, Call, flatten

LINES_A_COMMIT = 200
_LINE = schemas.Line()


@routes.post(f"{API}/opinions/batch", access=OFFICE, takes=(NDJSON, CSV), answers={200: schemas.LineAnswer}, gives=(NDJSON,))
def submit_batch(call: Call[Intake]) -> Answer:
    """Submit many opinions as NDJSON or CSV; the answer is NDJSON, a line for each line, in order."""
    # Buffered: a raw stream looks for the end of a line byte by byte.
    lines: Iterable[bytes] = io.BufferedReader(cast(io.RawIOBase, flask.request.stream), 65536)
    entries = read_ndjson(lines) if flask.request.mimetype == NDJSON else read_csv(lines, _LINE.fields)
    first = next(entries, None)
    if first is None:
        raise Malformed("There is not a single line in the body.")
    return flask.Response(_answers(call.service, first, entries), content_type=NDJSON)


def _answers(service: Intake, first: Entry, entries: Iterator[Entry]) -> Iterator[bytes]:
    waiting: list[Entry] = [first, *islice(entries, LINES_A_COMMIT - 1)]
    while waiting:
        yield b"".join(orjson.dumps(answer) + b"\n" for answer in _take_lines(service, waiting))
        waiting = list(islice(entries, LINES_A_COMMIT))


def _take_lines(service: Intake, entries: list[Entry]) -> list[dict[str, Any]]:
    answers: dict[int, dict[str, Any]] = {}
    good: list[tuple[Entry, dict[str, Any]]] = []
    for entry in entries:
        try:
            if entry.raw is None:
                answers[entry.number] = _refused(entry, {"line": [entry.reason]})
            else:
                good.append((entry, _LINE.load(entry.raw)))
        except ValidationError as error:
            answers[entry.number] = _refused(entry, dict(flatten(error.messages)))
    forms = [form for _, form in good]
    for (entry, form), result in zip(good, _commit(service, forms), strict=True):
        if isinstance(result, Refusal):
            answers[entry.number] = _refused(entry, result.errors or {"line": [result.detail]})
        else:
            status = "exists" if result.known else "created"
            answer = {"line": entry.number, "status": status, "id": result.id, "receipt": domain.show_receipt(result.receipt)}
            named = {"external_id": form["external_id"]} if form.get("external_id") else {}
            answers[entry.number] = answer | named | shown_cosigners(result)
    return [answers[entry.number] for entry in entries]


def _commit(service: Intake, forms: list[dict[str, Any]]) -> list[Taken | Refusal]:
    ids = [new_id() for _ in forms]
    for _ in range(3):
        try:
            with service.database.transaction() as work:
                return handlers.submit_many(IntakeStore(work, service.vault), service.catalogue, forms, ids)
        except IntegrityError:
            continue  # Another sender stored one of these external ids in between; now it is known.
    raise Malformed("The same external ids are being sent by somebody else right now; send again.")


def _refused(entry: Entry, errors: Mapping[str, list[str]]) -> dict[str, Any]:
    external_id = (entry.raw or {}).get("external_id")
    answer = {"line": entry.number, "status": "refused", "errors": errors}
    return answer | ({"external_id": str(external_id)} if external_id else {})
