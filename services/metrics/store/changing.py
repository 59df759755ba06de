"""What each batch changes about the figures, and the sums that follow from it, written by the only writer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from services.metrics.domain.sums.contributions import Described, Increments
from services.metrics.domain.sums.cubes import Address, add_up
from services.metrics.domain.sums.figures import FORMULA, Figures, settle
from services.metrics.store.sum_tables import changes, segments, standing, sums, sums_past
from services.metrics.store.tables import AnyRow, stories
from services.metrics.store.upserts import renewal
from services.runtime.store.database import EPOCH, Transaction
from services.runtime.store.statements.bulk import among, insert_into

#: How many changed groups are left for a question to add up, and how many one segment has.
UNFOLDED, A_SEGMENT = 2000, 8000
ONE = 1
STANDING = sa.select(standing)
NEWEST_SEGMENT = sa.select(segments).order_by(segments.c.number.desc()).limit(1)
_UNCOUNTED = sa.select(stories.c.opinion).where(stories.c.counted.is_(None)).limit(1)
_UNFOLDED = (
    sa.select(changes.c.at, changes.c.figures).where(changes.c.at > sa.bindparam("after", type_=changes.c.at.type))
    .order_by(changes.c.at, changes.c.part).limit(UNFOLDED)
)  # fmt: skip
_KNOWN = sa.select(sums).where(sums.c.cube == sa.bindparam("of"), among(sums.c.month, "months"))


@dataclass(slots=True)
class _Standing:
    """How the sums stand."""

    complete: bool
    unfolded: int = 0
    latest: datetime | None = None
    recounts: int = 0

    def add(self, groups: int, latest: datetime | None) -> None:
        """Take in further changes."""
        self.unfolded += groups
        if latest is not None and (self.latest is None or latest > self.latest):
            self.latest = latest


@dataclass(frozen=True, slots=True)
class _Part:
    """The changes that are taken into the sums together: all up to `at`."""

    at: datetime
    groups: list[tuple[Described, Figures]]


def changed_groups(text: bytes) -> list[tuple[Described, Figures]]:
    """The groups of a row of changes."""
    return [(tuple(described), figures) for described, figures in orjson.loads(text)]


class Sums:
    """The sums inside the transaction of the only writer. They begin again when they were made by another formula."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._dialect = work.connection.dialect.name
        found = next(iter(work.fetch(STANDING)), None)
        if found is not None and found.formula == FORMULA:
            self._standing = _Standing(found.complete, found.unfolded, found.latest, found.recounts)
        else:
            self.begin_again()

    def begin_again(self) -> None:
        """Let go of all sums, and let every opinion be counted again."""
        for table in (changes, sums, sums_past, segments):
            self._work.execute(table.delete())
        self._work.execute(stories.update().values(counted=None))
        self._standing = _Standing(complete=not self._is_any_uncounted())
        self._note()

    def append(self, increments: Increments) -> None:
        """Note by how much the figures change; once enough has come together, it is taken into the sums."""
        if self._insert(increments, 0) and self._standing.complete and self._standing.unfolded > UNFOLDED:
            self.fold()
        self._note()

    def insert(self, counted_again: Iterable[Increments]) -> None:
        """Note what opinions that were counted again had changed, each at its instant."""
        self._standing.recounts += 1
        for increments in counted_again:
            self._insert(increments, self._standing.recounts)
        self._note()

    def _insert(self, increments: Increments, part: int) -> bool:
        groups = increments.changes()
        if groups:
            self._work.add(changes, {"at": increments.at, "part": part, "figures": orjson.dumps(groups)})
            self._standing.add(len(groups), increments.latest)
        return bool(groups)

    def fold(self) -> bool:
        """Take the next changes into the sums; returns whether there were any."""
        work = self._work
        newest = next(iter(work.fetch(NEWEST_SEGMENT)), None)
        part = _take(work, newest.at if newest else EPOCH)
        if part is None:
            return False
        number, size = (newest.number, newest.groups + len(part.groups)) if newest else (0, len(part.groups))
        if size > A_SEGMENT:
            number, size = number + 1, len(part.groups)
        _add_to_sums(work, number, add_up(part.groups), part.at)
        work.defer(renewal(segments, self._dialect), {"number": number, "at": part.at, "groups": size})
        self._standing.unfolded -= len(part.groups)
        return True

    def complete(self) -> bool:
        """Take the next changes into the sums once every opinion is counted, and let them be read; returns whether that is so."""
        if not self._standing.complete and not self._is_any_uncounted():
            self._standing.complete = not self.fold()
            self._note()
        return self._standing.complete

    def _is_any_uncounted(self) -> bool:
        return self._work.execute(_UNCOUNTED).first() is not None

    def _note(self) -> None:
        row = {"id": ONE, "formula": FORMULA, **asdict(self._standing)}
        self._work.defer(renewal(standing, self._dialect), row)


def _take(work: Transaction, after: datetime) -> _Part | None:
    rows = work.fetch(_UNFOLDED, {"after": after})
    if not rows:
        return None
    # What has one instant is taken together: a segment has all that was recorded up to then.
    whole = [row for row in rows if row.at != rows[-1].at] if len(rows) == UNFOLDED else []
    taken = whole or rows
    return _Part(taken[-1].at, [group for row in taken for group in changed_groups(row.figures)])


def _add_to_sums(work: Transaction, number: int, added: Mapping[Address, Figures], at: datetime) -> None:
    dialect = work.connection.dialect.name
    known = _known(work, added)
    for address, figures in added.items():
        cube, month, key = address
        before = known.get(address)
        if before is not None:
            earlier: Figures = orjson.loads(before.figures)
            for figure, change in figures.items():
                earlier[figure] = earlier.get(figure, 0) + change
            if before.segment < number:
                work.defer(insert_into(sums_past), before._asdict())
        else:
            earlier = figures
        row = {"cube": cube, "month": month, "key": key, "segment": number, "figures": orjson.dumps(settle(earlier, at))}
        work.defer(renewal(sums, dialect), row)


def _known(work: Transaction, addresses: Iterable[Address]) -> dict[Address, AnyRow]:
    months: dict[str, set[str]] = {}
    for cube, month, _ in addresses:
        months.setdefault(cube, set()).add(month)
    found: dict[Address, AnyRow] = {}
    for cube, of in months.items():
        rows = work.fetch(_KNOWN, {"of": cube, "months": sorted(of)})
        found.update(((row.cube, row.month, row.key), row) for row in rows)
    return found
