"""Normalizes input before validation: values in their plain form, blank optional fields left out.

Every body, query, form, line of a file and command passes here, so that blank means absent everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from marshmallow import Schema, fields, validate

from services.contracts.words.text import is_visible, value
from services.runtime.input.fields import Code, OneLine


class _SchemaField(NamedTuple):
    """One field of a schema. `prose` keeps its characters, which are judged by the field itself."""

    name: str
    field: fields.Field[Any]
    prose: bool
    optional: bool
    nullable: bool


def tidied(schema: Schema, raw: object) -> Any:
    """The input with normalized values and without optional fields that are blank, or null where null has no meaning."""
    if not isinstance(raw, Mapping):
        return raw
    answer = dict(raw)
    for part in _parts(type(schema)):
        if part.name not in answer:
            continue
        given = answer[part.name]
        if part.optional and ((given is None and not part.nullable) or is_blank(given)):
            del answer[part.name]
        else:
            answer[part.name] = tidied_value(part.field, given, part.prose)
    return answer


@cache
def _parts(shape: type[Schema]) -> tuple[_SchemaField, ...]:
    return tuple(
        _SchemaField(field.data_key or name, field, is_prose(field), not field.required, bool(field.allow_none))
        for name, field in shape().load_fields.items()
    )


def is_prose(field: fields.Field[Any]) -> bool:
    """Whether a field is free text, rather than a value with one right form."""
    if isinstance(field, OneLine):
        return not isinstance(field, Code)
    is_closed = any(isinstance(each, validate.OneOf | validate.Regexp) for each in field.validators)
    is_bounded = any(isinstance(each, validate.Length) for each in field.validators)
    return type(field) is fields.String and is_bounded and not is_closed


def tidied_value(field: fields.Field[Any], given: object, prose: bool) -> object:
    """What is given for a field, normalized, unless it is `prose`."""
    if isinstance(given, str):
        return given if prose else value(given)
    if isinstance(field, fields.Nested):
        return tidied(field.schema, given) if not field.many else given
    if isinstance(field, fields.List) and isinstance(given, list):
        items = [tidied_value(field.inner, item, is_prose(field.inner)) for item in given]
        return items if isinstance(field.inner, fields.Nested) else [item for item in items if not is_blank(item)]
    return given


def is_blank(given: object) -> bool:
    """Whether a value is blank: a text without a visible character, or an object with nothing but blanks."""
    if isinstance(given, str):
        return not is_visible(given)
    return isinstance(given, Mapping) and bool(given) and all(map(_says_nothing, given.values()))


def _says_nothing(given: object) -> bool:
    return given is None or is_blank(given)
