"""Erasing at a page: one case or booking, after a look at what it takes; and cases that ended long ago, some at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import flask
from werkzeug.datastructures import ETags

from services.accounts.pages.proving import administrator_confirmed, administrator_proof
from services.accounts.pages.showing import guard_of
from services.contracts.errors import Changed, Invalid, NotFound
from services.contracts.words.vocabulary import STATES
from services.design.phrases import Phrase
from services.intake.app import erasures as app
from services.intake.app.context import ADMIN, Intake
from services.intake.app.sessions.bookings import erase_booking
from services.intake.domain.receipt.receipts import read_receipt
from services.intake.pages.paper import TEMPLATES, private
from services.intake.schemas.commands import Erase, Retain
from services.intake.schemas.erasures import LONGEST_DAYS
from services.intake.store.contacts import HeldPersons, held_persons
from services.intake.store.sessions.looking import find_booking
from services.runtime.input.numbers import whole_number
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PAGE: Final = "/erasure"
#: The length of a UUID, which no receipt has.
LENGTH_OF_ID: Final = 36
MOST_COUNTED, AT_ONCE = 1_000, 200
FIELDS: Final = ("case", "content", "version", "days", "after", "cases", "persons")
LABELS: Final[Mapping[str, Phrase]] = {
    "case": Phrase("Number of the opinion, or a receipt"), "days": Phrase("Days since the case ended"),
    "present": Phrase("Present password"), "content": Phrase("What was written"),
}  # fmt: skip
UNKNOWN: Final = Phrase("There is no opinion or booking with this number or receipt; please check it for a typing error")
NOT_THEIRS: Final = Phrase("This is the receipt of a co-signer, which erases the co-signer alone; the text is the submitter’s")
NO_DAYS: Final = Phrase("Please enter a number from 1 to %(most)s").filled(most=LONGEST_DAYS)
CHANGED: Final = Phrase("It has changed since you looked. Please look once more at what would be erased.")


@dataclass(frozen=True, slots=True)
class FoundPersons:
    """What a number or a receipt leads to: what is held of a case, or whether there is somebody to erase in a booking."""

    held: HeldPersons | None = None
    booking: bool | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows beside its forms."""

    form: Mapping[str, str]
    mistakes: Mapping[str, Phrase]
    status: int = 200
    found: FoundPersons | None = None
    erased: Mapping[str, object] | None = None
    aged: Mapping[str, object] | None = None
    notice: Phrase | None = None


EMPTY: Final = Shown(dict.fromkeys(FIELDS, ""), {})


@routes.get(PAGE, access=ADMIN, page=error_page)
def page(call: Call[Intake]) -> Answer:
    """The two forms: for one case, and for all that ended long ago."""
    return _page(call, EMPTY)


@routes.post(PAGE, access=ADMIN, page=KeptForm({"case": LABELS["case"]}, ("content",)))
def look(call: Call[Intake]) -> Answer:
    """What erasing would take, as numbers: nothing is erased by looking."""
    form = read_form(FIELDS)
    try:
        found = _found(call, form["case"])
    except NotFound:
        return _page(call, Shown(form, {"case": UNKNOWN}, 422))
    # The form may name it by a receipt, which stands in no record.
    guard_of(call).say(found.subject)
    if form["content"] and (found.held is None or found.held.signer):
        return _page(call, Shown(form, {"case": NOT_THEIRS if found.held else UNKNOWN}, 422))
    return _page(call, Shown(form, {}, found=found))


@routes.post(f"{PAGE}/case", stands_on=PAGE, access=ADMIN, page=KeptForm({"case": LABELS["case"]}, ("content", "version")))
def erase(call: Call[Intake]) -> Answer:
    """Erase what was looked at; or show it once more with what is wrong, or where it has changed since."""
    form = read_form(FIELDS)
    try:
        found = _found(call, form["case"])
        guard_of(call).say(found.subject)
        if mistakes := administrator_confirmed(call):
            return _page(call, Shown(form, mistakes, 422, found))
        done = _erase(call, found, form)
    except NotFound:
        return _page(call, Shown(form, {"case": UNKNOWN}, 422))
    except Invalid:
        return _page(call, Shown(form, {"case": NOT_THEIRS}, 422))
    except Changed:
        return _page(call, Shown(form, {}, 409, _found(call, form["case"]), notice=CHANGED))
    return _page(call, replace(EMPTY, erased=done))


@routes.post(f"{PAGE}/aged", stands_on=PAGE, access=ADMIN, page=KeptForm({"days": LABELS["days"]}, ("after", "cases", "persons")))
def age(call: Call[Intake]) -> Answer:
    """Count the cases that ended so long ago; or, with the password, erase the persons of the next of them."""
    form = read_form((*FIELDS, "erase"))
    days = whole_number(form["days"], len(str(LONGEST_DAYS)))
    if days is None or not 1 <= days <= LONGEST_DAYS:
        return _page(call, Shown(form, {"days": NO_DAYS}, 422))
    mistakes = administrator_confirmed(call) if form["erase"] else {}
    sums = {name: whole_number(form[name], 9) or 0 for name in ("cases", "persons")}
    after = form["after"] or None
    if form["erase"] and not mistakes:
        done = _answer(app.retain(replace(call, body=Retain(days, AT_ONCE, after, erase=True))))
        sums = {name: so_far + int(str(done[name])) for name, so_far in sums.items()}
        after = str(done["next"]) if done["next"] else None
        if after is None:
            return _page(call, Shown(form, {}, aged={**sums, "left": 0, "is_done": True}))
    left = _answer(app.retain(replace(call, body=Retain(days, MOST_COUNTED, after))))["cases"]
    carried = {**form, "after": after or "", **{name: str(number) for name, number in sums.items()}}
    return _page(call, Shown(carried, mistakes, 422 if mistakes else 200, aged={**sums, "left": left, "is_done": False}))


def _found(call: Call[Intake], text: str) -> FoundPersons:
    """What a number or a receipt leads to; raises `NotFound`."""
    is_id = len(text) == LENGTH_OF_ID
    receipt = None if is_id else read_receipt(text)
    if not is_id and receipt is None:
        raise NotFound(UNKNOWN.english)
    with call.service.database.reading() as connection:
        held = held_persons(connection, text if is_id else None, receipt)
        if held is not None:
            return FoundPersons(held, subject=held.opinion)
        session, booking = find_booking(connection, receipt or "")
    return FoundPersons(booking=booking.personal is not None, subject=session.id)


def _erase(call: Call[Intake], found: FoundPersons, form: Mapping[str, str]) -> Mapping[str, object]:
    body, held = Erase(bool(form["content"])), found.held
    if held is None:
        return _answer(erase_booking(replace(call, path={"receipt": read_receipt(form["case"]) or ""})))
    if held.signer is not None:
        return _answer(app.erase_by_receipt(replace(call, path={"receipt": held.signer}, body=body)))
    version = ETags([form["version"]])
    return _answer(app.erase(replace(call, path={"opinion_id": held.opinion}, body=body, if_match=version)))


def _answer(answer: Answer) -> Mapping[str, object]:
    body = answer[1] if isinstance(answer, tuple) else None
    if not isinstance(body, Mapping):
        raise TypeError("an answer of the API is a mapping")
    return body


def _page(call: Call[Intake], shown: Shown) -> flask.Response:
    held = shown.found.held if shown.found else None
    return private(html(
        TEMPLATES, "erasure.html", shown.status, place=call.service.catalogue, role=call.caller.role, session=call.session,
        shown=shown, given=shown.form, mistakes=shown.mistakes, labels=LABELS, proof=administrator_proof(call), most=MOST_COUNTED,
        state=STATES[held.state] if held else None, version=tag_of({"updated": held.updated}) if held else "", at_once=AT_ONCE,
    ))  # fmt: skip
