"""What says the same as an opinion, and one decision on all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.engine import Connection

from services.contracts.errors import NotFound
from services.contracts.lifecycle import State
from services.intake.app.context import REVIEWERS, Intake
from services.intake.app.reviews import decided_item
from services.intake.domain.opinion import UNKNOWN, Opinion
from services.intake.domain.reviewing import IN_REVIEW
from services.intake.handlers import merging, reviewing
from services.intake.handlers.reviewing import ReviewResult
from services.intake.schemas import bodies
from services.intake.schemas.similarity.similar import DecidedTogether, SimilarOpinions
from services.intake.store import reading
from services.intake.store.similarity.similar import Similar, similar, waiting_alike, waiting_with
from services.intake.store.similarity.wordings import count_alike, group_of
from services.intake.store.tables import opinions
from services.intake.store.writing import IntakeStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import Key, once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
SIMILAR = f"{API}/opinions/<opinion_id>/similar"
SHOWN = ("id", "title", "content", "area", "state", "department", "merged_into", "submitted")
#: How many opinions one request decides on.
MOST_TOGETHER = 500
#: Those that wait for the reviewer.
WAITING = IN_REVIEW[:1]
#: What is decided on these opinions.
Decision = Callable[[IntakeStore, Sequence[str]], list[ReviewResult]]


@routes.get(SIMILAR, access=REVIEWERS, answers={200: SimilarOpinions})
def list_similar(call: Call[Intake]) -> Answer:
    """List the opinions that say the same as one, the likest twenty; those of the last seconds may be missing."""
    _, found, alike = similar_to(call)
    return 200, {"alike": alike, "items": list(map(_shown, found))}


def similar_to(call: Call[Intake]) -> tuple[Opinion, list[Similar], int]:
    """The opinion of the address, what says the same, and how many of it wait for review. Raises `NotFound`."""
    with call.service.database.reading() as connection:
        opinion = reading.find(connection, call.path["opinion_id"])
        if opinion is None:
            raise NotFound(UNKNOWN)
        found = similar(connection, opinion.title, opinion.content, only=opinions.c.id != opinion.id)
        alike = count_alike(connection, [opinion.id], WAITING).get(opinion.id, int(opinion.state in WAITING))
    return opinion, found, alike


def acceptance(call: Call[Intake]) -> Decision:
    """To accept opinions on the terms of the request."""
    return lambda store, waiting: reviewing.accept_many(store, call.service.catalogue, waiting, call.body)


def refusal(call: Call[Intake]) -> Decision:
    """To decline opinions for the reason of the request."""
    catalogue, reason = call.service.catalogue, call.body.reason
    return _of_each(lambda store, each: reviewing.decline(store, catalogue, each, reason))


def question(call: Call[Intake]) -> Decision:
    """To return opinions with the question of the request."""
    asked = call.body.question
    return _of_each(lambda store, each: reviewing.return_(store, each, asked))


def merger(call: Call[Intake]) -> Decision:
    """To merge opinions into the one that the request names."""
    catalogue, into = call.service.catalogue, call.body.into
    return _of_each(lambda store, each: merging.merge(store, catalogue, each, into)[0])


def _of_each(decide: Callable[[IntakeStore, str], State]) -> Decision:
    def all_of_them(store: IntakeStore, waiting: Sequence[str]) -> list[ReviewResult]:
        store.load_many(waiting)
        return reviewing.decide_each(waiting, lambda each: decide(store, each))

    return all_of_them


def _shown(each: Similar) -> dict[str, object]:
    return {**{name: getattr(each.opinion, name) for name in SHOWN}, "likeness": each.likeness}


@routes.post(f"{SIMILAR}/accept", access=REVIEWERS, body=bodies.Acceptance, answers={200: DecidedTogether}, versioned=True)
def accept_all(call: Call[Intake]) -> Answer:
    """Accept an opinion and all that say the same and wait for review, at most 500 at a time."""
    return _decide_all(call, acceptance(call))


@routes.post(f"{SIMILAR}/decline", access=REVIEWERS, body=bodies.DeclineBody, answers={200: DecidedTogether}, versioned=True)
def decline_all(call: Call[Intake]) -> Answer:
    """Decline an opinion and all that say the same and wait for review, at most 500 at a time."""
    return _decide_all(call, refusal(call))


@routes.post(f"{SIMILAR}/return", access=REVIEWERS, body=bodies.QuestionBody, answers={200: DecidedTogether}, versioned=True)
def return_all(call: Call[Intake]) -> Answer:
    """Ask the submitters of an opinion and of all that say the same and wait for review for more, at most 500 at a time."""
    return _decide_all(call, question(call))


@routes.post(f"{SIMILAR}/merge", access=REVIEWERS, body=bodies.Merging, answers={200: DecidedTogether}, versioned=True)
def merge_all(call: Call[Intake]) -> Answer:
    """Merge an opinion and all that say the same and wait for review into another one, at most 500 at a time."""
    return _decide_all(call, merger(call))


def _decide_all(call: Call[Intake], decision: Decision) -> Answer:
    def those(store: IntakeStore, connection: Connection) -> Sequence[str]:
        opinion = store.load(call.path["opinion_id"])
        call.expect({"updated": opinion.updated})
        group = group_of(connection, opinion.id)
        # One that was not read yet is decided on alone.
        return ([] if group is None else waiting_alike(connection, group, WAITING, MOST_TOGETHER)) or [opinion.id]

    return decide_all(call, call.idempotency_key, decision, those)


def accept_together(call: Call[Intake], chosen: Sequence[str]) -> Answer:
    """Accept the chosen opinions, and with each all that say the same and wait for review, on the terms of the request."""

    def those(_: IntakeStore, connection: Connection) -> Sequence[str]:
        return list(dict.fromkeys([*chosen, *waiting_with(connection, chosen, WAITING, MOST_TOGETHER)]))

    return decide_all(call, call.idempotency_key, acceptance(call), those, chosen)


def decide_all(
    call: Call[Intake], key: Key | None, decision: Decision, those: Callable[[IntakeStore, Connection], Sequence[str]],
    chosen: Sequence[str] = (),
) -> Answer:  # fmt: skip
    """Decide on those opinions in one transaction, at most 500 of them; the same key again has the same answer, where the address
    or `chosen` names the same ones."""

    # The key is handed over, for the description of the API says of a route that it has one where its own module reads it.
    def unit(work: Transaction) -> tuple[int, dict[str, object]]:
        store = IntakeStore(work, call.service.vault)
        waiting = those(store, work.connection)
        decided = decision(store, waiting[:MOST_TOGETHER])
        return 200, {"items": list(map(decided_item, decided)), "more": len(waiting) > MOST_TOGETHER}

    return once(call.service.database, key, f"decide on {' '.join((*call.path.values(), *chosen))}", call.body, unit)
