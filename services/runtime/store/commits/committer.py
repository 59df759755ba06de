"""Group commit: what several threads of a process want to store at the same time is stored by one of them, in one transaction.

A thread that finds nobody committing commits at once, for itself and for all that wait by then; the others sleep
until their work is durable. Then the next one that waits does the same. So nobody waits for more than the commit that is
running and its own, and a single caller is as fast as with a transaction of its own.
"""

from __future__ import annotations

import atexit
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from services.runtime.store.commits.group import GroupBroken, GroupTransaction, is_held, is_of_the_store

if TYPE_CHECKING:
    from services.runtime.store.database import Transaction

T = TypeVar("T")
Unit = Callable[["Transaction"], T]
Lost = Callable[[Exception], None]
#: Units in one transaction that somebody waits for.
MOST = 64
#: How long (s) those that nobody waits for wait for a transaction of others, and the end of the process for them.
LATER_SECONDS, PATIENCE = 0.1, 10.0


class _Request(Generic[T]):
    """One unit of work, and what became of it; `alone`: it is to be run in a transaction of its own.

    `lost` is told the error of one that nobody waits for.
    """

    __slots__ = ("_context", "alone", "error", "leads", "lost", "settled", "unit", "value")

    def __init__(self, unit: Unit[T], lost: Lost | None = None) -> None:
        self.unit, self.lost = unit, lost
        # What the thread is doing, for the log and for whatever else asks.
        self._context = copy_context()
        self.value: T
        self.error: BaseException | None = None
        self.alone = self.leads = False
        self.settled = threading.Lock()
        self.settled.acquire()

    def run(self, group: GroupTransaction) -> None:
        """Run the unit in a group; raises `GroupBroken`."""
        try:
            self.value = self._context.run(group.run, self.unit)
        except GroupBroken:
            raise
        except BaseException as error:
            # Also what ends a thread: it ends the one whose unit raised it.
            self.error, self.alone = error, is_held(error)

    def fail(self, failure: Exception, *, shared: bool) -> None:
        """The group has failed, so whatever the unit saw of the others has not happened."""
        self.error, self.alone = failure, is_held(failure) or (shared and not is_of_the_store(failure))


class Committer:
    """Runs units of work for the threads of one process. `begin` opens a group, `alone` runs one unit by itself."""

    def __init__(self, begin: Callable[[], AbstractContextManager[GroupTransaction]], alone: Callable[[Unit[Any]], Any]) -> None:
        self._begin, self._alone = begin, alone
        self._choosing = threading.Lock()
        self._waiting: deque[_Request[Any]] = deque()
        #: What nobody waits for.
        self._later: deque[_Request[Any]] = deque()
        self._led, self._leader = False, 0
        self._trail = _Trail(self, alone)

    def write(self, unit: Unit[T]) -> T:
        """Run a unit of work and return what it returns once that is durable; raises what it raises.

        It may run in another thread, and more than once, so it may change nothing but the store.
        """
        if self._leader == threading.get_ident():
            raise RuntimeError("A unit of work cannot wait for another one, which would wait for it.")
        request = _Request(unit)
        with self._choosing:
            self._waiting.append(request)
            request.leads, self._led = not self._led, True
        if not request.leads:
            request.settled.acquire()
        while request.leads:
            request.leads = False
            self._lead(request)
        if request.alone:
            done: T = self._alone(unit)
            return done
        if request.error is not None:
            raise request.error
        return request.value

    def write_later(self, unit: Unit[None], lost: Lost) -> None:
        """Run a unit of work in the next transaction of others, or after a moment in its own; the order of these calls is kept.

        Nobody waits for it, and it is gone with the process. `lost` is called with the error when it cannot be stored.
        """
        self._later.append(_Request(unit, lost))
        self._trail.follow()

    @contextmanager
    def companions(self) -> Iterator[Callable[[GroupTransaction], None]]:
        """For a transaction that is committed in the block: what is called there runs in it what nobody waits for.

        If the block fails, each of those has a transaction of its own.
        """
        taken: list[_Request[Any]] = []

        def run(group: GroupTransaction) -> None:
            try:
                for request in self._those_later(taken):
                    request.run(group)
                group.flush()
            except GroupBroken as broken:
                raise _cause(broken) from None

        try:
            yield run
        except BaseException:
            if taken:
                self._trail.follow(*taken)
            raise
        for request in taken:
            self._release(request)

    def _those_later(self, taken: list[_Request[Any]]) -> Iterator[_Request[Any]]:
        """What nobody waits for, each put into `taken`; several threads may take at once."""
        with suppress(IndexError):
            while True:
                taken.append(request := self._later.popleft())
                yield request

    def close(self) -> None:
        """Store what nobody waits for; it can be used again afterwards."""
        self._trail.close()

    def _lead(self, own: _Request[Any]) -> None:
        """Commit for all that wait, then let the next one lead; it is `own` again where the group failed before its turn."""
        taken: list[_Request[Any]] = []
        failure: Exception | None = RuntimeError("The thread that commits was ended.")
        self._leader = threading.get_ident()
        try:
            failure = self._commit(taken)
        finally:
            self._leader = 0
            if failure is not None:
                for request in taken:
                    request.fail(failure, shared=len(taken) > 1)
            with self._choosing:
                following = self._waiting[0] if self._waiting else None
                self._led = following is not None
            for request in taken:
                self._release(request)
            if following is not None:
                following.leads = True
                if following is not own:
                    following.settled.release()

    def _release(self, request: _Request[Any]) -> None:
        if request.lost is None:
            request.settled.release()
        elif request.alone:
            self._trail.follow(request)
        elif isinstance(request.error, Exception):
            request.lost(request.error)

    def _commit(self, taken: list[_Request[Any]]) -> Exception | None:
        """Put into `taken` what waits, and store it; returns why that failed."""
        try:
            with self._begin() as group:
                for request in self._those_later(taken):
                    request.run(group)
                most = len(taken) + MOST
                # Units that come meanwhile are taken too.
                while self._waiting and len(taken) < most:
                    taken.append(request := self._waiting.popleft())
                    request.run(group)
        except GroupBroken as broken:
            return _cause(broken)
        except Exception as error:
            if not taken:
                # Where a transaction cannot even begin, it can for nobody.
                with self._choosing:
                    taken += self._waiting
                    self._waiting.clear()
                    taken += self._later
                    self._later.clear()
            return error
        return None


def _cause(broken: GroupBroken) -> Exception:
    return broken.__cause__ if isinstance(broken.__cause__, Exception) else broken


class _Trail:
    """The thread that commits what nobody waits for, when nobody else commits for a moment."""

    def __init__(self, committer: Committer, alone: Callable[[Unit[Any]], Any]) -> None:
        self._committer, self._alone = committer, alone
        self._starting = threading.Lock()
        self._due, self._ending = threading.Event(), threading.Event()
        self._single: deque[_Request[Any]] = deque()
        self._thread: threading.Thread | None = None

    def follow(self, *single: _Request[Any]) -> None:
        """There is something to commit, and perhaps something that has to be committed by itself."""
        self._single.extend(single)
        # A thread that was told to end may leave the event set behind it.
        if self._due.is_set() and self._thread is not None:
            return
        self._due.set()
        with self._starting:
            if self._thread is None:
                # Started when it is needed, so that it runs in the process that serves and not in its parent.
                self._ending = threading.Event()
                self._thread = threading.Thread(target=self._run, args=(self._ending,), name="committer", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def close(self) -> None:
        """Commit what is left and end the thread."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._ending.set()
                self._due.set()
        # Not while others wait for this lock, the thread among them.
        if thread is not None:
            atexit.unregister(self.close)
            thread.join(PATIENCE)

    def _run(self, ending: threading.Event) -> None:
        last = False
        while not last:
            self._due.wait()
            ending.wait(LATER_SECONDS)
            self._due.clear()
            # Asked after that, so that a thread that sets it meanwhile finds the event clear.
            last = ending.is_set()
            # Its error is told to those whose work it was.
            with suppress(Exception):
                self._committer.write(_nothing)
            while self._single:
                self._commit_alone(self._single.popleft())

    def _commit_alone(self, request: _Request[Any]) -> None:
        try:
            self._alone(request.unit)
        except Exception as error:
            if request.lost is not None:
                request.lost(error)


def _nothing(_: Transaction) -> None:
    """Only to make a transaction in which the others come along."""
