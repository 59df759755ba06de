"""Texts as sparse vectors: words, and runs of one to four characters, hashed. Pure.

Nothing of a text can be read back: a vector holds places and weights, and what is kept of a model are sums over many texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import rjieba
from numpy.typing import NDArray

Places = NDArray[np.int64]
Weights = NDArray[np.float32]
#: How many of the first words are a field of their own: most people say at once what it is about.
FIRST_WORDS = 60
LONGEST_RUN = 4
#: The bits of a term's hash, whatever the number of a model's buckets.
BITS = 32
HASH = (1 << BITS) - 1
#: Longer texts are read up to here.
MOST_CHARACTERS = 20_000
#: Words of the title, its runs; words of all, its runs; the first words.
FIELDS, ALL_WORDS, FIELD_BITS = 5, 2, 3
#: The length of each field in a vector. What a title says is in the other fields as well.
LENGTHS: Weights = np.array([0.7, 0.7, 1.0, 1.0, 1.0], np.float32)
#: What says who somebody is and not what it is about: addresses, and numbers of people, telephones and accounts. An address is
#: looked for only where a word begins: elsewhere, a long text without blanks would be read again from each of its characters.
_ADDRESS, _NUMBER = re.compile(r"(?<![\w.+-])(?:[\w.+-]+@[\w-]+\.[\w.-]++)+"), re.compile(r"\+?\d[\d -]{4,}[\dxX]")
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX, _SHIFT = np.uint64(0xBF58476D1CE4E5B9), np.uint64(29)
_FIRST = np.zeros(1, np.int64)
_UP, _DOWN = (
    np.cumprod(np.r_[np.uint64(1), np.full(MOST_CHARACTERS, base, np.uint64)], dtype=np.uint64) for base in (_BASE, _INVERSE)
)


@dataclass(frozen=True, slots=True)
class TermCounts:
    """A text before its terms are weighed: terms in growing order, each 32 bits of hash before a field, and how often each occurs.

    Ordered by hash first, buckets grow too, however many there are.
    """

    keys: Places
    counts: Weights

    @property
    def hashes(self) -> Places:
        """The hash of each term."""
        return self.keys >> FIELD_BITS


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text as it is read once for all that looks at it: its terms, and its words in their order with the hash of each."""

    counted: TermCounts
    words: list[str]
    hashes: Places


@dataclass(frozen=True, slots=True)
class Vector:
    """A text: its buckets, each once, and their weights."""

    places: Places
    weights: Weights

    @property
    def square(self) -> float:
        """The square of its length."""
        return float(self.weights @ self.weights)


def read(title: str, content: str) -> ReadText:
    """The terms and words of a text, with what is personal left out."""
    title, content = plain(title), plain(content)
    of_title, of_content = segment(title), segment(content)
    words, runs = _terms(title, of_title)
    inner, more = _terms(content, of_content)
    all_words = np.concatenate((words, inner))
    fields = (words, runs, all_words, np.concatenate((runs, more)), all_words[:FIRST_WORDS])
    mixed = [_mixed(hashes, field) for field, hashes in enumerate(fields)]
    keys, counts = np.unique(np.concatenate([(each << FIELD_BITS) + field for field, each in enumerate(mixed)]), return_counts=True)
    return ReadText(TermCounts(keys, counts.astype(np.float32)), of_title + of_content, mixed[ALL_WORDS])


def buckets_of(hashes: Places, number: int) -> Places:
    """The bucket of each hash among this number of them; a bucket is the same one in every field."""
    return (hashes * number) >> BITS


def vector(counted: TermCounts, idf: Weights) -> Vector:
    """The counted text with its terms weighed; a field has its length of `LENGTHS`, and terms without weight are left out."""
    places = buckets_of(counted.hashes, len(idf))
    rarity = idf[places]
    known = np.flatnonzero(rarity)
    if not len(known):
        return Vector(known, rarity[known])
    places, fields = places[known], counted.keys[known] & (1 << FIELD_BITS) - 1
    weights = (1.0 + np.log(counted.counts[known])) * rarity[known]
    norms = np.sqrt(np.bincount(fields, weights * weights, FIELDS))
    weights *= (LENGTHS / np.where(norms > 0, norms, 1.0))[fields]
    # Where terms meet in a bucket, their weights add up.
    first = np.concatenate((_FIRST, np.flatnonzero(places[1:] != places[:-1]) + 1))
    return Vector(places[first], np.add.reduceat(weights, first).astype(np.float32))


def words_as_keys(words: list[str]) -> Places:
    """The hashes of words, as they stand anywhere in a text."""
    return _mixed(_terms("".join(words), words)[0], ALL_WORDS)


def runs_as_keys(text: str, size: int) -> Places:
    """The hashes of the runs of this many characters, as if each were a word."""
    return _mixed(_runs(_sums(text[:MOST_CHARACTERS]), size), ALL_WORDS)


def _mixed(hashes: NDArray[np.uint64], field: int) -> Places:
    salt = np.uint64((field + 1) * _INVERSE % (1 << 64))
    mixed = (hashes + salt) * _MIX
    mixed ^= mixed >> _SHIFT
    mixed *= np.uint64(_BASE)
    return (mixed >> np.uint64(BITS)).astype(np.int64)


def _terms(text: str, words: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The hashes of its words, and of its runs."""
    sums = _sums(text)
    ends = np.cumsum(np.fromiter(map(len, words), np.int64, len(words)))
    starts = np.r_[0, ends[:-1]] if len(ends) else ends
    runs = [_runs(sums, size) for size in range(1, LONGEST_RUN + 1)]
    return (sums[ends] - sums[starts]) * _DOWN[starts], np.concatenate(runs)


def _sums(text: str) -> NDArray[np.uint64]:
    """Sums over all characters up to each, whose differences are hashes."""
    letters = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    sums = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum((letters + np.uint64(1)) * _UP[: len(letters)], out=sums[1:])
    return sums


def _runs(sums: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    return (sums[size:] - sums[:-size]) * _DOWN[: max(0, len(sums) - size)]


def plain(text: str) -> str:
    """A text as it is read: without addresses, long numbers and what is no character, in small letters, not longer than is read."""
    readable = text[:MOST_CHARACTERS].encode("utf-8", "ignore").decode()
    return _NUMBER.sub(" ", _ADDRESS.sub(" ", readable)).casefold()[:MOST_CHARACTERS]


def segment(text: str) -> list[str]:
    """The words of a text, one after the other, blanks among them."""
    words: list[str] = rjieba.cut(text)
    return words
