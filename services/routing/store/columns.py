"""Types of columns that keep values of the domain as JSON."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")


class JsonValue(TypeDecorator[T]):
    """A frozen value, or a tuple of them: `shape` says which."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, shape: type[T]) -> None:
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: T | None, dialect: Any) -> Any:
        """The value to plain JSON."""
        return msgspec.to_builtins(value)

    def process_result_value(self, value: Any, dialect: Any) -> T | None:
        """Plain JSON to the value."""
        return None if value is None else msgspec.convert(value, self.shape)
