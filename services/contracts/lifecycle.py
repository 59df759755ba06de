"""The life of an opinion on one screen: which move leads from which state to which, and which service owns it.

submitted ─accept→ accepted ─assign→ assigned ─sign→ signed ─reply→ replied ─conclude→ concluded
 │   └─return→ returned ─complete→ submitted │          │              └─reopen→ reopened ─reply→ replied
 └─decline→ declined                         ├─object→ objected ─uphold→ reassigned ─assign→ assigned │ ─deny→ assigned
until there is a reply:                      └─pause→ paused ─resume→ signed
─withdraw→ withdrawn, ─merge→ merged
A reply is rated where it is: replied ─evaluate→ replied, and by those merged into the case after its end too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.contracts.errors import Conflict


class State(StrEnum):
    """Where an opinion stands."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    DECLINED = "declined"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    OBJECTED = "objected"
    REASSIGNED = "reassigned"
    PAUSED = "paused"
    REPLIED = "replied"
    REOPENED = "reopened"
    CONCLUDED = "concluded"


class Move(StrEnum):
    """What can happen to an opinion."""

    ACCEPT = "accept"
    RETURN = "return"
    COMPLETE = "complete"
    DECLINE = "decline"
    MERGE = "merge"
    WITHDRAW = "withdraw"
    ASSIGN = "assign"
    SIGN = "sign"
    OBJECT = "object"
    UPHOLD = "uphold"
    DENY = "deny"
    EXTEND = "extend"
    GRANT = "grant"
    REFUSE = "refuse"
    PAUSE = "pause"
    RESUME = "resume"
    PROGRESS = "progress"
    REPLY = "reply"
    EVALUATE = "evaluate"
    CONCLUDE = "conclude"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: in `state`, `move` leads to `to`, which may be `state` itself; `owner` is the only service that makes it."""

    state: State
    move: Move
    to: State
    owner: str


_S, _M = State, Move
#: In the department's hands, and not waiting for a ruling or for the submitter.
_IN_HAND = (_S.ASSIGNED, _S.SIGNED, _S.REOPENED)
#: No reply yet, so that it can still be taken back or handled with another.
_UNANSWERED = (_S.SUBMITTED, _S.RETURNED, _S.ACCEPTED, _S.ASSIGNED, _S.SIGNED, _S.OBJECTED, _S.PAUSED)
TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.SUBMITTED, _M.ACCEPT, _S.ACCEPTED, "intake"),
    Transition(_S.SUBMITTED, _M.RETURN, _S.RETURNED, "intake"),
    Transition(_S.RETURNED, _M.COMPLETE, _S.SUBMITTED, "intake"),
    Transition(_S.SUBMITTED, _M.DECLINE, _S.DECLINED, "intake"),
    *(Transition(state, _M.MERGE, _S.MERGED, "intake") for state in _UNANSWERED),
    *(Transition(state, _M.WITHDRAW, _S.WITHDRAWN, "intake") for state in _UNANSWERED),
    Transition(_S.ACCEPTED, _M.ASSIGN, _S.ASSIGNED, "routing"),
    Transition(_S.ASSIGNED, _M.SIGN, _S.SIGNED, "routing"),
    Transition(_S.REOPENED, _M.SIGN, _S.SIGNED, "routing"),
    Transition(_S.ASSIGNED, _M.OBJECT, _S.OBJECTED, "routing"),
    Transition(_S.SIGNED, _M.OBJECT, _S.OBJECTED, "routing"),
    Transition(_S.OBJECTED, _M.UPHOLD, _S.REASSIGNED, "routing"),
    Transition(_S.REASSIGNED, _M.ASSIGN, _S.ASSIGNED, "routing"),
    Transition(_S.OBJECTED, _M.DENY, _S.ASSIGNED, "routing"),
    *(Transition(state, move, state, "routing") for state in _IN_HAND for move in (_M.EXTEND, _M.GRANT, _M.REFUSE)),
    *(Transition(state, _M.PAUSE, _S.PAUSED, "routing") for state in _IN_HAND),
    Transition(_S.PAUSED, _M.RESUME, _S.SIGNED, "routing"),
    *(Transition(state, _M.PROGRESS, state, "routing") for state in (*_IN_HAND, _S.PAUSED)),
    *(Transition(state, _M.REPLY, _S.REPLIED, "routing") for state in (*_IN_HAND, _S.PAUSED)),
    Transition(_S.REPLIED, _M.EVALUATE, _S.REPLIED, "intake"),
    Transition(_S.CONCLUDED, _M.EVALUATE, _S.CONCLUDED, "intake"),
    Transition(_S.REPLIED, _M.CONCLUDE, _S.CONCLUDED, "routing"),
    Transition(_S.REPLIED, _M.REOPEN, _S.REOPENED, "routing"),
)
FIRST = State.SUBMITTED
#: No move leads out of these; a rating after the end leaves the end what it is.
TERMINAL = frozenset({State.DECLINED, State.MERGED, State.WITHDRAWN, State.CONCLUDED})
_TABLE: Mapping[tuple[State, Move], Transition] = {(row.state, row.move): row for row in TRANSITIONS}


def allowed_moves(state: State) -> tuple[Move, ...]:
    """The moves the table has for `state`, in table order."""
    return tuple(row.move for row in TRANSITIONS if row.state is state)


def advance(state: State, move: Move) -> State:
    """The state after `move`; raises `Conflict` that names the allowed moves when the table has no such row."""
    row = _TABLE.get((state, move))
    if row is None:
        allowed = ", ".join(allowed_moves(state)) or "none, the case is closed"
        raise Conflict(f"'{move}' is not possible while the opinion is '{state}'. Allowed now: {allowed}.")
    return row.to
