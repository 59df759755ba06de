"""Schemas of the templates of answers."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.contracts.commands import LONGEST_CONTENT
from services.routing.domain.templates import LONGEST_TITLE, PLACEHOLDERS
from services.runtime.input.fields import ManyLines, OneLine

_PLACEHOLDERS = ", ".join(f"`{{{name}}}`" for names in PLACEHOLDERS for name in names)


class TemplateBody(Schema):
    """A text that a department answers with again and again."""

    title = OneLine(LONGEST_TITLE, required=True, metadata={"description": "What it is called in the list to choose from."})
    content = ManyLines(
        LONGEST_CONTENT,
        required=True,
        metadata={
            "description": f"The text. {_PLACEHOLDERS} are filled in when it is chosen for an answer; others stay as they are."
        },
    )


class TemplateShape(Schema):
    """A template of answers as it is kept."""

    id = fields.String(required=True)
    department = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "What it is called in the list to choose from."})
    content = fields.String(required=True, metadata={"description": "The text with its placeholders."})
    updated = fields.AwareDateTime(required=True)


class TemplateListing(Schema):
    """All templates of a department, by title."""

    items = fields.List(fields.Nested(TemplateShape), required=True)
