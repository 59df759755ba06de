"""What a reply says that becomes of the case, and what it promises. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.contracts.catalogue.model import Catalogue
from services.contracts.commands import Keep, Reply
from services.contracts.durations import Duration
from services.contracts.errors import Conflict, Invalid
from services.contracts.messages.values import Outcome, Promise

PROMISING = frozenset({Outcome.IN_PROGRESS, Outcome.PLANNED})
OPEN, KEPT, BROKEN = "open", "kept", "broken"
#: The case was taken from the department before the promise was due: there is nothing left to keep or to break.
RELEASED = "released"
PROMISE_STATES = (OPEN, KEPT, BROKEN, RELEASED)
#: From the best to the worst that can be said of a case: nothing else orders outcomes.
BEST_FIRST = (Outcome.SOLVED, Outcome.IN_PROGRESS, Outcome.PLANNED, Outcome.DEFERRED, Outcome.REFERENCE, Outcome.DECLINED)
_DONE_WITH = frozenset({Outcome.SOLVED, Outcome.REFERENCE})
_AHEAD = " or ".join(sorted(PROMISING))
_NEEDED = f"needed for {_AHEAD}: what will be done, and by when"


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


def promise_kept(command: Keep, promises: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Which of an assignment's promises is kept: the one that is named, else the only open one, else the only broken one.

    A broken promise can still be kept, late. Raises `Conflict` when there is none to keep, `Invalid` when it is not clear which.
    """
    left = [row for row in promises if row["state"] in (OPEN, BROKEN)]
    if command.promise is not None:
        named = next((row for row in promises if row["id"] == command.promise), None)
        if named is None:
            raise Invalid("Name a promise of this assignment.", {"promise": ["There is no such promise."]})
        if named not in left:
            raise Conflict("This promise has been kept already.")
        return named
    if not left:
        raise Conflict("There is no promise left to keep.")
    candidates = [row for row in left if row["state"] == OPEN] or left
    if len(candidates) > 1:
        raise Invalid("Say which promise was kept.", {"promise": [f"one of {', '.join(row['id'] for row in candidates)}"]})
    return candidates[0]
