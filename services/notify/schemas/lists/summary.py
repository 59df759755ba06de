"""The shapes of the month of a station, and of what became of the last session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from marshmallow import Schema, fields

from services.notify.domain.lists.summary import MonthSummary
from services.notify.domain.lists.views import Row
from services.notify.domain.sessions.session import Session
from services.notify.schemas.lists.rows import ListRow


class SummarySession(Schema):
    """A session of the month; `irregular` names the rules that it broke."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    state = fields.String(required=True)
    irregular = fields.List(fields.String(), required=True)
    visitors = fields.Integer(required=True)
    observers = fields.Integer(required=True)


class SummaryAnswer(Schema):
    """What a month of a station came to, as of an instant; `counts` by name."""

    station = fields.String(required=True)
    month = fields.String(required=True)
    as_of = fields.AwareDateTime(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    sessions = fields.List(fields.Nested(SummarySession), required=True)


class LastAnswer(Schema):
    """What became of the last session of the same kind and station: its promises, and its entries that are to be done still.

    All is empty where there was none.
    """

    session = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True, allow_none=True)
    as_of = fields.AwareDateTime(required=True)
    items = fields.List(fields.Nested(ListRow), required=True)


def summary_answer(summary: MonthSummary) -> dict[str, object]:
    """A month as a `SummaryAnswer`."""
    return {
        "station": summary.station, "month": summary.month, "as_of": summary.as_of, "counts": summary.counts,
        "sessions": [
            {
                "id": each.id, "kind": each.kind, "title": each.title, "at": each.at, "state": each.state,
                "irregular": [broken.rule for broken in each.irregular], "visitors": each.visitors, "observers": each.observers,
            }
            for each in summary.sessions
        ],
    }  # fmt: skip


def last_answer(session: Session | None, rows: Sequence[Row], now: datetime) -> dict[str, object]:
    """What became of the last session as a `LastAnswer`."""
    told = (session.id, session.title, session.at) if session else (None, None, None)
    return {**dict(zip(("session", "title", "at"), told, strict=True)), "as_of": now, "items": [asdict(row) for row in rows]}
