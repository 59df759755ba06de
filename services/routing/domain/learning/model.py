"""A trained model: what it says of a text, why, and how it learns from a ruling. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.routing.domain.learning.calibration import Calibration, floats
from services.routing.domain.learning.features import ReadText, TermCounts, Vector, Weights, buckets_of, vector
from services.routing.domain.learning.ridge import Ridge

#: What a stored model begins with; another form has another mark.
MARK: Final = b"huiying-routing-3\n"
SHOWN_WORDS = 5


class ModelInvalid(Exception):
    """What was stored is no model that this version can read."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a model says of one text: labels with probabilities, the likeliest first, and how often it is right when so sure."""

    likely: tuple[tuple[str, float], ...]
    confidence: float

    @property
    def label(self) -> str:
        """The likeliest."""
        return self.likely[0][0]


class PackedModel(msgspec.Struct, frozen=True):
    """A model as bytes: a weight is one byte, the root of its share of the `largest`; what a term weighs is kept alike."""

    labels: tuple[str, ...]
    buckets: int
    weights: bytes
    largest: float
    bias: tuple[float, ...]
    rarity: bytes
    rarest: float
    scales: tuple[float, ...]
    biases: tuple[float, ...]
    mixing: tuple[tuple[float, ...], ...]
    sure: tuple[float, ...]
    right: tuple[float, ...]


class Model:
    """A linear model of labels with its calibration."""

    def __init__(self, labels: tuple[str, ...], ridge: Ridge, idf: Weights, calibration: Calibration) -> None:
        self.labels, self.ridge, self.idf, self.calibration = labels, ridge, idf, calibration

    def weigh(self, text: TermCounts) -> Vector:
        """A text as the model sees it."""
        return vector(text, self.idf)

    def judge(self, text: Vector, points: Mapping[str, float], most: int = 3) -> Judgement:
        """What it says of a text; `points` are what the rules have found, by label."""
        evidence = np.array([[points.get(label, 0.0) for label in self.labels]])
        (chances,) = self.calibration.probabilities(floats(self.ridge.score(text)), evidence)
        order = np.argsort(-chances, kind="stable")[:most]
        likely = tuple((self.labels[place], round(float(chances[place]), 4)) for place in order)
        return Judgement(likely, round(float(self.calibration.confidence(chances[order[:1]])[0]), 3))

    def words_for(self, label: str, text: ReadText) -> tuple[str, ...]:
        """The words of a text that speak for a label, and more for it than for the others; the strongest first."""
        places = buckets_of(text.hashes, len(self.idf))
        found = self.ridge.weights.take(places, axis=0)
        speaking = (found[:, self.labels.index(label)] - found.mean(1)) * self.idf[places]
        best: dict[str, None] = {}
        for at in np.argsort(-speaking, kind="stable").tolist():
            if speaking[at] <= 0 or len(best) == SHOWN_WORDS:
                break
            if len(text.words[at]) > 1:
                best[text.words[at]] = None
        return tuple(best)

    def learn(self, text: Vector, label: str) -> None:
        """Learn from a ruling; of a label that it does not have, nothing until it is trained again."""
        if label in self.labels:
            self.ridge.step(text, self.labels.index(label))

    def pack(self) -> bytes:
        """The model as it is stored."""
        rarest = float(self.idf.max()) or 1.0
        largest = float(np.abs(self.ridge.weights).max()) or 1.0
        fitted = self.calibration
        stored = PackedModel(
            self.labels, len(self.idf), _roots(self.ridge.weights, largest, 127).astype(np.int8).tobytes(),
            largest, tuple(map(float, self.ridge.bias)),
            _roots(self.idf, rarest, 255).astype(np.uint8).tobytes(), rarest,
            fitted.scales, fitted.biases, fitted.mixing, fitted.sure, fitted.right,
        )  # fmt: skip
        return MARK + zlib.compress(msgspec.msgpack.encode(stored), 1)

    @classmethod
    def unpack(cls, body: bytes) -> Model:
        """A stored model; raises `ModelInvalid`."""
        if not body.startswith(MARK):
            raise ModelInvalid("not a model of this version")
        try:
            stored = msgspec.msgpack.decode(zlib.decompress(body[len(MARK) :]), type=PackedModel)
            weights = _squares(np.frombuffer(stored.weights, np.int8), stored.largest, 127)
            rarity = _squares(np.frombuffer(stored.rarity, np.uint8), stored.rarest, 255)
            weights = weights.reshape(stored.buckets, len(stored.labels))
            checked = _checked(stored, weights, rarity)
        except (zlib.error, msgspec.MsgspecError, ValueError) as error:
            raise ModelInvalid(str(error)) from error
        return checked


def _roots(values: Weights, largest: float, steps: int) -> Weights:
    """Values as whole numbers, in steps that are finer the smaller a value is."""
    found: Weights = np.rint(np.sign(values) * np.sqrt(np.abs(values) / np.float32(largest)) * np.float32(steps))
    return found


def _squares(roots: NDArray[np.int8] | NDArray[np.uint8], largest: float, steps: int) -> Weights:
    """The values that such numbers stand for."""
    shares = roots.astype(np.float32) / np.float32(steps)
    found: Weights = shares * np.abs(shares) * np.float32(largest)
    return found


def _checked(stored: PackedModel, weights: Weights, rarity: Weights) -> Model:
    width = len(stored.labels)
    widths = {len(stored.bias), len(stored.biases), len(stored.mixing), *map(len, stored.mixing)}
    if len(rarity) != stored.buckets or widths != {width}:
        raise ValueError("its parts do not belong together")
    if not np.isfinite(weights).all() or len(stored.sure) != len(stored.right):
        raise ValueError("its weights are no numbers")
    ridge = Ridge(weights, np.array(stored.bias, np.float32))
    calibration = Calibration(stored.scales, stored.biases, stored.mixing, stored.sure, stored.right)
    return Model(stored.labels, ridge, rarity, calibration)


def buckets_for(labels: Sequence[str], most: int = 1 << 19, bytes_: int = 3_670_016) -> int:
    """How many buckets fit: the more labels, the fewer."""
    return max(1 << 12, min(most, bytes_ // max(1, len(labels))))
