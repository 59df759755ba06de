"""Typed nouns in a store: dataclasses whose fields lie in the columns of the same names, values of theirs as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from services.runtime.store.database import Transaction
from services.runtime.store.statements.bulk import REMEMBERED

T = TypeVar("T")
UPDATED = "updated"


class JsonValue(TypeDecorator[T]):
    """A column that keeps a frozen value, or a tuple of them, as JSON: `shape` says which."""

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


class NounTable(Generic[T]):
    """How nouns lie in a table with the primary key `id`, which is their first field.

    `make` builds one from the values of its fields, in their order.
    """

    def __init__(self, table: sa.Table, shape: type[T], make: Callable[[Sequence[Any]], T] | None = None) -> None:
        self.table = table
        self.names = tuple(field.name for field in fields(shape))  # type: ignore[arg-type]
        self.values: Callable[[T], tuple[Any, ...]] = attrgetter(*self.names)
        self.make: Callable[[Sequence[Any]], T] = make or (lambda row: shape(*row))
        self.query = sa.select(*(table.c[name] for name in self.names))

    def all(self, result: Iterable[Any]) -> list[T]:
        """The nouns in the answer to a query made from `query`."""
        return [self.make(row) for row in result]

    def first(self, result: Iterable[Any]) -> T | None:
        """The noun in the answer to a query for one; None where there is none."""
        return next(iter(self.all(result)), None)


class Nouns(Generic[T]):
    """The nouns of one table within one transaction, with what they were like when they were loaded or saved."""

    def __init__(self, work: Transaction, kind: NounTable[T]) -> None:
        self._work, self._kind = work, kind
        self._known: dict[str, tuple[Any, ...]] = {}
        #: What was saved since the last flush: deferred statements with different columns have no order.
        self._inserted: set[str] = set()
        self._updated: set[str] = set()

    def load(self, query: sa.Select[Any], parameters: Mapping[str, object]) -> list[T]:
        """What a query finds that is made once, from the table's `query`."""
        found = self._kind.all(self._work.fetch(query, parameters))
        for values in map(self._kind.values, found):
            self._known[values[0]] = values
        return found

    def save(self, nouns: Iterable[T]) -> None:
        """Insert what is new, and update what has changed in the columns that differ, together with others before the commit."""
        new: list[tuple[Any, ...]] = []
        for noun in nouns:
            values = self._kind.values(noun)
            before = self._known.get(values[0])
            if before is None:
                new.append(values)
            elif values != before:
                self._update(noun, before, values)
        if new and self._updated:
            # What makes room in an index comes before what needs it.
            self._flush()
        for values in new:
            self._known[values[0]] = values
            self._inserted.add(values[0])
            row = {name: value for name, value in zip(self._kind.names, values, strict=True) if value is not None}
            self._work.defer(_insert(self._kind.table, tuple(row)), row)

    def _update(self, noun: T, before: tuple[Any, ...], after: tuple[Any, ...]) -> None:
        identity = after[0]
        if identity in self._updated or identity in self._inserted:
            self._flush()
        differ = zip(self._kind.names, before, after, strict=True)
        changes = {name: new for name, old, new in differ if new != old}
        if UPDATED in self._kind.names:
            changes[UPDATED] = self._work.now
            setattr(noun, UPDATED, self._work.now)
        self._known[identity] = self._kind.values(noun)
        self._updated.add(identity)
        self._work.defer(_update(self._kind.table, tuple(changes)), {"which": identity, **changes})

    def _flush(self) -> None:
        self._work.flush()
        self._inserted.clear()
        self._updated.clear()


@lru_cache(maxsize=REMEMBERED)
def _insert(table: sa.Table, names: tuple[str, ...]) -> sa.Insert:
    """The insert of some columns of a row, always the same one for the same columns."""
    return table.insert()


@lru_cache(maxsize=REMEMBERED)
def _update(table: sa.Table, names: tuple[str, ...]) -> sa.Update:
    """The update of some columns of one row, always the same one for the same columns."""
    return table.update().where(table.c.id == sa.bindparam("which"))
