"""Photos of a department's answer: added to the case before it answers, seen by submitters once it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from services.contracts.errors import Conflict, NotFound
from services.contracts.people.callers import Role
from services.intake.app.attachments import AROUND, sent_photo
from services.intake.app.context import Intake
from services.intake.domain.attaching import LARGEST_PHOTO, SENT_TYPES, AnswerPhoto, Photo, check_answering
from services.intake.domain.opinion import Opinion
from services.intake.domain.timeline import Handler
from services.intake.gateway.photos import digest_of, read_photo, work_of
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
UNKNOWN = "There is no such opinion, or it is not this department's."


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
    opinion, full = check_department(call, 1)
    raw = sent_photo()
    if full is None:
        call.charge(work_of(raw))
    photos = [read_photo(raw)] if full is None else []
    status, (kept,) = add_photos(call, opinion, photos, [digest_of(raw)], full)
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
    call: Call[Intake], opinion: Opinion, photos: Sequence[Photo], digests: Sequence[str], full: Conflict | None
) -> tuple[int, list[dict[str, object]]]:
    """Keep photos with the next answer, all or none; with `full` only a repeated request gets its answer, any other raises it."""
    department = call.caller.department or ""

    def act(work: Transaction) -> tuple[int, list[dict[str, object]]]:
        if full is not None:
            raise full
        # As it is by now, and stays until the commit: photos take a while to be read.
        now = IntakeStore(work, call.service.vault).load(opinion.id)
        _check_handling(handlers_of(work.connection, now.id), department)
        call.expect({"updated": now.updated})
        named = {new_id(): photo for photo in photos}
        return 201, list(map(asdict, answering.add(AnswerPhotoStore(work), now, department, named)))

    route = f"POST /opinions/{opinion.id}/attachments {department}"
    return once(call.service.database, call.idempotency_key, route, digests, act)


def _check_handling(held: Sequence[Handler], department: str) -> None:
    if department not in {each.department for each in held}:
        raise NotFound(UNKNOWN)


def check_department(call: Call[Intake], new: int) -> tuple[Opinion, Conflict | None]:
    """The opinion in the path, and the error when no `new` photos can be added; raises `NotFound` for what others handle."""
    opinion_id, department = call.path["opinion_id"], call.caller.department or ""
    with call.service.database.reading() as connection:
        opinion = reading.find(connection, opinion_id)
        if opinion is None:
            raise NotFound(UNKNOWN)
        _check_handling(handlers_of(connection, opinion_id), department)
        kept = answer_photos_of(connection, opinion_id)
    waiting = sum(each.department == department and each.shown is None for each in kept)
    try:
        check_answering(opinion, department, waiting, new)
    except Conflict as full:
        return opinion, full
    return opinion, None
