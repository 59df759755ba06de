"""Submitting an opinion, and reading it as the office and the departments do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import NotRequired, TypedDict, TypeVar

from services.contracts.errors import Invalid, NotFound
from services.contracts.lifecycle import State
from services.contracts.messages.opinions import OpinionSubmitted
from services.contracts.people.callers import NOBODY, PUBLIC, STAFF, Caller
from services.intake.app.constituency.telling import correspondence
from services.intake.app.context import Intake
from services.intake.app.limits import CODES, STATIONS, SUBMISSIONS
from services.intake.app.listing import listed
from services.intake.app.receipt.promising import promise_of
from services.intake.app.views import StaffMoment, part_of, shown
from services.intake.domain.attaching import AnswerPhoto, Attachment, Photo, sees
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Person, Persons, may_see_contact
from services.intake.domain.receipt.rating import GivenRating
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.submission.submission import CODE, Submission, as_given
from services.intake.domain.timeline import Handler, TimelineEntry, advisers_of, answers_of, is_internal, promises_of
from services.intake.handlers import taking
from services.intake.handlers.taking import Sender, Taken
from services.intake.schemas.answers import OpinionFile, OpinionPage, Submitted
from services.intake.schemas.bodies import SubmissionSchema
from services.intake.schemas.queries import OpinionQuery, TimelineQuery
from services.intake.store import reading
from services.intake.store.answering import answer_photos_of
from services.intake.store.attachments import attachments_of
from services.intake.store.handling import handlers_of
from services.intake.store.writing import IntakeStore
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
T = TypeVar("T")
#: What the keys of repeated submissions are kept for.
ROUTE = "POST /opinions"
#: How many of those that were merged into an opinion its file shows.
MOST_MERGED = 100


@dataclass(frozen=True, slots=True)
class CaseFile:
    """An opinion with what is known of it; `persons` is None for those who may not see who told it."""

    opinion: Opinion
    held: Sequence[Handler]
    lines: Sequence[TimelineEntry]
    ratings: Sequence[GivenRating]
    merged: Sequence[Opinion]
    attachments: Sequence[Attachment]
    answer_photos: Sequence[AnswerPhoto]
    persons: Persons | None
    cosigners: Sequence[Person]


class SubmittedAnswer(TypedDict):
    """What the sender of an opinion is answered; `cosigners` are the receipts of those who signed with them."""

    id: str
    receipt: str
    state: State
    links: dict[str, str]
    cosigners: NotRequired[list[str]]
    campaign: NotRequired[dict[str, object]]
    promise: NotRequired[dict[str, object]]


@routes.post(
    f"{API}/opinions", access=PUBLIC, body=SubmissionSchema, answers={200: Submitted, 201: Submitted},
    counts=(SUBMISSIONS, STATIONS, CODES), made="{links[receipt]}",
)  # fmt: skip
def submit(call: Call[Intake]) -> Answer:
    """Submit an opinion; the receipt is the only key to it, and every co-signer gets one."""
    try:
        status, answer = submit_with(call, call.body, ())
    except Invalid as error:
        count_wrong_code(call, error)
        raise
    return status, answer


def count_wrong_code(call: Call[Intake], error: Invalid) -> None:
    """Count a code that there is not against who sent it, as a guess; raises `TooMany`."""
    if CODE in error.errors and call.guard is not None and call.caller is NOBODY:
        call.guard.missed(CODES)


def submit_with(call: Call[Intake], submission: Submission, photos: Sequence[Photo]) -> tuple[int, SubmittedAnswer]:
    """Submit an opinion and its photos in one transaction. Raises `AtCapacity`."""

    def act(work: Transaction) -> tuple[int, SubmittedAnswer]:
        store = IntakeStore(work, call.service.vault)
        taken = taking.submit(store, sender_of(call), submission, new_id())
        if not taken.known:
            for photo in photos:
                store.add_attachment(taken.id, new_id(), photo)
        answer = _submitted(taken)
        sent = store.submitted(taken.id) if taken.known else store.sent(OpinionSubmitted)
        if sent is not None and (promise := promise_of(call.service, sent)) is not None:
            answer["promise"] = promise
        return (200 if taken.known else 201), answer

    call.service.capacity.look()
    request = [submission, [photo.digest for photo in photos]] if photos else submission
    return once(call.service.database, call.idempotency_key, ROUTE, request, act)


def sender_of(call: Call[Intake]) -> Sender:
    """Who sends this, with what their token grants."""
    return Sender(call.service.catalogue, call.service.capacity, call.caller.grant, correspondence(call.service))


@routes.get(f"{API}/opinions", access=STAFF, query=OpinionQuery, answers={200: OpinionPage})
def list_opinions(call: Call[Intake]) -> Answer:
    """List opinions, newest first; a department sees those it handles. `q` finds them by words. Personal data is left out."""
    found, page = listed(call)
    return 200, page | {"items": list(map(shown, found))}


@routes.get(
    f"{API}/opinions/<opinion_id>",
    access=STAFF,
    query=TimelineQuery,
    answers={200: OpinionFile},
    personal=True,
    versioned=True,
)
def read_opinion(call: Call[Intake]) -> Answer:
    """Read an opinion with its timeline and, where the caller may see them, its persons."""
    file = case_file(call)
    return 200, shown(file.opinion) | _file(file, call) | _persons(file)


def case_file(call: Call[Intake]) -> CaseFile:
    """The opinion in the path with all that is known of it; raises `NotFound`, also where it is not the caller's to read."""
    vault = call.service.vault
    with call.service.database.reading() as connection:
        opinion = reading.find(connection, call.path["opinion_id"])
        held = handlers_of(connection, opinion.id) if opinion else []
        if opinion is None or not may_read(call.caller, held):
            raise NotFound("There is no such opinion, or it is not this department's.")
        seen = may_see_contact(opinion.visibility, call.caller.role)
        return CaseFile(
            opinion, held, reading.timeline_of(connection, opinion.id),
            reading.ratings_of(connection, opinion.merged_into or opinion.id),
            reading.merged_with(connection, opinion.id, MOST_MERGED), attachments_of(connection, opinion.id),
            [each for each in answer_photos_of(connection, opinion.id) if sees(call.caller.department, held, each)],
            # The only place where persons are unsealed for display.
            reading.find_persons(connection, vault, opinion.id) if seen else None,
            reading.cosigners_of(connection, vault, opinion.id) if seen else [],
        )  # fmt: skip


def change_opinion(call: Call[Intake], change: Callable[[IntakeStore, str], T], *, also: str | None = None) -> T:
    """Change the opinion in the path. Raises `Changed` when the caller has read another version of it.

    What is changed with it has to be locked with it, so that two such changes never wait for each other: `also` names an opinion
    of the case that this is, where it is not the opinion's own.
    """
    opinion_id = call.path["opinion_id"]

    def unit(work: Transaction) -> T:
        store = IntakeStore(work, call.service.vault)
        found = store.load_many([opinion_id, store.case_of(also or opinion_id)]) if call.if_match else {}
        if opinion_id in found:
            call.expect({"updated": found[opinion_id].updated})
        return change(store, opinion_id)

    return call.service.database.write(unit)


def may_read(caller: Caller, held: Sequence[Handler]) -> bool:
    """The office reads everything, a department what it handles in whatever role."""
    return caller.department is None or caller.department in {each.department for each in held}


def _file(file: CaseFile, call: Call[Intake]) -> dict[str, object]:
    part, earlier = part_of(file.lines, **call.query)
    advisers = advisers_of(file.held)
    return {
        "handlers": file.held, "answers": answers_of(file.lines), "promises": promises_of(file.lines), "earlier": earlier,
        "timeline": [StaffMoment(line.at, line.what, line.by, line.facts, is_internal(line, advisers)) for line in part],
        "merged": [
            {name: getattr(each, name) for name in ("id", "title", "content", "area", "station", "submitted")}
            for each in file.merged
        ],
        "attachments": file.attachments, "answer_photos": file.answer_photos,
        "evaluations": [
            {name: getattr(each, name) for name in ("round", "process", "result", "comment", "at", "revision")}
            for each in file.ratings
        ],
    }  # fmt: skip


def _persons(file: CaseFile) -> dict[str, object]:
    """The persons of an opinion, for callers who may see them."""
    persons = file.persons
    if persons is None:
        return {}
    return {
        "submitter": as_given(persons.submitter) if persons.submitter else None, "relay": persons.relay,
        "deputy": persons.deputy, "cosigners": list(map(as_given, file.cosigners)),
        "location": as_given(persons.location) if persons.location else None,
    }  # fmt: skip


def _submitted(taken: Taken) -> SubmittedAnswer:
    links = {"receipt": f"{API}/receipts/{taken.receipt}", "page": f"/receipts/{taken.receipt}"}
    answer: SubmittedAnswer = {"id": taken.id, "receipt": show_receipt(taken.receipt), "state": taken.state, "links": links}
    if taken.campaign:
        answer["campaign"] = asdict(taken.campaign)
    if taken.cosigners:
        answer["cosigners"] = list(map(show_receipt, taken.cosigners))
    return answer
