"""The shapes of the published numbers of sessions."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields

from services.metrics.domain.sessions import COUNTS, DIMENSIONS, RATES, SessionNumbers, SessionStatistics
from services.metrics.schemas.statistics import Dimensions, PublishedRate
from services.runtime.input.queries import MomentField


class SessionsQuery(Schema):
    """Which sessions are counted (by when they begin), as of when, and grouped by what."""

    by = Dimensions(tuple(DIMENSIONS), load_default=())
    since = MomentField(data_key="from", load_default=None, metadata={"description": "begins on or after"})
    until = MomentField(data_key="to", load_default=None, metadata={"description": "begins before; a date includes its day"})
    as_of = MomentField(load_default=None, metadata={"description": "as of then, by default the newest; a date includes its day"})


class SessionFigures(Schema):
    """Everything published of some sessions: counts and rates by name."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    rates = fields.Dict(keys=fields.String(), values=fields.Nested(PublishedRate), required=True)


class SessionGroup(SessionFigures):
    """The numbers of one group; `key` has a value for every dimension asked for, empty when it is not known."""

    key = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)


class SessionsAnswer(Schema):
    """The published numbers of sessions; `legend` says what each name means."""

    as_of = fields.AwareDateTime(required=True)
    by = fields.List(fields.String(), required=True)
    since = fields.AwareDateTime(data_key="from", required=True, allow_none=True)
    until = fields.AwareDateTime(data_key="to", required=True, allow_none=True)
    groups = fields.List(fields.Nested(SessionGroup), required=True)
    total = fields.Nested(SessionFigures, required=True)
    legend = fields.Dict(required=True)


#: What each name of the answer means.
LEGEND: Mapping[str, object] = {
    "dimensions": [{"name": name, "zh": zh, "en": en} for name, (zh, en) in DIMENSIONS.items()],
    "counts": [{"name": name, "zh": zh, "en": en} for name, (zh, en) in COUNTS.items()],
    "rates": [{"name": rate.name, "zh": rate.zh, "en": rate.en, "formula": rate.formula} for rate in RATES],
}


def sessions_answer(published: SessionStatistics) -> dict[str, object]:
    """The published numbers as a `SessionsAnswer`."""
    scope = published.scope
    return {
        "as_of": published.as_of, "by": scope.by, "from": scope.since, "to": scope.until,
        "groups": [{"key": dict(zip(scope.by, key, strict=True)), **_numbers(each)} for key, each in published.groups],
        "total": _numbers(published.total), "legend": LEGEND,
    }  # fmt: skip


def _numbers(numbers: SessionNumbers) -> dict[str, object]:
    return {"counts": numbers.counts, "rates": numbers.rates}
