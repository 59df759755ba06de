"""Answers that all who ask the same share: made once, while the others wait for it, and kept for a moment."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
#: An answer is kept this many times as long as it took to make, so that making it takes a small part of the machine.
WORTH = 10
MOST = 500


@dataclass(slots=True)
class _Shared:
    """An answer, or what went wrong, once it is `made`; nobody uses it after `until`."""

    made: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: BaseException | None = None
    until: float = 0.0


class SharedAnswers:
    """The newest answers of one process, each kept for `seconds`, or `worth` times as long as it took to make; 0 keeps none.

    What went wrong is kept for `error_seconds`.
    """

    def __init__(
        self,
        seconds: float,
        now: Callable[[], float] = time.monotonic,
        most: int = MOST,
        worth: float = WORTH,
        error_seconds: float = 0.0,
    ) -> None:
        self._seconds, self._now, self._most, self._worth, self._error_seconds = seconds, now, most, worth, error_seconds
        self._lock = threading.Lock()
        self._shared: OrderedDict[Hashable, _Shared] = OrderedDict()

    def get(
        self,
        question: Hashable,
        make: Callable[[], T],
        *,
        begin: Callable[[], None] = lambda: None,
        lasts: Callable[[T], bool] = lambda _: False,
    ) -> T:
        """The answer to a question; `make` is called unless there is one.

        `begin` is called before an answer is made, and may refuse it. What `lasts` is kept until there are too many.
        """
        shared = self._find(question)
        if shared is None:
            begin()
            shared, is_own = self._enter(question)
            if is_own:
                self._make(question, shared, make, lasts)
        shared.made.wait()
        if shared.error is not None:
            raise shared.error
        answer: T = shared.answer
        return answer

    def _find(self, question: Hashable) -> _Shared | None:
        with self._lock:
            shared = self._shared.get(question)
            if shared is None or (shared.made.is_set() and shared.until <= self._now()):
                return None
            self._shared.move_to_end(question)
            return shared

    def _enter(self, question: Hashable) -> tuple[_Shared, bool]:
        with self._lock:
            shared = self._shared.get(question)
            if shared is not None and not shared.made.is_set():
                return shared, False
            shared = self._shared[question] = _Shared()
            while len(self._shared) > self._most:
                self._shared.popitem(last=False)
            return shared, True

    def _make(self, question: Hashable, shared: _Shared, make: Callable[[], T], lasts: Callable[[T], bool]) -> None:
        began = self._now()
        try:
            shared.answer = make()
            ended = self._now()
            kept = max(self._seconds, self._worth * (ended - began)) if self._seconds else 0.0
            shared.until = float("inf") if self._seconds and lasts(shared.answer) else ended + kept
        except BaseException as error:
            shared.error, shared.until = error, self._now() + self._error_seconds
            raise
        finally:
            shared.made.set()
            if shared.until <= self._now():
                self._forget(question, shared)

    def _forget(self, question: Hashable, shared: _Shared) -> None:
        with self._lock:
            if self._shared.get(question) is shared:
                del self._shared[question]
