"""What the product is to reach, as multiples of what others reach in the same run or as figures of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.speed.figures import Comparison, Figures, Flow, Waits

CELERY, DRAMATIQ, LIMIT = "celery", "dramatiq", "limit"
#: Finds a figure of a product target; the second name is that of the product with the fewest opinions stored, on the same store.
Find = Callable[[Comparison, str, str], float | None]


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and its bound."""

    words: str
    find: Find
    bound: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        """Whether a value is within the bound."""
        return value >= self.bound if self.at_least else value <= self.bound

    @property
    def asked(self) -> str:
        """The bound in words."""
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


def single_rate(figures: Figures) -> float:
    """Opinions a second to the departments' queues, sent one by one."""
    return figures.single.rate


def batch_rate(figures: Figures) -> float | None:
    """The same in batches."""
    return figures.batch.rate if figures.batch else None


def _of(peer: str, pick: Callable[[Figures], float | None] = single_rate) -> Find:
    return lambda found, name, _: found.ratio(name, peer, pick, single_rate)


def _own(pick: Callable[[Figures], float | None]) -> Find:
    return lambda found, name, _: found.median(name, pick)


def _wait(quantile: str) -> Find:
    return lambda found, name, _: found.ratio(name, CELERY, lambda each: each.half.arrived.get(quantile))


def _flat(pick: Callable[[Figures], float | None]) -> Find:
    """How many times as much, of what is less when it is better, as with the fewest stored."""
    return lambda found, name, least: None if name == least else found.ratio(name, least, pick)


def _alone(pick: Callable[[Waits], float | None]) -> Find:
    return _own(lambda each: pick(each.alone))


def _batch(pick: Callable[[Flow], float]) -> Find:
    return _own(lambda each: pick(each.batch) if each.batch else None)


GOALS = (
    Goal("到承办队列，与 Celery 之比 end to end, × Celery", _of(CELERY), 2.5, at_least=True),
    Goal("与 dramatiq 之比 × dramatiq", _of(DRAMATIQ), 1.6, at_least=True),
    Goal("与极限之比 × limit", _of(LIMIT), 0.7, at_least=True),
    Goal("成批，与 Celery 之比 in batches, × Celery", _of(CELERY, batch_rate), 5.0, at_least=True),
    Goal("每千件 CPU 秒 CPU s per 1,000", _own(lambda each: each.single.total), 3.0),
    Goal("成批每千件 CPU 秒 CPU s per 1,000 in batches", _batch(lambda flow: flow.total), 1.2),
    Goal("半载到队列 p50，与 Celery 之比 at half load, p50 × Celery", _wait("p50"), 1.0),
    Goal("半载到队列 p99，与 Celery 之比 at half load, p99 × Celery", _wait("p99"), 1.0),
    Goal("单件到 201，毫秒 one at a time to 201, p50 ms", _alone(lambda waits: waits.answered.get("p50")), 5.0),
    Goal("单件到队列，毫秒 one at a time to the queue, p50 ms", _alone(lambda waits: waits.arrived.get("p50")), 10.0),
    Goal("统计与账本赶上，秒 statistics and ledger caught up, s", _own(lambda each: each.single.rest), 5.0),
    Goal("程序内存，MB memory of the app, MB", _own(lambda each: each.app_megabytes), 250.0),
    Goal("每件耗时，与库存最少时之比 time an opinion, × with the fewest stored", _flat(lambda each: 1 / each.single.rate), 1.2),
    Goal("CPU，与库存最少时之比 CPU, × with the fewest stored", _flat(lambda each: each.single.total), 1.2),
    Goal("半载 p99，与库存最少时之比 p99 at half load, × with the fewest", _flat(lambda each: each.half.arrived.get("p99")), 1.2),
)  # fmt: skip
