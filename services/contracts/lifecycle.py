"""The life of an opinion on one screen: which move leads from which state to which, and which service owns it.

submitted ─accept→ accepted ─assign→ assigned ─sign→ signed ─reply→ replied ─conclude→ concluded
    └─decline→ declined                                              └─reopen→ reopened ─reply→ replied
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.contracts.errors import Conflict


class State(StrEnum):
    """Where an opinion stands."""

    SUBMITTED = "submitted"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    SIGNED = "signed"
    REPLIED = "replied"
    REOPENED = "reopened"
    CONCLUDED = "concluded"


class Move(StrEnum):
    """What can happen to an opinion."""

    ACCEPT = "accept"
    DECLINE = "decline"
    ASSIGN = "assign"
    SIGN = "sign"
    PROGRESS = "progress"
    REPLY = "reply"
    EVALUATE = "evaluate"
    CONCLUDE = "conclude"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: in `state`, `move` leads to `to`; `owner` is the only service that makes it."""

    state: State
    move: Move
    to: State
    owner: str


_S, _M = State, Move
TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.SUBMITTED, _M.ACCEPT, _S.ACCEPTED, "intake"),
    Transition(_S.SUBMITTED, _M.DECLINE, _S.DECLINED, "intake"),
    Transition(_S.ACCEPTED, _M.ASSIGN, _S.ASSIGNED, "routing"),
    Transition(_S.ASSIGNED, _M.SIGN, _S.SIGNED, "routing"),
    Transition(_S.ASSIGNED, _M.PROGRESS, _S.ASSIGNED, "routing"),
    Transition(_S.ASSIGNED, _M.REPLY, _S.REPLIED, "routing"),
    Transition(_S.SIGNED, _M.PROGRESS, _S.SIGNED, "routing"),
    Transition(_S.SIGNED, _M.REPLY, _S.REPLIED, "routing"),
    Transition(_S.REPLIED, _M.EVALUATE, _S.REPLIED, "intake"),
    Transition(_S.REPLIED, _M.CONCLUDE, _S.CONCLUDED, "routing"),
    Transition(_S.REPLIED, _M.REOPEN, _S.REOPENED, "routing"),
    Transition(_S.REOPENED, _M.SIGN, _S.SIGNED, "routing"),
    Transition(_S.REOPENED, _M.PROGRESS, _S.REOPENED, "routing"),
    Transition(_S.REOPENED, _M.REPLY, _S.REPLIED, "routing"),
)
FIRST = State.SUBMITTED
TERMINAL = frozenset({State.DECLINED, State.CONCLUDED})
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
