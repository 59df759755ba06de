"""Photos of an opinion: taken from its submitter, served to holders of its receipts and to staff on the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import flask
from sqlalchemy.engine import Connection
from werkzeug.exceptions import RequestEntityTooLarge

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, TooLarge
from services.contracts.people.callers import PUBLIC, STAFF, Caller
from services.intake.app.context import Intake
from services.intake.app.limits import RECEIPTS
from services.intake.app.opinions import may_read
from services.intake.app.receipt.promising import known_receipt
from services.intake.domain.attaching import LARGEST_PHOTO, PHOTO_TYPES, SENT_TYPES, Attachment, Photo, check_attaching, sees
from services.intake.domain.opinion import Opinion
from services.intake.domain.timeline import Handler
from services.intake.gateway.photos import digest_of, read_photo, work_of
from services.intake.handlers import submitter
from services.intake.schemas.attachments import AttachmentSchema
from services.intake.store import reading
from services.intake.store.answering import answer_photo
from services.intake.store.attachments import attachment, attachments_of
from services.intake.store.handling import handlers_of
from services.intake.store.writing import IntakeStore
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.requests import MULTIPART
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
#: What a multipart body may have beside the photo: boundaries and headers.
AROUND = 65_536
FILE = "file"
#: A photo is no page: whatever a browser takes it for, it runs nothing, loads nothing and is of no origin. The style is the
#: browser's own, which centres a picture that is opened alone.
PHOTO_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-cache",
}


@routes.post(
    f"{API}/receipts/<receipt>/attachments",
    access=PUBLIC,
    counts=(RECEIPTS,),
    takes=(*SENT_TYPES, MULTIPART),
    longest=LARGEST_PHOTO + AROUND,
    answers={201: AttachmentSchema},
    made=f"{API}/receipts/{{receipt}}/attachments/{{id}}",
)
def attach(call: Call[Intake]) -> Answer:
    """Add a photo (JPEG, PNG, WebP or HEIC, 25 MB, 50 megapixels) until there is a reply; only its pixels are kept."""
    full = check_holder(call, 1)
    photos, digests = sent_photo(call, full)
    status, (kept,) = attach_photos(call, photos, digests, full)
    return status, kept


def attach_photos(
    call: Call[Intake], photos: Sequence[Photo], digests: Sequence[str], full: Conflict | None = None
) -> tuple[int, list[dict[str, object]]]:
    """Keep photos with the opinion of the receipt in the path, all or none; answers 201 and what is shown of each.

    `full` is the error when no more fit: then only a repeated request gets its answer, and any other raises it.
    """
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, list[dict[str, object]]]:
        if full is not None:
            raise full
        named = {new_id(): photo for photo in photos}
        return 201, list(map(asdict, submitter.attach(IntakeStore(work, call.service.vault), receipt, named)))

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/attachments", digests, act)


@routes.get(
    f"{API}/receipts/<receipt>/attachments/<attachment_id>",
    access=PUBLIC,
    counts=(RECEIPTS,),
    answers={200: None},
    gives=tuple(PHOTO_TYPES),
)
def read_attachment(call: Call[Intake]) -> Answer:
    """A photo, for holders of a receipt of its opinion."""
    receipt = known_receipt(call.path["receipt"])
    with call.service.database.reading() as connection:
        found = reading.find_by_receipt(connection, receipt)
        photo = _of_receipt(connection, found[0], call.path["attachment_id"]) if found else None
    return _photo(photo)


@routes.get(
    f"{API}/opinions/<opinion_id>/attachments/<attachment_id>",
    access=STAFF,
    personal=True,
    answers={200: None},
    gives=tuple(PHOTO_TYPES),
)
def read_opinion_attachment(call: Call[Intake]) -> Answer:
    """A photo, for the office and the departments that handle the case; those of the answer of another once it is given."""
    opinion_id = call.path["opinion_id"]
    with call.service.database.reading() as connection:
        held = handlers_of(connection, opinion_id)
        named = opinion_id, call.path["attachment_id"]
        photo = None
        if may_read(call.caller, held):
            photo = attachment(connection, *named) or _of_answer(connection, call.caller, held, *named)
    return _photo(photo)


def _of_answer(
    connection: Connection, caller: Caller, held: Sequence[Handler], opinion: str, photo: str
) -> tuple[Attachment, bytes] | None:
    found = answer_photo(connection, opinion, photo)
    return found if found and sees(caller.department, held, found[0]) else None


def _of_receipt(connection: Connection, own: Opinion, photo_id: str) -> tuple[Attachment, bytes] | None:
    theirs = own.merged_into or own.id
    return attachment(connection, own.id, photo_id) or answer_photo(connection, theirs, photo_id, shown=True)


def check_holder(call: Call[Intake], new: int) -> Conflict | None:
    """Check before photos are decoded: raises `NotFound` and `NotAllowed`; returns the error when no `new` photos can be kept."""
    with call.service.database.reading() as connection:
        found = reading.find_by_receipt(connection, known_receipt(call.path["receipt"]))
        kept = len(attachments_of(connection, found[0].id)) if found else 0
    if found is None:
        raise NotFound("There is no opinion with this receipt. Check it for a typing error.")
    if not found[1]:
        raise NotAllowed("Only who submitted the opinion can add photos to it.")
    try:
        check_attaching(found[0], kept, new)
    except Conflict as full:
        return full
    return None


def sent_photo(call: Call[Intake], full: Conflict | None) -> tuple[Sequence[Photo], Sequence[str]]:
    """The photo of the request and its digest; where none can be kept it is not decoded, and the digest alone is there."""
    raw = _sent()
    if full is not None:
        return [], [digest_of(raw)]
    call.charge(work_of(raw))
    return [read_photo(raw)], [digest_of(raw)]


def _sent() -> bytes:
    """The one file of the request: its body, or the part `file` of its form."""
    request = flask.request
    is_form = request.mimetype == MULTIPART
    request.max_content_length = LARGEST_PHOTO + (AROUND if is_form else 0)
    try:
        return _part(request) if is_form else request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise TooLarge(f"A photo has at most {LARGEST_PHOTO >> 20} MB. Make it smaller and send it again.") from error


def _part(request: flask.Request) -> bytes:
    request.max_form_memory_size = AROUND
    parts = [*request.form.items(multi=True), *request.files.items(multi=True)]
    if [name for name, _ in parts] != [FILE] or FILE not in request.files:
        raise Invalid("Send one photo at a time.", {FILE: [f"needed: one part '{FILE}' that is a file, and no other part"]})
    content: bytes = request.files[FILE].read()
    return content


def _photo(found: tuple[Attachment, bytes] | None) -> flask.Response:
    if found is None:
        raise NotFound("There is no such photo, or it is not for you to see.")
    photo, content = found
    response = flask.Response(content, content_type=photo.type)
    response.headers.update(PHOTO_HEADERS)
    response.headers["Content-Disposition"] = f'inline; filename="{photo.file_name}"'
    response.set_etag(photo.id)
    response.make_conditional(flask.request)
    return response
