"""Photos on the page of a receipt: the form that adds more. Those that are there are shown by the page itself."""

from __future__ import annotations

from dataclasses import replace

from services.contracts.errors import Conflict, NotAllowed, NotFound
from services.contracts.people.callers import PUBLIC
from services.design.phrases import Phrase
from services.intake.app.attachments import attach_photos, check_holder
from services.intake.app.context import Intake
from services.intake.app.limits import RECEIPTS
from services.intake.app.receipt.promising import known_receipt
from services.intake.domain.attaching import MOST_PHOTOS
from services.intake.pages.receipt.receipt import show
from services.intake.pages.submission.choosing import MOST_BYTES, PHOTOS, added_photos, count_chosen
from services.intake.pages.submission.fields import KEY, new_key, usable_key
from services.runtime.store.idempotency import Key
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, see_other
from services.runtime.web.requests import read_form
from services.runtime.web.routes import LONGEST_BODY, Answer, Routes

routes = Routes()
NOT_KEPT = Phrase(
    "The photos were not saved: at most %(most)s for an opinion, and only the submitter can add them before there is a reply. "
    "This is the latest state."
).filled(most=MOST_PHOTOS)


@routes.post(
    "/receipts/<receipt>/attachments",
    stands_on="/receipts/<receipt>",
    access=PUBLIC,
    counts=(RECEIPTS,),
    page=error_page,
    longest=LONGEST_BODY + MOST_BYTES,
)
def add_photos(call: Call[Intake]) -> Answer:
    """Take the photos; back to the receipt's page, which shows them."""
    text, form = call.path["receipt"], read_form((KEY,), MOST_BYTES)
    form[KEY] = usable_key(form[KEY])
    try:
        full = check_holder(call, count_chosen(PHOTOS))
        photos, digests, wrong = added_photos(PHOTOS, call.charge, full)
        if wrong:
            return show(call, text, form, 422, mistakes={PHOTOS: wrong})
        attach_photos(replace(call, idempotency_key=Key.of(form[KEY], call.caller.principal)), photos, digests, full)
    except NotFound:
        return show(call, text, form)
    except (Conflict, NotAllowed):
        return show(call, text, form | {KEY: new_key()}, 409, notice=NOT_KEPT)
    return see_other(f"/receipts/{known_receipt(text)}#attachments")
