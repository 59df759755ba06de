"""A file of labelled opinions, what the rules say of each, and which of them are nearly the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.opinions import rows_of
from services.contracts.catalogue.model import Catalogue
from services.routing.domain.choice import Router
from services.routing.domain.learning.features import TermCounts, buckets_of, runs_as_keys
from services.routing.domain.learning.training import Decided

#: Two opinions whose runs of three characters are as near as this are not on two sides of a fold.
NEARNESS = 0.6
FOLDS = 5
#: The broad topic of the example catalogue that stands for what a department does, where it is not the department's own first.
BROADLY = {
    "land": "urban-construction", "city-management": "urban-construction", "water-supply": "urban-construction",
    "power": "urban-construction", "market": "commerce-general", "gas": "commerce-general", "telecom": "commerce-general",
    "post": "transport-general", "culture-tourism": "education-general", "medical-insurance": "labour-general",
    "civil-affairs": "labour-general", "veterans": "labour-general", "disabled-persons": "labour-general",
    "justice": "labour-general", "petitions": "labour-general", "police": "transport-general", "water": "environment-general",
    "agriculture": "environment-general", "forestry": "environment-general", "industry": "commerce-general",
    "government-services": "commerce-general", "taxation": "commerce-general", "fire-rescue": "urban-construction",
    "emergency": "urban-construction", "finance": "urban-construction", "development-reform": "urban-construction",
}  # fmt: skip
#: Topics that belong elsewhere than what else their department does.
APART = {
    "tourism": "commerce-general", "household-registration": "health-general", "homesteads": "urban-construction",
    "farm-subsidies": "commerce-general", "buses": "urban-construction", "public-order": "commerce-general",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """Opinions with their labels as numbers, and the fold of each."""

    cases: list[Decided]
    labels: tuple[str, ...]
    wanted: NDArray[np.int64]
    folds: NDArray[np.int64]


def read(path: Path, catalogue: Catalogue) -> Labelled:
    """A CSV file with `title`, `content` and `topic`; a topic is named as in the catalogue."""
    router, labels_of = Router(catalogue), labels_by_topic(catalogue)
    cases = []
    for row in rows_of(path):
        topic = catalogue.topic_of(row["topic"])
        if topic is None:
            raise ValueError(f"the catalogue has no topic {row['topic']!r}")
        points: dict[str, float] = {}
        for code, found in router.scores(row["title"], row["content"])[0].items():
            points[labels_of[code]] = points.get(labels_of[code], 0.0) + found
        cases.append(Decided(row["title"], row["content"], topic.code, points))
    labels = tuple(sorted({each.label for each in cases}))
    wanted = np.array([labels.index(each.label) for each in cases])
    return Labelled(cases, labels, wanted, _folds(groups(cases)))


def labels_by_topic(catalogue: Catalogue) -> dict[str, str]:
    """The broad topic that stands for each topic of the catalogue."""
    broad = {topic.department: topic.code for topic in reversed(list(catalogue.topics.values()))}
    return {
        code: APART.get(code) or BROADLY.get(topic.department) or broad[topic.department]
        for code, topic in catalogue.topics.items()
    }


def groups(cases: list[Decided]) -> NDArray[np.int64]:
    """A group for each case: those that are nearly the same share one."""
    counted = [_runs(each) for each in cases]
    sketches = np.zeros((len(cases), 4096), np.float32)
    for row, each in enumerate(counted):
        mixed = each.keys * 2654435761 % 4294967291
        np.add.at(sketches[row], mixed % 4096, np.where(mixed >> 13 & 1, 1, -1) * each.counts)
        sketches[row] /= max(1e-9, float(np.sqrt((each.counts**2).sum())))
    parents = list(range(len(cases)))

    def root(at: int) -> int:
        while parents[at] != at:
            parents[at] = at = parents[parents[at]]
        return at

    for begin in range(0, len(cases), 1000):
        rows, columns = np.nonzero(sketches[begin : begin + 1000] @ sketches.T >= NEARNESS - 0.1)
        for one, other in zip((rows + begin).tolist(), columns.tolist(), strict=True):
            if one < other and _cosine(counted[one], counted[other]) >= NEARNESS:
                parents[root(other)] = root(one)
    return np.array([root(each) for each in range(len(cases))])


def _runs(case: Decided) -> TermCounts:
    keys, counts = np.unique(buckets_of(runs_as_keys(case.title + case.content, 3), 1 << 18), return_counts=True)
    return TermCounts(keys, counts.astype(np.float32))


def _cosine(one: TermCounts, other: TermCounts) -> float:
    _, mine, theirs = np.intersect1d(one.keys, other.keys, assume_unique=True, return_indices=True)
    both = float((one.counts**2).sum() * (other.counts**2).sum())
    return float((one.counts[mine] * other.counts[theirs]).sum()) / both**0.5 if both else 0.0


def _folds(group: NDArray[np.int64]) -> NDArray[np.int64]:
    names, places = np.unique(group, return_inverse=True)
    fold: NDArray[np.int64] = (np.random.default_rng(0).permutation(len(names)) % FOLDS)[places]
    return fold
