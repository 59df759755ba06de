"""Schemas of what the office releases."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import Schema, fields, validate

from services.intake.domain.publication.publishing import LONGEST_PART, PublicationState, Release, ReleasedPart
from services.intake.domain.submission.submission import LONGEST_CONTENT, LONGEST_TITLE
from services.intake.schemas.bodies import SpotShape
from services.intake.schemas.making import Made
from services.runtime.input.fields import ManyLines, OneLine
from services.runtime.web.lists.paging import page_of

MOST_PARTS = 100
#: Masks may be longer than what they stand for.
LONGEST_MASKED_TITLE = 2 * LONGEST_TITLE


@dataclass(frozen=True, slots=True)
class Withhold:
    """Do not make an opinion public."""

    reason: str


class ReleasedPartBody(Made):
    """A reply, an answer or a promise as it is to be public."""

    made = ReleasedPart
    entry = fields.Integer(required=True, validate=validate.Range(min=1))
    content = ManyLines(LONGEST_PART, required=True)


class ReleaseBody(Made):
    """The copy that becomes public, in place of one that is."""

    made = Release
    tuples = ("parts",)
    title = OneLine(LONGEST_MASKED_TITLE, required=True)
    content = ManyLines(2 * LONGEST_CONTENT, required=True)
    parts = fields.List(fields.Nested(ReleasedPartBody), load_default=(), validate=validate.Length(max=MOST_PARTS))
    place = fields.Boolean(load_default=False)


class WithholdBody(Made):
    """Why an opinion is not made public."""

    made = Withhold
    reason = ManyLines(500, required=True)


class PublicationStanding(Schema):
    """What the office has decided."""

    id = fields.String(required=True)
    publication = fields.String(required=True, validate=validate.OneOf(list(PublicationState)))


class Undecided(Schema):
    """An opinion on which the office has to decide; `publication` is what it decided before there was a new reply."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    topic = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    submitted = fields.AwareDateTime(required=True)
    publication = fields.String(required=True, allow_none=True, validate=validate.OneOf(list(PublicationState)))


UndecidedPage = page_of("UndecidedPage", "A page of opinions on which the office has to decide, the oldest first.", Undecided)


class PreparedPartShape(Schema):
    """A reply, an answer or a promise beside its masked copy."""

    entry = fields.Integer(required=True)
    what = fields.String(required=True)
    department = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    content = fields.String(required=True)
    masked = fields.String(required=True)
    released = fields.Boolean(required=True)


class PreparedShape(Schema):
    """An opinion beside its masked copy; what is public already stands as it was released."""

    id = fields.String(required=True)
    visibility = fields.String(required=True)
    state = fields.String(required=True)
    publication = fields.String(required=True, allow_none=True, validate=validate.OneOf(list(PublicationState)))
    title = fields.String(required=True)
    content = fields.String(required=True)
    masked_title = fields.String(required=True)
    masked_content = fields.String(required=True)
    parts = fields.List(fields.Nested(PreparedPartShape), required=True)
    place = fields.Nested(SpotShape, required=True, allow_none=True)
    place_released = fields.Boolean(required=True)
