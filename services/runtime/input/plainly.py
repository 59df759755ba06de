"""Reading input that is plainly right: what marshmallow makes of it, without the calls it takes to find every mistake.

Most of what is sent is in order. Each field of a schema is turned into one function once; whatever is not plainly right is left
to marshmallow, which alone says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields, missing, validate
from marshmallow.decorators import POST_LOAD, PRE_LOAD, VALIDATES, VALIDATES_SCHEMA

from services.contracts.words.text import value as plain_value
from services.runtime.input.fields import OneLine
from services.runtime.input.tidying import is_blank, is_prose, tidied_value

Read = Callable[[Any], Any]


class NotPlain(Exception):
    """Something is to be looked at by marshmallow."""


class _PlainField(NamedTuple):
    """A field: under which name its value is kept, how a value that is there is read, and whether it may be null."""

    name: str
    read: Read
    nullable: bool


class _PlainSchema(NamedTuple):
    """A schema: its fields by what they are called in the input, what has to be there, what stands in where nothing is."""

    parts: Mapping[str, _PlainField]
    required: frozenset[str]
    defaults: Mapping[str, Any]
    after: tuple[str, ...]


def load_plainly(schema: Schema, raw: Mapping[str, Any]) -> Any:
    """What the schema makes of input that is plainly right; raises `NotPlain` for anything else."""
    plan = _plan(type(schema))
    if plan is None or not isinstance(raw, Mapping) or schema.only is not None or schema.exclude or schema.partial or schema.many:
        raise NotPlain
    try:
        return _load(schema, plan, raw)
    except ValidationError as error:
        raise NotPlain from error


def _load(schema: Schema, plan: _PlainSchema, raw: Mapping[str, Any]) -> Any:
    parts, data = plan.parts, dict(plan.defaults)
    for called, given in raw.items():
        part = parts.get(called)
        if part is None:
            raise NotPlain
        if given is not None:
            data[part.name] = part.read(given)
        elif part.nullable:
            data[part.name] = None
        else:
            raise NotPlain
    if not plan.required <= data.keys():
        raise NotPlain
    for step in plan.after:
        data = getattr(schema, step)(data, many=False, partial=None, unknown=None)
    return data


@cache
def _plan(shape: type[Schema]) -> _PlainSchema | None:
    """How a schema is read plainly; None for one that does more than read its fields."""
    schema = shape()
    hooks = schema._hooks
    after = hooks[POST_LOAD]
    if any(hooks[kind] for kind in (PRE_LOAD, VALIDATES, VALIDATES_SCHEMA)) or any(
        many or options.get("pass_original") for _, many, options in after
    ):
        return None
    parts, defaults, required = dict[str, _PlainField](), dict[str, Any](), set[str]()
    for name, field in schema.load_fields.items():
        kept = field.attribute or name
        parts[field.data_key or name] = _PlainField(kept, _reader(field), bool(field.allow_none))
        if field.required:
            required.add(kept)
        elif callable(field.load_default) or field.pre_load or field.post_load or "." in kept:
            return None
        elif field.load_default is not missing:
            defaults[kept] = field.load_default
    return _PlainSchema(parts, frozenset(required), defaults, tuple(name for name, _, _ in after))


def _reader(field: fields.Field[Any]) -> Read:
    bounds, choices = _bounds(field), _choices(field)
    if isinstance(field, OneLine) and type(field)._deserialize is OneLine._deserialize and bounds is not None:
        return _line(field.tidy, *bounds)
    if type(field) is fields.String and choices is not None:
        return _choice(choices)
    if type(field) is fields.Nested and _is_bare(field) and (plan := _plan(type(field.schema))) is not None:
        return _nested(field.schema, plan)
    return _other(field, is_prose(field))


def _line(tidy: Callable[[str], str], shortest: int, longest: int) -> Read:
    def read(given: Any) -> str:
        if type(given) is not str:
            raise NotPlain
        text = tidy(given)
        # What is blank may count as absent.
        if not text or not shortest <= len(text) <= longest:
            raise NotPlain
        return text

    return read


def _choice(choices: frozenset[str]) -> Read:
    def read(given: Any) -> str:
        if type(given) is not str or (text := plain_value(given)) not in choices:
            raise NotPlain
        return text

    return read


def _nested(schema: Schema, plan: _PlainSchema) -> Read:
    def read(given: Any) -> Any:
        if type(given) is not dict or is_blank(given):
            raise NotPlain
        return _load(schema, plan, given)

    return read


def _other(field: fields.Field[Any], prose: bool) -> Read:
    def read(given: Any) -> Any:
        if is_blank(given):
            raise NotPlain
        return field.deserialize(tidied_value(field, given, prose))

    return read


def _is_bare(field: fields.Nested) -> bool:
    return not (field.many or field.only or field.exclude or field.unknown or field.validators)


def _bounds(field: fields.Field[Any]) -> tuple[int, int] | None:
    """The shortest and the longest a text may be, where nothing else is asked of it."""
    if len(field.validators) != 1 or not isinstance(only := field.validators[0], validate.Length) or only.equal is not None:
        return None
    return only.min or 0, only.max or 1 << 62


def _choices(field: fields.Field[Any]) -> frozenset[str] | None:
    """The values of a field that takes some texts only."""
    if len(field.validators) != 1 or not isinstance(only := field.validators[0], validate.OneOf):
        return None
    return frozenset(map(str, only.choices)) if all(isinstance(each, str) for each in only.choices) else None
