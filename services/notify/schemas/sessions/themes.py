"""The shapes of themes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, get_args

from marshmallow import Schema, fields, post_load, validate

from services.notify.domain.sessions.theme import Source, Theme, ThemeState
from services.notify.schemas.sessions.sessions import LONGEST_TITLE
from services.runtime.input.fields import Code
from services.runtime.input.public import PublicLine
from services.runtime.input.queries import Choices, Codes
from services.runtime.web.lists.paging import Page, page_of

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])\Z")
MOST_SUPPORT = 1_000_000


def _said(words: str) -> dict[str, str]:
    return {"description": words}


class ThemeBody(Schema):
    """A theme that is suggested."""

    title = PublicLine(LONGEST_TITLE, required=True)
    source = fields.String(load_default="person", validate=validate.OneOf(get_args(Source)))
    kind = Code(40, load_default=None, allow_none=True, metadata=_said("A kind of session of the catalogue."))
    area = Code(60, load_default=None, allow_none=True)
    support = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MOST_SUPPORT))


class ShortlistBody(Schema):
    """For which sessions it is one to choose from; this month's where none is named."""

    kind = Code(40, load_default=None, allow_none=True, metadata=_said("Left out where it was suggested for one."))
    month = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(MONTH, error="a month such as 2026-12"))

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"month": date.fromisoformat(f"{data['month']}-01") if data["month"] else None}


class ChoiceBody(Schema):
    """Which session is about it, where there is one already."""

    session = Code(60, load_default=None, allow_none=True)


class ThemeQuery(Page):
    """What a list of themes can be narrowed to."""

    kind = Codes("session_kinds", load_default=None)
    state = Choices(ThemeState, load_default=None)


class ThemeShape(Schema):
    """A theme, and where it stands."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    source = fields.String(required=True, validate=validate.OneOf(get_args(Source)))
    state = fields.String(required=True, validate=validate.OneOf(list(ThemeState)))
    kind = fields.String(required=True, allow_none=True)
    area = fields.String(required=True, allow_none=True)
    support = fields.Integer(required=True)
    month = fields.String(required=True, allow_none=True)
    session = fields.String(required=True, allow_none=True)
    created = fields.AwareDateTime(required=True)


ThemePage = page_of("ThemePage", "A page of themes, those suggested last in front.", ThemeShape)


def theme_answer(theme: Theme) -> dict[str, object]:
    """A theme as a `ThemeShape`."""
    return {
        "id": theme.id, "title": theme.title, "source": theme.source, "state": str(theme.state), "kind": theme.kind,
        "area": theme.area, "support": theme.support, "month": f"{theme.month:%Y-%m}" if theme.month else None,
        "session": theme.session, "created": theme.created,
    }  # fmt: skip
