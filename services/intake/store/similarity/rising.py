"""In how many opinions each word was, by week and by what they are about: fed when texts are read, which nobody does again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.similarity.comparing import Wording
from services.intake.domain.similarity.rising import FEWEST, WEEKS_BEFORE, Rising, Told, WordCount, monday, stand_out
from services.intake.store.similarity.wordings import wordings
from services.intake.store.tables import tables
from services.runtime.clock import ZONE
from services.runtime.store.database import INSERTS, Transaction

#: The word under which all opinions of a week are counted, and what all of the county is called.
ALL, COUNTY = "", "county"
words = sa.Table(
    "words",
    tables,
    sa.Column("scope", sa.String(80), primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("word", sa.String(12), primary_key=True),
    sa.Column("opinions", sa.Integer, nullable=False),
    sa.Column("titled", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
_COUNTED = wordings.update().where(wordings.c.number == sa.bindparam("which")).values(counted=sa.bindparam("new_counted"))
_THERE = (words.c.scope == sa.bindparam("which_scope")) & (words.c.week == sa.bindparam("which_week"))
_GONE = words.delete().where(_THERE, words.c.opinions <= 0)


def _adding(kind: str) -> sa.Executable:
    insert = INSERTS[kind](words)
    more = {name: words.c[name] + insert.excluded[name] for name in ("opinions", "titled")}
    statement: sa.Executable = insert.on_conflict_do_update(index_elements=["scope", "week", "word"], set_=more)
    return statement


_ADD = {kind: _adding(kind) for kind in INSERTS}


class CountedFor(TypedDict):
    """What an opinion is counted for, as it stands with its wording."""

    week: int
    scopes: list[str]
    words: list[str]
    titled: list[str]


@dataclass(frozen=True, slots=True)
class Week:
    """What stands out in a week: among how many opinions of it, and of the four weeks before."""

    start: date
    opinions: int
    before: int
    words: Sequence[Rising]


def scope_of(area: str | None, topic: str | None) -> str:
    """What words are counted for: an area, a topic, or all of the county."""
    return f"area:{area}" if area else f"topic:{topic}" if topic else COUNTY


class WordCounts:
    """The counts within one transaction; written by `flush`, each once."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        #: Of each area or topic and each week, in how many opinions more each word is, and in how many of their titles.
        self._more: dict[tuple[str, int], tuple[Counter[str], Counter[str]]] = {}
        self._less: set[tuple[str, int]] = set()

    def count(self, read: Wording, told: Told | None) -> str | None:
        """Count an opinion for its words and no longer for what it was counted for; None: it is not counted. Returns what is to
        stand with its wording."""
        now = None if told is None else _counted(read, told)
        kept = None if now is None else orjson.dumps(now).decode()
        if kept != read.counted:
            if read.counted is not None:
                self._add(orjson.loads(read.counted), -1)
            if now is not None:
                self._add(now, 1)
        return kept

    def recount(self, read: Wording, told: Told | None) -> None:
        """The same for an opinion of which nothing else changes."""
        kept = self.count(read, told)
        if kept != read.counted:
            self._work.defer(_COUNTED, {"which": read.number, "new_counted": kept})

    def flush(self) -> None:
        """Write what was counted; a word that is in no opinion any more is removed."""
        rows = [
            {"scope": scope, "week": week, "word": word, "opinions": opinions, "titled": titled[word]}
            for (scope, week), (told, titled) in sorted(self._more.items())
            for word, opinions in sorted(told.items())
            if opinions or titled[word]
        ]
        if rows:
            self._work.run_many(_ADD[self._work.connection.dialect.name], rows)
        for scope, week in sorted(self._less):
            self._work.execute(_GONE, {"which_scope": scope, "which_week": week})

    def _add(self, counted: CountedFor, sign: int) -> None:
        for scope in counted["scopes"]:
            there = scope, counted["week"]
            told, titled = self._more.setdefault(there, (Counter(), Counter()))
            if sign < 0:
                self._less.add(there)
                told.subtract((ALL, *counted["words"]))
                titled.subtract(counted["titled"])
            else:
                told.update((ALL, *counted["words"]))
                titled.update(counted["titled"])


def _counted(read: Wording, told: Told) -> CountedFor:
    scopes = list(dict.fromkeys((COUNTY, scope_of(read.area, None), scope_of(None, read.topic))))
    week = monday(read.at.astimezone(ZONE).date()).toordinal()
    return {"week": week, "scopes": scopes, "words": list(told.words), "titled": list(told.titled)}


def rising(connection: Connection, scopes: Sequence[str], day: date) -> Week:
    """What stands out in the week of a day, of several areas or topics together; no text is read."""
    start = monday(day)
    week = start.toordinal()
    is_now = words.c.week == week
    now, before = (sa.func.sum(sa.case((which, words.c.opinions), else_=0)) for which in (is_now, ~is_now))
    told = words.c.scope.in_(scopes) & (words.c.week > week - 7 * (WEEKS_BEFORE + 1)) & (words.c.week <= week)
    opinions, all_before = connection.execute(sa.select(now, before).where(told, words.c.word == ALL)).one()
    enough = (now >= FEWEST) & (sa.func.sum(sa.case((is_now, words.c.titled), else_=0)) > 0)
    query = sa.select(words.c.word, now, before).where(told, words.c.word != ALL).group_by(words.c.word).having(enough)
    counts = [WordCount(word, int(this_week), int(earlier)) for word, this_week, earlier in connection.execute(query)]
    total, total_before = int(opinions or 0), int(all_before or 0)
    return Week(start, total, total_before, stand_out(counts, total, total_before))
