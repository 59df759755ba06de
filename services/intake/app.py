"""HTTP routes of intake: parse, call a handler, answer."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, cast

import flask
import orjson
from marshmallow import ValidationError
from sqlalchemy.exc import IntegrityError

from services import contracts
from services.contracts.catalogue import Catalogue
from services.contracts.errors import Malformed, NotFound, Refusal
from services.contracts.lifecycle import Move, State, allowed_moves
from services.intake import domain, handlers, schemas, store
from services.intake.gateway import CSV, NDJSON, Entry, read_csv, read_ndjson
from services.intake.handlers import Taken
from services.intake.store import IntakeStore
from services.runtime.access import OFFICE, PUBLIC, STAFF, Role
from services.runtime.clock import new_id
from services.runtime.database import Database, Transaction
from services.runtime.http import API, Answer, Call, Routes, flatten
from services.runtime.idempotency import once
from services.runtime.paging import page, read_cursor

routes = Routes()
REVIEWERS = frozenset({Role.REVIEWER, Role.ADMIN})
LINES_A_COMMIT = 200
DOCUMENT_SECONDS = 300
_LINE = schemas.Line()


@dataclass(frozen=True, slots=True)
class Intake:
    """What the views work with."""

    database: Database
    catalogue: Catalogue


@routes.post(f"{API}/opinions", access=PUBLIC, body=schemas.Submission, answers={200: schemas.Submitted, 201: schemas.Submitted})
def submit(call: Call[Intake]) -> Answer:
    """Submit an opinion; the receipt is the only key to it."""

    def act(work: Transaction) -> tuple[int, Any]:
        taken = handlers.submit(IntakeStore(work), call.service.catalogue, call.body, new_id())
        return (200 if taken.known else 201), _submitted(taken)

    return once(call.service.database, call.idempotency_key, "POST /opinions", call.body, act)


@routes.post(f"{API}/opinions/batch", access=OFFICE, takes=(NDJSON, CSV), answers={200: schemas.LineAnswer})
def submit_batch(call: Call[Intake]) -> Answer:
    """Submit many opinions as NDJSON or CSV; the answer is NDJSON, a line for each line, in order."""
    # Buffered: a raw stream looks for the end of a line byte by byte.
    lines: Iterable[bytes] = io.BufferedReader(cast(io.RawIOBase, flask.request.stream), 65536)
    entries = read_ndjson(lines) if flask.request.mimetype == NDJSON else read_csv(lines, _LINE.fields)
    first = next(entries, None)
    if first is None:
        raise Malformed("There is not a single line in the body.")
    return flask.Response(_answers(call.service, first, entries), content_type=NDJSON)


@routes.get(f"{API}/opinions", access=STAFF, query=schemas.OpinionQuery, answers={200: schemas.OpinionPage})
def list_opinions(call: Call[Intake]) -> Answer:
    """List opinions, newest first; a department sees its own. Contact data is left out of lists."""
    wanted = {name: call.query[name] for name in ("state", "channel", "topic", "department", "external_id")}
    if call.caller.role is Role.DEPARTMENT:
        wanted["department"] = call.caller.department
    with call.service.database.reading() as connection:
        rows = store.listing(connection, wanted, read_cursor(call.query["cursor"]), call.query["limit"])
    return 200, page([_opinion(row, None) for row in rows], call.query["limit"])


@routes.get(f"{API}/opinions/<opinion_id>", access=STAFF, answers={200: schemas.OpinionFile})
def read_opinion(call: Call[Intake]) -> Answer:
    """Read an opinion with its timeline and, where the caller may see it, its submitter."""
    with call.service.database.reading() as connection:
        row = store.find(connection, call.path["opinion_id"])
        if row is None or (call.caller.role is Role.DEPARTMENT and row["department"] != call.caller.department):
            raise NotFound("There is no such opinion, or it is not this department's.")
        timeline, evaluations = store.timeline_of(connection, row["id"]), store.evaluations_of(connection, row["id"])
    answer = _opinion(row, call.caller.role)
    answer["timeline"] = [_moment(moment) for moment in timeline]
    answer["evaluations"] = [
        {name: rated[name] for name in ("round", "process", "result", "comment", "at")} for rated in evaluations
    ]
    return 200, answer


@routes.post(f"{API}/opinions/<opinion_id>/accept", access=REVIEWERS, body=schemas.Acceptance, answers={200: schemas.Standing})
def accept(call: Call[Intake]) -> Answer:
    """Let a waiting opinion in, perhaps under another topic."""
    with call.service.database.transaction() as work:
        state = handlers.accept(IntakeStore(work), call.service.catalogue, call.path["opinion_id"], call.body["topic"])
    return 200, {"id": call.path["opinion_id"], "state": state}


@routes.post(f"{API}/opinions/<opinion_id>/decline", access=REVIEWERS, body=schemas.Refusal, answers={200: schemas.Standing})
def decline(call: Call[Intake]) -> Answer:
    """Decline a waiting opinion for a reason of the catalogue."""
    with call.service.database.transaction() as work:
        state = handlers.decline(IntakeStore(work), call.service.catalogue, call.path["opinion_id"], call.body["reason"])
    return 200, {"id": call.path["opinion_id"], "state": state}


@routes.get(f"{API}/receipts/<receipt>", access=PUBLIC, answers={200: schemas.Receipt})
def read_receipt(call: Call[Intake]) -> Answer:
    """What became of the opinion behind a receipt."""
    return 200, receipt_data(call.service, call.path["receipt"])


@routes.post(f"{API}/receipts/<receipt>/evaluation", access=PUBLIC, body=schemas.Evaluation, answers={201: schemas.Standing})
def evaluate(call: Call[Intake]) -> Answer:
    """Rate the reply; open until the date on the receipt."""
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, Any]:
        handlers.evaluate(IntakeStore(work), receipt, **call.body)
        return 201, {"state": State.REPLIED}

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/evaluation", call.body, act)


@cache
def _published(name: str) -> tuple[bytes, str]:
    document = (Path(contracts.__file__).parent / name).read_bytes()
    return document, sha256(document).hexdigest()


def _document(name: str) -> Answer:
    document, digest = _published(name)
    response = flask.Response(document, content_type="application/json")
    response.headers["Cache-Control"] = f"public, max-age={DOCUMENT_SECONDS}"
    response.set_etag(digest)
    response.make_conditional(flask.request)
    return response


@routes.get(f"{API}/openapi.json", access=PUBLIC, answers={200: None})
def read_openapi(_: Call[Intake]) -> Answer:
    """This API as an OpenAPI 3.1 document."""
    return _document("openapi.json")


@routes.get(f"{API}/asyncapi.json", access=PUBLIC, answers={200: None})
def read_asyncapi(_: Call[Intake]) -> Answer:
    """All messages as an AsyncAPI 3 document."""
    return _document("asyncapi.json")


def known_receipt(text: str) -> str:
    """A receipt as it is stored; raises `NotFound` for one with a typing error, without asking the store."""
    receipt = domain.read_receipt(text)
    if receipt is None:
        raise NotFound("This is not a receipt: check it for a typing error.")
    return receipt


def receipt_data(service: Intake, text: str) -> dict[str, Any]:
    """What the holder of a receipt sees, for the API and for the page; raises `NotFound`."""
    receipt = known_receipt(text)
    with service.database.reading() as connection:
        row = store.find_by_receipt(connection, receipt)
        if row is None:
            raise NotFound("There is no opinion with this receipt.")
        timeline, evaluations = store.timeline_of(connection, row["id"]), store.evaluations_of(connection, row["id"])
    current = next((rated for rated in evaluations if rated["round"] == row["round"]), None)
    may = ["evaluation"] if Move.EVALUATE in allowed_moves(State(row["state"])) and current is None else []
    reply = {"content": row["reply"], "outcome": row["outcome"], "evaluate_by": row["evaluate_by"]} if row["reply"] else None
    return {
        "receipt": domain.show_receipt(receipt), "title": row["title"], "state": row["state"], "topic": row["topic"],
        "department": row["department"], "submitted": row["submitted"], "reply": reply,
        "evaluation": {name: current[name] for name in ("process", "result", "at")} if current else None,
        "may": may, "timeline": [_moment(moment) for moment in timeline],
    }  # fmt: skip


def _submitted(taken: Taken) -> dict[str, Any]:
    links = {"receipt": f"{API}/receipts/{taken.receipt}", "page": f"/receipts/{taken.receipt}"}
    return {"id": taken.id, "receipt": domain.show_receipt(taken.receipt), "state": taken.state, "links": links}


def _opinion(row: Mapping[str, Any], role: str | None) -> dict[str, Any]:
    hidden = {"fingerprint", "said", "heard", "answered", "receipt"}
    if not domain.may_see_contact(row["visibility"], role):
        hidden |= domain.PERSONAL
    return {name: value for name, value in row.items() if name not in hidden}


def _moment(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("at", "what", "by", "facts")}


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
            answers[entry.number] = answer | ({"external_id": form["external_id"]} if form.get("external_id") else {})
    return [answers[entry.number] for entry in entries]


def _commit(service: Intake, forms: list[dict[str, Any]]) -> list[Taken | Refusal]:
    ids = [new_id() for _ in forms]
    for _ in range(3):
        try:
            with service.database.transaction() as work:
                return handlers.submit_many(IntakeStore(work), service.catalogue, forms, ids)
        except IntegrityError:
            continue  # Another sender stored one of these external ids in between; now it is known.
    raise Malformed("The same external ids are being sent by somebody else right now; send again.")


def _refused(entry: Entry, errors: Mapping[str, list[str]]) -> dict[str, Any]:
    external_id = (entry.raw or {}).get("external_id")
    answer = {"line": entry.number, "status": "refused", "errors": errors}
    return answer | ({"external_id": str(external_id)} if external_id else {})
