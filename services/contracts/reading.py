"""A fast way to read messages that are in order: one closure for each type hint, made once from the dataclass.

What a reader does not take (it raises KeyError, TypeError or ValueError) is for the schema to judge, which names the field.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Reader = Callable[[Any], Any]
_READERS: dict[type[Any], Reader] = {}


def reader_of(shape: type[Any]) -> Reader:
    """Reads a JSON object into a frozen dataclass; unknown, missing and wrong fields raise."""
    if shape not in _READERS:
        hints = get_type_hints(shape)
        _READERS[shape] = _object(shape, {field.name: _reader(hints[field.name]) for field in dataclasses.fields(shape)})
    return _READERS[shape]


def _reader(hint: Any) -> Reader:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _optional(_reader(next(part for part in arguments if part is not type(None))))
    if origin is Literal:
        return _one_of(frozenset(arguments))
    if origin is tuple:
        return _many(_reader(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_reader(arguments[0]), _reader(arguments[1]))
    if hint is datetime:
        return _instant
    kind: type[Any] = hint
    if issubclass(kind, StrEnum):
        return kind
    return reader_of(kind) if dataclasses.is_dataclass(kind) else _plain(kind)


def _object(shape: type[Any], readers: Mapping[str, Reader]) -> Reader:
    def read(value: Any) -> Any:
        return shape(**{name: readers[name](inner) for name, inner in _checked(value, dict).items()})

    return read


def _checked(value: Any, kind: type[Any]) -> Any:
    if type(value) is not kind:
        raise TypeError(f"not a {kind.__name__}")
    return value


def _plain(kind: type[Any]) -> Reader:
    return lambda value: _checked(value, kind)


def _optional(read: Reader) -> Reader:
    return lambda value: None if value is None else read(value)


def _one_of(known: frozenset[Any]) -> Reader:
    def read(value: Any) -> Any:
        if value not in known:
            raise ValueError("not one of the values it can have")
        return value

    return read


def _many(read: Reader) -> Reader:
    return lambda value: tuple([read(inner) for inner in _checked(value, list)])


def _mapping(read_name: Reader, read: Reader) -> Reader:
    return lambda value: {read_name(name): read(inner) for name, inner in _checked(value, dict).items()}


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("a time without an offset")
    return instant
