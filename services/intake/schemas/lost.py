"""Schemas of a lost receipt."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.runtime.input.fields import OneLine


class LostReceipt(Schema):
    """The contact that was left with a receipt that is lost: one telephone number or e-mail address."""

    contact = OneLine(320, required=True)


class LostReceiptAsked(Schema):
    """What happens now, the same for everybody."""

    detail = fields.String(required=True)
