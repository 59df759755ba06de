"""The shapes of what intake is sent. Unknown fields are refused, as is marshmallow's rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import Schema, fields, validate

from services.contracts.catalogue.model import CHANNELS, LEVELS
from services.contracts.fields import Code, MailboxField, ManyLines, OneLine, TelephoneField
from services.contracts.lifecycle import State
from services.contracts.messages.values import Handling, Outcome, Rating
from services.contracts.queries import Choices, Codes, Names
from services.intake.domain import IN_REVIEW, KINDS, LONGEST_CONTENT, LONGEST_TITLE, MOST_COSIGNERS, RELAY_ROLES, VISIBILITIES
from services.runtime.web.listing import followed
from services.runtime.web.paging import LARGEST_LIMIT, Page

LONGEST_REASON = 2_000
LARGEST_BATCH = 500
LONGEST_CODE = 60
#: How many lines of a timeline are shown at once, where nothing else is asked for.
MOST_LINES = 100


class Location(Schema):
    """Where it is: an address, or degrees of WGS 84."""

    address = OneLine(300, shortest=0)
    latitude = fields.Float(validate=validate.Range(-90, 90))
    longitude = fields.Float(validate=validate.Range(-180, 180))


class Submitter(Schema):
    """Who says it; everything but the kind is personal data."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = OneLine(100, shortest=0)
    phone = TelephoneField()
    email = MailboxField(validate=validate.Length(max=320))


class RelayStep(Schema):
    """Somebody who passed the opinion on, and in which role."""

    role = fields.String(required=True, validate=validate.OneOf(RELAY_ROLES))
    name = OneLine(120, required=True)


class RelayField(fields.Nested):
    """A step of the relay chain: `{role, name}`, or the name alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__(RelayStep, metadata={"description": "or the name alone, as text", "or_text": True}, **options)
        self._name = OneLine(120)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, *args: Any, **options: Any) -> Any:
        if not isinstance(value, str):
            return super()._deserialize(value, attr, data, *args, **options)
        return self._name.deserialize(value)


class Submission(Schema):
    """An opinion as it comes in; only title and content are required."""

    title = OneLine(LONGEST_TITLE, required=True)
    content = ManyLines(LONGEST_CONTENT, required=True)
    channel = fields.String(load_default="web", validate=validate.OneOf(CHANNELS))
    topic = Code(LONGEST_CODE, allow_none=True)
    area = Code(LONGEST_CODE, allow_none=True)
    station = Code(LONGEST_CODE, allow_none=True)
    deputy = OneLine(120, shortest=0, allow_none=True)
    location = fields.Nested(Location, allow_none=True)
    submitter = fields.Nested(Submitter, allow_none=True)
    cosigners = fields.List(fields.Nested(Submitter), validate=validate.Length(max=MOST_COSIGNERS), allow_none=True)
    code = Code(
        40,
        allow_none=True,
        metadata={"description": "the code of a station's poster: gives the channel `qr`, the station, its area"},
    )
    visibility = fields.String(load_default="department", validate=validate.OneOf(VISIBILITIES))
    external_id = Code(200, allow_none=True)
    relay = fields.List(RelayField(), validate=validate.Length(max=10), allow_none=True)


class BatchLine(Submission):
    """A line of a batch, which may say when it was told elsewhere; blank fields of a CSV count as absent."""

    channel = fields.String(load_default="import", validate=validate.OneOf(CHANNELS))
    submitted_at = Code(60, allow_none=True)


class Evaluation(Schema):
    """满意度测评: how the handling and the result are rated; `dissatisfied`, of either, needs its reason in `comment`."""

    result = fields.String(required=True, validate=validate.OneOf(list(Rating)))
    process = fields.String(validate=validate.OneOf(list(Rating)), load_default=None)
    comment = ManyLines(2000, shortest=0, load_default=None)


class Acceptance(Schema):
    """A reviewer's yes, and how the opinion is to be handled as far as the reviewer says so."""

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


class DeclineBody(Schema):
    """A reviewer's no, with a reason of the catalogue."""

    reason = Code(LONGEST_CODE, required=True)


class QuestionBody(Schema):
    """What the reviewer needs to know."""

    question = ManyLines(LONGEST_REASON, required=True)


class Merging(Schema):
    """The opinion it is handled with."""

    into = Code(LONGEST_CODE, required=True)


class Details(Schema):
    """What the submitter adds."""

    content = ManyLines(LONGEST_CONTENT, required=True)


class Withdrawal(Schema):
    """Why it is taken back, if the submitter wants to say."""

    reason = ManyLines(LONGEST_REASON, shortest=0, load_default=None)


class TimelineQuery(Schema):
    """The query of one case: which part of its timeline."""

    cursor = fields.String(load_default=None)
    limit = fields.Integer(load_default=MOST_LINES, validate=validate.Range(1, LARGEST_LIMIT))


class OpinionQuery(followed("OpinionFollowing", "submitted")):  # type: ignore[misc]
    """What a list of opinions can be narrowed to."""

    state = Choices(State, load_default=None)
    channel = Choices(CHANNELS, load_default=None)
    topic = Codes("topics", load_default=None)
    department = Codes("departments", load_default=None)
    area = Codes("areas", load_default=None)
    station = Codes("stations", load_default=None)
    level = Choices(LEVELS, load_default=None)
    outcome = Choices(Outcome, load_default=None)
    external_id = fields.String(load_default=None)


class BatchQuery(Schema):
    """How a file is read: for show only (`dry_run`), without the columns named in `ignore`, from the `sheet` of a workbook."""

    dry_run = fields.Boolean(load_default=False)
    ignore = Names(load_default=())
    sheet = fields.String(load_default=None)


class ReviewQuery(Page):
    """Which of the opinions that are not let in yet: those that wait for the reviewer, or those that wait for the submitter."""

    state = Choices(IN_REVIEW, load_default=(IN_REVIEW[0].value,))
