"""The shapes of notices."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.words.notices import NOTICES
from services.contracts.words.vocabulary import word
from services.notify.domain.notices import Notice
from services.runtime.web.lists.paging import Page, page_of

LARGEST = 2**63 - 1


class NoticeQuery(Page):
    """What a list of notices can be narrowed to."""

    since = fields.Integer(load_default=None, validate=validate.Range(0, LARGEST))


class NoticeShape(Schema):
    """What happened, when, and the page that it leads to. It has no text of an opinion: that page has it, for who may read it."""

    position = fields.Integer(required=True)
    kind = fields.String(required=True)
    words = fields.String(required=True)
    opinion = fields.String(required=True)
    assignment = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)
    address = fields.String(required=True)


NoticePage = page_of("NoticePage", "A page of notices, the newest first.", NoticeShape)


def notice_answer(notice: Notice) -> dict[str, object]:
    """A notice as a `NoticeShape`."""
    return {
        "position": notice.position, "kind": notice.kind, "words": word(NOTICES, notice.kind).zh, "opinion": notice.opinion,
        "assignment": notice.assignment, "at": notice.at, "address": notice.address,
    }  # fmt: skip
