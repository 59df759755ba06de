"""What people owe on a case beside its departments: the hops of a relay and the care of a deputy, as tables of moves.

转递: a hop is told to the one whom it names, who confirms it (taken) and may pass the opinion on (passed); one that nobody
confirmed until it was given to somebody else or the case ended is missed, and is no hop. Where the one whom it names leaves
office, the opinion returns to the hop before.
第一责任人: a deputy is asked, takes the opinion or passes it on, and feeds back to the voter after each reply; a later reply asks
for it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from services.contracts.errors import Conflict

#: Who owes it: the informants of a station, a deputy, the presidium, or a station that has to find another deputy.
Holder = Literal["informant", "deputy", "presidium", "station"]
#: What is owed: to confirm a hop, to take an opinion or pass it on, to tell the voter what was answered.
Duty = Literal["relay", "take", "feedback"]


class HopState(StrEnum):
    """Where a hop stands."""

    TOLD = "told"
    TAKEN = "taken"
    PASSED = "passed"
    MISSED = "missed"


class HopMove(StrEnum):
    """What can happen to a hop."""

    CONFIRM = "confirm"
    PASS = "pass"  # nosec B105
    MISS = "miss"
    RETURN = "return"


class CareState(StrEnum):
    """Where the care of a deputy stands."""

    ASKED = "asked"
    TAKEN = "taken"
    PASSED_ON = "passed_on"
    FED_BACK = "fed_back"
    ENDED = "ended"


class CareMove(StrEnum):
    """What can happen to a care."""

    TAKE = "take"
    PASS = "pass"  # nosec B105
    FEED_BACK = "feed_back"
    ANSWER = "answer"
    END = "end"


_H, _C = HopState, CareState
HOP_TRANSITIONS: Mapping[tuple[HopState, HopMove], HopState] = {
    (_H.TOLD, HopMove.CONFIRM): _H.TAKEN,
    (_H.TOLD, HopMove.MISS): _H.MISSED,
    (_H.TAKEN, HopMove.PASS): _H.PASSED,
    (_H.PASSED, HopMove.RETURN): _H.TAKEN,
}
CARE_TRANSITIONS: Mapping[tuple[CareState, CareMove], CareState] = {
    (_C.ASKED, CareMove.TAKE): _C.TAKEN,
    (_C.ASKED, CareMove.PASS): _C.PASSED_ON,
    (_C.ASKED, CareMove.END): _C.ENDED,
    (_C.TAKEN, CareMove.PASS): _C.PASSED_ON,
    (_C.TAKEN, CareMove.ANSWER): _C.TAKEN,
    (_C.TAKEN, CareMove.FEED_BACK): _C.FED_BACK,
    (_C.TAKEN, CareMove.END): _C.ENDED,
    (_C.FED_BACK, CareMove.ANSWER): _C.TAKEN,
    (_C.FED_BACK, CareMove.END): _C.FED_BACK,
}
#: In these a deputy or a station still owes something on the case, or may come to.
OPEN_CARES = (CareState.ASKED, CareState.TAKEN)


def move_hop(state: HopState, move: HopMove) -> HopState:
    """The state of a hop after `move`; raises `Conflict` where the table has no such row."""
    to = HOP_TRANSITIONS.get((state, move))
    if to is None:
        raise _impossible(move, "the hop", state, [each for known, each in HOP_TRANSITIONS if known is state])
    return to


def move_care(state: CareState, move: CareMove) -> CareState:
    """The state of a care after `move`; raises `Conflict` where the table has no such row."""
    to = CARE_TRANSITIONS.get((state, move))
    if to is None:
        raise _impossible(move, "the care", state, [each for known, each in CARE_TRANSITIONS if known is state])
    return to


def _impossible(move: str, what: str, state: str, moves: list[HopMove] | list[CareMove]) -> Conflict:
    allowed = ", ".join(moves) or "nothing more"
    return Conflict(f"'{move}' is not possible while {what} is '{state}'. Possible now: {allowed}.")
