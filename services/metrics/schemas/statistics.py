"""The shapes of the published numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from services.metrics.domain.counts import COUNTS, DIMENSIONS
from services.metrics.domain.notes import NOTES
from services.metrics.domain.rates import RATES
from services.metrics.domain.statistics import GroupNumbers, PublishedStatistics
from services.metrics.domain.waiting import QUANTILES
from services.runtime.input.fields import Code
from services.runtime.input.queries import LONGEST_CODE, MomentField


class Dimensions(fields.Field[tuple[str, ...]]):
    """Names of dimensions with commas between them."""

    def __init__(self, known: Collection[str] = tuple(DIMENSIONS), **options: Any) -> None:
        super().__init__(metadata={"description": ",".join(known)}, **options)
        self.known = known

    def _deserialize(self, value: object, attr: str | None, data: Mapping[str, object] | None, **kwargs: object) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(name for part in str(value).split(",") if (name := part.strip())))
        unknown = [name for name in names if name not in self.known]
        if unknown:
            raise ValidationError(f"unknown: {', '.join(unknown)}; there are {', '.join(self.known)}")
        return names


class StatisticsQuery(Schema):
    """Which opinions are counted (by the instant they were submitted), as of when, and grouped by what."""

    by = Dimensions(load_default=())
    since = MomentField(data_key="from", load_default=None, metadata={"description": "submitted on or after"})
    until = MomentField(data_key="to", load_default=None, metadata={"description": "submitted before; a date includes its day"})
    roll_up = fields.Boolean(load_default=False, metadata={"description": "whether a station counts those below it, too"})
    deputy = Code(LONGEST_CODE, load_default=None, metadata={"description": "code of a deputy: only what came through this one"})
    group = Code(LONGEST_CODE, load_default=None, metadata={"description": "code of a group: only what came through its deputies"})
    as_of = MomentField(load_default=None, metadata={"description": "as of then, by default the newest; a date includes its day"})


class PublishedRate(Schema):
    """A rate with its fraction; `value` is empty and `text` a dash for 0/0."""

    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)
    value = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)


class Quantile(Schema):
    """Working days; empty when it is not known yet because too many still wait."""

    value = fields.Integer(required=True, allow_none=True)
    text = fields.String(required=True)


class ReplyTimes(Schema):
    """The time to the first reply; those who wait are counted in."""

    unit = fields.String(required=True)
    answered = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    median = fields.Nested(Quantile, required=True)
    p90 = fields.Nested(Quantile, required=True)


class Numbers(Schema):
    """Everything published for one group. Rates are by name, then by variant."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    rates = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Nested(PublishedRate)), required=True
    )
    times = fields.Dict(keys=fields.String(), values=fields.Nested(ReplyTimes), required=True)


class Group(Numbers):
    """The numbers of one group; `key` has a value for every dimension asked for, empty when it is not known."""

    key = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)


class StatisticsAnswer(Schema):
    """The published numbers; `legend` says what each name means."""

    as_of = fields.AwareDateTime(required=True)
    by = fields.List(fields.String(), required=True)
    since = fields.AwareDateTime(data_key="from", required=True, allow_none=True)
    until = fields.AwareDateTime(data_key="to", required=True, allow_none=True)
    groups = fields.List(fields.Nested(Group), required=True)
    total = fields.Nested(Numbers, required=True)
    legend = fields.Dict(required=True)


#: What each name of the answer means.
LEGEND: Mapping[str, object] = {
    "dimensions": [{"name": name, "zh": zh, "en": en} for name, (zh, en) in DIMENSIONS.items()],
    "counts": [{"name": count.name, "zh": count.zh, "en": count.en} for count in COUNTS],
    "rates": [
        {"name": rate.name, "variant": rate.variant, "zh": rate.zh, "en": rate.en, "formula": rate.formula} for rate in RATES
    ],
    "times": [{"name": name, "zh": zh, "en": en} for name, (zh, en, _) in QUANTILES.items()],
    "notes": [{"name": name, "zh": zh, "en": en} for name, (zh, en) in NOTES.items()],
}


def statistics_answer(published: PublishedStatistics) -> dict[str, object]:
    """The published numbers as a `StatisticsAnswer`."""
    scope = published.scope
    return {
        "as_of": published.as_of, "by": scope.by, "from": scope.since, "to": scope.until,
        "groups": [{"key": group.key, **_numbers(group.numbers)} for group in published.groups],
        "total": _numbers(published.total), "legend": LEGEND,
    }  # fmt: skip


def _numbers(numbers: GroupNumbers) -> dict[str, object]:
    return {"counts": numbers.counts, "rates": numbers.rates, "times": numbers.times}
