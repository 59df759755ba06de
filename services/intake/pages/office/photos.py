"""Photos of a department's answer, in the browser: added before it answers, and taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import flask

from services.contracts.errors import Conflict, NotFound
from services.contracts.people.callers import STAFF
from services.design.phrases import Phrase
from services.intake.app.answering import ANSWERING, add_photos, check_department, remove_photo
from services.intake.app.attachments import read_opinion_attachment
from services.intake.app.context import Intake
from services.intake.domain.attaching import MOST_OF_ANSWER, PHOTO_TYPES, is_with_head
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.submission.choosing import MOST_BYTES, PHOTOS, PhotoField, added_photos, count_chosen
from services.intake.pages.submission.fields import KEY, new_key, usable_key
from services.runtime.store.idempotency import Key
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.requests import read_form
from services.runtime.web.routes import LONGEST_BODY, Answer, Routes

routes = Routes()
ALL: Final = "/cases/<opinion_id>/photos"
LABEL: Final = Phrase("Photos of the answer")
FIELD: Final = PhotoField(Phrase("Add photos"))
NOT_KEPT: Final = Phrase(
    "Nothing was changed: at most %(most)s photos go with an answer, and only before it is given or waits for approval. This is "
    "the latest state."
).filled(most=MOST_OF_ANSWER)


@routes.get(f"{ALL}/<attachment_id>", access=STAFF, page=error_page, personal=True, gives=tuple(PHOTO_TYPES))
def case_photo(call: Call[Intake]) -> Answer:
    """A photo, for those who read its case and have signed in."""
    return read_opinion_attachment(call)


@routes.get(ALL, access=ANSWERING, page=error_page, personal=True)
def photos_page(call: Call[Intake]) -> Answer:
    """The photos that wait for a department's answer, and the form that adds more."""
    return _page(call)


@routes.post(ALL, access=ANSWERING, page=error_page, longest=LONGEST_BODY + MOST_BYTES)
def add(call: Call[Intake]) -> Answer:
    """Take photos; the same page again, which shows them."""
    form = read_form((KEY,), MOST_BYTES)
    answer = check_department(call, count_chosen(PHOTOS))
    photos, digests, wrong = added_photos(PHOTOS, call.charge, answer.full)
    if wrong:
        return _page(call, 422, mistake=wrong)
    try:
        add_photos(replace(call, idempotency_key=Key.of(usable_key(form[KEY]), call.caller.principal)), answer, photos, digests)
    except Conflict:
        return _page(call, 409, NOT_KEPT)
    return see_other(f"/cases/{answer.opinion.id}/photos")


@routes.post(f"{ALL}/<attachment_id>/remove", stands_on=ALL, access=ANSWERING, page=error_page)
def remove(call: Call[Intake]) -> Answer:
    """Take one back; the same page again."""
    try:
        remove_photo(call)
    except Conflict:
        return _page(call, 409, NOT_KEPT)
    except NotFound:
        # As after a second press.
        pass
    return see_other(f"/cases/{call.path['opinion_id']}/photos")


def _page(call: Call[Intake], status: int = 200, notice: Phrase | None = None, mistake: Phrase | None = None) -> flask.Response:
    answer = check_department(call, 1)
    opinion = answer.opinion
    return private(
        html(
            TEMPLATES, "answer-photos.html", status, place=call.service.catalogue, role=call.caller.role, session=call.session,
            opinion=opinion, photos=answer.photos, adds=answer.full is None, advises=answer.advises,
            drafted=is_with_head(opinion, call.caller.department or ""), notice=notice,
            mistakes={PHOTOS: mistake} if mistake else {}, labels={PHOTOS: LABEL}, field=FIELD, key=new_key(),
            scripts=("photos.js",),
        )
    )  # fmt: skip
