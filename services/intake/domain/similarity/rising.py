"""热词: what is told of this week more than in the four weeks before.

Log-odds with an informative Dirichlet prior: how much oftener a word is told of than before, measured by how sure that is, so that
a word told of twice does not beat one told of fifty times. Opinions are counted, not occurrences; those that say the same are one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.intake.domain.similarity.words import Word

WEEKS_BEFORE = 4
#: What a word needs to be shown: this many opinions this week, and to be this sure that they are more than before.
FEWEST, SUREST = 5, 3.0
#: In how many opinions before at least it can be told what stands out, and in which part of them a word is too common to.
ENOUGH, TOO_COMMON = 20, 0.04
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Told:
    """The words of an opinion that are counted, and those among them that its title has too."""

    words: tuple[str, ...]
    titled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordCount:
    """In how many opinions a word was this week, and in the weeks before."""

    word: str
    opinions: int
    before: int


@dataclass(frozen=True, slots=True)
class Rising:
    """A word that stands out: `z` is how sure that is, in standard deviations."""

    word: str
    opinions: int
    before: int
    z: float


def told_by(title: Iterable[Word], content: Iterable[Word]) -> Told:
    """What an opinion is counted for: its nouns in Chinese; no names of persons, no numbers, nothing in Latin letters."""
    titled = {word.text for word in title if word.is_counted}
    return Told(tuple(sorted(titled.union(word.text for word in content if word.is_counted))), tuple(sorted(titled)))


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def stand_out(counts: Iterable[WordCount], opinions: int, before: int) -> Sequence[Rising]:
    """The words that stand out among `opinions` of this week and those of the weeks `before`, the surest first; perhaps none."""
    if before < ENOUGH:
        return []
    found = [
        Rising(each.word, each.opinions, each.before, z)
        for each in counts
        if each.opinions >= FEWEST and each.before <= before * TOO_COMMON and (z := _z(each, opinions, before)) >= SUREST
    ]
    return sorted(found, key=lambda each: (-each.z, each.word))[:MOST_SHOWN]


def _z(count: WordCount, opinions: int, before: int) -> float:
    # The prior is what the five weeks say together, and weighs as much as this one.
    prior = opinions * (count.opinions + count.before) / (opinions + before)
    now, then = count.opinions + prior, count.before + prior
    odds = now / max(2 * opinions - now, 0.5), then / max(before + opinions - then, 0.5)
    return round((math.log(odds[0]) - math.log(odds[1])) / math.sqrt(1 / now + 1 / then), 2)
