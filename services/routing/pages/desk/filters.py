"""What a desk is narrowed to: an address says it, and every link and form of the desk says it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from marshmallow import Schema, fields, validate

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import WITH_DEPARTMENT
from services.contracts.people.lists import LISTS
from services.contracts.time.durations import Duration
from services.design.phrases import Phrase
from services.routing.domain.assignment import Assignment
from services.routing.store.desk import Place, Wanted
from services.runtime.input.queries import Choices, Codes
from services.runtime.web.lists.paging import cursor_of, read_cursor

DESK: Final = "/desk"
#: How soon an answer is due, and in how many working days from now.
DUE: Final[Mapping[str, tuple[Phrase, int]]] = {
    "overdue": (Phrase("overdue"), 0),
    "soon": (Phrase("within three working days"), 3),
    "week": (Phrase("within five working days"), 5),
}
NAMES: Final = LISTS[DESK]


class DeskQuery(Schema):
    """What an address of the desk says; `did`, `about`, `count` and `failed` are what has just been done, for the notice on top."""

    state = Choices(WITH_DEPARTMENT, load_default=None)
    topic = Codes("topics", load_default=None)
    due = Choices(DUE, load_default=None)
    key = fields.Boolean(load_default=None)
    cursor = fields.String(load_default=None)
    did = fields.String(load_default="")
    about = fields.String(load_default="")
    count = fields.Integer(load_default=0, validate=validate.Range(0, 1_000_000))
    failed = fields.String(load_default="")


def wanted_of(query: Mapping[str, Any], department: str, catalogue: Catalogue, now: datetime) -> Wanted:
    """What a query wants of a department's desk."""
    return Wanted(department, query["state"], query["topic"], _before(query["due"], catalogue, now), True if query["key"] else None)


def _before(due: tuple[str, ...] | None, catalogue: Catalogue, now: datetime) -> datetime | None:
    days = max((DUE[each][1] for each in due), default=0) if due else None
    if days is None:
        return None
    return catalogue.calendar.due(now, Duration(days, "wd")).at + timedelta(seconds=1) if days else now


def given_of(query: Mapping[str, Any]) -> dict[str, str]:
    """What the address said, as it says it again."""
    plain = {name: ",".join(value) if isinstance(value, tuple) else value for name, value in query.items()}
    return {name: "true" if plain[name] is True else str(plain[name]) for name in NAMES if plain[name]}


def address(path: str, given: Mapping[str, str], **more: str) -> str:
    """An address with what the desk is narrowed to."""
    found = {**given, **more}
    return f"{path}?{urlencode(found)}" if found else path


def cursor_behind(last: Assignment) -> str:
    """The cursor of the page that begins behind an assignment."""
    return cursor_of(f"{last.reply_by.isoformat()}|{last.id}")


def place_behind(cursor: str | None) -> Place | None:
    """Where the page of a cursor begins; the first page for one that is not ours."""
    due, _, assignment_id = (read_cursor(cursor or None) or "").partition("|")
    try:
        instant = datetime.fromisoformat(due)
    except ValueError:
        return None
    return Place(instant, assignment_id) if instant.tzinfo else None
