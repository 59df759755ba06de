"""What a submission may name, how the policy table reviews it, and what tells two of them apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.contracts import vocabulary
from services.contracts.catalogue.model import Area, Catalogue, Station
from services.contracts.errors import Conflict, Invalid
from services.contracts.grants import Grant
from services.contracts.lifecycle import Move, State, advance, allowed_moves
from services.intake.domain.claims import CODE, check_claims, placed

LONGEST_TITLE, LONGEST_CONTENT = 120, 20_000
KINDS = ("citizen", "deputy", "enterprise", "group")
#: Who can have passed an opinion on: voter, informant (民情信息员), deputy, presidium.
RELAY_ROLES = ("voter", "informant", "deputy", "presidium")
MOST_COSIGNERS = 200
VISIBILITIES = tuple(vocabulary.VISIBILITIES)


@dataclass(frozen=True, slots=True)
class Review:
    """What the policy table says of a channel: let in at once, or wait for a reviewer."""

    automatic: bool


def review(catalogue: Catalogue, channel: str) -> Review:
    """Look the channel up in the catalogue's acceptance table."""
    return Review(catalogue.acceptance[channel] == "automatic")


def resolve(catalogue: Catalogue, form: Mapping[str, Any], grant: Grant) -> dict[str, Any]:
    """The form with its topic as a code and its place complete; raises `NotAllowed` that names every claim that is not granted,
    `Invalid` that names every field the catalogue does not know."""
    coded = bool(form.get(CODE))
    form = placed(catalogue, form)
    check_claims(grant, form, coded=coded)
    errors: dict[str, list[str]] = {}
    topic = catalogue.topic_of(form["topic"]) if form.get("topic") else None
    if form.get("topic") and topic is None:
        errors["topic"] = [f"There is no topic '{form['topic']}'. See /api/v1/topics."]
    for name, known in (("area", catalogue.areas), ("station", catalogue.stations)):
        if form.get(name) and code_of(known, form[name]) is None:
            errors[name] = [f"There is no {name} '{form[name]}' in the catalogue."]
    if errors:
        raise Invalid("Correct the fields named in 'errors' and send again.", errors)
    known_places = (("area", catalogue.areas), ("station", catalogue.stations))
    places = {name: code_of(known, form[name]) for name, known in known_places if form.get(name)}
    return {**form, **places, "topic": topic.code if topic else None}


def code_of(known: Mapping[str, Area] | Mapping[str, Station], text: str) -> str | None:
    """The code of the place that a text names by its code or its name; None for none and for several."""
    if text in known:
        return text
    named = [code for code, place in known.items() if text in (place.name, getattr(place, "name_en", None))]
    return named[0] if len(named) == 1 else None


def fingerprint(form: Mapping[str, Any]) -> str:
    """What tells two submissions apart that carry the same external id."""
    return hashlib.sha256("\x00".join((form["title"], form["content"])).encode()).hexdigest()


def detailed(state: State) -> State:
    """The state after the submitter has told more; raises `Conflict` when nobody has asked for it."""
    return state if state is State.PAUSED else advance(state, Move.COMPLETE)


def detailed_with(case: State) -> None:
    """Raises `Conflict` unless a case takes the words of somebody who was merged into it: until it is answered."""
    if not takes_words(case):
        raise Conflict(f"The case that this opinion is handled with is {case}. Rate its reply, or submit a new opinion.")


def takes_words(case: State) -> bool:
    """Whether more may be told of a case that others were merged into."""
    return case is State.REOPENED or Move.MERGE in allowed_moves(case)


def with_details(content: str, details: str) -> str:
    """The text with what was added; raises `Invalid` when it grows too long."""
    text = f"{content}\n\n【补充】{details}"
    if len(text) > LONGEST_CONTENT:
        raise Invalid("The whole text would be too long.", {"content": [f"at most {LONGEST_CONTENT} characters altogether"]})
    return text


def check_withdrawal(followed: bool) -> None:
    """Raises `Conflict` when others were merged into the opinion: their answer hangs on it."""
    if followed:
        raise Conflict("Other opinions are handled with this one and wait for its answer, so it cannot be withdrawn.")
