"""What a desk is narrowed to: an address says it, and every link and form of the desk says it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from marshmallow import Schema, fields, validate

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import WITH_DEPARTMENT
from services.contracts.people.lists import LISTS
from services.contracts.time.durations import Duration
from services.design.phrases import Phrase
from services.routing.domain.assignment import Assignment
from services.routing.store.desks.desk import Place, Wanted
from services.runtime.input.fields import OneLine
from services.runtime.input.queries import Choices, Codes
from services.runtime.web.lists.narrowing import NarrowedList
from services.runtime.web.lists.paging import cursor_of, read_cursor

DESK: Final = "/desk"
A_PAGE: Final = 30
LONGEST_QUERY: Final = 100
#: More words are not looked for.
MOST_WORDS: Final = 8


class Urgency(NamedTuple):
    """How soon an answer is due: what that is called, and within how many working days from now; None for before now."""

    name: Phrase
    days: int | None


DUE: Final[Mapping[str, Urgency]] = {
    "overdue": Urgency(Phrase("overdue"), None),
    "soon": Urgency(Phrase("within three working days"), 3),
    "week": Urgency(Phrase("within five working days"), 5),
}
LIST: Final = NarrowedList(DESK, LISTS[DESK], ("cursor", "before"))


class DeskQuery(Schema):
    """What an address of the desk says: words and filters, and behind or before which assignment a page is.

    `did`, `about`, `count` and `failed` are what has just been done, for the notice on top.
    """

    q = OneLine(LONGEST_QUERY, shortest=0, load_default="")
    state = Choices(WITH_DEPARTMENT, load_default=None)
    topic = Codes("topics", load_default=None)
    due = Choices(DUE, load_default=None)
    key = fields.Boolean(load_default=None)
    cursor = fields.String(load_default=None)
    before = fields.String(load_default=None)
    did = fields.String(load_default="")
    about = fields.String(load_default="")
    count = fields.Integer(load_default=0, validate=validate.Range(0, 1_000_000))
    failed = fields.String(load_default="")


def wanted_of(query: Mapping[str, Any], department: str, catalogue: Catalogue, now: datetime) -> Wanted:
    """What a query wants of a department's desk."""
    since, before = _between(query["due"], catalogue, now)
    key = True if query["key"] else None
    return Wanted(department, query["state"], query["topic"], since, before, key, query["q"].split()[:MOST_WORDS])


def due_within(days: int, catalogue: Catalogue, now: datetime) -> datetime:
    """The instant before which everything is due that is due within some working days."""
    return catalogue.calendar.due(now, Duration(days, "wd")).at + timedelta(seconds=1)


def _between(due: tuple[str, ...] | None, catalogue: Catalogue, now: datetime) -> tuple[datetime | None, datetime | None]:
    """From when on and before when answers are due; these spans touch at this instant, so that several are one."""
    if not due:
        return None, None
    days = [DUE[each].days for each in due]
    within = max((each for each in days if each is not None), default=None)
    return None if None in days else now, now if within is None else due_within(within, catalogue, now)


def cursor_of_place(last: Assignment) -> str:
    """The cursor of the page behind or before an assignment."""
    return cursor_of(f"{last.reply_by.isoformat()}|{last.id}")


def place_of(cursor: str | None) -> Place | None:
    """Behind or before which place the page of a cursor is; None without one, and for one that is not ours."""
    due, _, assignment_id = (read_cursor(cursor or None) or "").partition("|")
    try:
        instant = datetime.fromisoformat(due)
    except ValueError:
        return None
    return Place(instant, assignment_id) if instant.tzinfo else None
