"""Lists that another program can follow: their order, where a round begins, and why nothing is missed.

`updated` is when the transaction began that changed a row last, by the clock of its machine. Rows become visible a little
later than that and not quite in this order, so a follower begins each round a little before it began the last one: at
`follow_from` of the answer. It meets some rows twice and misses none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from marshmallow import Schema, fields, validate

from services.contracts.errors import Invalid
from services.runtime.clock import ZONE, SystemClock
from services.runtime.input.queries import MomentField, begin_of, end_of
from services.runtime.store.database import BEGUN, Instant
from services.runtime.web.lists.paging import NOT_OURS, Page, cursor_of, page_of, read_cursor

Row = Mapping[str, Any]
UPDATED = "updated"
#: Longer than a transaction lasts, of which no statement takes more than ten seconds, and than clocks of one place differ.
SETTLING = timedelta(seconds=60)
_PARTS = 3


def narrowed(query: sa.Select[Any], table: sa.Table, wanted: Mapping[str, Any]) -> sa.Select[Any]:
    """A query narrowed to `wanted`: by column the value, or the several of which one will do; None for any."""
    for column, value in wanted.items():
        if value is not None:
            query = query.where(table.c[column].in_(value) if isinstance(value, tuple) else table.c[column] == value)
    return query


def newest_first(
    query: sa.Select[Any], table: sa.Table, wanted: Mapping[str, Any], before: str | None, limit: int
) -> sa.Select[Any]:
    """A page of a list: narrowed to `wanted` by column (None for any) and to ids before one, one row more than `limit`."""
    query = narrowed(query, table, wanted)
    if before is not None:
        query = query.where(table.c.id < before)
    return query.order_by(table.c.id.desc()).limit(limit + 1)


def updated_column() -> sa.Column[datetime]:
    """When the transaction began that changed a row last; updates set it by themselves, inserts give it."""
    return sa.Column(UPDATED, Instant, nullable=False, server_default="0", onupdate=_now_of)


def _now_of(context: Any) -> datetime:
    now: datetime | None = context.root_connection.info.get(BEGUN)
    return SystemClock().now() if now is None else now


def followed(name: str, made: str) -> type[Schema]:
    """The query schema, called `name`, of a list that can be followed; `made` is the column with the creation time."""
    sorts = validate.OneOf((f"-{made}", made, UPDATED, f"-{UPDATED}"))
    return Page.from_dict({
        "sort": fields.String(load_default=None, validate=sorts),
        "updated_since": MomentField(load_default=None, metadata={"description": "changed at or after; sorted by that"}),
        "since": MomentField(data_key="from", load_default=None, metadata={"description": f"{made} on or after"}),
        "until": MomentField(data_key="to", load_default=None, metadata={"description": f"{made} before; a date includes its day"}),
    }, name=name)  # fmt: skip


def followed_page(name: str, meaning: str, item: type[Schema]) -> type[Schema]:
    """The shape of a page of such a list; `follow_from` is the `updated_since` of the next round."""
    shape = page_of(name, meaning, item).from_dict({"follow_from": fields.AwareDateTime()}, name=name)
    shape.__doc__ = meaning
    return shape


@dataclass(frozen=True, slots=True)
class Reading:
    """One page of a list: what it is narrowed to, in what order it comes, and after which item it begins."""

    wanted: Mapping[str, Any]
    limit: int
    made: str
    by_update: bool
    descending: bool
    since: datetime | None
    until: datetime | None
    updated_since: datetime | None
    after: tuple[datetime, str] | str | None
    follow_from: datetime

    def select(self, query: sa.Select[Any], table: sa.Table, ids: sa.ColumnElement[str] | None = None) -> sa.Select[Any]:
        """The query for the page and one row more, which says that there is a next one.

        Where a filter has several values, each is read alone, as far as a page: an index has the rows of one value in order, and
        those of several would all be sorted. `query` has all further conditions already, and every column once; `ids` is a column
        joined to the ids where its index is the one to be read in order.
        """
        ids = table.c.id if ids is None else ids
        several = next((name for name, value in self.wanted.items() if isinstance(value, tuple) and len(value) > 1), None)
        if several is None or self.by_update:
            return self._select(query, table, self.wanted, ids)
        parts = [self._select(query, table, {**self.wanted, several: (value,)}, ids).subquery() for value in self.wanted[several]]
        rows = sa.union_all(*(sa.select(*part.c) for part in parts)).subquery()
        place = rows.c.id
        return sa.select(*rows.c).order_by(place.desc() if self.descending else place).limit(self.limit + 1)

    def _select(
        self, query: sa.Select[Any], table: sa.Table, wanted: Mapping[str, Any], ids: sa.ColumnElement[str]
    ) -> sa.Select[Any]:
        query = narrowed(query, table, wanted)
        bounds = ((self.made, self.since, False), (self.made, self.until, True), (UPDATED, self.updated_since, False))
        for column, bound, is_end in bounds:
            if bound is not None:
                query = query.where(table.c[column] < bound if is_end else table.c[column] >= bound)
        keys = [table.c[UPDATED], ids] if self.by_update else [ids]
        if self.after is not None:
            place = sa.tuple_(*keys) if self.by_update else ids
            query = query.where(place < self._place() if self.descending else place > self._place())
        return query.order_by(*(key.desc() if self.descending else key for key in keys)).limit(self.limit + 1)

    def behind(self, id: str, updated: datetime) -> Reading:
        """The page that begins behind an item, which need not be in the list."""
        return replace(self, after=(updated, id) if self.by_update else id)

    def turned(self) -> Reading:
        """The page in the other direction."""
        return replace(self, descending=not self.descending)

    def page(self, items: Sequence[Row]) -> dict[str, Any]:
        """The answer: the items, the cursor of the next page, and from when on to follow."""
        shown = list(items[: self.limit])
        answer: dict[str, Any] = {"items": shown, "next": None}
        if len(items) > self.limit:
            last = shown[-1]
            parts = (self.follow_from.isoformat(), last[UPDATED].isoformat(), last["id"]) if self.by_update else (last["id"],)
            answer["next"] = cursor_of("|".join(parts))
        return answer | ({"follow_from": self.follow_from} if self.by_update else {})

    def _place(self) -> Any:
        if not isinstance(self.after, tuple):
            return self.after
        return sa.tuple_(sa.literal(self.after[0], Instant), sa.literal(self.after[1], sa.String))


def read_listing(query: Mapping[str, Any], made: str, wanted: Mapping[str, Any], now: datetime) -> Reading:
    """How to read the list that a query asks for; raises `Invalid` for a cursor of another order."""
    sort = query["sort"] or (UPDATED if query["updated_since"] else f"-{made}")
    by_update = sort.endswith(UPDATED)
    after, follow_from = _after(read_cursor(query["cursor"]), by_update)
    return Reading(
        wanted=wanted, limit=query["limit"], made=made, by_update=by_update, descending=sort.startswith("-"),
        since=_begin(query["since"]), until=query["until"] and end_of(query["until"], ZONE),
        updated_since=_begin(query["updated_since"]), after=after, follow_from=follow_from or now - SETTLING,
    )  # fmt: skip


def _begin(moment: date | datetime | None) -> datetime | None:
    return None if moment is None else begin_of(moment, ZONE)


def _after(last: str | None, by_update: bool) -> tuple[tuple[datetime, str] | str | None, datetime | None]:
    """Where the page begins, and from when on to follow, which the first page of a round has settled."""
    if last is None:
        return None, None
    parts = last.split("|", _PARTS - 1)
    if len(parts) != (_PARTS if by_update else 1):
        raise Invalid("The cursor is of a list in another order.", NOT_OURS)
    if not by_update:
        return last, None
    try:
        return (_aware(parts[1]), parts[2]), _aware(parts[0])
    except ValueError as error:
        raise Invalid("The cursor is not one of ours.", NOT_OURS) from error


def _aware(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("without an offset")
    return instant
