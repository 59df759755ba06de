"""What is kept of how opinions are worded: which ones say the same, and the bands by which another one that does is found.

A row of `wordings` comes with each opinion and is read later, by a periodic job. `alike` is the number of the first one that says
the same, of an opinion that nobody repeats its own. `indexed`: staff find it by its words. Of a band the opinions of a group have
one row together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.publication.searchable import staff_terms
from services.intake.domain.similarity.comparing import MOST_COMPARED, ReadOpinion, Wording
from services.intake.domain.similarity.incidents import packed
from services.intake.store.columns import StoredRow
from services.intake.store.publication.search import STAFF_WORDS
from services.intake.store.tables import opinions, tables
from services.runtime.store.database import Transaction
from services.runtime.store.statements.bulk import among, fetch

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
#: What `unread` says: that the opinion is new or says something else now; that it has to be compared although its text is the same.
CHANGED, AFRESH = 1, 2
wordings = sa.Table(
    "wordings",
    tables,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("unread", sa.SmallInteger),
    sa.Column("alike", sa.BigInteger),
    sa.Column("bands", sa.LargeBinary),
    sa.Column("terms", sa.LargeBinary),
    sa.Column("incident", sa.BigInteger),
    sa.Column("counted", sa.Text),
    sa.Column("indexed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("wordings_opinion", "opinion", unique=True),
    sa.Index("wordings_alike", "alike", "number"),
)
_UNREAD, _IN_INCIDENT = wordings.c.unread.is_not(None), wordings.c.incident.is_not(None)
sa.Index("wordings_incident", wordings.c.incident, wordings.c.number, sqlite_where=_IN_INCIDENT, postgresql_where=_IN_INCIDENT)
sa.Index("wordings_unread", wordings.c.number, sqlite_where=_UNREAD, postgresql_where=_UNREAD)
bands = sa.Table(
    "bands",
    tables,
    sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
_READ = (
    wordings.c.number,
    wordings.c.opinion,
    wordings.c.unread,
    wordings.c.alike,
    wordings.c.bands,
    wordings.c.counted,
    wordings.c.indexed,
)
_TOLD = (opinions.c.title, opinions.c.content, opinions.c.area, opinions.c.topic, opinions.c.submitted)
_TEXTS = sa.select(*_READ, *_TOLD).join(opinions, opinions.c.id == wordings.c.opinion)
_MOST: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer)
_UNREAD_TEXTS = (
    sa.select(opinions.c.title, opinions.c.content)
    .join(wordings, opinions.c.id == wordings.c.opinion)
    .where(_UNREAD)
    .order_by(wordings.c.number)
    .limit(_MOST)
)
_NEXT_UNREAD = (
    sa.select(wordings.c.number)
    .where(_UNREAD, wordings.c.number > sa.bindparam("after"))
    .order_by(wordings.c.number)
    .limit(_MOST)
    .with_for_update()
)
_NUMBERED = _TEXTS.where(among(wordings.c.number, "numbers"))
_HELD = sa.select(bands.c.band, bands.c.number).where(among(bands.c.band, "bands"))
_COMMON = sa.func.count()
_NEAREST = (
    sa.select(bands.c.number)
    .where(among(bands.c.band, "bands"))
    .group_by(bands.c.number)
    .order_by(_COMMON.desc(), bands.c.number.desc())
    .limit(MOST_COMPARED)
)
_MARK = wordings.update().where(wordings.c.opinion == sa.bindparam("which")).values(unread=CHANGED)
_KEEP = (
    wordings.update()
    .where(wordings.c.number == sa.bindparam("which"))
    .values(unread=None, **{name: sa.bindparam(f"new_{name}") for name in ("alike", "bands", "terms", "counted")})
)
_SETTLE = (
    wordings.update()
    # Not where it was marked since to be compared.
    .where(wordings.c.number == sa.bindparam("which"), wordings.c.unread == CHANGED)
    .values(unread=None)
)
_INDEXED = wordings.update().where(wordings.c.number == sa.bindparam("which")).values(indexed=True)
_DROP = bands.delete().where(among(bands.c.band, "bands"), bands.c.number == sa.bindparam("which"))


def introduce(work: Transaction, opinion: str) -> None:
    """Let a new opinion be read."""
    work.add(wordings, {"opinion": opinion, "unread": CHANGED})


def mark(work: Transaction, opinion: str) -> None:
    """Let an opinion be read once more, which says something else now or nothing at all."""
    work.defer(_MARK, {"which": opinion})


def unindex(work: Transaction, opinion: str, title: str, content: str) -> None:
    """Let an opinion be found no more by the words that its text has had; by its new ones it is found once it is read."""
    own = wordings.c.opinion == opinion
    # Waits for a worker that reads it just now, so that nothing of the old text is indexed after this.
    number = work.execute(sa.select(wordings.c.number).where(own, wordings.c.indexed).with_for_update()).scalar()
    if number is not None:
        STAFF_WORDS.remove(work.connection, number, staff_terms(title, content))
        work.execute(wordings.update().where(own).values(indexed=False))


def unread_texts(connection: Connection, limit: int) -> Sequence[tuple[str, str]]:
    """Titles and contents of the next opinions to read, without a lock: they may say something else by the time they are read."""
    return [(row.title, row.content) for row in fetch(connection, _UNREAD_TEXTS, {"most": limit})]


class WordingStore:
    """The wordings within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def unread(self, after: int | None, limit: int) -> list[Wording]:
        """The next opinions to read, locked until the commit, the first one first."""
        # Their texts only once they are locked: one that was changed meanwhile is read as it is now.
        locked = [row.number for row in self._work.fetch(_NEXT_UNREAD, {"after": after or 0, "most": limit})]
        return sorted(self.numbered(locked), key=lambda each: each.number) if locked else []

    def index(self, texts: Sequence[Wording]) -> None:
        """Let opinions be found by the words of their texts."""
        if texts:
            self._work.flush()
            STAFF_WORDS.add_many(self._work.connection, [(each.number, staff_terms(each.title, each.content)) for each in texts])
        for each in texts:
            self._work.defer(_INDEXED, {"which": each.number})

    def holders(self, wanted: Collection[int]) -> dict[int, list[int]]:
        """The numbers of the opinions that stand for each of these bands."""
        found: dict[int, list[int]] = {}
        if not wanted:
            return found
        for row in self._work.fetch(_HELD, {"bands": list(wanted)}):
            found.setdefault(row.band, []).append(row.number)
        return found

    def numbered(self, numbers: Collection[int]) -> list[Wording]:
        """The opinions with these numbers."""
        return list(map(_wording, self._work.fetch(_NUMBERED, {"numbers": list(numbers)}))) if numbers else []

    def keep(self, read: ReadOpinion) -> None:
        """Note what was found out about a text, and the bands that it stands for."""
        number, terms = read.wording.number, None if read.telling is None else packed(read.telling.terms)
        new_bands = np.array(read.bands, dtype="<i8").tobytes()
        self._work.defer(_KEEP, {
            "which": number, "new_alike": read.group.alike, "new_bands": new_bands, "new_terms": terms, "new_counted": read.counted,
        })  # fmt: skip
        for band in read.group.stands_for:
            self._work.add(bands, {"band": band, "number": number})

    def settle(self, number: int) -> None:
        """Note that nothing of an opinion's wording has changed."""
        self._work.defer(_SETTLE, {"which": number})

    def forget(self, known: Wording, *, others: bool) -> None:
        """Remove all that is kept of a text; `others` that say the same are compared again where it stood for them."""
        self._work.overwrite()
        stood = self._work.execute(_DROP, {"bands": list(known.bands or ()), "which": known.number}).rowcount
        if others and stood:
            group = (wordings.c.alike == known.alike) & (wordings.c.number != known.number)
            self._work.execute(wordings.update().where(group).values(unread=AFRESH))
        own = wordings.c.number == known.number
        self._work.execute(wordings.update().where(own).values(unread=None, alike=None, bands=None))


def nearest(connection: Connection, wanted: Sequence[int]) -> list[Wording]:
    """The opinions with the most of these bands, one for each way of wording, with their texts."""
    numbers = [row.number for row in fetch(connection, _NEAREST, {"bands": wanted})]
    return [_wording(row) for row in fetch(connection, _NUMBERED, {"numbers": numbers})] if numbers else []


def group_of(connection: Connection, opinion: str) -> int | None:
    """The group of an opinion among those that say the same; None where it was not read yet, or was erased."""
    return connection.execute(sa.select(wordings.c.alike).where(wordings.c.opinion == opinion)).scalar()


def is_first_of(has: Callable[[sa.FromClause], Iterable[sa.ColumnElement[bool]]]) -> sa.ColumnElement[bool]:
    """Whether no earlier one of the opinions of which this is true says the same."""
    own, earlier, there = wordings.alias("own"), wordings.alias("earlier"), opinions.alias("there")
    said = (own.c.opinion == opinions.c.id) & (earlier.c.alike == own.c.alike) & (earlier.c.number < own.c.number)
    return ~sa.exists().where(said, there.c.id == earlier.c.opinion, *has(there)).correlate(opinions)


def count_alike(connection: Connection, ids: Sequence[str], states: Sequence[str]) -> Mapping[str, int]:
    """How many opinions in one of these states say the same as each of these, themselves included."""
    own, other = wordings.alias("own"), wordings.alias("other")
    joined = own.join(other, other.c.alike == own.c.alike).join(opinions, opinions.c.id == other.c.opinion)
    query = sa.select(own.c.opinion, sa.func.count().label("waiting")).select_from(joined).group_by(own.c.opinion)
    found = connection.execute(query.where(own.c.opinion.in_(ids), opinions.c.state.in_(states)))
    return {row.opinion: row.waiting for row in found}


def _wording(row: StoredRow) -> Wording:
    packed = None if row.bands is None else tuple(np.frombuffer(bytes(row.bands), dtype="<i8").tolist())
    text = (row.number, row.opinion, row.title, row.content, row.alike)
    return Wording(*text, packed, row.unread == AFRESH, row.area, row.topic, row.submitted, row.counted, row.indexed)
