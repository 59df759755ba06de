"""Schemas of intake's requests. Unknown fields are refused, marshmallow's default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.contracts.catalogue.model import CHANNELS, LEVELS
from services.contracts.messages.values import Handling, Rating
from services.intake.domain.location import Location
from services.intake.domain.people import Person, RelayStep
from services.intake.domain.receipt.rating import Rated
from services.intake.domain.reviewing import Terms
from services.intake.domain.submission.submission import (
    KINDS,
    LONGEST_CONTENT,
    LONGEST_TITLE,
    MOST_COSIGNERS,
    RELAY_ROLES,
    VISIBILITIES,
    Submission,
)
from services.intake.schemas.commands import AcceptMany, AddDetails, Ask, Decline, Merge, SubmittedLine, Withdraw
from services.intake.schemas.making import Made
from services.runtime.input.fields import Code, MailboxField, ManyLines, OneLine, TelephoneField

LONGEST_REASON = 2_000
LARGEST_BATCH = 500
LONGEST_CODE = 60


class LocationSchema(Made):
    """Where it is: an address, or degrees of WGS 84."""

    made = Location
    address = OneLine(300, shortest=0)
    latitude = fields.Float(validate=validate.Range(-90, 90))
    longitude = fields.Float(validate=validate.Range(-180, 180))

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> object:
        """The location; half a position is refused."""
        given = [name in data for name in ("latitude", "longitude")]
        if any(given) and not all(given):
            there, missing = ("latitude", "longitude") if given[0] else ("longitude", "latitude")
            raise ValidationError({missing: [f"needed beside {there}"]})
        return super().make(data)


class SpotShape(Schema):
    """A point on the map."""

    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)


class SubmitterSchema(Made):
    """The submitter; everything but the kind is personal data."""

    made = Person
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = OneLine(100, shortest=0)
    phone = TelephoneField()
    email = MailboxField(validate=validate.Length(max=320))


class RelayStepSchema(Made):
    """Somebody who passed the opinion on, and in which role."""

    made = RelayStep
    role = fields.String(required=True, validate=validate.OneOf(RELAY_ROLES))
    name = OneLine(120, required=True)


class RelayField(fields.Nested):
    """A step of the relay chain: `{role, name}`, or the name alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(RelayStepSchema, metadata={"description": "or the name alone, as text", "or_text": True}, **options)
        self._name = OneLine(120)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, *args: Any, **options: Any) -> Any:
        if not isinstance(value, str):
            return super()._deserialize(value, attr, data, *args, **options)
        return self._name.deserialize(value)


class SubmissionSchema(Made):
    """An opinion as it comes in; only title and content are required."""

    made = Submission
    tuples = ("cosigners", "relay")
    title = OneLine(LONGEST_TITLE, required=True)
    content = ManyLines(LONGEST_CONTENT, required=True)
    channel = fields.String(load_default="web", validate=validate.OneOf(CHANNELS))
    topic = Code(LONGEST_CODE, allow_none=True)
    area = Code(LONGEST_CODE, allow_none=True)
    station = Code(LONGEST_CODE, allow_none=True)
    deputy = OneLine(120, shortest=0, allow_none=True)
    location = fields.Nested(LocationSchema, allow_none=True)
    submitter = fields.Nested(SubmitterSchema, allow_none=True)
    cosigners = fields.List(fields.Nested(SubmitterSchema), validate=validate.Length(max=MOST_COSIGNERS), allow_none=True)
    code = Code(
        40,
        allow_none=True,
        metadata={"description": "a printed code: gives the channel `qr` and the place that it is for"},
    )
    campaign = Code(LONGEST_CODE, allow_none=True, metadata={"description": "the code of a campaign that it is sent for"})
    visibility = fields.String(load_default="department", validate=validate.OneOf(VISIBILITIES))
    external_id = Code(200, allow_none=True)
    relay = fields.List(RelayField(), validate=validate.Length(max=10), allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> object:
        """The checked data as a submission; null co-signers are none."""
        if "cosigners" in data:
            data["cosigners"] = data["cosigners"] or ()
        return super().make(data)


class BatchLine(SubmissionSchema):
    """A line of a batch, which may have the date of its first report elsewhere; blank fields of a CSV count as absent."""

    channel = fields.String(load_default="import", validate=validate.OneOf(CHANNELS))
    submitted_at = Code(60, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> SubmittedLine:
        """The checked data as a line."""
        written = data.pop("submitted_at", None)
        return SubmittedLine(super().make(data), written)


class Evaluation(Made):
    """满意度测评: how the handling and the result are rated; `dissatisfied`, of either, needs its reason in `comment`."""

    made = Rated
    result = fields.String(required=True, validate=validate.OneOf(list(Rating)))
    process = fields.String(validate=validate.OneOf(list(Rating)), load_default=None)
    comment = ManyLines(2000, shortest=0, load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> object:
        """The checked data as an answer."""
        return Rated(Rating(data["result"]), Rating(data["process"]) if data["process"] else None, data["comment"])


class Acceptance(Made):
    """A reviewer's acceptance, and how the opinion is to be handled as far as the reviewer decides it."""

    made = Terms
    tuples = ("co_handlers",)
    topic = Code(LONGEST_CODE, load_default=None, allow_none=True)
    level = fields.String(validate=validate.OneOf(LEVELS), load_default=None, allow_none=True)
    difficulty = Code(LONGEST_CODE, load_default=None, allow_none=True)
    department = Code(LONGEST_CODE, load_default=None, allow_none=True)
    co_handlers = fields.List(Code(LONGEST_CODE), validate=validate.Length(max=20), load_default=())
    handling = fields.String(validate=validate.OneOf(get_args(Handling)), load_default="joint")
    key = fields.Boolean(load_default=False)
    leader = OneLine(120, load_default=None, allow_none=True)


class BatchAcceptance(Acceptance):
    """集中交办: many opinions let in at once, on the same terms."""

    opinions = fields.List(OneLine(36), required=True, validate=validate.Length(1, LARGEST_BATCH))

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> AcceptMany:
        """The checked data as a command."""
        named = tuple(data.pop("opinions"))
        return AcceptMany(named, super().make(data))


class DeclineBody(Made):
    """A reviewer's refusal, with a reason of the catalogue."""

    made = Decline
    reason = Code(LONGEST_CODE, required=True)


class QuestionBody(Made):
    """The reviewer's question."""

    made = Ask
    question = ManyLines(LONGEST_REASON, required=True)


class Merging(Made):
    """The opinion to merge into."""

    made = Merge
    into = Code(LONGEST_CODE, required=True)


class AddedDetails(Made):
    """What the submitter adds."""

    made = AddDetails
    content = ManyLines(LONGEST_CONTENT, required=True)


class Withdrawal(Made):
    """The reason for withdrawing, optional."""

    made = Withdraw
    reason = ManyLines(LONGEST_REASON, shortest=0, load_default=None)
