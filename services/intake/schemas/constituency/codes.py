"""Schemas of printed codes."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.intake.domain.constituency.codes import MOST_AT_ONCE, CodeKind, CodeOrder, CodeState, Placement
from services.runtime.input.fields import Code, OneLine
from services.runtime.web.lists.paging import page_of

LONGEST_CODE, LONGEST_LABEL = 60, 60
#: How codes are printed.
FORMS = ("stickers", "posters")


def _said(words: str) -> dict[str, str]:
    return {"description": words}


class CodeOrderBody(Schema):
    """Codes to be made: of which kind, for which place, deputy or campaign, and how many."""

    kind = fields.String(required=True, validate=validate.OneOf(list(CodeKind)), metadata=_said("What they are put up at."))
    area = Code(LONGEST_CODE, load_default=None, allow_none=True)
    station = Code(LONGEST_CODE, load_default=None, allow_none=True)
    deputy = Code(LONGEST_CODE, load_default=None, allow_none=True)
    campaign = Code(LONGEST_CODE, load_default=None, allow_none=True)
    session = Code(
        36, load_default=None, allow_none=True, metadata=_said("The session at which codes of the kind `activity` are put up.")
    )
    label = OneLine(
        LONGEST_LABEL, load_default=None, allow_none=True, metadata=_said("Printed below the codes; not for households.")
    )
    many = fields.Integer(
        load_default=1,
        strict=True,
        validate=validate.Range(1, MOST_AT_ONCE),
        metadata=_said("How many codes are to be made."),
    )

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> CodeOrder:
        """The checked data as an order."""
        many, kind = data.pop("many"), CodeKind(data.pop("kind"))
        return CodeOrder(Placement(kind, **data), many)


class MadeCode(Schema):
    """A line of the answer: first the batch, then each code, the batch again at the end with how many were `made`."""

    batch = fields.String()
    many = fields.Integer(metadata=_said("How many codes were asked for."))
    number = fields.Integer(metadata=_said("The number in its batch, printed beside it."))
    code = fields.String(metadata=_said("The code. It is a secret until it is put up."))
    address = fields.String(metadata=_said("What the picture of the code holds: the address of the form."))
    made = fields.Integer(metadata=_said("How many codes there are now."))


class CodeShape(Schema):
    """A code, what it is for, and where it stands; `successor` is up in its place."""

    code = fields.String(required=True, metadata=_said("The code, as its address has it."))
    batch = fields.String(required=True)
    number = fields.Integer(required=True, metadata=_said("The number in its batch, printed beside it."))
    state = fields.String(required=True, validate=validate.OneOf(list(CodeState)))
    successor = fields.String(required=True, allow_none=True)
    changed = fields.AwareDateTime(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(CodeKind)))
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    deputy = fields.String(required=True, allow_none=True)
    campaign = fields.String(required=True, allow_none=True)
    session = fields.String(required=True, allow_none=True)
    label = fields.String(required=True, allow_none=True)


class BatchShape(Schema):
    """Codes that were made together, and how many of them are in each state."""

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(CodeKind)))
    area = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    deputy = fields.String(required=True, allow_none=True)
    campaign = fields.String(required=True, allow_none=True)
    session = fields.String(required=True, allow_none=True)
    label = fields.String(required=True, allow_none=True)
    many = fields.Integer(required=True, metadata=_said("How many codes were asked for."))
    made = fields.AwareDateTime(required=True, metadata=_said("When they were made."))
    states = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


BatchPage = page_of("CodeBatchPage", "A page of batches of codes, the latest first.", BatchShape)
CodePage = page_of("CodePage", "A page of the codes of a batch, in the order of their numbers.", CodeShape)


class SheetsQuery(Schema):
    """Which codes are printed, and how: a page for each, or many on a page to be cut or stuck on."""

    form = fields.String(
        load_default=FORMS[0], validate=validate.OneOf(FORMS), metadata=_said("Stickers, 24 on a page, or a poster each.")
    )
    after = fields.Integer(
        load_default=0, validate=validate.Range(0, 1_000_000), metadata=_said("Only codes with a higher number than this.")
    )
