"""Photos of a department's answer: added to the case before it answers, seen by submitters once it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from services.contracts.errors import Conflict, NotFound
from services.contracts.people.callers import Role
from services.intake.app.attachments import AROUND, sent_photo
from services.intake.app.context import Intake
from services.intake.app.opinions import may_read
from services.intake.domain.attaching import LARGEST_PHOTO, SENT_TYPES, AnswerPhoto, Photo, check_answering, only_advises
from services.intake.domain.opinion import Opinion
from services.intake.handlers import answering
from services.intake.schemas.attachments import AnswerPhotoSchema
from services.intake.store import reading
from services.intake.store.answering import AnswerPhotoStore, answer_photos_of
from services.intake.store.handling import handlers_of
from services.intake.store.writing import IntakeStore
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.requests import MULTIPART
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
ANSWERING = frozenset({Role.DEPARTMENT})
ALL = f"{API}/opinions/<opinion_id>/attachments"


@dataclass(frozen=True, slots=True)
class NextAnswer:
    """What a department is going to answer: its photos so far, why none can be added, and whether it only advises the lead."""

    opinion: Opinion
    photos: Sequence[AnswerPhoto]
    full: Conflict | None
    advises: bool


@routes.post(
    ALL,
    access=ANSWERING,
    takes=(*SENT_TYPES, MULTIPART),
    longest=LARGEST_PHOTO + AROUND,
    answers={201: AnswerPhotoSchema},
    made=f"{API}/opinions/{{opinion_id}}/attachments/{{id}}",
    versioned=True,
)
def add_photo(call: Call[Intake]) -> Answer:
    """Add a photo to the answer that this department is going to give, as who handles the case; only its pixels are kept."""
    answer = check_department(call, 1)
    photos, digests = sent_photo(call, answer.full)
    status, (kept,) = add_photos(call, answer, photos, digests)
    return status, kept


@routes.delete(f"{ALL}/<attachment_id>", access=ANSWERING, answers={200: AnswerPhotoSchema})
def remove_photo(call: Call[Intake]) -> Answer:
    """Take a photo of this department's answer back, until the answer is given or waits for the head's approval."""
    department, photo = call.caller.department or "", call.path["attachment_id"]

    def unit(work: Transaction) -> AnswerPhoto:
        opinion = IntakeStore(work, call.service.vault).load(call.path["opinion_id"])
        return answering.remove(AnswerPhotoStore(work), opinion, department, photo)

    return 200, asdict(call.service.database.write(unit))


def add_photos(
    call: Call[Intake], answer: NextAnswer, photos: Sequence[Photo], digests: Sequence[str]
) -> tuple[int, list[dict[str, object]]]:
    """Keep photos with the next answer, all or none; where none can be added a repeated request still gets its answer."""
    department, opinion_id = call.caller.department or "", answer.opinion.id

    def act(work: Transaction) -> tuple[int, list[dict[str, object]]]:
        if answer.full is not None:
            raise answer.full
        # As it is by now, and stays until the commit: photos take a while to be read.
        opinion = IntakeStore(work, call.service.vault).load(opinion_id)
        call.expect({"updated": opinion.updated})
        held = handlers_of(work.connection, opinion_id)
        named = {new_id(): photo for photo in photos}
        return 201, list(map(asdict, answering.add(AnswerPhotoStore(work), opinion, held, department, named)))

    route = f"POST /opinions/{opinion_id}/attachments {department}"
    return once(call.service.database, call.idempotency_key, route, digests, act)


def check_department(call: Call[Intake], new: int) -> NextAnswer:
    """What the caller's department may add `new` photos to; raises `NotFound` for what others handle."""
    opinion_id, department = call.path["opinion_id"], call.caller.department or ""
    with call.service.database.reading() as connection:
        opinion, held = reading.find(connection, opinion_id), handlers_of(connection, opinion_id)
        if opinion is None or not may_read(call.caller, held):
            raise NotFound(answering.NOT_THEIRS)
        own = [each for each in answer_photos_of(connection, opinion_id) if each.department == department]
    full = None
    try:
        check_answering(opinion, held, department, sum(each.shown is None for each in own), new)
    except Conflict as error:
        full = error
    return NextAnswer(opinion, own, full, only_advises(held, department))
