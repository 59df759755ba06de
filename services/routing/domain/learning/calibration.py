"""From scores to probabilities that mean what they say: what the text says and what the rules say, weighed together. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.routing.domain.learning.features import Weights

Table = NDArray[np.float64]
ROUNDS, RATE = 400, 0.05
#: What weights cost, together, against what the cases say.
HOLD = 0.5
#: The number of cases in a step of the curve from how sure the model is to how often it is right.
STEP = 60
#: Points of keywords from which on more of them say nothing more.
ENOUGH_POINTS = 20.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores become probabilities.

    `scales` weigh the text, the rules' share of a label, and that share where many keywords were found; `biases` are a label's.
    `mixing` is what the score of each label, row by row, says for the others: labels that are taken for one another are told apart
    by that. `sure` and `right` are points of the curve from the top probability to how often it is right.
    """

    scales: tuple[float, ...]
    biases: tuple[float, ...]
    mixing: tuple[tuple[float, ...], ...]
    sure: tuple[float, ...] = (0.0, 1.0)
    right: tuple[float, ...] = (0.0, 1.0)

    def probabilities(self, scores: Table, evidence: Table) -> Table:
        """A row of probabilities for each row of scores; `evidence` are the points that the rules have for each label."""
        return _chances(scores, _inputs(scores, evidence), self.scales, self.biases, self.mixing)

    def confidence(self, top: Table) -> Table:
        """How often a decision with this top probability is right."""
        return np.interp(top, self.sure, self.right)


def fit(scores: Table, evidence: Table, labels: NDArray[np.int64]) -> Calibration:
    """Fit to scores of cases that their model had not seen."""
    inputs, width = _inputs(scores, evidence), scores.shape[1]
    wanted = np.zeros_like(scores)
    wanted[np.arange(len(labels)), labels] = 1
    at = np.r_[np.full(inputs.shape[2], 2.0), np.zeros(width + width * width)]
    scales, biases, mixing = np.split(at, (inputs.shape[2], inputs.shape[2] + width))
    mean, spread = np.zeros_like(at), np.zeros_like(at)
    for round_ in range(1, ROUNDS + 1):  # Adam: few lines, and as good as Newton here.
        error = _chances(scores, inputs, scales, biases, mixing.reshape(width, width)) - wanted
        slope = np.r_[np.einsum("nk,nkf->f", error, inputs), error.sum(0), (scores.T @ error).ravel()] + HOLD * at
        slope /= len(labels)
        mean, spread = 0.9 * mean + 0.1 * slope, 0.999 * spread + 0.001 * slope**2
        at -= RATE * (mean / (1 - 0.9**round_)) / (np.sqrt(spread / (1 - 0.999**round_)) + 1e-9)
    rows = tuple(tuple(row) for row in mixing.reshape(width, width).tolist())
    found = Calibration(tuple(scales.tolist()), tuple(biases.tolist()), rows)
    chances = found.probabilities(scores, evidence)
    sure, right = curve(chances.max(1), chances.argmax(1) == labels)
    return replace(found, sure=sure, right=right)


def curve(sure: Table, right: NDArray[np.bool_]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """How often those are right that are so sure: isotonic over steps of about `STEP` cases, by pooling neighbours that fall."""
    order = np.argsort(sure, kind="stable")
    blocks: list[list[float]] = []
    for part in np.array_split(order, max(2, len(order) // STEP)):
        blocks.append([float(sure[part].sum()), float(right[part].sum()), float(len(part))])
        while len(blocks) > 1 and blocks[-2][1] * blocks[-1][2] >= blocks[-1][1] * blocks[-2][2]:
            last = blocks.pop()
            blocks[-1] = [one + other for one, other in zip(blocks[-1], last, strict=True)]
    points = [(total / size, hits / size) for total, hits, size in blocks]
    # A little rise everywhere, so that the order of cases stays what it was.
    ends = [(0.0, min(0.0, points[0][1])), *points, (1.0, max(points[-1][1], 1 - 1 / (2 + len(order))))]
    return tuple(x for x, _ in ends), tuple(y for _, y in ends)


def _inputs(scores: Table, evidence: Table) -> Table:
    total = evidence.sum(1, keepdims=True)
    share = np.divide(evidence, total, out=np.zeros_like(evidence), where=total > 0)
    return np.stack((scores, share, share * np.minimum(total / ENOUGH_POINTS, 1.0)), axis=2)


def _chances(scores: Table, inputs: Table, scales: ArrayLike, biases: ArrayLike, mixing: ArrayLike) -> Table:
    return _softmax(inputs @ np.asarray(scales) + scores @ np.asarray(mixing) + np.asarray(biases))


def _softmax(values: Table) -> Table:
    powers = np.exp(values - values.max(1, keepdims=True))
    found: Table = powers / powers.sum(1, keepdims=True)
    return found


def floats(values: Weights) -> Table:
    """One row of scores as a table."""
    return values.astype(np.float64)[None, :]
