"""The rules of intake, pure: receipts, what a submission may name, how it is reviewed, who sees whose contact data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.catalogue import Catalogue
from services.contracts.errors import Conflict, Invalid
from services.contracts.lifecycle import Move, State, advance, allowed_moves

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Crockford's check symbols: the alphabet and five more, which receipts avoid because they are awkward in an address.
CHECK_SYMBOLS = ALPHABET + "*~$=U"
RECEIPT_LENGTH = 14  # 13 characters of 5 random bits, and the check character
LONGEST_TITLE, LONGEST_CONTENT = 120, 20_000
KINDS = ("citizen", "deputy", "enterprise", "group")
VISIBILITIES = ("public", "department", "congress")
#: What of an opinion says who told it: the submitter, and the chain of people who passed it on.
PERSONAL = frozenset({"submitter", "relay"})
#: Nobody handles an opinion in one of these, so none can be handled with it.
NO_TARGETS = frozenset({State.SUBMITTED, State.RETURNED, State.DECLINED, State.MERGED, State.WITHDRAWN})
CONTACT_SEEN_BY_DEPARTMENT = frozenset({"public", "department"})


def new_receipt(random_bits: Callable[[int], int]) -> str:
    """A receipt of 65 random bits in Crockford's base 32 with a check character; `random_bits(n)` gives an n-bit number."""
    while True:
        number = random_bits(65)
        check = number % 37
        if check < len(ALPHABET):
            digits = "".join(ALPHABET[number >> shift & 31] for shift in range(60, -5, -5))
            return digits + ALPHABET[check]


def read_receipt(text: str) -> str | None:
    """The receipt as it is stored, or None when the text cannot be one. Forgives case, hyphens, and O, I, L for 0, 1, 1."""
    plain = text.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    if len(plain) != RECEIPT_LENGTH or not all(symbol in ALPHABET for symbol in plain):
        return None
    number = 0
    for symbol in plain[:-1]:
        number = number * 32 + ALPHABET.index(symbol)
    return plain if CHECK_SYMBOLS[number % 37] == plain[-1] else None


def show_receipt(receipt: str) -> str:
    """The receipt in groups, as people read it aloud."""
    return "-".join((receipt[:5], receipt[5:10], receipt[10:]))


@dataclass(frozen=True, slots=True)
class Review:
    """What the policy table says of a channel: let in at once, or wait for a reviewer."""

    automatic: bool


def review(catalogue: Catalogue, channel: str) -> Review:
    """Look the channel up in the catalogue's acceptance table."""
    return Review(catalogue.acceptance[channel] == "automatic")


def resolve(catalogue: Catalogue, form: Mapping[str, Any]) -> dict[str, Any]:
    """The form with its topic as a code; raises `Invalid` that names every field the catalogue does not know."""
    errors: dict[str, list[str]] = {}
    topic = catalogue.topic_of(form["topic"]) if form.get("topic") else None
    if form.get("topic") and topic is None:
        errors["topic"] = [f"There is no topic '{form['topic']}'. See /api/v1/topics."]
    for name, known in (("area", catalogue.areas), ("station", catalogue.stations)):
        if form.get(name) and form[name] not in known:
            errors[name] = [f"There is no {name} '{form[name]}' in the catalogue."]
    if errors:
        raise Invalid("Correct the fields named in 'errors' and send again.", errors)
    return {**form, "topic": topic.code if topic else None}


def fingerprint(form: Mapping[str, Any]) -> str:
    """What tells two submissions apart that carry the same external id."""
    return hashlib.sha256("\x00".join((form["title"], form["content"])).encode()).hexdigest()


def check_evaluation(state: State, evaluated: bool, window: datetime | None, now: datetime) -> None:
    """Raises `Conflict` unless there is a reply, not yet rated by this submitter, and the window is open.

    A case that several were merged into is concluded by the first of them; the others may still rate.
    """
    advance(state, Move.EVALUATE)
    if evaluated:
        raise Conflict("This reply has been evaluated already.")
    if window is None and state is State.CONCLUDED:
        raise Conflict("The reply has not arrived here yet; try again in a moment.")
    if window is not None and now > window:
        raise Conflict(f"The evaluation was open until {window.isoformat()}.")


def may_evaluate(state: State, evaluated: bool, window: datetime | None, now: datetime) -> bool:
    """Whether `check_evaluation` lets a rating pass."""
    try:
        check_evaluation(state, evaluated, window, now)
    except Conflict:
        return False
    return True


def check_withdrawal(followed: bool) -> None:
    """Raises `Conflict` when others were merged into the opinion: their answer hangs on it."""
    if followed:
        raise Conflict("Other opinions are handled with this one and wait for its answer, so it cannot be withdrawn.")


def is_accepted(state: State) -> bool:
    """Whether an opinion in this state has been let in, so that routing knows of it."""
    return state not in (State.SUBMITTED, State.RETURNED)


def detailed(state: State) -> State:
    """The state after the submitter has told more; raises `Conflict` when nobody has asked for it."""
    return state if state is State.PAUSED else advance(state, Move.COMPLETE)


def with_details(content: str, details: str) -> str:
    """The text with what was added; raises `Invalid` when it grows too long."""
    text = f"{content}\n\n【补充】{details}"
    if len(text) > LONGEST_CONTENT:
        raise Invalid("The whole text would be too long.", {"content": [f"at most {LONGEST_CONTENT} characters altogether"]})
    return text


def check_merge(row: Mapping[str, Any], target: Mapping[str, Any] | None) -> None:
    """Raises `Invalid` unless `target` is another opinion that has been let in and is itself handled or answered."""
    if target is None:
        raise Invalid("Name the opinion it is to be handled with.", {"into": ["There is no such opinion."]})
    if target["id"] == row["id"]:
        raise Invalid("Name another opinion.", {"into": ["This is the opinion itself."]})
    if State(target["state"]) in NO_TARGETS:
        raise Invalid("Name an opinion that has been let in.", {"into": [f"That one is {target['state']}."]})


def may_do(own: State, *, evaluation: bool, followed: bool) -> list[str]:
    """What the holder of a receipt can do now: whether the reply can be rated, and whether others were merged into the opinion,
    is known already."""
    rows = (
        ("evaluation", evaluation),
        ("withdrawal", not followed and Move.WITHDRAW in allowed_moves(own)),
        ("details", own in (State.RETURNED, State.PAUSED)),
    )
    return [name for name, possible in rows if possible]


def may_see_contact(visibility: str, role: str | None) -> bool:
    """The office sees whom to answer; a department only when the submitter let it."""
    if role == "department":
        return visibility in CONTACT_SEEN_BY_DEPARTMENT
    return role is not None
