"""Printed codes: making them, looking at them, and what becomes of one."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields

import flask
import msgspec
import orjson
import segno
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import NotFound
from services.intake.app.constituency.printing import SVG, address_of, prefix_of
from services.intake.app.context import KEEPERS, Intake
from services.intake.domain.constituency.codes import (
    PORTION,
    UNKNOWN,
    CodeBatch,
    CodeOrder,
    CodeState,
    PrintedCode,
    read_code,
)
from services.intake.gateway.lines import CSV, NDJSON
from services.intake.gateway.squares import MASK
from services.intake.handlers.constituency import codes as handlers
from services.intake.schemas.constituency.codes import BatchPage, CodeOrderBody, CodePage, CodeShape, MadeCode
from services.intake.store.constituency import codes as store
from services.intake.store.constituency.codes import CodeStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_cursor, read_number
from services.runtime.web.requests import current
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
ROUTE = "POST /codes"
COLUMNS = ("number", "code", "address")
_NAMES = tuple(field.name for field in fields(PrintedCode) if field.name != "placement")


@routes.post(f"{API}/codes", access=KEEPERS, body=CodeOrderBody, answers={200: MadeCode}, gives=(NDJSON, CSV))
def make_codes(call: Call[Intake]) -> Answer:
    """Make codes, up to 20,000 at once, in portions: a line for each as soon as it is stored, as NDJSON or CSV.

    Sent again with the same Idempotency-Key it goes on where it was interrupted, and gives all codes of the batch.
    """
    batch, prefix = begin(call, call.body), prefix_of(call)
    if current().accept_mimetypes.best_match((NDJSON, CSV)) == CSV:
        return flask.Response(_as_table(call, batch, prefix), content_type=f"{CSV}; charset=utf-8")
    return flask.Response(_as_lines(call, batch, prefix), content_type=NDJSON)


def begin(call: Call[Intake], order: CodeOrder) -> CodeBatch:
    """The batch for an order, of which no code may be made yet. Raises `Invalid`, `NotAllowed`, `Conflict`."""
    order = handlers.checked(order, call.service.catalogue, call.caller.station)
    key, request = call.idempotency_key, _digest(order)
    requested = key.name(ROUTE) if key else None
    open_it = lambda work: CodeStore(work).open(order, requested, request)  # noqa: E731
    try:
        return call.service.database.write(open_it)
    except IntegrityError:
        # The same request came twice at the same moment.
        return call.service.database.write(open_it)


def made(call: Call[Intake], batch: CodeBatch) -> Iterator[Sequence[tuple[int, str]]]:
    """All codes of a batch with their numbers, a portion at a time; those that there are not yet are made."""
    database, number = call.service.database, 0
    while number < batch.many:
        with database.reading() as connection:
            found = [each for each in store.made_after(connection, batch.id, number, PORTION) if each[0] <= batch.many]
        if found:
            number = found[-1][0]
            yield found
            continue
        try:
            database.write(lambda work: CodeStore(work).make_more(batch, PORTION))
        except IntegrityError:
            # Another request makes the same ones.
            continue


def _as_lines(call: Call[Intake], batch: CodeBatch, prefix: str) -> Iterator[bytes]:
    yield orjson.dumps({"batch": batch.id, "many": batch.many}) + b"\n"
    for portion in made(call, batch):
        lines = ({"number": number, "code": code, "address": prefix + code} for number, code in portion)
        yield b"".join([orjson.dumps(line) + b"\n" for line in lines])
    yield orjson.dumps({"batch": batch.id, "made": batch.many}) + b"\n"


def _as_table(call: Call[Intake], batch: CodeBatch, prefix: str) -> Iterator[bytes]:
    heading = [COLUMNS]
    for portion in made(call, batch):
        text = io.StringIO()
        csv.writer(text).writerows([*heading, *((number, code, prefix + code) for number, code in portion)])
        heading = []
        yield text.getvalue().encode()


@routes.get(f"{API}/codes/batches", access=KEEPERS, query=Page, answers={200: BatchPage})
def list_batches(call: Call[Intake]) -> Answer:
    """List the batches of codes, the latest first; a station sees its own."""
    limit = call.query["limit"]
    with call.service.database.reading() as connection:
        found = store.batches(connection, read_cursor(call.query["cursor"]), limit, call.caller.station)
        states = store.standings(connection, [each.id for each in found])
    return 200, page([_shown_batch(each, states[each.id]) for each in found], limit)


@routes.get(f"{API}/codes/batches/<batch>", access=KEEPERS, query=Page, answers={200: CodePage})
def list_codes(call: Call[Intake]) -> Answer:
    """List the codes of a batch in the order of their numbers."""
    limit, after = call.query["limit"], read_number(call.query["cursor"])
    with call.service.database.reading() as connection:
        batch = store.find_batch(connection, call.path["batch"], call.caller.station)
        found = store.codes_of(connection, batch.id, after or 0, limit + 1)
    return 200, page(list(map(shown, found)), limit, "number")


@routes.get(f"{API}/codes/<qr>", access=KEEPERS, answers={200: CodeShape})
def read_one(call: Call[Intake]) -> Answer:
    """Read a code: what it is for, where it stands, and which one took its place."""
    return 200, shown(own_code(call))


@routes.get(f"{API}/codes/<qr>/picture", access=KEEPERS, answers={200: None}, gives=(SVG,))
def picture(call: Call[Intake]) -> Answer:
    """Draw a code as SVG, to be set into a poster of one's own."""
    found, text = own_code(call), io.BytesIO()
    segno.make(address_of(call, found.code), error="m", micro=False, mask=MASK).save(text, kind="svg", border=4)
    return flask.Response(text.getvalue(), content_type=SVG)


def own_code(call: Call[Intake]) -> PrintedCode:
    """The code in the path as it stands itself; for a station one of its own. Raises `NotFound`."""
    with call.service.database.reading() as connection:
        found = store.find_code(connection, named(call))
    if found is None or not handlers.may_keep(found.placement, call.caller.station):
        raise NotFound(UNKNOWN)
    return found


def named(call: Call[Intake]) -> str:
    """The code in the path as it is stored; raises `NotFound` for what cannot be one."""
    code = read_code(call.path["qr"])
    if code is None:
        raise NotFound(UNKNOWN)
    return code


@routes.post(f"{API}/codes/<qr>/install", access=KEEPERS, answers={200: CodeShape})
def install(call: Call[Intake]) -> Answer:
    """Note that a code has been put up."""
    return 200, shown(moved(call, named(call), CodeState.INSTALLED))


@routes.post(f"{API}/codes/<qr>/retire", access=KEEPERS, answers={200: CodeShape})
def retire(call: Call[Intake]) -> Answer:
    """Take a code out of use for good; those who scan it are told so."""
    return 200, shown(moved(call, named(call), CodeState.RETIRED))


@routes.post(f"{API}/codes/<qr>/replace", access=KEEPERS, answers={200: CodeShape})
def replace(call: Call[Intake]) -> Answer:
    """Make another code in place of one that is worn out or lost; the old one leads on to it, which is named as `successor`."""
    return 200, replaced(call, named(call))


def moved(call: Call[Intake], code: str, state: CodeState) -> PrintedCode:
    """A code that was put up or taken out of use. Raises `NotFound`, `Conflict`."""
    station = call.caller.station
    return call.service.database.write(lambda work: handlers.move(CodeStore(work), code, station, state))


def replaced(call: Call[Intake], code: str) -> Mapping[str, object]:
    """A code that was replaced, once under an Idempotency-Key. Raises `NotFound`, `Conflict`."""
    station = call.caller.station

    def act(work: Transaction) -> tuple[int, Mapping[str, object]]:
        return 200, shown(handlers.replace(CodeStore(work), code, station))

    return once(call.service.database, call.idempotency_key, "POST /codes/replace", code, act)[1]


def shown(code: PrintedCode) -> dict[str, object]:
    """A code as a `CodeShape`."""
    return {name: getattr(code, name) for name in _NAMES} | asdict(code.placement)


def _shown_batch(batch: CodeBatch, states: Mapping[CodeState, int]) -> dict[str, object]:
    counted = {str(state): many for state, many in states.items()}
    return {"id": batch.id, **asdict(batch.placement), "many": batch.many, "made": batch.made, "states": counted}


def _digest(order: CodeOrder) -> str:
    return hashlib.sha256(msgspec.json.encode(order, order="sorted")).hexdigest()
