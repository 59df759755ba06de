"""Schemas of what says the same as an opinion, and of a decision on all of it."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.intake.schemas.answers import AcceptedItem


class SimilarShape(Schema):
    """An opinion that says the same; `likeness` is which part of the two texts is in both, from 0 to 1."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    content = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    merged_into = fields.String(required=True, allow_none=True)
    submitted = fields.AwareDateTime(required=True)
    likeness = fields.Float(required=True, metadata={"description": "Which part of the two texts is in both, from 0 to 1."})


class SimilarOpinions(Schema):
    """The opinions that say the same as one, the likest first; `alike` counts those that wait for review, this one included."""

    alike = fields.Integer(required=True)
    items = fields.List(fields.Nested(SimilarShape), required=True)


class DecidedTogether(Schema):
    """What became of each opinion; `more`: others that say the same wait still, so send the same request again."""

    items = fields.List(fields.Nested(AcceptedItem), required=True)
    more = fields.Boolean(required=True)
