"""The shapes of entries."""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from marshmallow import Schema, fields, validate

from services.contracts.messages.sessions import EntryList
from services.notify.domain.lists.entries import Entry, EntryOrder, EntryState
from services.runtime.input.fields import Building, Code, InstantField
from services.runtime.input.public import PublicLine, PublicLines
from services.runtime.input.queries import EARLIEST_YEAR, LATEST_YEAR, Choices, Codes
from services.runtime.web.lists.paging import Page, page_of

LONGEST_TEXT, LONGEST_OWNER, LONGEST_ID = 2_000, 100, 60
KINDS, STATES = get_args(EntryList), get_args(EntryState)


class EntryBody(Building):
    """What is to be done: on which list, by whom, until when. `task` is the entry that it is a part of."""

    shape = EntryOrder

    list = fields.String(required=True, validate=validate.OneOf(KINDS))
    text = PublicLines(LONGEST_TEXT, required=True)
    owner = PublicLine(LONGEST_OWNER, load_default=None, allow_none=True)
    due = InstantField(load_default=None, allow_none=True)
    task = Code(LONGEST_ID, load_default=None, allow_none=True)


class YearEntryBody(Schema):
    """An entry on a list of a station (of the whole place where none is named) and a year."""

    station = Code(LONGEST_ID, load_default=None, allow_none=True)
    year = fields.Integer(required=True, strict=True, validate=validate.Range(EARLIEST_YEAR, LATEST_YEAR))
    entry = fields.Nested(EntryBody, required=True)


class EntryResult(Schema):
    """What came of it."""

    result = PublicLines(LONGEST_TEXT, required=True)


class EntryDrop(Schema):
    """Why it will not be done."""

    reason = PublicLines(LONGEST_TEXT, required=True)


class EntryQuery(Page):
    """What a list of entries can be narrowed to."""

    session = fields.String(load_default=None)
    station = Codes("stations", load_default=None)
    year = fields.Integer(load_default=None, validate=validate.Range(EARLIEST_YEAR, LATEST_YEAR))
    list = Choices(KINDS, load_default=None)
    state = Choices(STATES, load_default=None)


class EntryShape(Schema):
    """An entry and where it stands; `on_time` once it is done."""

    id = fields.String(required=True)
    list = fields.String(required=True)
    text = fields.String(required=True)
    session = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True, allow_none=True)
    task = fields.String(required=True, allow_none=True)
    owner = fields.String(required=True, allow_none=True)
    due = fields.AwareDateTime(required=True, allow_none=True)
    state = fields.String(required=True)
    overdue = fields.Boolean(required=True)
    on_time = fields.Boolean(required=True, allow_none=True)
    result = fields.String(required=True, allow_none=True)
    made = fields.AwareDateTime(required=True)
    ended = fields.AwareDateTime(required=True, allow_none=True)


EntryPage = page_of("EntryPage", "Entries, the newest first.", EntryShape)


def entry_answer(entry: Entry, now: datetime) -> dict[str, object]:
    """An entry as an `EntryShape`."""
    return {
        "id": entry.id, "list": entry.list, "text": entry.text, "session": entry.session, "station": entry.station,
        "year": entry.year, "task": entry.task, "owner": entry.owner, "due": entry.due, "state": entry.state,
        "overdue": entry.is_overdue(now), "on_time": entry.on_time, "result": entry.result, "made": entry.made,
        "ended": entry.ended,
    }  # fmt: skip
