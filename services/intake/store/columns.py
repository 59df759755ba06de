"""Columns whose values are types of the domain: codes that come from closed sets, and where it is."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from services.intake.domain.location import Location
from services.intake.domain.submission.submission import as_given

E = TypeVar("E", bound=StrEnum)
#: A row as SQLAlchemy gives it, whose columns are attributes.
StoredRow = sa.Row[Any]


class EnumCode(TypeDecorator[E], Generic[E]):
    """A code that is one of an enumeration's."""

    impl = sa.String
    cache_ok = True

    def __init__(self, codes: type[E], length: int) -> None:
        super().__init__(length)
        self.codes = codes

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """The text as a member of the enumeration."""
        return None if value is None else self.codes(value)


class KeptLocation(TypeDecorator[Location]):
    """Where it is, as far as that was given."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Location | None, dialect: Dialect) -> dict[str, object] | None:
        """What was given of it."""
        return None if value is None else as_given(value)

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> Location | None:
        """The location again."""
        return None if value is None else Location(**value)
