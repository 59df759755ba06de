"""The shapes of intake's requests and answers. Unknown fields are refused, as is marshmallow's rule."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from services.contracts.catalogue import CHANNELS
from services.contracts.messages import Rating
from services.intake.domain import KINDS, LONGEST_CONTENT, LONGEST_TITLE, VISIBILITIES
from services.runtime.paging import Page

LONGEST_REASON = 2_000
_CODE = validate.Length(1, 60)


def _text(longest: int, **options: Any) -> fields.String:
    return fields.String(validate=validate.Length(1, longest, error=f"1 to {longest} characters."), **options)


class Location(Schema):
    """Where it is: an address, or degrees of WGS 84."""

    address = fields.String(validate=validate.Length(max=300))
    latitude = fields.Float(validate=validate.Range(-90, 90))
    longitude = fields.Float(validate=validate.Range(-180, 180))


class Submitter(Schema):
    """Who says it; everything but the kind is personal data."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = fields.String(validate=validate.Length(max=100))
    phone = fields.String(validate=validate.Regexp(r"^[0-9+()\- ]{5,30}$", error="Digits, spaces, + - ( ) only."))
    email = fields.Email()


class Submission(Schema):
    """An opinion as it comes in; only title and content are required."""

    title = _text(LONGEST_TITLE, required=True)
    content = _text(LONGEST_CONTENT, required=True)
    channel = fields.String(load_default="web", validate=validate.OneOf(CHANNELS))
    topic = fields.String(validate=_CODE, allow_none=True)
    area = fields.String(validate=_CODE, allow_none=True)
    station = fields.String(validate=_CODE, allow_none=True)
    deputy = fields.String(validate=validate.Length(max=120), allow_none=True)
    location = fields.Nested(Location, allow_none=True)
    submitter = fields.Nested(Submitter, allow_none=True)
    visibility = fields.String(load_default="department", validate=validate.OneOf(VISIBILITIES))
    external_id = fields.String(validate=validate.Length(1, 200), allow_none=True)
    relay = fields.List(fields.String(validate=validate.Length(1, 120)), validate=validate.Length(max=10), allow_none=True)

    @pre_load
    def _strip(self, data: Any, **_: Any) -> Any:
        """Outer blanks do not count as text."""
        if not isinstance(data, dict):
            return data
        return {
            name: value.strip() if name in ("title", "content") and isinstance(value, str) else value
            for name, value in data.items()
        }


class Line(Submission):
    """A line of a batch, which may say when it was told elsewhere; blank fields of a CSV count as absent."""

    channel = fields.String(load_default="import", validate=validate.OneOf(CHANNELS))
    submitted_at = fields.String(validate=validate.Length(max=40), allow_none=True)


class Submitted(Schema):
    """What the sender of an opinion gets."""

    id = fields.String(required=True)
    receipt = fields.String(required=True)
    state = fields.String(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class LineAnswer(Schema):
    """One line of the answer to a batch."""

    line = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("created", "exists", "refused")))
    id = fields.String()
    receipt = fields.String()
    external_id = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class Evaluation(Schema):
    """满意度测评: how the handling and the result are rated."""

    result = fields.String(required=True, validate=validate.OneOf(list(Rating)))
    process = fields.String(validate=validate.OneOf(list(Rating)), load_default=None)
    comment = fields.String(validate=validate.Length(max=2000), load_default=None)


class Acceptance(Schema):
    """A reviewer's yes."""

    topic = fields.String(validate=_CODE, load_default=None)


class Refusal(Schema):
    """A reviewer's no, with a reason of the catalogue."""

    reason = fields.String(required=True)


class Question(Schema):
    """What the reviewer needs to know."""

    question = _text(LONGEST_REASON, required=True)


class Merging(Schema):
    """The opinion it is handled with."""

    into = fields.String(required=True)


class Details(Schema):
    """What the submitter adds."""

    content = _text(LONGEST_CONTENT, required=True)


class Withdrawal(Schema):
    """Why it is taken back, if the submitter wants to say."""

    reason = fields.String(validate=validate.Length(max=LONGEST_REASON), load_default=None)


class Standing(Schema):
    """Where an opinion stands after a move."""

    id = fields.String()
    state = fields.String(required=True)


class Moment(Schema):
    """One line of a timeline."""

    at = fields.AwareDateTime(required=True)
    what = fields.String(required=True)
    by = fields.String(required=True)
    facts = fields.Dict(required=True)


class Receipt(Schema):
    """What the holder of a receipt sees."""

    receipt = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    topic = fields.String(allow_none=True)
    department = fields.String(allow_none=True)
    submitted = fields.AwareDateTime(required=True)
    reply = fields.Dict(allow_none=True)
    evaluation = fields.Dict(allow_none=True)
    may = fields.List(fields.String(), required=True)
    timeline = fields.List(fields.Nested(Moment), required=True)


class OpinionQuery(Page):
    """What a list of opinions can be narrowed to."""

    state = fields.String(load_default=None)
    channel = fields.String(load_default=None)
    topic = fields.String(load_default=None)
    department = fields.String(load_default=None)
    external_id = fields.String(load_default=None)


class OpinionShape(Schema):
    """An opinion as the office and its department see it; `told` is when it was told elsewhere, as it was written there."""

    id = fields.String(required=True)
    external_id = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    channel = fields.String(required=True)
    topic = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    deputy = fields.String(required=True, allow_none=True)
    location = fields.Nested(Location, required=True, allow_none=True)
    visibility = fields.String(required=True)
    state = fields.String(required=True)
    submitted = fields.AwareDateTime(required=True)
    told = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    assignment = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    reply = fields.String(required=True, allow_none=True)
    evaluate_by = fields.AwareDateTime(required=True, allow_none=True)
    merged_into = fields.String(required=True, allow_none=True)
    round = fields.Integer(required=True)


class Rated(Schema):
    """The rating of one round."""

    round = fields.Integer(required=True)
    process = fields.String(required=True, allow_none=True)
    result = fields.String(required=True)
    comment = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)


class OpinionFile(OpinionShape):
    """One opinion with all that happened; `submitter` and `relay` only for those who may see who told it."""

    submitter = fields.Nested(Submitter, allow_none=True)
    relay = fields.List(fields.String(), allow_none=True)
    timeline = fields.List(fields.Nested(Moment), required=True)
    evaluations = fields.List(fields.Nested(Rated), required=True)


class OpinionPage(Schema):
    """A page of opinions."""

    items = fields.List(fields.Nested(OpinionShape), required=True)
    next = fields.String(allow_none=True, required=True)
