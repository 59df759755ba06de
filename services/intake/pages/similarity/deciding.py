"""The forms by which the office decides on several opinions at once, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import flask
from marshmallow import Schema

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Changed, Conflict, Invalid
from services.contracts.words.bilingual import name_of
from services.contracts.words.vocabulary import LEVELS
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.domain.opinion import Opinion
from services.intake.pages.submission.fields import new_key
from services.intake.pages.submission.options import departments_of, topics_of
from services.intake.pages.timeline import local
from services.intake.schemas.bodies import Acceptance, DeclineBody, Merging, QuestionBody
from services.runtime.input.numbers import whole_number
from services.runtime.web.calls import Call
from services.runtime.web.pages.forms import KEY, VERSION, posted
from services.runtime.web.pages.html import see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer

Verb = Literal["accept", "decline", "return", "merge"]
Mistakes = Mapping[str, Phrase]
FORMS: Mapping[Verb, Schema] = {"accept": Acceptance(), "decline": DeclineBody(), "return": QuestionBody(), "merge": Merging()}
FIELDS: Mapping[Verb, tuple[str, ...]] = {
    "accept": ("topic", "department", "level", "leader", "is_key"), "decline": ("reason",), "return": ("question",),
    "merge": ("into",),
}  # fmt: skip
LABELS: Mapping[str, Phrase] = {
    "topic": Phrase("Topic"), "department": Phrase("Department"), "level": Phrase("Level"),
    "leader": Phrase("Leader who handles it in person"), "is_key": Phrase("Key supervision"),
    "reason": Phrase("Why it is declined"), "question": Phrase("What we need to know"), "into": Phrase("Handled with"),
}  # fmt: skip
WRONG: Mapping[str, Phrase] = {
    "topic": Phrase("Please choose one of the topics"), "department": Phrase("Please choose one of the departments"),
    "level": Phrase("Please choose one of the levels"), "leader": Phrase("Please write a name of at most 120 characters"),
    "reason": Phrase("Please choose a reason"), "question": Phrase("Please write what you need to know (up to 2,000 characters)"),
    "into": Phrase("Please choose an opinion that is being handled"),
}  # fmt: skip
DONE: Mapping[str, Phrase] = {
    "accept": Phrase("Accepted: %(number)s"), "decline": Phrase("Declined: %(number)s"),
    "return": Phrase("Returned with a question: %(number)s"), "merge": Phrase("Merged: %(number)s"),
    "unmerge": Phrase("Parted, and waiting for review again: %(number)s"),
}  # fmt: skip
REFUSED = Phrase("Decided on by somebody else in the meantime, and left as they are: %(number)s")
MORE = Phrase("Others of them still wait: please decide on those, too.")
NO_LONGER = Phrase("This is not possible any more: somebody else has decided in the meantime.")
#: What a request may say of how many were decided on; nothing longer is taken for a number.
_LONGEST_NUMBER = 6
NOTHING: Mapping[str, str] = dict.fromkeys(LABELS, "")
#: The page for an error of one of the forms, with what was written.
KEPT = KeptForm(
    {name: LABELS[name] for name in ("question", "leader")},
    (VERSION, KEY, "topic", "department", "level", "is_key", "reason", "into"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """An opinion that others can be merged into."""

    id: str
    title: str
    about: object


def target_of(opinion: Opinion, catalogue: Catalogue) -> Target:
    """An opinion that others can be merged into, with the day it was submitted on."""
    return Target(opinion.id, opinion.title, local(opinion.submitted, catalogue).date())


def choices(catalogue: Catalogue) -> dict[str, object]:
    """What the forms offer."""
    reasons = [(each.code, name_of(each)) for each in catalogue.decline_reasons.values()]
    return {
        "topics": topics_of(catalogue), "departments": departments_of(catalogue), "levels": [(None, list(LEVELS.items()))],
        "reasons": reasons, "labels": LABELS, "key": new_key(),
    }  # fmt: skip


def decide(
    call: Call[Intake], verb: Verb, act: Callable[[Call[Intake]], Answer], back: Callable[..., str],
    page: Callable[..., flask.Response],
) -> flask.Response:  # fmt: skip
    """Do what the posted form says by the view of the API, and go `back`, which is told what has been done; or show the page again
    with what is wrong."""
    form = read_form((*FIELDS[verb], VERSION, KEY))
    try:
        answer = body_of(act(posted(call, validate(FORMS[verb], asked(verb, form)), form)))
    except Invalid as error:
        return page(status=422, form=form, mistakes=mistakes_of(verb, error))
    except (Changed, Conflict):
        return page(status=409, form=form, notice=NO_LONGER)
    return see_other(back(**_said(verb, answer)))


def asked(verb: Verb, form: Mapping[str, str]) -> dict[str, object]:
    """What a form says, as the API takes it."""
    given: dict[str, object] = {name: form[name] for name in FIELDS[verb] if form[name] and name != "is_key"}
    return given | ({"key": True} if form.get("is_key") else {})


def mistakes_of(verb: Verb, error: Invalid) -> dict[str, Phrase]:
    """What is wrong beside which field; what is wrong with no field of the form stands at its first one."""
    found = {name: WRONG[name] for name in FIELDS[verb] if name in error.errors}
    return found or {FIELDS[verb][0]: WRONG[FIELDS[verb][0]]}


def body_of(answer: Answer) -> Any:
    """What a view of the API answers with, once it is done."""
    return answer[1] if isinstance(answer, tuple) else {}


def _said(verb: Verb, answer: Any) -> dict[str, str]:
    decided = [each["status"] == "accepted" for each in answer["items"]]
    told = {"did": verb, "number": str(sum(decided)), "refused": str(len(decided) - sum(decided))}
    return told | ({"more": "yes"} if answer["more"] else {})


def said(call: Call[Intake]) -> list[Phrase]:
    """What the last decision came to, as the address says it."""

    def number(name: str) -> int:
        return whole_number(str(call.query.get(name, "")), _LONGEST_NUMBER) or 0

    did = DONE.get(str(call.query.get("did")))
    if did is None:
        return []
    found = [did.filled(number=number("number"))]
    found += [REFUSED.filled(number=number("refused"))] if number("refused") else []
    return found + ([MORE] if call.query.get("more") else [])
