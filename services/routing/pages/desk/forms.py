"""The forms of a desk, a row each: what is asked for, and what the schema of the verb makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final, Literal

from services.contracts.time.dates import day_end
from services.design.phrases import Phrase
from services.routing.domain.assignment import Assignment

#: How a field is filled in. `items` are the demands of an opinion, each with what becomes of it.
Kind = Literal["text", "line", "day", "outcome", "contact", "department", "promised", "items"]
MOST_DEMANDS: Final = 10


@dataclass(frozen=True, slots=True)
class FormField:
    """A field: `name` is that of the schema, with a dot where the schema nests."""

    name: str
    label: Phrase
    kind: Kind = "text"
    hint: Phrase | None = None
    needed: bool = True
    lead_only: bool = False

    def key_in(self, prefix: str) -> str:
        """Its name in a form, which no other form of the page has; `prefix` is that of the form, or of one demand in it."""
        return f"{prefix}-{self.name.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class DeskForm:
    """What one form of a desk does. `tone` tells forms apart at a glance: what goes to the submitter, to supervisors, to nobody."""

    verb: str
    name: Phrase
    done: Phrase
    fields: Sequence[FormField] = ()
    tone: str = ""
    hint: Phrase | None = None
    wrong: Mapping[str, Phrase] = field(default_factory=dict)

    def fields_of(self, assignment: Assignment) -> list[FormField]:
        """The fields that an assignment of its role has."""
        return [each for each in self.fields if assignment.is_lead or not each.lead_only]


PROMISE: Final = (
    FormField("promise.what", Phrase("What is promised"), needed=False, lead_only=True),
    FormField("promise.due", Phrase("To be done by"), "day", needed=False, lead_only=True),
    FormField("promise.who", Phrase("Who keeps it"), "line", Phrase("the department itself, where nobody is named"), False, True),
)
FORMS: Final[Sequence[DeskForm]] = (
    DeskForm("sign", Phrase("Sign for it"), Phrase("Signed for: %(title)s")),
    DeskForm(
        "reply", Phrase("Answer"), Phrase("Answered: %(title)s"),
        (
            FormField("content", Phrase("The answer")),
            FormField("outcome", Phrase("What becomes of it"), "outcome", lead_only=True), *PROMISE,
            FormField("items", Phrase("Demand by demand"), "items", needed=False, lead_only=True),
        ),
        "good", Phrase("Its submitter reads this and rates it."),
    ),
    DeskForm(
        "progress", Phrase("Note on progress"), Phrase("Noted: %(title)s"),
        (
            FormField("content", Phrase("How far it is")),
            FormField("contact", Phrase("How its submitter was contacted"), "contact", needed=False),
        ),
        "info", Phrase("Its submitter and the congress office read this; the clock goes on."),
        wrong={"content": Phrase("Please say how far it is")},
    ),
    DeskForm(
        "keep", Phrase("A promise is kept"), Phrase("Kept: %(title)s"),
        (FormField("promise", Phrase("Which promise"), "promised"), FormField("evidence", Phrase("What was done"))), "good",
    ),
    DeskForm(
        "extend", Phrase("Ask for more time"), Phrase("Asked for more time: %(title)s"),
        (FormField("until", Phrase("Until when"), "day"), FormField("reason", Phrase("Why"))), "warn",
        Phrase("A supervisor rules on it; until then the deadline stands."),
    ),
    DeskForm(
        "pause", Phrase("Wait for its submitter"), Phrase("The clock stands still: %(title)s"),
        (
            FormField("reason", Phrase("What its submitter is asked")),
            FormField("until", Phrase("At most until"), "day", needed=False),
        ),
        "warn", Phrase("Its submitter is asked, and the clock stands still until there is an answer."),
    ),
    DeskForm("resume", Phrase("Go on without waiting"), Phrase("Goes on: %(title)s")),
    DeskForm(
        "object", Phrase("It is another department's duty"), Phrase("Objected: %(title)s"),
        (FormField("department", Phrase("Whose duty it is"), "department"), FormField("reason", Phrase("Why"))), "bad",
        Phrase("A supervisor rules on it; what is written here is not read by its submitter."),
    ),
)  # fmt: skip
BY_VERB: Final[Mapping[str, DeskForm]] = {form.verb: form for form in FORMS}
#: The fields of one demand.
ITEM: Final = (
    FormField("demand", Phrase("The demand")), FormField("content", Phrase("The answer to it")),
    FormField("outcome", Phrase("What becomes of it"), "outcome"),
    FormField("promise.what", Phrase("What is promised"), needed=False),
    FormField("promise.due", Phrase("To be done by"), "day", needed=False),
)  # fmt: skip
WRONG: Final[Mapping[str, Phrase]] = {
    "content": Phrase("Please write the answer, at most 20,000 characters"),
    "outcome": Phrase("Please choose one; it is not better than the best of the demands, and solved only where all of them are"),
    "promise": Phrase("Being solved or planned: please say what will be done and by when; otherwise leave it empty"),
    "what": Phrase("Please say what will be done"),
    "due": Phrase("Please choose a day from tomorrow on, at most as far ahead as the office allows"),
    "who": Phrase("Please write at most 200 characters"),
    "demand": Phrase("Please write the demand"),
    "contact": Phrase("Please choose one of these"),
    "evidence": Phrase("Please say what was done"),
    "until": Phrase("Please choose a day after the deadline, no further off than the office allows"),
    "reason": Phrase("Please say why, at most 2,000 characters"),
    "department": Phrase("Please choose another department"),
}


def names_of(form: DeskForm, demands: int) -> list[str]:
    """The names of all fields of a form with a number of demands."""
    return list(labels_of(form, demands))


def labels_of(form: DeskForm, demands: int) -> dict[str, Phrase]:
    """What each field of a form with a number of demands is called."""
    found = {each.key_in(form.verb): each.label for each in form.fields if each.kind != "items"}
    if any(each.kind == "items" for each in form.fields):
        found |= {each.key_in(f"{form.verb}-items-{place}"): each.label for place in range(demands) for each in ITEM}
    return found


def body_of(form: DeskForm, given: Mapping[str, str], demands: int, zone: tzinfo) -> dict[str, object]:
    """What was filled in, as the API takes it; a demand of which nothing was filled in is none."""
    found = _filled([each for each in form.fields if each.kind != "items"], form.verb, given, zone)
    items = [_filled(ITEM, f"{form.verb}-items-{place}", given, zone) for place in range(demands)]
    return found | ({"items": [item for item in items if item]} if any(items) else {})


def _filled(fields: Sequence[FormField], prefix: str, given: Mapping[str, str], zone: tzinfo) -> dict[str, object]:
    found: dict[str, object] = {}
    nested: dict[str, dict[str, object]] = {}
    for each in fields:
        text = given.get(each.key_in(prefix), "")
        inner, _, name = each.name.rpartition(".")
        if text:
            place = nested.setdefault(inner, {}) if inner else found
            place[name] = day_end(text, zone) if each.kind == "day" else text
    return found | nested


def mistakes_of(form: DeskForm, errors: Mapping[str, object], names: Sequence[str]) -> dict[str, Phrase]:
    """What is wrong beside which field; what is wrong with no field of the form stands at its first one."""
    found: dict[str, Phrase] = {}
    for error in errors:
        key, last = f"{form.verb}-{error.replace('.', '-')}", error.rpartition(".")[2]
        words = form.wrong.get(last) or WRONG.get(last, WRONG["reason"])
        place = key if key in names else f"{key}-what" if f"{key}-what" in names else names[0]
        found.setdefault(place, words)
    return found
