"""审核: the list of opinions to review, and the reviewer's decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from werkzeug.datastructures import ETags

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import State
from services.intake.app.context import ADMIN, REVIEWERS, Intake
from services.intake.app.opinions import change_opinion
from services.intake.domain.opinion import Opinion
from services.intake.domain.reviewing import waited
from services.intake.handlers import merging, reviewing
from services.intake.handlers.reviewing import ReviewResult
from services.intake.schemas import answers, bodies
from services.intake.schemas.commands import AcceptMany
from services.intake.schemas.erasures import WaitingCodes
from services.intake.schemas.queries import ReviewQuery
from services.intake.store.reading import open_codes
from services.intake.store.similarity.queue import WaitingQueue, waiting
from services.intake.store.similarity.wordings import count_alike
from services.intake.store.writing import IntakeStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
SHOWN = ("id", "title", "content", "channel", "topic", "area", "station", "state", "submitted", "waiting_since")


@routes.get(f"{API}/reviews", access=REVIEWERS, query=ReviewQuery, answers={200: answers.ReviewPage})
def list_reviews(call: Call[Intake]) -> Answer:
    """List opinions that wait for review, oldest first, with their waiting time; `?state=returned`: for their submitter.

    `?grouped=true`: opinions that say the same are one item, the first of them.
    """
    limit, now = call.query["limit"], call.service.database.clock.now()
    with call.service.database.reading() as connection:
        states, after = call.query["state"], read_cursor(call.query["cursor"])
        found = waiting(connection, WaitingQueue(states, grouped=call.query["grouped"]), after, limit)
        alike = count_alike(connection, [each.id for each in found], states)
    items = [_waiting(call.service.catalogue, each, now) | {"alike": alike.get(each.id, 1)} for each in found]
    return 200, page(items, limit)


def _waiting(catalogue: Catalogue, opinion: Opinion, now: datetime) -> dict[str, object]:
    ours = opinion.state is State.SUBMITTED
    since = waited(catalogue, opinion.topic, opinion.waiting_since or opinion.submitted, now)
    return {
        **{name: getattr(opinion, name) for name in SHOWN}, "waited_working_days": since.working_days,
        "waited_seconds": since.seconds, "review_by": since.review_by if ours else None, "overdue": ours and since.overdue,
        "provisional": ours and since.provisional,
    }  # fmt: skip


@routes.post(f"{API}/opinions/accept", access=REVIEWERS, body=bodies.BatchAcceptance, answers={200: answers.BatchAccepted})
def accept_many(call: Call[Intake]) -> Answer:
    """集中交办: accept many waiting opinions on the same terms, in one transaction; the answer has the result of each."""
    command: AcceptMany = call.body

    def act(work: Transaction) -> tuple[int, dict[str, object]]:
        store = IntakeStore(work, call.service.vault)
        decided = reviewing.accept_many(store, call.service.catalogue, command.opinions, command.terms)
        return 200, {"items": list(map(decided_item, decided))}

    return once(call.service.database, call.idempotency_key, "POST /opinions/accept", command, act)


def _decide(call: Call[Intake], decision: Callable[[IntakeStore, str], State]) -> Answer:
    return 200, {"id": call.path["opinion_id"], "state": change_opinion(call, decision)}


def decided_item(each: ReviewResult) -> dict[str, str]:
    """What became of one of several opinions."""
    if each.state is None:
        return {"id": each.id, "status": "refused", "detail": each.refused}
    return {"id": each.id, "status": "accepted", "state": each.state}


@routes.post(
    f"{API}/opinions/<opinion_id>/accept",
    access=REVIEWERS,
    body=bodies.Acceptance,
    answers={200: answers.OpinionStanding},
    versioned=True,
)
def accept(call: Call[Intake]) -> Answer:
    """Accept a waiting opinion; the reviewer may set its topic, department and handling."""
    return _decide(call, lambda store, opinion: reviewing.accept(store, call.service.catalogue, opinion, call.body))


@routes.post(
    f"{API}/opinions/<opinion_id>/decline",
    access=REVIEWERS,
    body=bodies.DeclineBody,
    answers={200: answers.OpinionStanding},
    versioned=True,
)
def decline(call: Call[Intake]) -> Answer:
    """Decline a waiting opinion for a reason of the catalogue."""
    return _decide(call, lambda store, opinion: reviewing.decline(store, call.service.catalogue, opinion, call.body.reason))


@routes.post(
    f"{API}/opinions/<opinion_id>/return",
    access=REVIEWERS,
    body=bodies.QuestionBody,
    answers={200: answers.OpinionStanding},
    versioned=True,
)
def return_(call: Call[Intake]) -> Answer:
    """Ask the submitter for more detail."""
    return _decide(call, lambda store, opinion: reviewing.return_(store, opinion, call.body.question))


@routes.post(
    f"{API}/opinions/<opinion_id>/merge", access=REVIEWERS, body=bodies.Merging, answers={200: answers.Merged}, versioned=True
)
def merge(call: Call[Intake]) -> Answer:
    """Merge an opinion into another one, or into the one that was merged into; `into` in the answer names it."""
    catalogue, into = call.service.catalogue, call.body.into
    state, case = change_opinion(call, lambda store, opinion: merging.merge(store, catalogue, opinion, into), also=into)
    return 200, {"id": call.path["opinion_id"], "state": state, "into": case}


def accept_and_merge(call: Call[Intake], into: str, version: str) -> None:
    """Accept another opinion that waits, of which `version` was read, and merge the one in the path into it: both or neither."""
    service, opinion_id = call.service, call.path["opinion_id"]
    read = {opinion_id: call, into: replace(call, if_match=ETags([version]))}

    def unit(work: Transaction) -> None:
        store = IntakeStore(work, service.vault)
        for found in store.load_many(list(read)).values():
            read[found.id].expect({"updated": found.updated})
        merging.accept_and_merge(store, service.catalogue, opinion_id, into)

    service.database.write(unit)


@routes.post(f"{API}/opinions/<opinion_id>/unmerge", access=REVIEWERS, answers={200: answers.OpinionStanding}, versioned=True)
def unmerge(call: Call[Intake]) -> Answer:
    """Undo a merge: the opinion waits for review again, and is decided on alone."""
    return _decide(call, merging.unmerge)


@routes.get(f"{API}/opinions/codes", access=ADMIN, answers={200: WaitingCodes})
def list_waiting_codes(call: Call[Intake]) -> Answer:
    """List the catalogue codes that opinions waiting for review use, to check a new catalogue against them."""
    with call.service.database.reading() as connection:
        return 200, {"items": list(map(asdict, open_codes(connection)))}
