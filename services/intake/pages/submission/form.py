"""The first page: what this is, the form to submit an opinion, and the box to look up a receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import flask
import structlog
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import AtCapacity, Conflict, Invalid, Unavailable
from services.contracts.people.callers import PUBLIC
from services.contracts.words.vocabulary import VISIBILITIES
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.limits import CODES, STATIONS, SUBMISSIONS
from services.intake.app.opinions import SubmittedAnswer, count_wrong_code, submit_with
from services.intake.domain.attaching import Photo
from services.intake.domain.submission.submission import Submission
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.sessions.attendance import for_deputies
from services.intake.pages.submission.choosing import CHOOSE_AGAIN, MOST_BYTES, PHOTOS, PhotoField, chosen_photos
from services.intake.pages.submission.coded import offered_campaigns, scanned_code, shown_campaign
from services.intake.pages.submission.confirmation import confirmation_of
from services.intake.pages.submission.fields import (
    CAMPAIGN,
    CODE,
    FIELDS,
    KEY,
    LABELS,
    PLACES,
    POSITION,
    ROWS,
    mistakes_of,
    new_key,
    opened,
    submission_of,
    usable_key,
)
from services.intake.pages.submission.options import advice_of, areas_of, stations_of, topics_of
from services.intake.schemas.bodies import SubmissionSchema
from services.runtime.input.queries import texts
from services.runtime.store.idempotency import Key
from services.runtime.web.calls import Call
from services.runtime.web.compression import compress_openly
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.problems import STORE_AWAY
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import LONGEST_BODY, Answer, Routes

log = structlog.get_logger()
routes = Routes()
_SUBMISSION = SubmissionSchema()
#: Going back to the form shows the same form with the same key, so that sending it again is noticed. `no-store` would
#: make the browser fetch a new one.
FORM_CACHING = "private, no-cache"

SENT_ALREADY = Phrase(
    "This form has been submitted already, and the text was changed since. To submit it as another opinion, press “Submit” again."
)
NOT_STORED = Phrase(
    "The system does not respond right now, and your opinion has not been submitted. What you wrote is kept below: please wait a "
    "moment and press “Submit” again."
)
AT_CAPACITY = Phrase(
    "Many people are submitting right now, and your opinion has not been submitted. What you wrote is kept below: please press "
    "“Submit” again a little later."
)

_CODES = (*PLACES, POSITION, "visibility", CODE, CAMPAIGN, KEY)
KEPT = KeptForm({name: label for name, label in LABELS.items() if name not in (*_CODES, PHOTOS)}, _CODES, photos=True)
#: Asks for the form again as it is filled in, in another language or size of text.
REDRAW = "redraw"


@routes.get("/", access=PUBLIC, query=texts(*PLACES, CAMPAIGN), page=error_page)
def first_page(call: Call[Intake]) -> Answer:
    """What this is, and the form; `?topic=&area=&station=` choose in advance, as an address of a station does."""
    form = dict.fromkeys(FIELDS, "") | dict(call.query) | {KEY: new_key()}
    return _form(call.service, form)


@routes.get("/c/<qr>", access=PUBLIC, page=error_page, counts=(CODES,))
def scanned(call: Call[Intake]) -> Answer:
    """The form with the place of a printed code; one that was replaced leads on to its successor.

    A deputy who is signed in and scans the code of a session says there that they have come.
    """
    if (here := for_deputies(call)) is not None:
        return here
    found = scanned_code(call.service, call.path["qr"])
    if found is None or found.placement is None:
        status = 404 if found is None else 410
        return html(TEMPLATES, "constituency/no-code.html", status, place=call.service.catalogue, ended=found is not None)
    return _form(call.service, dict.fromkeys(FIELDS, "") | {CODE: found.code, KEY: new_key()})


# No CSRF token: these forms are public and carry no session, no cookie and no right that a forged request could use.
@routes.post(
    "/opinions", stands_on="/", access=PUBLIC, page=KEPT, counts=(SUBMISSIONS, STATIONS, CODES), longest=LONGEST_BODY + MOST_BYTES
)
def submit(call: Call[Intake]) -> Answer:
    """Take the form; the confirmation on success, the form with its text and the mistakes otherwise."""
    form = read_form(FIELDS, MOST_BYTES)
    form[KEY] = usable_key(form[KEY])
    if REDRAW in call.query:
        return _form(call.service, form)
    return take_form(call, form, submission_of(form), partial(_form, call.service))


def take_form(call: Call[Intake], form: dict[str, str], body: Mapping[str, object], draw: Callable[..., flask.Response]) -> Answer:
    """Take an opinion out of a form: its confirmation, or the form that `draw` makes with its text and the mistakes."""
    photos, wrong = chosen_photos(PHOTOS, call.charge)
    try:
        sent = validate(_SUBMISSION, body)
        if wrong:
            return draw(form, 422, mistakes={PHOTOS: wrong})
        keyed = replace(call, idempotency_key=Key.of(form[KEY], call.caller.principal))
        taken = _submit(keyed, sent, photos)
    except Invalid as error:
        count_wrong_code(call, error)
        # A browser sends no file twice by itself, so photos that were right are asked for again.
        again = {PHOTOS: wrong or CHOOSE_AGAIN} if wrong or photos else {}
        return draw(form, 422, mistakes=mistakes_of(error, form) | again)
    except Conflict:
        return draw(form | {KEY: new_key()}, 409, notice=SENT_ALREADY)
    except AtCapacity as error:
        return _not_taken(draw(form, 503, notice=AT_CAPACITY, mistakes=_again(photos)), error.seconds)
    except STORE_AWAY as error:
        log.warning("store_unavailable", error=repr(error))
        return _not_taken(draw(form, 503, notice=NOT_STORED, mistakes=_again(photos)), Unavailable.seconds)
    # The receipts of co-signers are found again by the key of the form.
    return see_other(confirmation_of(taken["links"]["page"], form[KEY] if taken.get("cosigners") else None))


def _submit(call: Call[Intake], sent: Submission, photos: Sequence[Photo]) -> SubmittedAnswer:
    try:
        _, taken = submit_with(call, sent, photos)
    except IntegrityError:
        # The same form arrived twice at the same moment, and the other one was stored first: now its answer is known.
        _, taken = submit_with(call, sent, photos)
    return taken


def _again(photos: Sequence[Photo]) -> Mapping[str, Phrase]:
    return {PHOTOS: CHOOSE_AGAIN} if photos else {}


def _not_taken(response: flask.Response, seconds: int) -> flask.Response:
    """The form with its text, to be sent again after `seconds`."""
    response.headers["Retry-After"] = str(seconds)
    return response


def _form(
    service: Intake,
    form: Mapping[str, str],
    status: int = 200,
    mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:
    catalogue, scanned = service.catalogue, scanned_code(service, form[CODE]) if form[CODE] else None
    offered = offered_campaigns(service, scanned)
    response = html(
        TEMPLATES, "submission.html", status, place=catalogue, form=form, labels=LABELS, advice_of=advice_of, rows=ROWS,
        visibilities=VISIBILITIES, areas=areas_of(catalogue), stations=stations_of(catalogue), topics=topics_of(catalogue),
        scanned=scanned, opened=opened(form, mistakes or {}),
        drive=shown_campaign(service, form[CAMPAIGN], scanned, offered), offered=offered,
        photos=PhotoField(LABELS[PHOTOS]), scripts=("form.js",), map_source=service.map_source,
        is_again=(mistakes or {}).get(PHOTOS) is CHOOSE_AGAIN, mistakes=mistakes or {}, notice=notice,
        refilled=f"/opinions?{REDRAW}=1",
    )  # fmt: skip
    if status == 200:
        response.headers["Cache-Control"] = FORM_CACHING
    # The key of the form is new each time, or came with the request, and nobody's session is on this page.
    return compress_openly(response)
