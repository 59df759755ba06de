"""The first page: what this is, the form to submit an opinion, and the box to look up a receipt."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

import flask
import structlog
from sqlalchemy.exc import IntegrityError

from services.contracts.callers import PUBLIC
from services.contracts.errors import AtCapacity, Conflict, Invalid, Unavailable
from services.contracts.vocabulary import VISIBILITIES
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.limits import STATIONS, SUBMISSIONS
from services.intake.app.opinions import SubmittedAnswer, submit_with
from services.intake.domain import submission
from services.intake.domain.attaching import Photo
from services.intake.domain.receipts import read_receipt
from services.intake.domain.submission import LONGEST_CONTENT, LONGEST_TITLE, Submission
from services.intake.pages.choosing import CHOOSE_AGAIN, MOST_BYTES, PHOTOS, PhotoField, chosen_photos
from services.intake.pages.codes import paper_address
from services.intake.pages.options import advice_of, areas_of, stations_of, topics_of
from services.intake.pages.paper import TEMPLATES
from services.intake.schemas.bodies import SubmissionSchema
from services.runtime.store.idempotency import Key
from services.runtime.web.calls import Call
from services.runtime.web.pages import error_page, html, see_other
from services.runtime.web.problems import STORE_AWAY
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import LONGEST_BODY, Answer, Routes

log = structlog.get_logger()
routes = Routes()
PLACES = ("topic", "area", "station")
#: Hidden, in the form that the code on a station's poster leads to.
CODE = submission.CODE
CONTACT = ("name", "phone", "email")
KEY = "key"
#: The rows of the form for those who sign with the submitter; more come by the API.
ROWS = (1, 2, 3)
COSIGNERS = tuple(f"cosigner{row}_{name}" for row in ROWS for name in CONTACT)
FIELDS = ("title", "content", *PLACES, *CONTACT, "visibility", *COSIGNERS, CODE, KEY)
_KEY = re.compile(r"[A-Za-z0-9_-]{22}")
_SUBMISSION = SubmissionSchema()
#: Going back to the form shows the same form with the same key, so that sending it again is noticed. `no-store` would
#: make the browser fetch a new one.
FORM_CACHING = "private, no-cache"

LABELS: dict[str, Phrase] = {
    "title": Phrase("Title"),
    "content": Phrase("Details"),
    "topic": Phrase("Topic"),
    "area": Phrase("Area"),
    "station": Phrase("Liaison station"),
    "name": Phrase("Name"),
    "phone": Phrase("Phone"),
    "email": Phrase("E-mail"),
    "visibility": Phrase("Who may see your name and contact data"),
    PHOTOS: Phrase("Photos"),
    CODE: Phrase("Code of the poster"),
}
_COSIGNER = Phrase("Co-signer %(row)s: %(label)s")
LABELS |= {f"cosigner{row}_{name}": _COSIGNER.filled(row=row, label=LABELS[name]) for row in ROWS for name in CONTACT}
#: What is wrong with a field, said once for each: every field has one rule.
MISTAKES: dict[str, Phrase] = {
    "topic": Phrase("This topic is not in the catalogue; please choose another"),
    "area": Phrase("This area is not in the catalogue, or the station is elsewhere; with a station, leave the area out"),
    "station": Phrase("This station is not in the catalogue; please choose another"),
    "name": Phrase("At most 100 characters"),
    "phone": Phrase(
        "Please enter one phone number: a mobile number has 11 digits, a landline its area code (0577-62510000), an extension "
        "follows 'ext'"
    ),
    "email": Phrase("Please check the e-mail address; it looks like wang@example.org"),
    "visibility": Phrase("Please choose one of these"),
    CODE: Phrase("This code is no longer valid; please choose the station and submit again"),
}
MISTAKES |= {name: MISTAKES[name.partition("_")[2]] for name in COSIGNERS}
EMPTY, TOO_LONG = Phrase("Please fill this in"), Phrase("At most %(most)s characters; there are %(count)s now")
LONGEST: Mapping[str, int] = {"title": LONGEST_TITLE, "content": LONGEST_CONTENT}
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


def new_key() -> str:
    """A key for one form, which makes sending it twice one opinion."""
    return secrets.token_urlsafe(16)


def usable_key(given: str) -> str:
    """The key that a form came with, or a new one when it came without or with something else."""
    return given if _KEY.fullmatch(given) else new_key()


@routes.get("/", access=PUBLIC, page=error_page)
def first_page(call: Call[Intake]) -> Answer:
    """What this is, and the form; `?topic=&area=&station=` choose in advance, as an address of a station does."""
    form = dict.fromkeys(FIELDS, "") | {name: str(call.query.get(name, "")) for name in PLACES} | {KEY: new_key()}
    return _form(call.service, form)


@routes.get("/c/<code>", access=PUBLIC, page=error_page)
def scanned(call: Call[Intake]) -> Answer:
    """The form of the station whose poster has this code; an unknown code leads to the first page."""
    code = call.path["code"]
    if call.service.catalogue.station_with_code(code) is None:
        return see_other("/")
    return _form(call.service, dict.fromkeys(FIELDS, "") | {CODE: code, KEY: new_key()})


@routes.get("/opinions", access=PUBLIC, page=error_page)
def back_to_form(_: Call[Intake]) -> Answer:
    """GET on the address of the form: back to the first page."""
    return see_other("/")


# No CSRF token: these forms are public and carry no session, no cookie and no right that a forged request could use.
@routes.post("/opinions", access=PUBLIC, page=error_page, counts=(SUBMISSIONS, STATIONS), longest=LONGEST_BODY + MOST_BYTES)
def submit(call: Call[Intake]) -> Answer:
    """Take the form; the receipt's page on success, the form with its text and the mistakes otherwise."""
    form = read_form(FIELDS, MOST_BYTES)
    form[KEY] = usable_key(form[KEY])
    photos, wrong = chosen_photos(PHOTOS, call.charge)
    try:
        sent = validate(_SUBMISSION, submission_of(form))
        if wrong:
            return _form(call.service, form, 422, mistakes={PHOTOS: wrong})
        keyed = replace(call, idempotency_key=Key.of(form[KEY], call.caller.principal))
        taken = _submit(keyed, sent, photos)
    except Invalid as error:
        # A browser sends no file twice by itself, so photos that were right are asked for again.
        again = {PHOTOS: wrong or CHOOSE_AGAIN} if wrong or photos else {}
        return _form(call.service, form, 422, mistakes=mistakes_of(error, form) | again)
    except Conflict:
        return _form(call.service, form | {KEY: new_key()}, 409, notice=SENT_ALREADY)
    except AtCapacity as error:
        return _not_taken(call.service, form, AT_CAPACITY, error.seconds, photos)
    except STORE_AWAY as error:
        log.warning("store_unavailable", error=repr(error))
        return _not_taken(call.service, form, NOT_STORED, Unavailable.seconds, photos)
    if taken.get("cosigners"):
        return _joined(call, taken)
    return see_other(taken["links"]["page"])


def submission_of(form: Mapping[str, str]) -> dict[str, object]:
    """The form as the API takes it: what is empty is absent."""
    body: dict[str, object] = {"title": form["title"], "content": form["content"], "channel": "web"}
    body |= {name: form[name] for name in (*PLACES, CODE, "visibility") if form[name]}
    contact = {name: form[name] for name in CONTACT if form[name]}
    body |= {"submitter": {"kind": "citizen"} | contact} if contact else {}
    signed = [_cosigner(form, row) for row in _signed_rows(form)]
    return body | ({"cosigners": signed} if signed else {})


def _signed_rows(form: Mapping[str, str]) -> list[int]:
    return [row for row in ROWS if any(form[f"cosigner{row}_{name}"] for name in CONTACT)]


def _cosigner(form: Mapping[str, str], row: int) -> dict[str, str]:
    given = {name: form[f"cosigner{row}_{name}"] for name in CONTACT}
    return {"kind": "citizen"} | {name: text for name, text in given.items() if text}


def mistakes_of(error: Invalid, form: Mapping[str, str]) -> dict[str, Phrase]:
    """What to correct, by field of the form, in the form's order."""
    wrong = {_field(path, _signed_rows(form)) for path in error.errors}
    return {name: _mistake(name, form[name]) for name in FIELDS if name in wrong}


def _field(path: str, rows: Sequence[int]) -> str:
    """The field of the form behind a path of the API; `rows` are those that were sent as co-signers."""
    *before, name = path.split(".")
    return f"cosigner{rows[int(before[1])]}_{name}" if before[:1] == ["cosigners"] else name


def _mistake(name: str, text: str) -> Phrase:
    if name in LONGEST:
        return TOO_LONG.filled(most=LONGEST[name], count=len(text)) if text else EMPTY
    return MISTAKES[name]


def _submit(call: Call[Intake], sent: Submission, photos: Sequence[Photo]) -> SubmittedAnswer:
    try:
        _, taken = submit_with(call, sent, photos)
    except IntegrityError:
        # The same form arrived twice at the same moment, and the other one was stored first: now its answer is known.
        _, taken = submit_with(call, sent, photos)
    return taken


def _not_taken(service: Intake, form: Mapping[str, str], why: Phrase, seconds: int, photos: Sequence[Photo]) -> flask.Response:
    """The form with its text, to be sent again after `seconds`."""
    response = _form(service, form, 503, notice=why, mistakes={PHOTOS: CHOOSE_AGAIN} if photos else {})
    response.headers["Retry-After"] = str(seconds)
    return response


def _joined(call: Call[Intake], taken: SubmittedAnswer) -> flask.Response:
    """Everybody's receipt, shown this once: each co-signer's is theirs alone."""
    receipts = [read_receipt(each) for each in (taken["receipt"], *taken["cosigners"])]
    own, *others = [paper_address(call, f"/receipts/{receipt}") for receipt in receipts]
    cosigners = list(zip(taken["cosigners"], others, strict=True))
    response = html(TEMPLATES, "joined.html", 201, place=call.service.catalogue, taken=taken, own=own, cosigners=cosigners)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _form(
    service: Intake,
    form: Mapping[str, str],
    status: int = 200,
    mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:
    catalogue = service.catalogue
    response = html(
        TEMPLATES, "submission.html", status, place=catalogue, form=form, labels=LABELS, advice_of=advice_of, rows=ROWS,
        visibilities=VISIBILITIES, areas=areas_of(catalogue), stations=stations_of(catalogue), topics=topics_of(catalogue),
        scanned=catalogue.station_with_code(form[CODE]), is_joint=bool(_signed_rows(form)),
        photos=PhotoField(LABELS[PHOTOS]), mistakes=mistakes or {}, notice=notice,
    )  # fmt: skip
    if status == 200:
        response.headers["Cache-Control"] = FORM_CACHING
    return response
