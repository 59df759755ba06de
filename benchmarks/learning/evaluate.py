"""`python -m benchmarks evaluate FILE`: how well routing learns from a file of labelled opinions."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.learning.labelled import FOLDS, Labelled, read
from services.console.settings import EXAMPLE
from services.console.terminal import out, progress
from services.contracts.catalogue.check import load_catalogue
from services.routing.domain.learning import features
from services.routing.domain.learning.features import ReadText
from services.routing.domain.learning.model import Judgement, Model
from services.routing.domain.learning.training import Decided, macro_f1, train

BINS, FIRST, STREAMED = 15, 1_500, 3_138
COLD = (200, 500, 1_000)
Asked = tuple[Judgement, str]


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure, and what it has to reach: at least, or with `most` at most."""

    name: str
    value: float
    goal: float
    most: bool = False

    @property
    def is_met(self) -> bool:
        """Whether it does."""
        return self.value <= self.goal if self.most else self.value >= self.goal


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--check", is_flag=True, help="Fail where a figure misses its goal.")
def evaluate(file: Path, check: bool) -> None:
    """评估 · macro-F1, coverage, calibration, cold start, learning from rulings, cost; everything fitted inside its fold."""
    data = read(file, load_catalogue(EXAMPLE))
    found: list[Goal] = []
    parts: Sequence[tuple[str, Callable[[Labelled], list[Goal]]]] = (
        ("cross-validation", crossed), ("cold start", cold), ("stream of rulings", streamed), ("cost", priced),
    )  # fmt: skip
    with progress() as shown:
        task = shown.add_task("评估 evaluating", total=len(parts), note="")
        for name, part in parts:
            shown.update(task, note=name)
            found += part(data)
            shown.advance(task)
    for each in found:
        out.print(f"{'✓' if each.is_met else '✗'} {each.name:44} {each.value:8.4f}  {'≤' if each.most else '≥'} {each.goal}")
    if check and not all(each.is_met for each in found):
        raise SystemExit(1)


def crossed(data: Labelled) -> list[Goal]:
    """Grouped cross-validation: every case is judged by a model that has seen neither it nor what is nearly the same."""
    found = np.zeros(len(data.cases), np.int64)
    sure, top = np.zeros(len(data.cases)), np.zeros(len(data.cases))
    for fold in range(FOLDS):
        model = trained([data.cases[i] for i in np.flatnonzero(data.folds != fold)])
        for i in np.flatnonzero(data.folds == fold):
            judged = judge(model, data.cases[i])
            found[i], sure[i], top[i] = data.labels.index(judged.label), judged.confidence, judged.likely[0][1]
    right = found == data.wanted
    rules = np.array([_by_rules(each, data.labels) for each in data.cases])
    order = np.argsort(-(sure + 1e-6 * top), kind="stable")
    return [
        Goal("macro-F1 of the rules alone", macro_f1(data.wanted, rules, len(data.labels)), 0.0),
        Goal("macro-F1", macro_f1(data.wanted, found, len(data.labels)), 0.92),
        Goal("accuracy", float(right.mean()), 0.92),
        Goal("accuracy at 90 % coverage", float(right[order[: int(0.9 * len(order))]].mean()), 0.95),
        Goal("accuracy at 80 % coverage", float(right[order[: int(0.8 * len(order))]].mean()), 0.97),
        Goal("coverage at a confidence of 0.8", float((sure >= 0.8).mean()), 0.8),
        Goal("accuracy at a confidence of 0.8", float(right[sure >= 0.8].mean()), 0.95),
        Goal("calibration error, 15 bins of equal mass", calibration_error(sure, right), 0.015, most=True),
    ]


def cold(data: Labelled) -> list[Goal]:
    """How good it is after few decided cases, beside the rules alone on the same cases; the mean of three draws."""
    found = []
    tested = np.flatnonzero(data.folds == 0)
    by_rules = np.array([_by_rules(data.cases[i], data.labels) for i in tested])
    rules = macro_f1(data.wanted[tested], by_rules, len(data.labels))
    for size, goal in zip(COLD, (0.81, 0.83, 0.87), strict=True):
        scores = []
        for draw in range(3):
            seen = np.random.default_rng(draw).permutation(np.flatnonzero(data.folds != 0))[:size]
            model = trained([data.cases[i] for i in seen])
            judged = np.array([data.labels.index(judge(model, data.cases[i]).label) for i in tested])
            scores.append(macro_f1(data.wanted[tested], judged, len(data.labels)))
        found.append(Goal(f"macro-F1 after {size} decided (rules {rules:.3f})", float(np.mean(scores)), max(goal, rules)))
    return found


def streamed(data: Labelled) -> list[Goal]:
    """The share of wrong decisions in a stream, without learning and with a step at each ruling on a wrong one."""
    order = np.random.default_rng(0).permutation(len(data.cases))
    first, stream = order[:FIRST], order[FIRST : FIRST + STREAMED]
    body = trained([data.cases[i] for i in first]).pack()
    wrong = {}
    for learning in (False, True):
        model, misses = Model.unpack(body), 0
        for i in stream:
            text = model.weigh(features.read(data.cases[i].title, data.cases[i].content).counted)
            if model.judge(text, data.cases[i].points).label != data.cases[i].label:
                misses += 1
                if learning:
                    model.learn(text, data.cases[i].label)
        wrong[learning] = 100 * misses / len(stream)
    return [
        Goal("wrong in the stream without learning (%)", wrong[False], 100.0, most=True),
        Goal("wrong in the stream with rulings (%)", wrong[True], 9.3, most=True),
    ]


def priced(data: Labelled) -> list[Goal]:
    """CPU of training on all, of an opinion, of its explanation; and the size of the model."""
    begun = time.process_time()
    model = trained(data.cases)
    training = time.process_time() - begun
    some = data.cases[:1000]
    begun = time.process_time()
    judged: list[tuple[ReadText, Judgement]] = []
    for each in some:
        text = features.read(each.title, each.content)
        judged.append((text, model.judge(model.weigh(text.counted), each.points)))
    one = (time.process_time() - begun) / len(some) * 1000
    begun = time.process_time()
    for text, found in judged:
        model.words_for(found.label, text)
    why = (time.process_time() - begun) / len(some) * 1000
    return [
        Goal("training (s CPU)", training, 15.0, most=True),
        Goal("an opinion (ms CPU)", one, 1.0, most=True),
        Goal("its explanation (ms CPU)", why, 1.0, most=True),
        Goal("size (MB)", len(model.pack()) / 1e6, 4.0, most=True),
    ]


def trained(cases: Sequence[Decided]) -> Model:
    """A model of these cases, as it comes out of the store; raises ValueError where they are too few."""
    made = train(cases)
    if made is None:
        raise ValueError("too few labelled opinions")
    return Model.unpack(made.model.pack())


def judge(model: Model, case: Decided) -> Judgement:
    """What a model says of a case."""
    return model.judge(model.weigh(features.read(case.title, case.content).counted), case.points)


def calibration_error(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """How far what was said is from what was right, in bins of equal mass."""
    parts = np.array_split(np.argsort(sure, kind="stable"), BINS)
    return sum(len(part) * abs(float(sure[part].mean()) - float(right[part].mean())) for part in parts) / len(sure)


def _by_rules(case: Decided, labels: tuple[str, ...]) -> int:
    return labels.index(max(case.points, key=lambda label: case.points[label])) if case.points else -1
