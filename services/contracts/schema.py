"""Marshmallow schemas made from frozen dataclasses, so that a message's shape is written down once."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from marshmallow import Schema, fields, post_load, validate

_PLAIN: Mapping[Any, type[fields.Field[Any]]] = {str: fields.String, int: fields.Integer, bool: fields.Boolean, float: fields.Float}


class Tuples(fields.List[Any]):
    """A list that is read as a tuple, however deep it stands."""

    def _deserialize(self, *arguments: Any, **options: Any) -> Any:
        return tuple(super()._deserialize(*arguments, **options))


def _scalar(hint: Any, options: dict[str, Any]) -> fields.Field[Any]:
    if hint is datetime:
        return fields.AwareDateTime(format="iso", **options)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return fields.Enum(hint, by_value=True, **options)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return fields.Nested(schema_class(hint), **options)
    return _PLAIN[hint](**options)


def field_for(hint: Any, **options: Any) -> fields.Field[Any]:
    """The marshmallow field for a type hint: scalars, enums, literals, dataclasses, tuples, mappings and `| None`."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = next(part for part in arguments if part is not type(None))
        return field_for(inner, allow_none=True, **options)
    if origin is Literal:
        return fields.String(validate=validate.OneOf(arguments), **options)
    if origin is tuple:
        return Tuples(field_for(arguments[0]), **options)
    if origin is not None and issubclass(origin, Mapping):
        return fields.Dict(keys=field_for(arguments[0]), values=field_for(arguments[1]), **options)
    return _scalar(hint, options)


class Building(Schema):
    """Refuses unknown fields and hands back what it describes, a `shape` with a field for each of its own."""

    shape: type[Any]

    @post_load
    def _build(self, data: dict[str, Any], **_: Any) -> Any:
        return self.shape(**data)


_CLASSES: dict[type[Any], type[Schema]] = {}
_INSTANCES: dict[type[Any], Schema] = {}


def schema_class(shape: type[Any]) -> type[Schema]:
    """The schema class of a frozen dataclass: a field without a default is required."""
    if shape not in _CLASSES:
        hints, members = get_type_hints(shape), dict[str, Any](shape=shape)
        for field in dataclasses.fields(shape):
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                members[field.name] = field_for(hints[field.name], required=True)
            else:
                members[field.name] = field_for(hints[field.name], load_default=field.default)
        _CLASSES[shape] = type(f"{shape.__name__}Schema", (Building,), members)
    return _CLASSES[shape]


def schema_of(shape: type[Any]) -> Schema:
    """One shared instance of the schema of a frozen dataclass."""
    if shape not in _INSTANCES:
        _INSTANCES[shape] = schema_class(shape)()
    return _INSTANCES[shape]
