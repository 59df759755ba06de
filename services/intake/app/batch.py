"""Many opinions in one request: a stream in, a line of answer for each line."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, cast

import flask
import orjson
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import ROOM, Malformed, NoRoom, Refusal
from services.contracts.tidying import tidied
from services.intake import domain, handlers, schemas
from services.intake.app.context import Intake, routes
from services.intake.app.opinions import sender_of, shown_cosigners
from services.intake.gateway import CSV, NDJSON, Entry, read_csv, read_ndjson
from services.intake.handlers import Taken
from services.intake.store import IntakeStore
from services.runtime.access import OFFICE
from services.runtime.clock import new_id
from services.runtime.http import API, Answer, Call, flatten

LINES_A_COMMIT = 200
LONGEST_BATCH = 64_000_000
_LINE = schemas.Line()


@routes.post(
    f"{API}/opinions/batch",
    access=OFFICE,
    takes=(NDJSON, CSV),
    longest=LONGEST_BATCH,
    answers={200: schemas.LineAnswer},
    gives=(NDJSON,),
)
def submit_batch(call: Call[Intake]) -> Answer:
    """Submit many opinions as NDJSON or CSV; the answer is NDJSON, a line for each line, in order.

    A line with the error `room` was not taken for want of room, and none behind it was; with no room at all, 503.
    """
    # Buffered: a raw stream looks for the end of a line byte by byte.
    lines = io.BufferedReader(cast(io.RawIOBase, flask.request.stream), 65536)
    entries = read_ndjson(lines) if flask.request.mimetype == NDJSON else read_csv(lines, _LINE.fields)
    first = list(islice(entries, LINES_A_COMMIT))
    if not first:
        raise Malformed("There is not a single line in the body.")
    # Before anything is answered, so that a request of which nothing was stored can be refused as a whole.
    answers = _take_lines(call, first)
    if any(map(_had_no_room, answers)) and all(answer["status"] == "refused" for answer in answers):
        # Read to its end, else the connection is cut and the sender may see that instead of the answer.
        while lines.read(65536):
            pass
        raise NoRoom(domain.NO_ROOM)
    return flask.Response(_answers(call, answers, entries), content_type=NDJSON)


def _answers(call: Call[Intake], answers: list[dict[str, Any]], entries: Iterator[Entry]) -> Iterator[bytes]:
    full = False
    while answers:
        yield b"".join(orjson.dumps(answer) + b"\n" for answer in answers)
        full = full or any(map(_had_no_room, answers))
        waiting = list(islice(entries, LINES_A_COMMIT))
        # Once a line was turned away all later ones are, so that its sender can go on from there.
        answers = [_refused(entry, {ROOM: [domain.NO_ROOM]}) for entry in waiting] if full else _take_lines(call, waiting)


def _had_no_room(answer: Mapping[str, Any]) -> bool:
    return ROOM in answer.get("errors", ())


def _take_lines(call: Call[Intake], entries: list[Entry]) -> list[dict[str, Any]]:
    call.service.room.look()
    answers: dict[int, dict[str, Any]] = {}
    good: list[tuple[Entry, dict[str, Any]]] = []
    for entry in entries:
        try:
            if entry.raw is None:
                answers[entry.number] = _refused(entry, {"line": [entry.reason]})
            else:
                good.append((entry, _LINE.load(tidied(_LINE, entry.raw))))
        except ValidationError as error:
            answers[entry.number] = _refused(entry, dict(flatten(error.messages)))
    forms = [form for _, form in good]
    for (entry, form), result in zip(good, _commit(call, forms), strict=True):
        if isinstance(result, NoRoom):
            answers[entry.number] = _refused(entry, {ROOM: [result.detail]})
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


def _refused(entry: Entry, errors: Mapping[str, list[str]]) -> dict[str, Any]:
    external_id = (entry.raw or {}).get("external_id")
    answer = {"line": entry.number, "status": "refused", "errors": errors}
    return answer | ({"external_id": str(external_id)} if external_id else {})
