"""The outcome and the promises of a reply. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import msgspec

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.commands import Keep, Reply
from services.contracts.errors import Conflict, Invalid
from services.contracts.messages.supervision import PromiseMade
from services.contracts.messages.values import Outcome, Promise
from services.contracts.time.durations import Duration

#: `released`: the case was taken from the department before the promise was due, and nothing is left to keep or to break.
PromiseState = Literal["open", "kept", "broken", "released"]
PROMISE_STATES: tuple[PromiseState, ...] = get_args(PromiseState)
PROMISING = frozenset({Outcome.IN_PROGRESS, Outcome.PLANNED})
#: From the best to the worst that can be said of a case: nothing else orders outcomes.
BEST_FIRST = (Outcome.SOLVED, Outcome.IN_PROGRESS, Outcome.PLANNED, Outcome.DEFERRED, Outcome.REFERENCE, Outcome.DECLINED)
_DONE_WITH = frozenset({Outcome.SOLVED, Outcome.REFERENCE})
_AHEAD = " or ".join(sorted(PROMISING))
_NEEDED = f"needed for {_AHEAD}: what will be done, and by when"


@dataclass(slots=True)
class TrackedPromise:
    """What a department has promised for a case, and what became of it; `supervision` is where it was made outside of a reply."""

    id: str
    assignment: str
    opinion: str
    department: str
    what: str
    who: str
    due: datetime
    made: datetime
    supervision: str | None = None
    state: PromiseState = "open"
    kept: datetime | None = None
    evidence: str | None = None

    @property
    def can_be_kept(self) -> bool:
        """Whether it is open, or broken, which can be kept late."""
        return self.state in ("open", "broken")

    def as_made(self) -> PromiseMade:
        """What is published when it is made."""
        return PromiseMade(self.assignment, self.department, self.what, self.due, self.who, self.id)


def check_reply(reply: Reply, catalogue: Catalogue, now: datetime) -> None:
    """Raises `Invalid` for a reply that says more than its demands, or whose promises are missing, unneeded, past or too far off.

    The promise of the reply covers its demands too; that of a demand covers this demand and the reply.
    """
    errors = dict(_errors(reply, now, latest_promise(catalogue, now)))
    better = better_than_demands(reply)
    if better:
        raise Invalid("A reply as a whole says nothing better than what it says of its demands.", {"outcome": better} | errors)
    if errors:
        raise Invalid("An outcome that lies ahead says what will be done and by when; no other does.", errors)


def better_than_demands(reply: Reply) -> list[str]:
    """What is wrong with the outcome of a reply beside those of its demands: `solved` needs one that is solved and none that is
    open or refused, and no other outcome is better than the best of them.
    """
    if not reply.items or reply.outcome is None:
        return []
    if reply.outcome is Outcome.SOLVED:
        left = [place for place, item in enumerate(reply.items) if item.outcome not in _DONE_WITH]
        if left:
            return [f"solved needs every demand solved or reference; these are not: {_named(reply, left)}"]
    best = min((item.outcome for item in reply.items), key=BEST_FIRST.index)
    if BEST_FIRST.index(reply.outcome) >= BEST_FIRST.index(best):
        return []
    return [f"{best} at best, which is the best of its demands: {_named(reply, range(len(reply.items)))}"]


def _named(reply: Reply, places: Iterable[int]) -> str:
    return ", ".join(f"items.{place} {reply.items[place].outcome}" for place in places)


def latest_promise(catalogue: Catalogue, now: datetime) -> datetime:
    """Until when a department can promise something of its own accord; what a supervision ends with may be later."""
    return catalogue.calendar.due(now, Duration(catalogue.limits.promise_months, "mo")).at


def _errors(reply: Reply, now: datetime, latest: datetime) -> Iterator[tuple[str, list[str]]]:
    promised = promises_of(reply)
    if reply.outcome in PROMISING and not promised:
        yield "promise", [_NEEDED]
        return
    ahead = reply.outcome in PROMISING or any(item.outcome in PROMISING for item in reply.items)
    yield from _wrong("promise", reply.promise, ahead, now, latest)
    for place, item in enumerate(reply.items):
        field = f"items.{place}.promise"
        if item.outcome in PROMISING and item.promise is None and reply.promise is None:
            yield field, [_NEEDED]
        yield from _wrong(field, item.promise, item.outcome in PROMISING, now, latest)


def _wrong(field: str, promise: Promise | None, needed: bool, now: datetime, latest: datetime) -> Iterator[tuple[str, list[str]]]:
    if promise is None:
        return
    if not needed:
        yield field, [f"for {_AHEAD} only"]
    elif promise.due <= now:
        yield f"{field}.due", ["lies in the past"]
    elif promise.due > latest:
        yield f"{field}.due", [f"until {latest.isoformat()}; only what a supervision ends with may promise for later"]


def promises_of(reply: Reply) -> tuple[Promise, ...]:
    """Every promise in a reply, its own first, then those of its demands in their order."""
    found = (reply.promise, *(item.promise for item in reply.items))
    return tuple(promise for promise in found if promise is not None)


def who_promises(promised: Promise, catalogue: Catalogue, department: str) -> str:
    """Who is to keep a promise: the department itself where nobody else is named."""
    return promised.who or stored.department(catalogue, department).name


def with_names(reply: Reply, catalogue: Catalogue, department: str) -> Reply:
    """The reply, with the department filled in where a promise names nobody."""

    def named(found: Promise | None) -> Promise | None:
        return None if found is None else msgspec.structs.replace(found, who=who_promises(found, catalogue, department))

    items = tuple(msgspec.structs.replace(item, promise=named(item.promise)) for item in reply.items)
    return msgspec.structs.replace(reply, promise=named(reply.promise), items=items)


def promise_kept(command: Keep, promises: Sequence[TrackedPromise]) -> TrackedPromise:
    """Which of an assignment's promises is kept: the one that is named, else the only open one, else the only broken one.

    A broken promise can still be kept, late. Raises `Conflict` when there is none to keep, `Invalid` when it is not clear which.
    """
    left = [each for each in promises if each.can_be_kept]
    if command.promise is not None:
        named = next((each for each in promises if each.id == command.promise), None)
        if named is None:
            raise Invalid("Name a promise of this assignment.", {"promise": ["There is no such promise."]})
        if named not in left:
            raise Conflict("This promise has been kept already.")
        return named
    if not left:
        raise Conflict("There is no promise left to keep.")
    candidates = [each for each in left if each.state == "open"] or left
    if len(candidates) > 1:
        raise Invalid("Say which promise was kept.", {"promise": [f"one of {', '.join(each.id for each in candidates)}"]})
    return candidates[0]
