"""The shapes of what intake is sent. Unknown fields are refused, as is marshmallow's rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, pre_load, validate

from services.contracts.catalogue import CHANNELS, LEVELS
from services.contracts.messages import Handling, Rating
from services.intake.domain import KINDS, LONGEST_CONTENT, LONGEST_TITLE, MOST_COSIGNERS, RELAY_ROLES, VISIBILITIES, WAITING
from services.runtime.paging import Page

LONGEST_REASON = 2_000
LARGEST_BATCH = 500
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
    email = fields.Email(validate=validate.Length(max=320))


class RelayStep(Schema):
    """Somebody who passed the opinion on, and in which role."""

    role = fields.String(required=True, validate=validate.OneOf(RELAY_ROLES))
    name = _text(120, required=True)


class Relay(fields.Nested):
    """A step of the relay chain: `{role, name}`, or the name alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(RelayStep, metadata={"description": "or the name alone, as text", "or_text": True}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, *args: Any, **options: Any) -> Any:
        if not isinstance(value, str):
            return super()._deserialize(value, attr, data, *args, **options)
        if not 0 < len(value) <= 120:
            raise ValidationError("1 to 120 characters.")
        return value


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
    cosigners = fields.List(fields.Nested(Submitter), validate=validate.Length(max=MOST_COSIGNERS), allow_none=True)
    visibility = fields.String(load_default="department", validate=validate.OneOf(VISIBILITIES))
    external_id = fields.String(validate=validate.Length(1, 200), allow_none=True)
    relay = fields.List(Relay(), validate=validate.Length(max=10), allow_none=True)

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


class Evaluation(Schema):
    """满意度测评: how the handling and the result are rated."""

    result = fields.String(required=True, validate=validate.OneOf(list(Rating)))
    process = fields.String(validate=validate.OneOf(list(Rating)), load_default=None)
    comment = fields.String(validate=validate.Length(max=2000), load_default=None)


class Acceptance(Schema):
    """A reviewer's yes, and how the opinion is to be handled as far as the reviewer says so."""

    topic = fields.String(validate=_CODE, load_default=None, allow_none=True)
    level = fields.String(validate=validate.OneOf(LEVELS), load_default=None, allow_none=True)
    difficulty = fields.String(validate=_CODE, load_default=None, allow_none=True)
    department = fields.String(validate=_CODE, load_default=None, allow_none=True)
    co_handlers = fields.List(fields.String(validate=_CODE), validate=validate.Length(max=20), load_default=())
    handling = fields.String(validate=validate.OneOf(get_args(Handling)), load_default="joint")
    key = fields.Boolean(load_default=False)
    leader = _text(120, load_default=None, allow_none=True)


class BatchAcceptance(Acceptance):
    """集中交办: many opinions let in at once, on the same terms."""

    opinions = fields.List(_text(36), required=True, validate=validate.Length(1, LARGEST_BATCH))


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


class OpinionQuery(Page):
    """What a list of opinions can be narrowed to."""

    state = fields.String(load_default=None)
    channel = fields.String(load_default=None)
    topic = fields.String(load_default=None)
    department = fields.String(load_default=None)
    external_id = fields.String(load_default=None)


class ReviewQuery(Page):
    """Which of the opinions that are not let in yet: those that wait for the reviewer, or those that wait for the submitter."""

    state = fields.String(load_default=WAITING[0].value, validate=validate.OneOf([state.value for state in WAITING]))
