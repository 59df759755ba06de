"""The life of a session with people on one screen, and the rules that it can break.

planned ─announce→ announced ─hold→ held ─minutes→ minuted ─follow→ followed ─evaluate→ evaluated ─close→ closed
planned, announced ─postpone→ postponed ─postpone→ planned or announced, once there is a new time
planned, announced, postponed ─cancel→ cancelled
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Self

from services.contracts.errors import Conflict

#: How the table of states writes that a column is true or not.
X, _ = True, False
# fmt: off


class SessionState(StrEnum):
    """Where a session stands, with everything that the product knows of each state: a new one is one row."""

    # code                    to come  questions  took place
    PLANNED = "planned",           X,         _,          _
    ANNOUNCED = "announced",       X,         X,          _
    POSTPONED = "postponed",       X,         _,          _
    CANCELLED = "cancelled",       _,         _,          _
    HELD = "held",                 _,         X,          X
    MINUTED = "minuted",           _,         X,          X
    FOLLOWED = "followed",         _,         _,          X
    EVALUATED = "evaluated",       _,         _,          X
    CLOSED = "closed",             _,         _,          X

    is_to_come: Annotated[bool, "It has not been held and may be; its details can be changed."]
    takes_questions: Annotated[bool, "Questions asked at it can be entered."]
    took_place: Annotated[bool, "It was held."]

    def __new__(cls, code: str, *columns: bool) -> Self:
        """One row; with the code alone, the state of that code."""
        row = str.__new__(cls, code)
        row._value_ = code
        row.is_to_come, row.takes_questions, row.took_place = columns
        return row


# fmt: on


class SessionMove(StrEnum):
    """What can happen to a session."""

    CHANGE = "change"
    ANNOUNCE = "announce"
    POSTPONE = "postpone"
    CANCEL = "cancel"
    HOLD = "hold"
    MINUTES = "minutes"
    FOLLOW = "follow"
    EVALUATE = "evaluate"
    CLOSE = "close"


_S, _M = SessionState, SessionMove
_TO_COME: Final = tuple(state for state in SessionState if state.is_to_come)
#: Where each move leads. Postponing to a time that is known leads back to where the session was; that is its own rule.
TRANSITIONS: Final[Mapping[tuple[SessionState, SessionMove], SessionState]] = {
    (_S.PLANNED, _M.ANNOUNCE): _S.ANNOUNCED,
    **{(state, _M.CHANGE): state for state in _TO_COME},
    **{(state, _M.POSTPONE): _S.POSTPONED for state in _TO_COME},
    **{(state, _M.CANCEL): _S.CANCELLED for state in _TO_COME},
    (_S.ANNOUNCED, _M.HOLD): _S.HELD,
    (_S.HELD, _M.MINUTES): _S.MINUTED,
    (_S.MINUTED, _M.MINUTES): _S.MINUTED,
    (_S.MINUTED, _M.FOLLOW): _S.FOLLOWED,
    (_S.FOLLOWED, _M.EVALUATE): _S.EVALUATED,
    (_S.FOLLOWED, _M.CLOSE): _S.CLOSED,
    (_S.EVALUATED, _M.CLOSE): _S.CLOSED,
}


def allowed_moves(state: SessionState) -> tuple[SessionMove, ...]:
    """The moves that a session has in a state, in the order of the table of moves."""
    return tuple(move for move in SessionMove if (state, move) in TRANSITIONS)


def advance_session(state: SessionState, move: SessionMove) -> SessionState:
    """The state after a move; raises `Conflict` that names the allowed moves when the table has no such row."""
    to = TRANSITIONS.get((state, move))
    if to is None:
        allowed = ", ".join(allowed_moves(state)) or "none, it is over"
        raise Conflict(f"'{move}' is not possible while the session is '{state}'. Allowed now: {allowed}.")
    return to


class SessionRule(StrEnum):
    """What a session of a kind may have to meet; one that does not needs a reason, and is irregular."""

    NOTICE = "notice"
    DEPUTIES = "deputies"
    OFFICIALS = "officials"
    MINUTES = "minutes"
    FOLLOWED = "followed"
    EVALUATION = "evaluation"
