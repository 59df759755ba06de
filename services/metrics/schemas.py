"""The shapes of what is asked and answered over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.queries import Moment
from services.metrics.domain.counts import DIMENSIONS
from services.runtime.web.paging import page_of

LARGEST_SIZE = 2**63 - 1


class Dimensions(fields.Field[tuple[str, ...]]):
    """Names of dimensions with commas between them."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(name for part in str(value).split(",") if (name := part.strip())))
        unknown = [name for name in names if name not in DIMENSIONS]
        if unknown:
            raise ValidationError(f"unknown: {', '.join(unknown)}; there are {', '.join(DIMENSIONS)}")
        return names


class StatisticsQuery(Schema):
    """Which opinions are counted (by the instant they were submitted), as of when, and grouped by what."""

    by = Dimensions(load_default=(), metadata={"description": ",".join(DIMENSIONS)})
    since = Moment(data_key="from", load_default=None, metadata={"description": "submitted on or after"})
    until = Moment(data_key="to", load_default=None, metadata={"description": "submitted before; a date includes its day"})
    as_of = Moment(load_default=None, metadata={"description": "as of then, by default the newest; a date includes its day"})


class PublishedRate(Schema):
    """A rate with its fraction; `value` is empty and `text` a dash for 0/0."""

    numerator = fields.Integer(required=True)
    denominator = fields.Integer(required=True)
    value = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)


class Quantile(Schema):
    """Working days; empty when so many have no answer yet that it is not known."""

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


class LedgerDay(Schema):
    """A day of the ledger. `hash` is that of the entry and comes when the day is over; until then `root` is that of now."""

    day = fields.Date(required=True)
    closed = fields.Boolean(required=True)
    size = fields.Integer(required=True)
    total = fields.Integer(required=True)
    root = fields.String(required=True)
    previous = fields.String(required=True)
    hash = fields.String(required=True, allow_none=True)


LedgerDays = page_of("LedgerDays", "The days, oldest first.", LedgerDay)


class LedgerLeaf(Schema):
    """An event as the ledger counts it, one line each: `previous` is the hash of the leaf before, `body` that of the message.

    `time` is the hour in leaves of version 2, and the instant in those without a version.
    """

    body = fields.String(required=True)
    id = fields.String(required=True)
    index = fields.Integer(required=True)
    previous = fields.String(required=True)
    subject = fields.String(required=True)
    time = fields.AwareDateTime(required=True)
    type = fields.String(required=True)
    version = fields.Integer()


class LedgerProof(Schema):
    """A leaf, to the byte, and its way to the root of its day: `path` has the hashes beside it, from below."""

    number = fields.Integer(required=True)
    day = fields.Date(required=True)
    index = fields.Integer(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    leaf = fields.String(required=True)
    path = fields.List(fields.String(), required=True)


LedgerProofs = page_of("LedgerProofs", "The leaves of one subject, oldest first.", LedgerProof)


class LedgerKey(Schema):
    """A public key, 32 bytes in hex, and the name that heads call it by."""

    key = fields.String(required=True)
    algorithm = fields.String(required=True)
    public = fields.String(required=True)


LedgerKeys = page_of("LedgerKeys", "The keys, newest first.", LedgerKey)


class LedgerHead(Schema):
    """The root over the first `size` leaves of all days. Signed is `huiying-ledger-head:` and JSON of key, root, size, time."""

    number = fields.Integer(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    time = fields.AwareDateTime(required=True)
    key = fields.String(required=True)
    signature = fields.String(required=True)


LedgerHeads = page_of("LedgerHeads", "The heads, oldest first.", LedgerHead)


class TwoHeads(Schema):
    """The sizes of two heads."""

    first = fields.Integer(required=True, validate=validate.Range(1, LARGEST_SIZE))
    second = fields.Integer(required=True, validate=validate.Range(1, LARGEST_SIZE))


class Consistency(Schema):
    """A consistency proof: the path is as in RFC 9162, section 2.1.4."""

    first = fields.Integer(required=True)
    second = fields.Integer(required=True)
    path = fields.List(fields.String(), required=True)
