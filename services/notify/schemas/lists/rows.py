"""The shapes of lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from marshmallow import Schema, fields, validate

from services.contracts.messages.sessions import ListName
from services.notify.domain.lists.frozen import FrozenList, ListScope
from services.notify.domain.lists.views import Row
from services.runtime.input.fields import Code
from services.runtime.input.queries import EARLIEST_YEAR, LATEST_YEAR
from services.runtime.web.lists.paging import Page

FORMATS = ("json", "xlsx", "docx")
LONGEST_ID = 60


class FormatQuery(Schema):
    """In what form a list is wanted."""

    format = fields.String(load_default="json", validate=validate.OneOf(FORMATS))


class FileQuery(Schema):
    """As what file something is wanted."""

    format = fields.String(load_default="docx", validate=validate.OneOf(FORMATS[1:]))


class YearQuery(Page):
    """The list of a year in pages, or as a file, which has all of it."""

    format = fields.String(load_default="json", validate=validate.OneOf(FORMATS))


class YearScope(Schema):
    """A station, or the whole place, and a year."""

    station = Code(LONGEST_ID, load_default=None, allow_none=True)
    year = fields.Integer(required=True, strict=True, validate=validate.Range(EARLIEST_YEAR, LATEST_YEAR))


class ListRow(Schema):
    """One row: a question, a promise or an entry (`of`), which `id` names; `about` is what may be said of it in public."""

    of = fields.String(required=True)
    id = fields.String(required=True)
    session = fields.String(required=True, allow_none=True)
    number = fields.Integer(required=True, allow_none=True)
    about = fields.String(required=True, allow_none=True)
    topic = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    who = fields.String(required=True, allow_none=True)
    what = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    due = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    on_time = fields.Boolean(required=True, allow_none=True)
    rating = fields.String(required=True, allow_none=True)
    round = fields.Integer(required=True)
    result = fields.String(required=True, allow_none=True)
    task = fields.String(required=True, allow_none=True)
    opinion = fields.String(required=True, allow_none=True)


class SessionList(Schema):
    """A list of a session as it stood at `as_of`."""

    list = fields.String(required=True)
    session = fields.String(required=True)
    as_of = fields.AwareDateTime(required=True)
    items = fields.List(fields.Nested(ListRow), required=True)


class YearList(Schema):
    """A page of the list of a station, or of the whole place, in a year, as it stood at `as_of`."""

    list = fields.String(required=True)
    station = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True)
    as_of = fields.AwareDateTime(required=True)
    items = fields.List(fields.Nested(ListRow), required=True)
    next = fields.String(required=True, allow_none=True)


class FrozenShape(Schema):
    """A list that was made public: how many rows it has, and the SHA-256 of its canonical JSON, as the ledger has it."""

    id = fields.String(required=True)
    list = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    hash = fields.String(required=True)
    rows = fields.Integer(required=True)


def session_list_answer(session: str, name: ListName, rows: Sequence[Row], now: datetime) -> dict[str, object]:
    """A list as a `SessionList`."""
    return {"list": name, "session": session, "as_of": now, "items": [asdict(row) for row in rows]}


def year_list_answer(
    scope: ListScope, name: ListName, rows: Sequence[Row], now: datetime, following: str | None
) -> dict[str, object]:
    """A page of a list as a `YearList`."""
    return {
        "list": name, "station": scope.station, "year": scope.year, "as_of": now, "items": [asdict(row) for row in rows],
        "next": following,
    }  # fmt: skip


def frozen_answer(frozen: FrozenList) -> dict[str, object]:
    """A published list as a `FrozenShape`."""
    return {"id": frozen.id, "list": frozen.list, "at": frozen.at, "hash": frozen.hash, "rows": frozen.rows}
