"""The form of the host: what stands in it, what may be wrong with it, and what is sent of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from services.contracts.errors import Invalid
from services.contracts.time.dates import day_end
from services.design.phrases import Phrase
from services.intake.pages.submission import fields
from services.intake.pages.submission.fields import CONTACT, KEY
from services.runtime.input.public import LEAVE_OUT, is_left

#: Whether a department has spoken: not yet, by an answer, by a promise.
SPOT: Final = ("", "answer", "promise")
SPOTS: Final[Mapping[str, Phrase]] = {
    "": Phrase("Not yet; it is handled like any other opinion"),
    "answer": Phrase("Answered on the spot"),
    "promise": Phrase("Promised on the spot"),
}
FIELDS: Final = (
    "title", "content", "topic", "department", "area", "summary", *CONTACT, "spot", "answer", "outcome", "what", "who", "due", KEY,
)  # fmt: skip
LABELS: Final[Mapping[str, Phrase]] = {
    **{name: fields.LABELS[name] for name in ("title", "topic", "area", *CONTACT)},
    "content": Phrase("What was asked"),
    "department": Phrase("Department that answers"),
    "summary": Phrase("For the published list"),
    "spot": Phrase("What the department said"),
    "answer": Phrase("The answer"),
    "outcome": Phrase("Outcome"),
    "what": Phrase("What is promised"),
    "who": Phrase("Who"),
    "due": Phrase("By when"),
}
MISTAKES: Final[Mapping[str, Phrase]] = {
    **{name: fields.MISTAKES[name] for name in ("topic", "area", *CONTACT)},
    "title": Phrase("At most 120 characters"),
    "department": Phrase("Please choose the department that answers, or a topic"),
    "summary": Phrase("At most 200 characters"),
    "spot": Phrase("Please choose one of these"),
    "answer": Phrase("Please write down what was answered"),
    "outcome": Phrase("Please choose one of these; what lies ahead is a promise"),
    "what": Phrase("Please write down what was promised"),
    "who": Phrase("At most 120 characters"),
    "due": Phrase("Please enter a day ahead, within what may be promised, or leave it out"),
}
#: The fields that are chosen, not typed.
CODES: Final = ("topic", "department", "area", "spot", "outcome", "due")
#: Where a path of the API stands in the form.
_PATHS: Final[Mapping[str, str]] = {
    "text": "content", "answer.content": "answer", "answer.outcome": "outcome", "promise": "what", "promise.what": "what",
    "promise.who": "who", "promise.due": "due",
    **{f"submitter.{name}": name for name in CONTACT},
}  # fmt: skip
_BEFORE: Final = "questions.0."


def question_of(form: Mapping[str, str], zone: ZoneInfo) -> dict[str, object]:
    """The form as the API takes it: what is empty is absent."""
    body: dict[str, object] = {name: form[name] for name in ("title", "topic", "department", "area", "summary") if form[name]}
    contact = {name: form[name] for name in CONTACT if form[name]}
    body |= {"text": form["content"], **({"submitter": {"kind": "citizen"} | contact} if contact else {})}
    if form["spot"] == "answer":
        body["answer"] = {"content": form["answer"], **({"outcome": form["outcome"]} if form["outcome"] else {})}
    elif form["spot"] == "promise":
        promise = {"what": form["what"], "who": form["who"], "due": day_end(form["due"], zone)}
        body["promise"] = {name: said for name, said in promise.items() if said}
        if form["answer"]:
            body["answer"] = {"content": form["answer"], "outcome": "in_progress"}
    return body


def mistakes_of(error: Invalid, form: Mapping[str, str]) -> dict[str, Phrase]:
    """What to correct, by field of the form, in the form's order."""
    wrong = {_PATHS.get(path.removeprefix(_BEFORE), path.removeprefix(_BEFORE)): path for path in error.errors}
    return {name: LEAVE_OUT if is_left(error, wrong[name]) else _mistake(name, form[name]) for name in FIELDS if name in wrong}


def _mistake(name: str, text: str) -> Phrase:
    if name == "content":
        return fields.TOO_LONG.filled(most=fields.LONGEST["content"], count=len(text)) if text else fields.EMPTY
    return MISTAKES[name]
