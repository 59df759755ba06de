"""What words that rise are shown with: their weeks one by one, and what rises in each area and topic, for a session's themes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.similarity.rising import FEWEST, WEEKS_BEFORE, Rising, WordCount, monday, stand_out
from services.intake.store.similarity.rising import ALL, COUNTY, Week, rising, scope_of, words

#: How many words of each area or topic are shown.
MOST_OF_EACH = 5


@dataclass(frozen=True, slots=True)
class RisingSubject:
    """What rises in an area or in a topic; it has the code of one of them."""

    area: str | None
    topic: str | None
    words: Sequence[Rising]


@dataclass(frozen=True, slots=True)
class RisingNow:
    """What rises in a week: in all of the county, and in each area and topic where something does."""

    county: Week
    themes: Sequence[RisingSubject]


def rising_now(connection: Connection, day: date, areas: Iterable[str], topics: Iterable[str]) -> RisingNow:
    """What rises in the week of a day, in all of the county and in each of these areas and topics; no text is read."""
    parts: list[tuple[str | None, str | None]] = [(area, None) for area in areas]
    parts += [(None, topic) for topic in topics]
    found = _rising_in(connection, [scope_of(*part) for part in parts], day)
    return RisingNow(
        rising(connection, [COUNTY], day),
        [RisingSubject(*part, found[scope]) for part in parts if (scope := scope_of(*part)) in found],
    )


def weekly(connection: Connection, scopes: Sequence[str], named: Sequence[str], day: date) -> dict[str, list[int]]:
    """In how many opinions each of these words was in the week of a day and in each of the four before, the earliest first."""
    if not named:
        return {}
    week = monday(day).toordinal()
    weeks = [week - 7 * back for back in range(WEEKS_BEFORE, -1, -1)]
    query = sa.select(words.c.word, words.c.week, sa.func.sum(words.c.opinions)).where(
        words.c.scope.in_(scopes), words.c.week.in_(weeks), words.c.word.in_(named)
    )
    found = {word: dict.fromkeys(weeks, 0) for word in named}
    for word, at, opinions in connection.execute(query.group_by(words.c.word, words.c.week)):
        found[word][at] = int(opinions)
    return {word: list(counts.values()) for word, counts in found.items()}


def _rising_in(connection: Connection, scopes: Sequence[str], day: date) -> dict[str, Sequence[Rising]]:
    """What rises in each of these scopes in the week of a day; those in which nothing does are left out."""
    week = monday(day).toordinal()
    is_now = words.c.week == week
    now, before = (sa.func.sum(sa.case((which, words.c.opinions), else_=0)) for which in (is_now, ~is_now))
    told = words.c.scope.in_(scopes) & (words.c.week > week - 7 * (WEEKS_BEFORE + 1)) & (words.c.week <= week)
    every = sa.select(words.c.scope, now, before).where(told, words.c.word == ALL).group_by(words.c.scope)
    totals = {scope: (int(opinions), int(earlier)) for scope, opinions, earlier in connection.execute(every)}
    enough = (now >= FEWEST) & (sa.func.sum(sa.case((is_now, words.c.titled), else_=0)) > 0)
    query = sa.select(words.c.scope, words.c.word, now, before).where(told, words.c.word != ALL)
    counts: dict[str, list[WordCount]] = {scope: [] for scope in totals}
    for scope, word, opinions, earlier in connection.execute(query.group_by(words.c.scope, words.c.word).having(enough)):
        counts[scope].append(WordCount(word, int(opinions), int(earlier)))
    found = {scope: stand_out(counts[scope], *totals[scope])[:MOST_OF_EACH] for scope in totals}
    return {scope: rises for scope, rises in found.items() if rises}
