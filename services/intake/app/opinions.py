"""Submitting an opinion, and reading it as the office and the departments do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from services.contracts.callers import PUBLIC, STAFF, Caller
from services.contracts.errors import Invalid, NotFound
from services.intake import domain, handlers, schemas, store
from services.intake.app.context import Intake, routes
from services.intake.app.limits import STATIONS, SUBMISSIONS
from services.intake.domain import Photo
from services.intake.handlers import Taken
from services.intake.store import IntakeStore
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.store.vault import Vault
from services.runtime.web.calls import Call
from services.runtime.web.listing import read_listing
from services.runtime.web.paging import NOT_OURS, cursor_of, read_cursor
from services.runtime.web.routes import API, Answer

Row = Mapping[str, Any]
FILTERS = ("state", "channel", "topic", "department", "area", "station", "level", "outcome", "external_id")
#: How many of those that were merged into an opinion its file shows.
MOST_MERGED = 100
#: What of a stored opinion is nobody's business: the key to it, and how far it has got with its messages.
INSIDE = frozenset(
    {
        "personal",
        "fingerprint",
        "given",
        "said",
        "heard",
        "answered",
        "asked",
        "marked",
        "raised",
        "windowed",
        "waiting_since",
        "receipt",
    }
)


@routes.post(
    f"{API}/opinions", access=PUBLIC, body=schemas.Submission, answers={200: schemas.Submitted, 201: schemas.Submitted},
    counts=(SUBMISSIONS, STATIONS), made="{links[receipt]}",
)  # fmt: skip
def submit(call: Call[Intake]) -> Answer:
    """Submit an opinion; the receipt is the only key to it, and every co-signer gets one."""
    return submit_with(call, ())


def submit_with(call: Call[Intake], photos: Sequence[Photo]) -> tuple[int, Any]:
    """Submit an opinion together with its photos, as one: both are kept or neither is. Raises `AtCapacity`."""
    request = {**call.body, "photos": [photo.digest for photo in photos]} if photos else call.body

    def act(work: Transaction) -> tuple[int, Any]:
        intake = IntakeStore(work, call.service.vault)
        taken = handlers.submit(intake, sender_of(call), call.body, new_id())
        if not taken.known:
            handlers.enclose(intake, taken.id, {new_id(): photo for photo in photos})
        return (200 if taken.known else 201), _submitted(taken)

    call.service.capacity.look()
    return once(call.service.database, call.idempotency_key, "POST /opinions", request, act)


def sender_of(call: Call[Intake]) -> handlers.Sender:
    """Who sends this, with what their token grants."""
    return handlers.Sender(call.service.catalogue, call.service.capacity, call.caller.grant)


@routes.get(f"{API}/opinions", access=STAFF, query=schemas.OpinionQuery, answers={200: schemas.OpinionPage})
def list_opinions(call: Call[Intake]) -> Answer:
    """List opinions, newest first; a department sees those it handles. Who told them is left out of lists."""
    wanted = {name: call.query[name] for name in FILTERS}
    asked, own = call.caller.own_only(wanted["department"]), call.caller.department
    # What a department handles in whatever role, not only what it leads.
    wanted["department"] = asked if own is None else None
    reading = read_listing(call.query, "submitted", wanted, call.service.database.clock.now())
    with call.service.database.reading() as connection:
        rows = store.listing(connection, reading, own)
    return 200, reading.page([_opinion(row, call.caller.role) for row in rows])


@routes.get(
    f"{API}/opinions/<opinion_id>",
    access=STAFF,
    query=schemas.TimelineQuery,
    answers={200: schemas.OpinionFile},
    personal=True,
    versioned=True,
)
def read_opinion(call: Call[Intake]) -> Answer:
    """Read an opinion with its timeline and, where the caller may see it, who told it."""
    with call.service.database.reading() as connection:
        row = store.find(connection, call.path["opinion_id"])
        held = store.handlers_of(connection, row["id"]) if row else []
        if row is None or not may_read(call.caller, held):
            raise NotFound("There is no such opinion, or it is not this department's.")
        return 200, _file(connection, row, held, call) | _persons(connection, call.service.vault, row, call.caller.role)


def expect(call: Call[Intake], intake: IntakeStore) -> None:
    """Raises `Changed` when the caller has read another version of the opinion in the path."""
    if call.if_match:
        call.expect(intake.opinion(call.path["opinion_id"]))


def may_read(caller: Caller, held: Sequence[Row]) -> bool:
    """The office reads everything, a department what it handles in whatever role."""
    return caller.department is None or caller.department in {row["department"] for row in held}


def _file(connection: Connection, row: Row, held: Sequence[Row], call: Call[Intake]) -> dict[str, Any]:
    lines, ratings = store.timeline_of(connection, row["id"]), store.ratings_of(connection, row["merged_into"] or row["id"])
    advisers = advisers_of(held)
    answer = _opinion(row, call.caller.role) | {
        "handlers": held,
        "answers": domain.answers_of(lines),
        "promises": domain.promises_of(lines),
    }
    part, answer["earlier"] = part_of(lines, **call.query)
    answer["timeline"] = [{**moment(line), "internal": domain.is_internal(line, advisers)} for line in part]
    shown = ("round", "process", "result", "comment", "at", "revision")
    answer["merged"] = store.merged_with(connection, row["id"], MOST_MERGED)
    answer["attachments"] = store.attachments_of(connection, row["id"])
    answer["evaluations"] = [{name: rating[name] for name in shown} for rating in ratings]
    return answer


def _persons(connection: Connection, vault: Vault, row: Row, role: str | None) -> dict[str, Any]:
    """Who told it, signed it and passed it on, for those who may see it; the only place where that is opened to be read."""
    if not domain.may_see_contact(row["visibility"], role):
        return {}
    signers = store.cosigners_of(connection, vault, row["id"])
    told = [{name: value for name, value in signer.items() if value is not None} for signer in signers]
    return {**store.persons_of(vault, row), "cosigners": told}


def advisers_of(held: Sequence[Row]) -> frozenset[str]:
    """The assignments of those who only give the lead their opinion."""
    return frozenset(row["assignment"] for row in held if row["role"] == "co_handler")


def _submitted(taken: Taken) -> dict[str, Any]:
    links = {"receipt": f"{API}/receipts/{taken.receipt}", "page": f"/receipts/{taken.receipt}"}
    answer = {"id": taken.id, "receipt": domain.show_receipt(taken.receipt), "state": taken.state, "links": links}
    return answer | shown_cosigners(taken)


def shown_cosigners(taken: Taken) -> dict[str, Any]:
    """The receipts of the co-signers, where there are any."""
    return {"cosigners": [domain.show_receipt(receipt) for receipt in taken.cosigners]} if taken.cosigners else {}


def _opinion(row: Row, role: str | None) -> dict[str, Any]:
    shown = {name: value for name, value in row.items() if name not in INSIDE | domain.PERSONAL}
    return shown | dict.fromkeys(domain.withheld(row["visibility"], role))


def part_of(lines: Sequence[Row], cursor: str | None = None, limit: int = schemas.MOST_LINES) -> tuple[Sequence[Row], str | None]:
    """The lines of a timeline that are asked for, and the cursor for those before them; raises `Invalid`."""
    try:
        shown, first = domain.latest(lines, read_cursor(cursor), limit)
    except ValueError as error:
        raise Invalid("The cursor is not one of ours.", NOT_OURS) from error
    return shown, cursor_of(first["id"]) if first else None


def moment(line: Row) -> dict[str, Any]:
    """A line of a timeline as it is shown."""
    return {name: line[name] for name in ("at", "what", "by", "facts")}
