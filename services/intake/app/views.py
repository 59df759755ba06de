"""Views of an opinion, for the API and for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.errors import Invalid
from services.contracts.lifecycle import State
from services.contracts.messages.values import Rating
from services.intake.domain.attaching import AnswerPhoto, Attachment
from services.intake.domain.opinion import DepartmentReply, Opinion
from services.intake.domain.timeline import Facts, PromiseStanding, SeparateAnswer, TimelineEntry, latest
from services.intake.schemas.queries import MOST_LINES
from services.runtime.web.lists.paging import NOT_OURS, cursor_of, read_cursor


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of a timeline as it is shown."""

    at: datetime
    what: str
    by: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class StaffMoment(Moment):
    """The same as staff see it; `internal` ones are on no receipt."""

    internal: bool


@dataclass(frozen=True, slots=True)
class LastRating:
    """The latest rating by the holder of a receipt."""

    process: Rating | None
    result: Rating
    comment: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What the holder of a receipt sees; an opinion that was merged shows who handles the case, its reply and its story.

    `awaited` is how many who get the reply have not rated it, None where there is none to conclude. `may` names what they can do
    now. `timeline` has the latest lines, `earlier` is the cursor for those before them, if any.
    """

    receipt: str
    title: str
    content: str
    state: State
    topic: str | None
    area: str | None
    station: str | None
    submitted: datetime
    level: str | None
    key: bool
    leader: str | None
    department: str | None
    due: datetime | None
    reply: DepartmentReply | None
    answers: Sequence[SeparateAnswer]
    promises: Sequence[PromiseStanding]
    evaluation: LastRating | None
    awaited: int | None
    attachments: Sequence[Attachment]
    answer_photos: Sequence[AnswerPhoto]
    may: Sequence[str]
    timeline: Sequence[Moment]
    earlier: str | None
    ledger: str


#: What an item of the list of opinions shows of one.
_SHOWN = (
    "id", "external_id", "title", "content", "channel", "topic", "area", "station", "visibility", "state", "submitted", "told",
    "merged_into", "department", "assignment", "outcome", "reply", "evaluate_by", "round", "level", "difficulty", "chosen",
    "co_handlers", "handling", "key", "leader", "items", "co_opinions", "source", "updated", "publication",
    "deputy_code", "supporters",
)  # fmt: skip


def shown(opinion: Opinion) -> dict[str, object]:
    """An opinion as staff see it, without personal data."""
    return {name: getattr(opinion, name) for name in _SHOWN}


def moment(line: TimelineEntry) -> Moment:
    """A line of a timeline as it is shown."""
    return Moment(line.at, line.what, line.by, line.facts)


def part_of(
    lines: Sequence[TimelineEntry], cursor: str | None = None, limit: int = MOST_LINES
) -> tuple[Sequence[TimelineEntry], str | None]:
    """The lines of a timeline that are asked for, and the cursor for those before them; raises `Invalid`."""
    try:
        part, first = latest(lines, read_cursor(cursor), limit)
    except ValueError as error:
        raise Invalid("The cursor is not one of ours.", NOT_OURS) from error
    return part, cursor_of(first.id) if first else None
