"""Cursor pagination: `?cursor=&limit=` in, `{items, next}` out. A cursor is the id of the last item, and opaque to callers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from services.contracts.errors import Invalid
from services.runtime.input.numbers import whole_number

DEFAULT_LIMIT, LARGEST_LIMIT = 50, 500
NOT_OURS = {"cursor": ["take it from 'next' of the page before"]}
#: More digits no number of eight bytes is sure to hold.
LONGEST_NUMBER = 18


class Page(Schema):
    """The query of every list."""

    cursor = fields.String(load_default=None)
    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, LARGEST_LIMIT))


def page_of(name: str, meaning: str, item: type[Schema]) -> type[Schema]:
    """The shape, called `name`, of a page of items; `meaning` is its docstring."""
    shape = Schema.from_dict({
        "items": fields.List(fields.Nested(item), required=True), "next": fields.String(required=True, allow_none=True),
    }, name=name)  # fmt: skip
    shape.__doc__ = meaning
    return shape


def read_cursor(cursor: str | None) -> str | None:
    """The id behind a cursor; raises `Invalid` for one that we did not make."""
    if cursor is None:
        return None
    try:
        last = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise Invalid("The cursor is not one of ours.", NOT_OURS) from error
    if not last.isprintable():
        raise Invalid("The cursor is not one of ours.", NOT_OURS)
    return last


def read_number(cursor: str | None) -> int | None:
    """The number behind the cursor of a list by numbers; raises `Invalid` for one that we did not make."""
    last = read_cursor(cursor)
    number = None if last is None else whole_number(last, LONGEST_NUMBER)
    if last is not None and number is None:
        raise Invalid("The cursor is not one of ours.", NOT_OURS)
    return number


def cursor_of(key: object) -> str:
    """The cursor behind which the next page begins."""
    return base64.urlsafe_b64encode(str(key).encode()).decode()


def page(items: Sequence[Mapping[str, Any]], limit: int, key: str = "id") -> dict[str, Any]:
    """A page from a query for one item more than the limit: the surplus says that there is a next page."""
    shown = list(items[:limit])
    more = len(items) > limit
    following = cursor_of(shown[-1][key]) if more else None
    return {"items": shown, "next": following}
