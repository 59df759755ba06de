"""What the holder of a receipt sees: how it stands, what happened, the reply, and the form to rate it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import flask
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.lifecycle import State
from services.intake import app, domain, schemas
from services.intake.app import Intake, receipt_data
from services.intake.pages.submission import TEMPLATES, new_key, usable_key
from services.intake.pages.telling import department_name, show_time, tell, topic_name
from services.intake.pages.words import OUTCOMES, RATINGS, STATES, STEPS, STEPS_TAKEN
from services.runtime.access import PUBLIC
from services.runtime.http import Answer, Call, Routes, validate
from services.runtime.pages import Words, error_page, html, read_form, see_other

routes = Routes()
RATED = ("result", "process", "comment")
KEY = "key"
_EVALUATION = schemas.Evaluation()
NO_RECEIPT = Words(
    "这不是回执码，可能输错了一位。回执码有 14 位，由数字和字母组成。",
    "This is not a receipt; a character may be wrong. A receipt has 14 digits and letters.",
)
UNKNOWN_RECEIPT = Words(
    "没有找到这个回执码。请对照您保存的回执再输一次。", "There is no such receipt. Compare it with the one you kept."
)
MISTAKES: Mapping[str, Words] = {
    "result": Words("请选择您对结果是否满意", "Choose how satisfied you are with the result"),
    "process": Words("请选择其中一项", "Choose one of these"),
    "comment": Words("最多 2000 个字", "At most 2000 characters"),
}
TOO_LATE = Words(
    "这次评价没有记下：答复已经评价过，或者评价期已过。下面是最新的情况。",
    "This rating was not taken: the reply has been rated already, or the time for it is over. This is how things stand.",
)


@routes.get("/receipts", access=PUBLIC, page=error_page)
def look_up(call: Call[Intake]) -> Answer:
    """Go to the page of a receipt; without one, the box to enter it."""
    text = str(call.query.get("receipt", "")).strip()
    if not text:
        return _private(html(TEMPLATES, "lookup.html", place=call.service.catalogue, given="", mistake=None))
    receipt = domain.read_receipt(text)
    if receipt is None:
        return _not_found(call.service, text, NO_RECEIPT)
    return see_other(f"/receipts/{receipt}")


@routes.get("/receipts/<receipt>", access=PUBLIC, page=error_page)
def receipt_page(call: Call[Intake]) -> Answer:
    """What became of the opinion behind a receipt."""
    return _receipt(call.service, call.path["receipt"], dict.fromkeys(RATED, "") | {KEY: new_key()})


@routes.get("/receipts/<receipt>/evaluation", access=PUBLIC, page=error_page)
def back_to_receipt(call: Call[Intake]) -> Answer:
    """The evaluation's own address, opened by hand."""
    return see_other(f"/receipts/{quote(call.path['receipt'], safe='')}")


# Like the form on the first page this carries no session; who holds the receipt may rate, and nobody can forge without it.
@routes.post("/receipts/<receipt>/evaluation", access=PUBLIC, page=error_page)
def evaluate(call: Call[Intake]) -> Answer:
    """Take the rating; back to the receipt's page, which says thank you."""
    form, text = read_form((*RATED, KEY)), call.path["receipt"]
    form[KEY] = usable_key(form[KEY])
    try:
        body = validate(_EVALUATION, {name: form[name] for name in RATED if form[name]})
        app.evaluate(replace(call, body=body, idempotency_key=form[KEY]))
    except Invalid as error:
        return _receipt(call.service, text, form, 422, mistakes={name: MISTAKES[name] for name in RATED if name in error.errors})
    except NotFound:
        return _receipt(call.service, text, form)
    except (Conflict, IntegrityError):
        # Rated in another window, or twice at the same moment.
        return _receipt(call.service, text, form | {KEY: new_key()}, 409, notice=TOO_LATE)
    return see_other(f"/receipts/{app.known_receipt(text)}#evaluation")


def _receipt(service: Intake, text: str, form: Mapping[str, str], status: int = 200, **said: Any) -> flask.Response:
    try:
        known = receipt_data(service, text)
    except NotFound:
        return _not_found(service, text, UNKNOWN_RECEIPT if domain.read_receipt(text) else NO_RECEIPT)
    catalogue, reply = service.catalogue, known["reply"]
    values = {"mistakes": {}, "notice": None} | said
    page = html(
        TEMPLATES, "receipt.html", status, place=catalogue, known=known, form=form,
        address=f"/receipts/{app.known_receipt(text)}", standing=STATES[known["state"]],
        steps=STEPS, taken=STEPS_TAKEN.get(known["state"], 0), is_new=known["state"] in (State.SUBMITTED, State.ACCEPTED),
        is_again=known["state"] not in (State.REPLIED, State.CONCLUDED), ratings=RATINGS, outcomes=OUTCOMES,
        department=department_name(known["department"], catalogue) if known["department"] else None,
        topic=topic_name(known["topic"], catalogue) if known["topic"] else None,
        submitted=show_time(known["submitted"], catalogue),
        evaluate_by=show_time(reply["evaluate_by"], catalogue) if reply and reply["evaluate_by"] else None,
        timeline=tell(known["timeline"], catalogue, reply["content"] if reply else None), **values,
    )  # fmt: skip
    return _private(page)


def _not_found(service: Intake, given: str, mistake: Words) -> flask.Response:
    return _private(html(TEMPLATES, "lookup.html", 404, place=service.catalogue, given=given, mistake=mistake))


def _private(response: flask.Response) -> flask.Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
