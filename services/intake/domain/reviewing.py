"""审核: the decisions of a reviewer, and how long an opinion has waited for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import LEVELS, Catalogue, Reason
from services.contracts.errors import Invalid
from services.contracts.lifecycle import State
from services.contracts.messages.values import Handling

#: The states that a reviewer can list.
IN_REVIEW = tuple(state for state in State if state.is_in_review)


@dataclass(frozen=True, slots=True)
class Terms:
    """How an opinion is to be handled, as far as the reviewer decided it; the rules of assignment decide the rest."""

    topic: str | None = None
    level: str | None = None
    difficulty: str | None = None
    department: str | None = None
    co_handlers: tuple[str, ...] = ()
    handling: Handling = "joint"
    key: bool = False
    leader: str | None = None


@dataclass(frozen=True, slots=True)
class Waited:
    """How long an opinion has waited: working days and seconds; until when it should be reviewed, and whether that is over."""

    working_days: int
    seconds: int
    review_by: datetime
    overdue: bool
    provisional: bool


def terms_of(catalogue: Catalogue, wished: Terms, topic: str | None) -> Terms:
    """What a reviewer decided, in codes; `wished` may name the topic in words, `topic` is the one the opinion has.

    Raises `Invalid` that names every field at fault.
    """
    named = catalogue.topic_of(wished.topic) if wished.topic else None
    terms = replace(wished, topic=named.code if named else topic)
    errors = dict(_unknown(catalogue, terms))
    if wished.topic and named is None:
        errors["topic"] = [f"There is no topic '{wished.topic}'. See /api/v1/topics."]
    found = stored.found(catalogue.topics, terms.topic)
    lead = terms.department or (found.department if found else None)
    reasons = [*errors.get("co_handlers", ()), *_clashes(terms.co_handlers, lead)]
    if reasons:
        errors["co_handlers"] = reasons
    if errors:
        raise Invalid("Correct the fields named in 'errors' and send again.", errors)
    return terms


def _unknown(catalogue: Catalogue, terms: Terms) -> Sequence[tuple[str, list[str]]]:
    known: Mapping[str, Sequence[str]] = {
        "level": LEVELS, "difficulty": tuple(catalogue.difficulties), "department": tuple(catalogue.departments),
    }  # fmt: skip
    wrong = [(name, getattr(terms, name), codes) for name, codes in known.items() if getattr(terms, name) not in (None, *codes)]
    errors = [(name, [f"There is no {name} '{value}' in the catalogue."]) for name, value, _ in wrong]
    missing = [code for code in dict.fromkeys(terms.co_handlers) if code not in catalogue.departments]
    return [*errors, *([("co_handlers", [f"There is no department '{code}'." for code in missing])] if missing else [])]


def _clashes(co_handlers: Sequence[str], lead: str | None) -> Sequence[str]:
    twice = sorted({code for code in co_handlers if co_handlers.count(code) > 1})
    own = [f"'{lead}' leads the case already."] if lead in co_handlers else []
    return [*(f"'{code}' is named twice." for code in twice), *own]


def waited(catalogue: Catalogue, topic: str | None, since: datetime, now: datetime) -> Waited:
    """How long an opinion has waited since it came, or came back; its topic says how long it may."""
    calendar = catalogue.calendar
    due = calendar.due(since, catalogue.deadlines_for(stored.topic(catalogue, topic)).deadlines["review"])
    first, last = since.astimezone(calendar.zone).date(), now.astimezone(calendar.zone).date()
    return Waited(calendar.working_days(first, last), int((now - since).total_seconds()), due.at, now > due.at, due.provisional)


def is_accepted(state: State) -> bool:
    """Whether an opinion in this state has been let in, so that routing knows of it."""
    return not state.is_in_review


def reason_of(catalogue: Catalogue, code: str) -> Reason:
    """The catalogue's reason to decline an opinion; raises `Invalid` for a code that it does not have."""
    reason = stored.found(catalogue.decline_reasons, code)
    if reason is None:
        raise Invalid("Choose a reason of the catalogue.", {"reason": [f"one of {', '.join(catalogue.decline_reasons)}"]})
    return reason
