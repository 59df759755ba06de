"""审核: what waits for a reviewer, and what the reviewer does with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import State
from services.intake import domain, handlers, schemas, store
from services.intake.app.context import ADMIN, REVIEWERS, Intake, routes
from services.intake.app.opinions import expect
from services.intake.store import IntakeStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.paging import page, read_cursor
from services.runtime.web.routes import API, Answer

SHOWN = ("id", "title", "content", "channel", "topic", "area", "station", "state", "submitted", "waiting_since")


@routes.get(f"{API}/reviews", access=REVIEWERS, query=schemas.ReviewQuery, answers={200: schemas.ReviewPage})
def list_reviews(call: Call[Intake]) -> Answer:
    """List what waits for review, oldest first, with how long it has waited; `?state=returned`: what waits for its submitter."""
    limit, now = call.query["limit"], call.service.database.clock.now()
    with call.service.database.reading() as connection:
        rows = store.waiting(connection, call.query["state"], read_cursor(call.query["cursor"]), limit)
    return 200, page([_waiting(call.service.catalogue, row, now) for row in rows], limit)


def _waiting(catalogue: Catalogue, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    waited, ours = domain.waited(catalogue, row["topic"], row["waiting_since"], now), row["state"] == State.SUBMITTED
    return {
        **{name: row[name] for name in SHOWN}, "waited_working_days": waited.working_days, "waited_seconds": waited.seconds,
        "review_by": waited.review_by if ours else None, "overdue": ours and waited.overdue,
        "provisional": ours and waited.provisional,
    }  # fmt: skip


@routes.post(f"{API}/opinions/accept", access=REVIEWERS, body=schemas.BatchAcceptance, answers={200: schemas.BatchAccepted})
def accept_many(call: Call[Intake]) -> Answer:
    """集中交办: let many waiting opinions in on the same terms, in one transaction; the answer says what became of each."""
    terms = {name: value for name, value in call.body.items() if name != "opinions"}

    def act(work: Transaction) -> tuple[int, Any]:
        intake = IntakeStore(work, call.service.vault)
        return 200, {"items": handlers.accept_many(intake, call.service.catalogue, call.body["opinions"], terms)}

    return once(call.service.database, call.idempotency_key, "POST /opinions/accept", call.body, act)


@routes.post(
    f"{API}/opinions/<opinion_id>/accept",
    access=REVIEWERS,
    body=schemas.Acceptance,
    answers={200: schemas.OpinionStanding},
    versioned=True,
)
def accept(call: Call[Intake]) -> Answer:
    """Let a waiting opinion in, perhaps under another topic and with a say who handles it how."""
    with call.service.database.transaction() as work:
        intake = IntakeStore(work, call.service.vault)
        expect(call, intake)
        state = handlers.accept(intake, call.service.catalogue, call.path["opinion_id"], call.body)
    return 200, {"id": call.path["opinion_id"], "state": state}


@routes.post(
    f"{API}/opinions/<opinion_id>/decline",
    access=REVIEWERS,
    body=schemas.DeclineBody,
    answers={200: schemas.OpinionStanding},
    versioned=True,
)
def decline(call: Call[Intake]) -> Answer:
    """Decline a waiting opinion for a reason of the catalogue."""
    with call.service.database.transaction() as work:
        intake = IntakeStore(work, call.service.vault)
        expect(call, intake)
        state = handlers.decline(intake, call.service.catalogue, call.path["opinion_id"], call.body["reason"])
    return 200, {"id": call.path["opinion_id"], "state": state}


@routes.post(
    f"{API}/opinions/<opinion_id>/return",
    access=REVIEWERS,
    body=schemas.QuestionBody,
    answers={200: schemas.OpinionStanding},
    versioned=True,
)
def return_(call: Call[Intake]) -> Answer:
    """Ask the submitter for more detail."""
    with call.service.database.transaction() as work:
        intake = IntakeStore(work, call.service.vault)
        expect(call, intake)
        state = handlers.return_(intake, call.path["opinion_id"], call.body["question"])
    return 200, {"id": call.path["opinion_id"], "state": state}


@routes.post(
    f"{API}/opinions/<opinion_id>/merge", access=REVIEWERS, body=schemas.Merging, answers={200: schemas.Merged}, versioned=True
)
def merge(call: Call[Intake]) -> Answer:
    """Handle an opinion together with another one, or with the one that the other was merged into; `into` says which."""
    with call.service.database.transaction() as work:
        intake = IntakeStore(work, call.service.vault)
        expect(call, intake)
        state, into = handlers.merge(intake, call.service.catalogue, call.path["opinion_id"], call.body["into"])
    return 200, {"id": call.path["opinion_id"], "state": state, "into": into}


@routes.post(f"{API}/opinions/<opinion_id>/unmerge", access=REVIEWERS, answers={200: schemas.OpinionStanding}, versioned=True)
def unmerge(call: Call[Intake]) -> Answer:
    """Take a merge back: the opinion waits for review again, and is decided on alone."""
    with call.service.database.transaction() as work:
        intake = IntakeStore(work, call.service.vault)
        expect(call, intake)
        state = handlers.unmerge(intake, call.path["opinion_id"])
    return 200, {"id": call.path["opinion_id"], "state": state}


@routes.get(f"{API}/opinions/codes", access=ADMIN, answers={200: schemas.WaitingCodes})
def list_waiting_codes(call: Call[Intake]) -> Answer:
    """List the codes of the catalogue that opinions use which wait for their review, to check a new catalogue against them."""
    with call.service.database.reading() as connection:
        return 200, {"items": list(map(asdict, store.open_codes(connection)))}
