"""What a term weighs before a model is fitted: how rare it is, and how well it tells labels apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from services.routing.domain.learning.features import TermCounts, Weights, buckets_of

#: How much more a term weighs that texts of one label alone have than one that is as frequent in all.
TELLING = 6.0
#: Training looks at no more texts than this type can count.
Occurrences = NDArray[np.uint16]


def occurrences(texts: Iterable[TermCounts], labels: NDArray[np.int64], shape: tuple[int, int]) -> Occurrences:
    """How many texts of each label have each bucket; `shape` is (buckets, labels)."""
    found = np.zeros(shape, np.uint16)
    for each, label in zip(texts, labels, strict=True):
        # A bucket that is named more than once is counted once.
        found[buckets_of(each.hashes, shape[0]), label] += 1
    return found


def weigh(found: Occurrences, often: NDArray[np.int64], fewest: int) -> Weights:
    """The weight of each bucket, where `often` says how many texts each label has.

    Nothing where fewer than `fewest` texts have it, so that no text shows. What few texts have is taken to be a little everywhere,
    so that chance does not look like telling.
    """
    texts, width = int(often.sum()), found.shape[1]
    total = found.sum(1, dtype=np.int64)
    rarity = np.log((1 + texts) / (1 + total)) + 1
    rates = found / np.maximum(often, 1).astype(np.float32) + np.float32(width / texts)
    shares = rates / rates.sum(1, keepdims=True)
    evenness = -(shares * np.log(shares)).sum(1) / np.log(max(width, 2))
    weights = rarity * (1 + TELLING * (1 - evenness))
    weights[total < fewest] = 0
    made: Weights = weights.astype(np.float32)
    return made
