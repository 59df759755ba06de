"""The registers of deputies and of groups in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages.constituency import DeputyChanged
from services.intake.domain.constituency.deputy import Deputy, DeputyState
from services.intake.domain.constituency.group import DeputyGroup
from services.intake.store.columns import StoredRow
from services.intake.store.constituency.tables import deputies, deputy_ties, groups
from services.runtime.store.database import Transaction
from services.runtime.web.lists.listing import narrowed

#: What a deputy can be tied to, which is also what a list of them can be narrowed to.
TIES = ("areas", "stations", "groups")
_DEPUTIES = sa.select(deputies)
_GROUPS = sa.select(groups)


def find_deputy(connection: Connection, code: str) -> Deputy | None:
    """A deputy by code."""
    return next(iter(_read(connection, _DEPUTIES.where(deputies.c.code == code))), None)


def deputy_name(connection: Connection, code: str) -> str | None:
    """What a deputy is called; None for a code that the register does not have."""
    name: str | None = connection.execute(sa.select(deputies.c.name).where(deputies.c.code == code)).scalar()
    return name


def out_of_office(connection: Connection, codes: Collection[str]) -> frozenset[str]:
    """Those of these codes whose deputy the register has, but not in office."""
    query = sa.select(deputies.c.code).where(deputies.c.code.in_(codes), deputies.c.state != DeputyState.ACTIVE)
    return frozenset(connection.execute(query).scalars()) if codes else frozenset()


def deputies_page(
    connection: Connection, wanted: Mapping[str, object], tied: Mapping[str, Sequence[str] | None], after: str | None, limit: int
) -> list[Deputy]:
    """A page of deputies by code, one more than `limit`: narrowed to `wanted` by column, and to those `tied` to one of these."""
    query = narrowed(_DEPUTIES, deputies, wanted)
    for kind, places in tied.items():
        if places is not None:
            these = sa.select(deputy_ties.c.deputy).where(deputy_ties.c.kind == kind, deputy_ties.c.place.in_(places))
            query = query.where(deputies.c.code.in_(these))
    if after is not None:
        query = query.where(deputies.c.code > after)
    return _read(connection, query.order_by(deputies.c.code).limit(limit + 1))


def is_kept(connection: Connection) -> bool:
    """Whether this installation keeps a register: it has an active deputy."""
    query = sa.select(deputies.c.code).where(deputies.c.state == DeputyState.ACTIVE).limit(1)
    return connection.execute(query).first() is not None


def _read(connection: Connection, query: sa.Select[tuple[object, ...]]) -> list[Deputy]:
    rows = connection.execute(query).all()
    ties = _ties(connection, [row.code for row in rows])
    return [_deputy(row, ties.get(row.code, {})) for row in rows]


def _ties(connection: Connection, codes: Sequence[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    query = sa.select(deputy_ties).where(deputy_ties.c.deputy.in_(codes)).order_by(deputy_ties.c.place)
    for row in connection.execute(query) if codes else ():
        kinds = found.setdefault(row.deputy, {})
        kinds[row.kind] = (*kinds.get(row.kind, ()), row.place)
    return found


def _deputy(row: StoredRow, ties: Mapping[str, tuple[str, ...]]) -> Deputy:
    areas, stations, belongs = (ties.get(kind, ()) for kind in TIES)
    return Deputy(
        row.name, row.level, row.term, row.state, areas, stations, belongs, row.identity, row.duties, row.promise, row.results,
        row.code, row.updated,
    )  # fmt: skip


def find_group(connection: Connection, code: str) -> DeputyGroup | None:
    """A group by code."""
    row = connection.execute(_GROUPS.where(groups.c.code == code)).first()
    return _group(row) if row else None


def groups_page(connection: Connection, wanted: Mapping[str, object], after: str | None, limit: int) -> list[DeputyGroup]:
    """A page of groups by code, one more than `limit`."""
    query = narrowed(_GROUPS, groups, wanted)
    if after is not None:
        query = query.where(groups.c.code > after)
    return [_group(row) for row in connection.execute(query.order_by(groups.c.code).limit(limit + 1))]


def active_deputies(connection: Connection, kind: str, places: Sequence[str]) -> dict[str, int]:
    """How many active deputies are tied to each of these groups or stations, `kind` being `groups` or `stations`."""
    query = (
        sa.select(deputy_ties.c.place, sa.func.count().label("members"))
        .join_from(deputy_ties, deputies, deputies.c.code == deputy_ties.c.deputy)
        .where(deputy_ties.c.kind == kind, deputy_ties.c.place.in_(places), deputies.c.state == DeputyState.ACTIVE)
        .group_by(deputy_ties.c.place)
    )
    return {row.place: row.members for row in connection.execute(query)}


def _group(row: StoredRow) -> DeputyGroup:
    return DeputyGroup(row.name, row.kind, row.topics, row.counterpart, row.code, row.updated)


class RegisterStore:
    """The registers as one transaction changes them."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    @property
    def connection(self) -> Connection:
        """The connection of the transaction."""
        return self._work.connection

    def deputy(self, code: str) -> Deputy | None:
        """A deputy by code."""
        return find_deputy(self._work.connection, code)

    def out_of_office(self, codes: Collection[str]) -> frozenset[str]:
        """Those of these codes whose deputy is in the register, but not in office."""
        return out_of_office(self._work.connection, codes)

    def group(self, code: str) -> DeputyGroup | None:
        """A group by code."""
        return find_group(self._work.connection, code)

    def unknown_groups(self, codes: Sequence[str]) -> list[str]:
        """Those of these codes that are no group's."""
        if not codes:
            return []
        known = set(self._work.execute(sa.select(groups.c.code).where(groups.c.code.in_(codes))).scalars())
        return [code for code in codes if code not in known]

    def members(self, group: str) -> int:
        """How many active deputies belong to a group."""
        return active_deputies(self._work.connection, "groups", [group]).get(group, 0)

    def save_deputy(self, deputy: Deputy, before: Deputy | None) -> Deputy:
        """Enter a deputy, or put one in place of what was known `before`."""
        work, sequence = self._work, self._last_message(deputy.code) + 1
        row = {
            "sequence": sequence,
            "name": deputy.name, "level": deputy.level, "term": deputy.term, "state": deputy.state, "identity": deputy.identity,
            "duties": deputy.duties, "promise": deputy.promise, "results": deputy.results, "updated": work.now,
        }  # fmt: skip
        _put(work, deputies, deputies.c.code, deputy.code, row, is_new=before is None)
        if before is not None:
            work.execute(deputy_ties.delete().where(deputy_ties.c.deputy == deputy.code))
        for kind in TIES:
            for place in getattr(deputy, kind):
                work.add(deputy_ties, {"kind": kind, "place": place, "deputy": deputy.code})
        work.publish(
            DeputyChanged(
                deputy.code, deputy.name, deputy.level, deputy.term, deputy.state, deputy.areas, deputy.stations, deputy.groups
            ),
            subject=deputy.code,
            sequence=sequence,
        )
        return replace(deputy, updated=work.now)

    def _last_message(self, deputy: str) -> int:
        return self._work.execute(sa.select(deputies.c.sequence).where(deputies.c.code == deputy)).scalar() or 0

    def save_group(self, group: DeputyGroup, before: DeputyGroup | None) -> DeputyGroup:
        """Enter a group, or put one in place of what was known `before`."""
        row = {
            "name": group.name, "kind": group.kind, "topics": group.topics, "counterpart": group.counterpart,
            "updated": self._work.now,
        }  # fmt: skip
        _put(self._work, groups, groups.c.code, group.code, row, is_new=before is None)
        return replace(group, updated=self._work.now)


def _put(work: Transaction, table: sa.Table, key: sa.Column[str], code: str, row: Mapping[str, object], *, is_new: bool) -> None:
    change = table.insert().values({key.name: code, **row}) if is_new else table.update().where(key == code).values(row)
    work.execute(change)
