"""Texts as sparse vectors: words, and runs of one to four characters, hashed into a fixed number of buckets. Pure.

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
#: Longer texts are read up to here.
MOST_CHARACTERS = 20_000
#: Words of the title, its runs; words of all, its runs; the first words.
FIELDS, ALL_WORDS = 5, 2
#: The length of each field in a vector. What a title says is in the other fields as well.
LENGTHS: Weights = np.array([0.7, 0.7, 1.0, 1.0, 1.0], np.float32)
#: What says who somebody is and not what it is about: addresses, and numbers of people, telephones and accounts.
_PERSONAL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|\+?\d[\d -]{4,}[\dxX]")
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX, _HALF, _SHIFT = np.uint64(0xBF58476D1CE4E5B9), np.uint64(32), np.uint64(29)


@dataclass(frozen=True, slots=True)
class Counted:
    """A text before its terms are weighed: buckets within fields, in growing order, and how often each occurs there."""

    keys: Places
    counts: Weights


@dataclass(frozen=True, slots=True)
class Vector:
    """A text: its buckets, each once, and their weights."""

    places: Places
    weights: Weights

    @property
    def square(self) -> float:
        """The square of its length."""
        return float(self.weights @ self.weights)


@dataclass(frozen=True, slots=True)
class Read:
    """A text as a model reads it: its vector, and its words in their order with the bucket of each."""

    vector: Vector
    words: list[str]
    places: Places


class Hashing:
    """Counts the terms of texts in `buckets` buckets a field; a bucket is the same one in every field's vector."""

    def __init__(self, buckets: int) -> None:
        self.buckets = buckets
        self._powers_kept = (np.ones(1, np.uint64), np.ones(1, np.uint64))

    def count(self, title: str, content: str) -> Counted:
        """The terms of a text, with what is personal left out."""
        return self._count(title, content)[0]

    def read(self, title: str, content: str, idf: Weights) -> Read:
        """A text with its terms weighed, and its words."""
        counted, words, places = self._count(title, content)
        return Read(self.vector(counted, idf), words, places)

    def _count(self, title: str, content: str) -> tuple[Counted, list[str], Places]:
        title, content = plain(title), plain(content)
        of_title, of_content = segment(title), segment(content)
        words, runs = self._terms(title, of_title)
        inner, more = self._terms(content, of_content)
        all_words = np.concatenate((words, inner))
        fields = (words, runs, all_words, np.concatenate((runs, more)), all_words[:FIRST_WORDS])
        places = [self._places(hashes, field) + field * self.buckets for field, hashes in enumerate(fields)]
        keys, counts = np.unique(np.concatenate(places), return_counts=True)
        return Counted(keys, counts.astype(np.float32)), of_title + of_content, places[ALL_WORDS] - ALL_WORDS * self.buckets

    def vector(self, counted: Counted, idf: Weights) -> Vector:
        """The counted text with its terms weighed; a field has its length of `LENGTHS`, and terms without weight are left out."""
        fields, places = np.divmod(counted.keys, self.buckets)
        weights = (1.0 + np.log(counted.counts)) * idf[places]
        norms = np.sqrt(np.bincount(fields, weights * weights, FIELDS))
        weights *= (LENGTHS / np.where(norms > 0, norms, 1.0))[fields]
        known = weights > 0
        places, weights = places[known], weights[known]
        order = np.argsort(places, kind="stable")
        places, weights = places[order], weights[order]
        if not len(places):
            return Vector(places, weights.astype(np.float32))
        # Where terms of two fields meet in a bucket, their weights add up.
        first = np.flatnonzero(np.r_[True, places[1:] != places[:-1]])
        return Vector(places[first], np.add.reduceat(weights, first).astype(np.float32))

    def places_of(self, words: list[str]) -> Places:
        """The buckets of words, as they stand anywhere in a text."""
        hashes, _ = self._terms("".join(words), words)
        return self._places(hashes, ALL_WORDS)

    def _places(self, hashes: NDArray[np.uint64], field: int) -> Places:
        salt = np.uint64((field + 1) * _INVERSE % (1 << 64))
        mixed = (hashes + salt) * _MIX
        mixed ^= mixed >> _SHIFT
        mixed *= np.uint64(_BASE)
        return (((mixed >> _HALF) * np.uint64(self.buckets)) >> _HALF).astype(np.int64)

    def _terms(self, text: str, words: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """The hashes of its words, and of its runs: differences of one sum over all characters."""
        letters = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
        up, down = self._powers(len(letters) + 1)
        sums = np.zeros(len(letters) + 1, np.uint64)
        np.cumsum((letters + np.uint64(1)) * up[:-1], out=sums[1:])
        ends = np.cumsum(np.fromiter(map(len, words), np.int64, len(words)))
        starts = np.r_[0, ends[:-1]] if len(ends) else ends
        runs = [(sums[size:] - sums[:-size]) * down[: len(sums) - size] for size in range(1, min(LONGEST_RUN, len(letters)) + 1)]
        return (sums[ends] - sums[starts]) * down[starts], np.concatenate(runs) if runs else np.zeros(0, np.uint64)

    def _powers(self, length: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        # Other threads read and replace them meanwhile, so both stand in one place.
        up, down = self._powers_kept
        if length > len(up):
            up, down = (np.full(max(length, 2048), base, np.uint64) for base in (_BASE, _INVERSE))
            up[0] = down[0] = 1
            up, down = self._powers_kept = np.cumprod(up, dtype=np.uint64), np.cumprod(down, dtype=np.uint64)
        return up[:length], down[:length]


def plain(text: str) -> str:
    """A text as it is read: without addresses, long numbers and what is no character, in small letters, not longer than is read."""
    readable = text[:MOST_CHARACTERS].encode("utf-8", "ignore").decode()
    return _PERSONAL.sub(" ", readable).casefold()


def segment(text: str) -> list[str]:
    """The words of a text, one after the other, blanks among them."""
    words: list[str] = rjieba.cut(text)
    return words


def rarity(texts: list[Counted], buckets: int, fewest: int) -> Weights:
    """What each bucket weighs by how few of the texts have it; nothing where it is fewer than `fewest`, so that no text shows."""
    found = np.zeros(buckets, np.int64)
    for each in texts:
        found[np.unique(each.keys % buckets)] += 1
    weights = np.log((1 + len(texts)) / (1 + found)) + 1
    weights[found < fewest] = 0
    return weights.astype(np.float32)
