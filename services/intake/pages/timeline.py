"""A timeline for people: the event, the local time, the actor and the facts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from services.contracts.basis import Rule
from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.assignments import AssignmentAdvised, AssignmentPaused, AssignmentReplied
from services.contracts.messages.opinions import OpinionDeclined, OpinionReturned
from services.contracts.messages.values import RaisedBy
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.of_sessions import SPOT
from services.contracts.words.vocabulary import (
    BASES,
    CARDS,
    CAUSES,
    CHANNELS,
    CONTACTS,
    COUNTED,
    DEADLINES,
    ERASURES,
    HOLDERS,
    LEVELS,
    OUTCOMES,
    RAISINGS,
    RATINGS,
    RESULTS,
    ROLES,
    RULED,
)
from services.design.phrases import Phrase
from services.intake.app.views import Moment
from services.intake.domain.actors import DEPARTMENT
from services.intake.domain.timeline import Facts
from services.intake.pages.events import ACTORS, EVENTS

Shown = Words | Phrase | date | str
Show = Callable[[object, Catalogue], Shown | None]
#: What asks the submitter something, and which fact is the question.
ASKS = {OpinionReturned.TYPE: "question", AssignmentPaused.TYPE: "reason"}
FORMER = Phrase("a former department")
ANSWERS = (AssignmentReplied.TYPE, AssignmentAdvised.TYPE)


class LabelledFact(NamedTuple):
    """A labelled line."""

    label: Phrase
    value: Shown


class ShownEntry(NamedTuple):
    """One entry of a timeline as it is shown. `said` is free text, or empty."""

    at: date
    what: Words | Phrase
    by: Words | Phrase
    facts: Sequence[LabelledFact]
    said: str


def local(instant: datetime, catalogue: Catalogue) -> datetime:
    """An instant by the clock of the place."""
    return instant.astimezone(catalogue.calendar.zone)


def department_name(code: str, catalogue: Catalogue) -> Words | Phrase:
    """A department by its names; a code says nothing to people, so one that the catalogue no longer has is called what it is."""
    found = stored.found(catalogue.departments, code)
    return name_of(found) if found else FORMER


def topic_name(code: str, catalogue: Catalogue) -> Words:
    """A topic by its names; by its code when the catalogue no longer has it."""
    topic = stored.topic(catalogue, code)
    return name_of(topic) if topic else Words(code, code)


def _due(value: object, catalogue: Catalogue) -> Shown:
    return local(datetime.fromisoformat(str(value)), catalogue)


def _department(value: object, catalogue: Catalogue) -> Shown:
    return department_name(str(value), catalogue)


def _rule(value: object, _: Catalogue) -> Shown | None:
    rule = Rule.parse(str(value))
    return BASES[rule.basis].filled(rule.detail) if rule else None


def _text(value: object, _: Catalogue) -> Shown:
    return str(value)


def _reason(value: object, catalogue: Catalogue) -> Shown:
    reason = stored.found(catalogue.decline_reasons, str(value))
    if reason is None:
        return _text(value, catalogue)
    return Words(f"{reason.name}。{reason.advice}", f"{reason.name_en}. {reason.advice_en}")


def _on_time(value: object, _: Catalogue) -> Shown:
    return Phrase("in time") if value else Phrase("late")


def _rated(value: object, _: Catalogue) -> Shown | None:
    return None if value else Phrase("not rated before the evaluation closed")


def _rung(value: object, catalogue: Catalogue) -> Shown | None:
    rung = stored.found(catalogue.ladder, str(value))
    return name_of(rung) if rung else RAISINGS.get(str(value))


def _named(names: Mapping[str, Words]) -> Show:
    return lambda value, _: names.get(str(value))


def _raised(value: object, catalogue: Catalogue) -> Shown:
    """Why a case was raised a level, where it was by count; what somebody wrote otherwise."""
    counted = RaisedBy.of(str(value))
    if counted is None:
        return _reason(value, catalogue)
    kind, count = counted
    return COUNTED[kind].filled(count)


def _yes(words: Phrase, otherwise: Phrase | None = None) -> Show:
    return lambda value, _: words if value else otherwise


def _station(value: object, catalogue: Catalogue) -> Shown:
    known = stored.found(catalogue.stations, str(value))
    return known.name if known else str(value)


def _difficulty(value: object, catalogue: Catalogue) -> Shown | None:
    known = stored.found(catalogue.difficulties, str(value))
    return name_of(known) if known else None


#: Every fact that is shown, in this order: its label, and how its value reads. What is not here stays inside.
FACTS: Mapping[str, tuple[Phrase, Show]] = {
    "supporters": (Phrase("Supporters"), _text),
    "channel": (Phrase("Through"), _named(CHANNELS)),
    "campaign": (Phrase("Campaign"), _text),
    "missed": (Phrase("Outside the period or place of the campaign, handled like any other opinion"), _text),
    "topic": (Phrase("Topic"), lambda value, catalogue: topic_name(str(value), catalogue)),
    "cause": (Phrase("Because of"), _named(CAUSES)),
    "reason": (Phrase("Why"), _raised),
    "about": (Phrase("About"), _named(RULED)),
    "granted": (Phrase("Ruling"), _yes(Phrase("granted"), Phrase("not granted"))),
    "question": (Phrase("Question"), _text),
    "proposed": (Phrase("Proposed"), _department),
    "to": (Phrase("Now with"), _department),
    "department": (Phrase("Department"), _department),
    "role": (Phrase("How"), _named(ROLES)),
    "rule": (Phrase("Why there"), _rule),
    "erased": (Phrase("Erased"), _named(ERASURES)),
    "level": (Phrase("Level"), _named(LEVELS)),
    "difficulty": (Phrase("Kind"), _difficulty),
    "key": (Phrase("Key supervision"), _yes(Phrase("yes"), Phrase("no longer"))),
    "leader": (Phrase("Led by"), _text),
    "contact": (Phrase("Contact"), _named(CONTACTS)),
    "round": (Phrase("Round"), lambda value, _: Phrase("round %(number)s").filled(number=value)),
    "what": (Phrase("Promise"), _text),
    "who": (Phrase("Who"), _text),
    "promised_for": (Phrase("Promised for"), _due),
    "evidence": (Phrase("Evidence"), _text),
    "hop": (Phrase("Hop"), _text),
    "holder": (Phrase("With"), _named(HOLDERS)),
    "deputy": (Phrase("Deputy"), _text),
    "station": (Phrase("Station"), _station),
    "duty": (Phrase("To be done"), _named(DEADLINES)),
    "asked_by": (Phrase("By when"), _due),
    "card": (Phrase("Card"), _named(CARDS)),
    "rung": (Phrase("Step"), _rung),
    "title": (Phrase("Meeting"), _text),
    "session": (Phrase("At"), _text),
    "question_number": (Phrase("Question number"), _text),
    "at": (Phrase("When"), _due),
    "spot": (Phrase("On the spot"), _named(SPOT)),
    "came_to": (Phrase("Result"), _named(RESULTS)),
    "held": (Phrase("Finding"), _yes(Phrase("it has held"), Phrase("it has not held"))),
    "note": (Phrase("Note"), _text),
    "changed": (Phrase("Days that changed"), _text),
    "sign_by": (Phrase("To be signed for by"), _due),
    "original": (Phrase("Due before"), _due),
    "due": (Phrase("Answer due"), _due),
    "provisional": (
        Phrase("About the deadline"),
        _yes(Phrase("may move when the holidays are published")),
    ),
    "until": (Phrase("Until"), _due),
    "outcome": (Phrase("Outcome"), _named(OUTCOMES)),
    "deadline": (Phrase("Deadline"), _due),
    "on_time": (Phrase("In time"), _on_time),
    "result": (Phrase("Rating of the result"), _named(RATINGS)),
    "process": (Phrase("Rating of the process"), _named(RATINGS)),
    "revision": (Phrase("Second thought"), _yes(Phrase("replaces the rating before"))),
    "evaluate_by": (Phrase("Rate until"), _due),
    "rated": (Phrase("Evaluation"), _rated),
}


def entries_of(timeline: Sequence[Moment], catalogue: Catalogue, answers: Collection[str]) -> list[ShownEntry]:
    """The timeline in words, oldest first. The text of `answers`, which the page shows on their own, is not repeated."""
    return [_moment(moment, catalogue, answers) for moment in timeline]


def _moment(moment: Moment, catalogue: Catalogue, answers: Collection[str]) -> ShownEntry:
    facts = dict(moment.facts)
    said = str(facts.get("content") or "")
    if moment.what in ANSWERS and said in answers:
        said = ""
    by: Words | Phrase = ACTORS.get(moment.by) or Words(moment.by, moment.by)
    if moment.by == DEPARTMENT and "department" in facts:
        by = department_name(str(facts.pop("department")), catalogue)
    what = EVENTS.get(moment.what) or Words(moment.what, moment.what)
    return ShownEntry(local(moment.at, catalogue), what, by, list(_facts(facts, catalogue)), said)


def _facts(facts: Facts, catalogue: Catalogue) -> Sequence[LabelledFact]:
    shown = []
    for name, (label, show) in FACTS.items():
        value = show(facts[name], catalogue) if facts.get(name) is not None else None
        if value is not None:
            shown.append(LabelledFact(label, value))
    return shown


def refusal_of(timeline: Sequence[Moment], catalogue: Catalogue) -> Shown | None:
    """Why an opinion was not accepted, and where to turn instead."""
    reasons = (each.facts.get("reason") for each in reversed(timeline) if each.what == OpinionDeclined.TYPE)
    return next((_reason(reason, catalogue) for reason in reasons if reason), None)


def question_of(timeline: Sequence[Moment]) -> str | None:
    """What the submitter was asked last."""
    asked = (each.facts.get(ASKS[each.what]) for each in reversed(timeline) if each.what in ASKS)
    return next((str(question) for question in asked if question), None)
