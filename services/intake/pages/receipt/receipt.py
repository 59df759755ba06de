"""The receipt's page: the state, the timeline, the reply, and the forms to rate, add details and withdraw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import quote

import flask
from marshmallow import Schema
from sqlalchemy.exc import IntegrityError

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.lifecycle import State
from services.contracts.messages.values import CoOpinion
from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import LEVELS, OUTCOMES, PROMISED, RATINGS, STANDINGS, STEPS
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.limits import RECEIPTS
from services.intake.app.receipt import receipts
from services.intake.app.receipt.promising import known_receipt
from services.intake.app.receipt.receipts import receipt_data
from services.intake.app.views import ReceiptView
from services.intake.domain.attaching import MOST_PHOTOS
from services.intake.domain.receipt.receipts import read_receipt
from services.intake.domain.submission.submission import LONGEST_CONTENT
from services.intake.domain.timeline import SeparateAnswer
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.publication.supporting import supporter_page
from services.intake.pages.receipt.codes import paper_address
from services.intake.pages.receipt.promised import promised_of
from services.intake.pages.submission.choosing import PHOTOS, PhotoField
from services.intake.pages.submission.fields import KEY, new_key, usable_key
from services.intake.pages.timeline import (
    LabelledFact,
    Shown,
    department_name,
    entries_of,
    local,
    question_of,
    refusal_of,
    topic_name,
)
from services.intake.schemas.bodies import LONGEST_REASON, AddedDetails, Evaluation, Withdrawal
from services.runtime.input.queries import texts
from services.runtime.store.idempotency import Key
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH: Final = "/receipts/<receipt>"
NO_RECEIPT = Phrase("This is not a receipt; a character may be wrong. A receipt has 14 digits and letters.")
UNKNOWN_RECEIPT = Phrase("This receipt does not exist. Please compare it with the one that you kept and enter it again.")
LABELS: Mapping[str, Phrase] = {
    "result": Phrase("The result"),
    "process": Phrase("How it was handled"),
    "comment": Phrase("Anything to add"),
    "content": Phrase("Further details"),
    "reason": Phrase("Why you withdraw it"),
    PHOTOS: Phrase("Photos"),
}


@dataclass(frozen=True, slots=True)
class ReceiptForm:
    """One form on the page: what sends it, its shape, what is wrong with each field, what is said when it comes too late."""

    send: Callable[[Call[Intake]], Answer]
    schema: Schema
    mistakes: Mapping[str, Phrase]
    too_late: Phrase
    #: Where on the page its sender reads what came of it.
    answered_at: str


EVALUATION = ReceiptForm(
    receipts.evaluate,
    Evaluation(),
    {
        "result": Phrase("Please choose how satisfied you are with the result"),
        "process": Phrase("Please choose one of these"),
        "comment": Phrase("If you are dissatisfied, please say why, in at most 2000 characters"),
    },
    Phrase(
        "The rating was not submitted: it is the same as the last one, no further rating is left, or the time for it is over. "
        "This is the latest state."
    ),
    "evaluation",
)
DETAILS = ReceiptForm(
    receipts.add_details,
    AddedDetails(),
    {
        "content": Phrase("Please fill this in, with at most %(most)s characters together with what you wrote before").filled(
            most=LONGEST_CONTENT
        ),
    },
    Phrase(
        "The details were not submitted: you have given some already, or they are not needed any more. This is the latest state."
    ),
    "state",
)
WITHDRAWAL = ReceiptForm(
    receipts.withdraw,
    Withdrawal(),
    {"reason": Phrase("At most %(most)s characters").filled(most=LONGEST_REASON)},
    Phrase(
        "The opinion could not be withdrawn: there is a reply by now, or other opinions are handled with it. "
        "This is the latest state."
    ),
    "state",
)
MORE_PHOTOS = PhotoField(Phrase("Add photos"))
FOR_THE_SUBMITTER = Phrase("The submitter has been asked for more details.")
KEPT = KeptForm({name: LABELS[name] for name in ("content", "comment", "reason")}, ("result", "process", KEY), photos=True)
FIELDS = tuple(name for form in (EVALUATION, DETAILS, WITHDRAWAL) for name in form.mistakes)


@routes.get("/receipts", access=PUBLIC, query=texts("receipt"), page=error_page, counts=(RECEIPTS,))
def look_up(call: Call[Intake]) -> Answer:
    """Redirect to the page of a receipt; without one, show the box to enter it."""
    text = call.query["receipt"].strip()
    if not text:
        return private(html(TEMPLATES, "lookup.html", place=call.service.catalogue, given="", mistake=None))
    receipt = read_receipt(text)
    if receipt is None:
        return _not_found(call.service, text, NO_RECEIPT)
    return see_other(f"/receipts/{receipt}")


@routes.get(PATH, access=PUBLIC, page=error_page, counts=(RECEIPTS,))
def receipt_page(call: Call[Intake]) -> Answer:
    """What became of the opinion behind a receipt."""
    return show(call, call.path["receipt"], {KEY: new_key()}, cursor=str(call.query.get("cursor", "")))


# Like the form on the first page these carry no session: the receipt is the authorization, and it cannot be guessed.
@routes.post(f"{PATH}/evaluation", stands_on=PATH, access=PUBLIC, page=KEPT, counts=(RECEIPTS,))
def evaluate(call: Call[Intake]) -> Answer:
    """Take the rating; back to the receipt's page."""
    return _take(call, EVALUATION)


@routes.post(f"{PATH}/details", stands_on=PATH, access=PUBLIC, page=KEPT, counts=(RECEIPTS,))
def add_details(call: Call[Intake]) -> Answer:
    """Take what the submitter adds; back to the receipt's page."""
    return _take(call, DETAILS)


@routes.post(f"{PATH}/withdrawal", stands_on=PATH, access=PUBLIC, page=KEPT, counts=(RECEIPTS,))
def withdraw(call: Call[Intake]) -> Answer:
    """Withdraw the opinion; back to the receipt's page."""
    return _take(call, WITHDRAWAL)


def _take(call: Call[Intake], kind: ReceiptForm) -> Answer:
    form, text = read_form((*kind.mistakes, KEY)), call.path["receipt"]
    form[KEY] = usable_key(form[KEY])
    try:
        body = validate(kind.schema, {name: form[name] for name in kind.mistakes if form[name]})
        kind.send(replace(call, body=body, idempotency_key=Key.of(form[KEY], call.caller.principal)))
    except Invalid as error:
        mistakes = {name: words for name, words in kind.mistakes.items() if name in error.errors}
        return show(call, text, form, 422, mistakes=mistakes)
    except NotFound:
        return show(call, text, form)
    except (Conflict, IntegrityError):
        # Sent from another window, or twice at the same moment.
        return show(call, text, form | {KEY: new_key()}, 409, notice=kind.too_late)
    return see_other(f"/receipts/{known_receipt(text)}#{kind.answered_at}")


def page_of(call: Call[Intake]) -> str:
    """The address of the page of the receipt in the path."""
    return f"/receipts/{quote(call.path['receipt'], safe='')}"


def show(
    call: Call[Intake],
    text: str,
    form: Mapping[str, str],
    status: int = 200,
    cursor: str = "",
    mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:
    """The page of a receipt, with what was typed into its forms and what is said about it; the box to look one up if it is none.

    `cursor` says which part of the timeline; one that is none of ours shows the latest.
    """
    service = call.service
    try:
        known = _known(service, text, cursor)
    except NotFound:
        return _of_others(call, text)
    state, address = known.state, f"/receipts/{known_receipt(text)}"
    page = html(
        TEMPLATES, "receipt.html", status, place=service.catalogue, known=known, form=dict.fromkeys(FIELDS, "") | dict(form),
        address=address, on_paper=paper_address(call, address), standing=STANDINGS[state].name, tone=tone_of(state),
        steps=STEPS, taken=state.step, promise=promised_of(known, service.catalogue),
        is_again=not state.is_answered and state is not State.MERGED, ratings=RATINGS, outcomes=OUTCOMES,
        promised=PROMISED, most_photos=MOST_PHOTOS, more_photos=MORE_PHOTOS,
        scripts=("photos.js",) if "attachments" in known.may else (),
        labels=LABELS, mistakes=mistakes or {}, notice=notice, **_in_words(known, service.catalogue),
    )  # fmt: skip
    return private(page)


def _known(service: Intake, text: str, cursor: str) -> ReceiptView:
    try:
        return receipt_data(service, text, cursor or None)
    except Invalid:
        return receipt_data(service, text)


def _in_words(known: ReceiptView, catalogue: Catalogue) -> dict[str, object]:
    """The parts of a receipt that have to be looked up or translated."""
    reply = known.reply
    return {
        "department": department_name(known.department, catalogue) if known.department else None,
        "facts": _facts(known, catalogue),
        "meaning": _meaning(known),
        "question": question_of(known.timeline),
        "refusal": refusal_of(known.timeline, catalogue) if known.state is State.DECLINED else None,
        "evaluate_by": local(reply.evaluate_by, catalogue) if reply and reply.evaluate_by else None,
        "advice": _by_department((reply.co_opinions if reply else None) or (), catalogue),
        "answers": _by_department(known.answers, catalogue),
        "promises": [(each, local(datetime.fromisoformat(each.due or ""), catalogue)) for each in known.promises if each.due],
        "timeline": entries_of(known.timeline, catalogue, {each.content for each in (reply, *known.answers) if each}),
    }


def _facts(known: ReceiptView, catalogue: Catalogue) -> list[LabelledFact]:
    rows: list[tuple[Phrase, Shown | None]] = [
        (Phrase("Title"), known.title),
        (Phrase("Topic"), topic_name(known.topic, catalogue) if known.topic else None),
        (Phrase("Handled by"), department_name(known.department, catalogue) if known.department else None),
        (Phrase("Level"), LEVELS.get(known.level or "")),
        (Phrase("Key supervision"), Phrase("yes") if known.key else None),
        (Phrase("Led by"), known.leader),
        (Phrase("Submitted on"), local(known.submitted, catalogue)),
    ]
    return [LabelledFact(label, value) for label, value in rows if value]


def tone_of(state: State) -> str:
    """The tone of a state's badge."""
    if state.asks_submitter or state is State.REOPENED:
        return "warn"
    return "good" if state.is_answered else "bad" if state is State.DECLINED else "info"


def _meaning(known: ReceiptView) -> Words | Phrase:
    """What the state means for this receipt: a co-signer is not asked to tell more, somebody else is."""
    others = known.state.asks_submitter and "details" not in known.may
    return FOR_THE_SUBMITTER if others else STANDINGS[known.state].meaning


def _by_department(told: Iterable[CoOpinion | SeparateAnswer], catalogue: Catalogue) -> list[tuple[Words | Phrase, str]]:
    return [(department_name(each.department, catalogue), each.content) for each in told]


def _of_others(call: Call[Intake], text: str) -> flask.Response:
    """The page of somebody who supports an opinion; the box to look a receipt up if it is nobody's."""
    try:
        return supporter_page(call, text)
    except NotFound:
        return _not_found(call.service, text, UNKNOWN_RECEIPT if read_receipt(text) else NO_RECEIPT)


def _not_found(service: Intake, given: str, mistake: Phrase) -> flask.Response:
    return private(html(TEMPLATES, "lookup.html", 404, place=service.catalogue, given=given, mistake=mistake))
