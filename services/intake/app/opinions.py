"""Submitting an opinion, and what the office does with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.contracts.errors import NotFound
from services.intake import domain, handlers, schemas, store
from services.intake.app.context import REVIEWERS, Intake, routes
from services.intake.handlers import Taken
from services.intake.store import IntakeStore
from services.runtime.access import PUBLIC, STAFF, Role
from services.runtime.clock import new_id
from services.runtime.database import Transaction
from services.runtime.http import API, Answer, Call
from services.runtime.idempotency import once
from services.runtime.paging import page, read_cursor
from services.runtime.throttle import Kind


@routes.post(
    f"{API}/opinions", access=PUBLIC, body=schemas.Submission, answers={200: schemas.Submitted, 201: schemas.Submitted},
    counts=Kind.SUBMISSION,
)  # fmt: skip
def submit(call: Call[Intake]) -> Answer:
    """Submit an opinion; the receipt is the only key to it."""

    def act(work: Transaction) -> tuple[int, Any]:
        taken = handlers.submit(IntakeStore(work), call.service.catalogue, call.body, new_id())
        return (200 if taken.known else 201), _submitted(taken)

    return once(call.service.database, call.idempotency_key, "POST /opinions", call.body, act)


@routes.get(f"{API}/opinions", access=STAFF, query=schemas.OpinionQuery, answers={200: schemas.OpinionPage})
def list_opinions(call: Call[Intake]) -> Answer:
    """List opinions, newest first; a department sees its own. Contact data is left out of lists."""
    wanted = {name: call.query[name] for name in ("state", "channel", "topic", "department", "external_id")}
    if call.caller.role is Role.DEPARTMENT:
        wanted["department"] = call.caller.department
    with call.service.database.reading() as connection:
        rows = store.listing(connection, wanted, read_cursor(call.query["cursor"]), call.query["limit"])
    return 200, page([_opinion(row, None) for row in rows], call.query["limit"])


@routes.get(f"{API}/opinions/<opinion_id>", access=STAFF, answers={200: schemas.OpinionFile}, personal=True)
def read_opinion(call: Call[Intake]) -> Answer:
    """Read an opinion with its timeline and, where the caller may see it, its submitter."""
    with call.service.database.reading() as connection:
        row = store.find(connection, call.path["opinion_id"])
        if row is None or (call.caller.role is Role.DEPARTMENT and row["department"] != call.caller.department):
            raise NotFound("There is no such opinion, or it is not this department's.")
        timeline, evaluations = store.timeline_of(connection, row["id"]), store.evaluations_of(connection, row["id"])
    answer = _opinion(row, call.caller.role)
    answer["timeline"] = [moment(line) for line in timeline]
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


@routes.post(f"{API}/opinions/<opinion_id>/return", access=REVIEWERS, body=schemas.Question, answers={200: schemas.Standing})
def return_(call: Call[Intake]) -> Answer:
    """Ask the submitter for more detail."""
    with call.service.database.transaction() as work:
        state = handlers.return_(IntakeStore(work), call.path["opinion_id"], call.body["question"])
    return 200, {"id": call.path["opinion_id"], "state": state}


@routes.post(f"{API}/opinions/<opinion_id>/merge", access=REVIEWERS, body=schemas.Merging, answers={200: schemas.Standing})
def merge(call: Call[Intake]) -> Answer:
    """Handle an opinion together with another one."""
    with call.service.database.transaction() as work:
        state = handlers.merge(IntakeStore(work), call.path["opinion_id"], call.body["into"])
    return 200, {"id": call.path["opinion_id"], "state": state}


def _submitted(taken: Taken) -> dict[str, Any]:
    links = {"receipt": f"{API}/receipts/{taken.receipt}", "page": f"/receipts/{taken.receipt}"}
    return {"id": taken.id, "receipt": domain.show_receipt(taken.receipt), "state": taken.state, "links": links}


def _opinion(row: Mapping[str, Any], role: str | None) -> dict[str, Any]:
    hidden = {"fingerprint", "said", "heard", "answered", "receipt"}
    if not domain.may_see_contact(row["visibility"], role):
        hidden |= domain.PERSONAL
    return {name: value for name, value in row.items() if name not in hidden}


def moment(row: Mapping[str, Any]) -> dict[str, Any]:
    """A line of a timeline as it is shown."""
    return {name: row[name] for name in ("at", "what", "by", "facts")}
