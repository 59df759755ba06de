"""A linear model with one score a label, learned by steps in the dual: each looks at one text, and none at the whole. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.routing.domain.learning.features import Vector, Weights

#: How much large weights cost, and how far a single ruling goes on the way to what it says.
PENALTY, RATE = 0.5, 0.6
#: Steps smaller than this are not taken.
LEAST = 1e-3
Progress = Callable[[int], None]


def _silent(_: int) -> None:
    pass


@dataclass(slots=True)
class Ridge:
    """Weights by bucket and label, and what a label has before anything is read."""

    weights: Weights
    bias: Weights

    @classmethod
    def fit(
        cls, vectors: Sequence[Vector], labels: NDArray[np.int64], shape: tuple[int, int], epochs: int, done: Progress = _silent
    ) -> Ridge:
        """Learn from texts and their labels; `shape` is (buckets, labels). The same texts in the same order give one model."""
        made = cls(np.zeros(shape, np.float32), np.zeros(shape[1], np.float32))
        dual = np.zeros((len(vectors), shape[1]), np.float32)
        wanted = np.zeros_like(dual)
        wanted[np.arange(len(vectors)), labels] = 1
        scale = [1 / (each.square + 1 + PENALTY) for each in vectors]
        order = np.random.default_rng(0)
        for _ in range(epochs):
            for i in order.permutation(len(vectors)):
                known = made.weights.take(vectors[i].places, axis=0)
                step = wanted[i] - vectors[i].weights @ known
                step = (step - made.bias - PENALTY * dual[i]) * scale[i]
                if np.abs(step).max() > LEAST:
                    dual[i] += step
                    made.bias += step
                    known += vectors[i].weights[:, None] * step
                    made.weights[vectors[i].places] = known
            done(len(vectors))
        return made

    def score(self, vector: Vector) -> Weights:
        """A score a label: about one for what it is, about zero for what it is not."""
        found: Weights = vector.weights @ self.weights.take(vector.places, axis=0) + self.bias
        return found

    def step(self, vector: Vector, label: int) -> None:
        """Learn from one ruling."""
        wanted = np.zeros_like(self.bias)
        wanted[label] = 1
        step = RATE * (wanted - self.score(vector)) / max(vector.square, LEAST)
        self.weights[vector.places] += vector.weights[:, None] * step
