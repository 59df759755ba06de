"""The shapes of photos as answers list them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.intake.domain.attaching import PHOTO_TYPES


class AttachmentSchema(Schema):
    """A photo of an opinion as it is listed; `size` is in bytes."""

    id = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(list(PHOTO_TYPES)))
    size = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)


class AnswerPhotoSchema(AttachmentSchema):
    """A photo of a department's answer; `shown` is when its submitter could see it first, empty until the answer is given."""

    department = fields.String(required=True)
    shown = fields.AwareDateTime(required=True, allow_none=True)
