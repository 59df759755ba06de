"""Training a model on decided cases, and what cases that it had not seen say of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.routing.domain.learning.calibration import Table, fit
from services.routing.domain.learning.features import HASH, TermCounts, Vector, Weights, read, vector
from services.routing.domain.learning.gate import FEWEST_CASES, MOST_CASES, Report
from services.routing.domain.learning.model import Model, buckets_for
from services.routing.domain.learning.ridge import Ridge
from services.routing.domain.learning.weighing import Occurrences, occurrences, weigh

#: The fewest cases for a label to be learned, and the fewest texts for a term to speak, so that what one text has never shows.
FEWEST_OF_LABEL, FEWEST_TEXTS = 5, 3
FOLDS, EPOCHS, FOLD_EPOCHS = 3, 5, 4
Step = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided case: its text, where it belongs, and the points of the rules by label."""

    title: str
    content: str
    label: str
    points: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Trained:
    """A new model and its report."""

    model: Model
    report: Report


def train(cases: Sequence[Decided], threshold: float = 0.8, step: Step = lambda *_: None) -> Trained | None:
    """Train on decided cases, newest first; None where they are too few. `step` hears what is done, how much of it, of how much."""
    often = Counter(each.label for each in cases[:MOST_CASES])
    labels = tuple(sorted(label for label, times in often.items() if times >= FEWEST_OF_LABEL))
    known = [each for each in cases[:MOST_CASES] if each.label in labels]
    if len(known) < FEWEST_CASES or len(labels) < 2:
        return None
    counted: list[TermCounts] = []
    for each in known:
        counted.append(read(each.title, each.content).counted)
        step("read", len(counted), len(known))
    wanted = np.array([labels.index(each.label) for each in known])
    evidence = np.array([[each.points.get(label, 0.0) for label in labels] for each in known])
    data = _Data(counted, wanted, _folds(counted), (buckets_for(labels), len(labels)))
    scores = _unseen(data, step)
    weights, ridge = data.fit(None, EPOCHS, _stepping(step, "fit", EPOCHS * len(known)))
    model = Model(labels, ridge, weights, fit(scores, evidence, wanted))
    return Trained(model, _report(scores, evidence, wanted, data.folds, threshold))


class _Data:
    """Texts that are learned from: all of them, or those outside a fold."""

    def __init__(
        self, counted: list[TermCounts], wanted: NDArray[np.int64], folds: NDArray[np.int64], shape: tuple[int, int]
    ) -> None:
        self.counted, self.wanted, self.folds, self.shape = counted, wanted, folds, shape
        parts = [np.flatnonzero(folds == fold) for fold in range(FOLDS)]
        self._found = [occurrences([counted[i] for i in part], wanted[part], self.shape) for part in parts]

    def fit(self, without: int | None, epochs: int, done: Callable[[int], None]) -> tuple[Weights, Ridge]:
        """The weights of terms and a model, of all texts or of those outside a fold: what is outside knows nothing of it."""
        seen = np.flatnonzero(self.folds != (-1 if without is None else without))
        found: Occurrences = sum(
            (each for fold, each in enumerate(self._found) if fold != without), np.zeros(self.shape, np.uint16)
        )
        weights = weigh(found, np.bincount(self.wanted[seen], minlength=self.shape[1]), FEWEST_TEXTS)
        vectors: list[Vector] = [vector(self.counted[i], weights) for i in seen]
        return weights, Ridge.fit(vectors, self.wanted[seen], self.shape, epochs, done)


def macro_f1(wanted: NDArray[np.int64], found: NDArray[np.int64], labels: int) -> float:
    """The mean of the F1 of each label; of a label that is nowhere, 0."""
    right = np.bincount(wanted[wanted == found], minlength=labels)
    both = np.bincount(wanted, minlength=labels) + np.bincount(found[found >= 0], minlength=labels)
    return float(np.mean(np.divide(2 * right, both, out=np.zeros(labels), where=both > 0)))


def _unseen(data: _Data, step: Step) -> Table:
    """The scores of each case by a model that has not seen it."""
    scores = np.zeros((len(data.counted), data.shape[1]))
    done = _stepping(step, "check", FOLD_EPOCHS * len(data.counted) * (FOLDS - 1))
    for fold in range(FOLDS):
        weights, ridge = data.fit(fold, FOLD_EPOCHS, done)
        for i in np.flatnonzero(data.folds == fold):
            scores[i] = ridge.score(vector(data.counted[i], weights))
    return scores


def _report(scores: Table, evidence: Table, wanted: NDArray[np.int64], folds: NDArray[np.int64], threshold: float) -> Report:
    """Every fold is judged by the calibration of the others."""
    found, sure = np.zeros_like(wanted), np.zeros(len(wanted))
    for fold in range(FOLDS):
        seen, unseen = folds != fold, folds == fold
        calibration = fit(scores[seen], evidence[seen], wanted[seen])
        chances = calibration.probabilities(scores[unseen], evidence[unseen])
        found[unseen], sure[unseen] = chances.argmax(1), calibration.confidence(chances.max(1))
    by_rules = np.where(evidence.sum(1) > 0, evidence.argmax(1), -1)
    labels, decided = scores.shape[1], sure >= threshold
    return Report(
        len(wanted), labels, round(macro_f1(wanted, found, labels), 4), round(macro_f1(wanted, by_rules, labels), 4),
        round(float((found == wanted).mean()), 4), round(float(decided.mean()), 4),
        round(float((found == wanted)[decided].mean()) if decided.any() else 0.0, 4),
    )  # fmt: skip


def _folds(counted: Sequence[TermCounts]) -> NDArray[np.int64]:
    """A fold for each text, so that what is nearly the same is mostly in the same one: by the least of its mixed buckets."""
    least = [(each.hashes * 2654435761 & HASH).min() if len(each.keys) else 0 for each in counted]
    return np.array(least, np.int64) % FOLDS


def _stepping(step: Step, what: str, total: int) -> Callable[[int], None]:
    done = 0

    def more(count: int) -> None:
        nonlocal done
        done += count
        step(what, min(done, total), total)

    return more
