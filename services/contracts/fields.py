"""Texts in what strangers send: marshmallow fields that tidy a text before anything else looks at it."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from services.contracts.text import many_lines, one_line


class OneLine(fields.String):
    """A text of one line with 1 to `longest` characters that can be seen; the longest is counted after tidying."""

    tidy = staticmethod(one_line)

    def __init__(self, longest: int, shortest: int = 1, **options: Any) -> None:
        bounds = f"{shortest} to {longest} characters." if shortest else f"At most {longest} characters."
        super().__init__(validate=validate.Length(shortest, longest, error=bounds), **options)

    def _deserialize(self, value: Any, *arguments: Any, **options: Any) -> Any:
        return self.tidy(super()._deserialize(value, *arguments, **options))


class ManyLines(OneLine):
    """The same with as many lines as it likes."""

    tidy = staticmethod(many_lines)
