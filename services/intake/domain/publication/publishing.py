"""公开: an opinion and what departments said of it are public only with the submitter's consent and the office's release.

What is public is a masked copy that a reviewer has seen. It goes as soon as the opinion is withdrawn, merged, erased or withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from services.contracts.errors import Conflict, Invalid
from services.contracts.messages.assignments import AssignmentAdvised, AssignmentReplied
from services.contracts.messages.supervision import PromiseMade
from services.contracts.people.masking import left_in, mask
from services.intake.domain.actors import OFFICE, SUBMITTER
from services.intake.domain.location import Spot
from services.intake.domain.timeline import TimelineEntry, is_internal

if TYPE_CHECKING:
    from services.intake.domain.opinion import Opinion
    from services.intake.domain.people import Person, Persons

#: The types of the timeline entries.
RELEASED_ENTRY: Final = "opinion.released"
WITHHELD_ENTRY: Final = "opinion.withheld"
CONSENT_WITHDRAWN_ENTRY: Final = "opinion.consent-withdrawn"
#: Who may read an opinion whose submitter agrees that it becomes public.
CONSENT: Final = "public"
#: What it is when that is taken back: the departments of the case see who submitted it as before.
NO_CONSENT: Final = "department"
LONGEST_PART = 20_000
NOT_PUBLIC: Final = "There is no public opinion with this id; it may have been taken back."


class PublicationState(StrEnum):
    """What the office has decided; None while it has not."""

    RELEASED = "released"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class PublicPart:
    """What a department said that may become public: a reply, an answer for its own part, a promise.

    `entry` is its timeline entry; `due` (RFC 3339) is the day of a promise.
    """

    entry: int
    what: str
    department: str
    content: str
    at: datetime
    outcome: str | None = None
    due: str | None = None


@dataclass(frozen=True, slots=True)
class PublicCopy:
    """What everybody may read of an opinion, and about where it is.

    `number` counts releases, None before the copy is stored.
    """

    opinion: str
    title: str
    content: str
    released: datetime
    parts: tuple[PublicPart, ...] = ()
    number: int | None = None
    place: Spot | None = None


@dataclass(frozen=True, slots=True)
class ReleasedPart:
    """A part as it is to be public."""

    entry: int
    content: str


@dataclass(frozen=True, slots=True)
class Release:
    """The copy that a reviewer releases; parts that it does not name are not public, nor where it is without `place`."""

    title: str
    content: str
    parts: tuple[ReleasedPart, ...] = ()
    place: bool = False


@dataclass(frozen=True, slots=True)
class PreparedPart:
    """A part beside its masked copy; `released` says whether the copy is public now."""

    part: PublicPart
    masked: str
    released: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """An opinion beside its masked copy, as a reviewer gets it; what is public already stands as it was released.

    `place` is about where it is; `place_released` says whether that is public now.
    """

    opinion: Opinion
    title: str
    content: str
    parts: Sequence[PreparedPart]
    place: Spot | None = None
    place_released: bool = False


def parts_of(opinion: Opinion, lines: Iterable[TimelineEntry]) -> list[PublicPart]:
    """What departments said of an opinion that may become public, oldest first."""
    return [part for line in lines if not is_internal(line, ()) and line.audience is None and (part := _part(opinion, line))]


def _part(opinion: Opinion, line: TimelineEntry) -> PublicPart | None:
    department, content = line.text("department") or "", line.text("content") or ""
    match line.what:
        case AssignmentReplied.TYPE:
            if content == opinion.reply and opinion.items:
                content = "\n\n".join((content, *(f"{item.demand}\n{item.content}" for item in opinion.items)))
            return PublicPart(line.id or 0, line.what, department, content, line.at, line.text("outcome"))
        case AssignmentAdvised.TYPE if line.facts.get("role") == "separate":
            return PublicPart(line.id or 0, line.what, department, content, line.at)
        case PromiseMade.TYPE:
            return PublicPart(line.id or 0, line.what, department, line.text("what") or "", line.at, due=line.text("promised_for"))
    return None


def prepare(
    opinion: Opinion, lines: Iterable[TimelineEntry], persons: Persons, cosigners: Sequence[Person], copy: PublicCopy | None
) -> Prepared:
    """An opinion beside its masked copy, without what its persons said of themselves; `copy` is what is public of it now."""
    words, place, address = persons.words(cosigners), persons.about, persons.address
    public = {part.entry: part.content for part in copy.parts} if copy else {}
    parts = [
        PreparedPart(part, public.get(part.entry) or mask(part.content, words, address), part.entry in public)
        for part in parts_of(opinion, lines)
    ]
    if copy:
        return Prepared(opinion, copy.title, copy.content, parts, place, copy.place is not None)
    title, content = (mask(text, words, address) for text in (opinion.title, opinion.content))
    return Prepared(opinion, title, content, parts, place)


def release(opinion: Opinion, lines: Iterable[TimelineEntry], wanted: Release, place: Spot | None) -> PublicCopy:
    """Release an opinion as it stands in `wanted`, in place of what was public of it; raises `Conflict`, `Invalid`.

    `place` is where it is, as everybody may know it, where that becomes public, too.
    """
    if opinion.visibility != CONSENT:
        raise Conflict("Its submitter has not agreed that it becomes public.")
    if not opinion.state.is_with_routing:
        raise Conflict(f"An opinion that is {opinion.state} is not made public.")
    offered = {part.entry: part for part in parts_of(opinion, lines)}
    _check(wanted, offered)
    if opinion.publication is not PublicationState.RELEASED:
        opinion.record(RELEASED_ENTRY, OFFICE, {})
    opinion.publication, opinion.decided_answer = PublicationState.RELEASED, opinion.answered_sequence
    parts = tuple(_copied(offered[each.entry], each.content) for each in wanted.parts)
    return PublicCopy(opinion.id, wanted.title, wanted.content, opinion.now, parts, place=place)


def _check(wanted: Release, offered: Mapping[int, PublicPart]) -> None:
    texts = {"title": wanted.title, "content": wanted.content, **{f"parts.{each.entry}": each.content for each in wanted.parts}}
    errors = {name: [f"leave out {what}" for what in left] for name, text in texts.items() if (left := left_in(text))}
    errors |= {f"parts.{each.entry}": ["there is no such part"] for each in wanted.parts if each.entry not in offered}
    if len({each.entry for each in wanted.parts}) < len(wanted.parts):
        errors["parts"] = ["names one twice"]
    if errors:
        raise Invalid("Correct what is named in 'errors' and release it again.", errors)


def _copied(part: PublicPart, content: str) -> PublicPart:
    return PublicPart(part.entry, part.what, part.department, content, part.at, part.outcome, part.due)


def withhold(opinion: Opinion, reason: str) -> None:
    """Do not make an opinion public, or no longer; the submitter reads why."""
    if opinion.visibility != CONSENT:
        raise Conflict("Its submitter has not agreed that it becomes public, so that it is not public anyway.")
    opinion.record(WITHHELD_ENTRY, OFFICE, {"reason": reason})
    opinion.publication, opinion.decided_answer = PublicationState.WITHHELD, opinion.answered_sequence


def withdraw_consent(opinion: Opinion) -> None:
    """Its submitter does not agree any more that it becomes public; what is public of it goes. Raises `Conflict`."""
    if opinion.visibility != CONSENT:
        raise Conflict("It is not to become public anyway: there is no consent to take back.")
    opinion.visibility = NO_CONSENT
    opinion.record(CONSENT_WITHDRAWN_ENTRY, SUBMITTER, {})
    take_back(opinion)


def take_back(opinion: Opinion) -> None:
    """Nothing of it is public from now on: its submitter took it back, it is handled with another one, or its words were erased."""
    if opinion.publication is PublicationState.RELEASED:
        opinion.publication = None
