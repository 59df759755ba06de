"""The life of an opinion on one screen: which move leads from which state to which, and which service owns it.

submitted ─accept→ accepted ─assign→ assigned ─sign→ signed ─reply→ replied ─conclude→ concluded ─reopen→ reopened
 │   └─return→ returned ─complete→ submitted │          │  └─draft→ drafted ─approve→ replied ─reopen→ reopened ─reply→ replied
 └─decline→ declined                         │          │              └─amend→ signed
until there is a reply:                      ├─object→ objected ─uphold→ reassigned ─assign→ assigned │ ─deny→ assigned
─withdraw→ withdrawn,                        └─pause→ paused ─resume→ signed
─merge→ merged ─unmerge→ submitted
A reply is rated where it is: replied ─evaluate→ replied, and once more after the end. A dissatisfied rating, a broken promise
or a failed look-back (recheck) reopens a case, ended or not.

Beside the lead there may be co-handlers and separate handlers, whose assignments have a smaller life of their own:
assigned ─sign→ signed ─reply→ advised; ─object→ objected ─uphold→ released │ ─deny→ assigned; ─release→ released
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from services.contracts.errors import Conflict

#: How the tables of states write that a column is true or not.
X, _ = True, False
# fmt: off


class State(StrEnum):
    """Where an opinion stands, with everything that the product knows of each state: a new one is one row."""

    # code                      step  in review  routing  department  unsigned  asks  photos  answered  closed
    SUBMITTED = "submitted",       1,         X,       _,          _,        _,    _,      X,        _,      _
    RETURNED = "returned",         1,         X,       _,          _,        _,    X,      X,        _,      _
    DECLINED = "declined",         0,         _,       _,          _,        _,    _,      _,        _,      X
    MERGED = "merged",             0,         _,       _,          _,        _,    _,      _,        _,      X
    WITHDRAWN = "withdrawn",       0,         _,       _,          _,        _,    _,      _,        _,      X
    ACCEPTED = "accepted",         2,         _,       X,          _,        _,    _,      X,        _,      _
    ASSIGNED = "assigned",         3,         _,       X,          X,        X,    _,      X,        _,      _
    SIGNED = "signed",             4,         _,       X,          X,        _,    _,      X,        _,      _
    OBJECTED = "objected",         3,         _,       X,          X,        _,    _,      X,        _,      _
    REASSIGNED = "reassigned",     3,         _,       X,          _,        _,    _,      X,        _,      _
    PAUSED = "paused",             4,         _,       X,          X,        _,    X,      X,        _,      _
    DRAFTED = "drafted",           4,         _,       X,          X,        _,    _,      X,        _,      _
    REPLIED = "replied",           5,         _,       X,          _,        _,    _,      _,        X,      _
    REOPENED = "reopened",         4,         _,       X,          X,        X,    _,      _,        _,      _
    CONCLUDED = "concluded",       6,         _,       X,          _,        _,    _,      _,        X,      X

    step: Annotated[int, "The station that the case has reached, from 1 (submitted) to 6 (concluded); 0 when it has left the way."]
    is_in_review: Annotated[bool, "It waits for the reviewer, or for what the reviewer asked."]
    is_with_routing: Annotated[bool, "Routing has the case: it moves the state, and other opinions can be merged into the case."]
    is_with_department: Annotated[bool, "A department has it and owes the next reply."]
    awaits_signature: Annotated[bool, "The department was given it and has not acted on it yet."]
    asks_submitter: Annotated[bool, "The submitter has been asked to tell more."]
    takes_photos: Annotated[bool, "Photos can be added."]
    is_answered: Annotated[bool, "There is a reply that is not being handled again; it may be rated while its window is open."]
    is_closed: Annotated[bool, "The case may end here; a concluded one can be reopened, a merged one unmerged."]

    def __new__(cls, code: str, step: int = 0, *columns: bool) -> Self:
        """One row; with the code alone, the state of that code."""
        row = str.__new__(cls, code)
        row._value_, row.step = code, step
        row.is_in_review, row.is_with_routing, row.is_with_department, row.awaits_signature, *rest = columns
        row.asks_submitter, row.takes_photos, row.is_answered, row.is_closed = rest
        return row


class CoState(StrEnum):
    """Where the assignment of a co-handler or a separate handler stands; the columns mean what they mean for an opinion."""

    # code                    department  unsigned  closed
    ASSIGNED = "assigned",             X,        X,      _
    SIGNED = "signed",                 X,        _,      _
    OBJECTED = "objected",             X,        _,      _
    ADVISED = "advised",               _,        _,      X
    RELEASED = "released",             _,        _,      X

    is_with_department: Annotated[bool, "The department owes the lead, or the submitter, its part of the answer."]
    awaits_signature: Annotated[bool, "The department was given it and has not acted on it yet."]
    is_closed: Annotated[bool, "Nothing more happens to it."]

    def __new__(cls, code: str, *columns: bool) -> Self:
        """One row; with the code alone, the state of that code."""
        row = str.__new__(cls, code)
        row._value_ = code
        row.is_with_department, row.awaits_signature, row.is_closed = columns
        return row


# fmt: on


class Move(StrEnum):
    """What can happen to an opinion."""

    ACCEPT = "accept"
    RETURN = "return"
    COMPLETE = "complete"
    DECLINE = "decline"
    MERGE = "merge"
    UNMERGE = "unmerge"
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
    DRAFT = "draft"
    APPROVE = "approve"
    AMEND = "amend"
    REPLY = "reply"
    KEEP = "keep"
    MARK = "mark"
    RAISE = "raise"
    RECHECK = "recheck"
    RELEASE = "release"
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


@dataclass(frozen=True, slots=True)
class CoTransition:
    """One row for the assignment of a co-handler or a separate handler. Routing makes them all."""

    state: CoState
    move: Move
    to: CoState


_S, _M, _C = State, Move, CoState
#: In the department's hands, and not waiting for a ruling or for the submitter.
_IN_HAND = (_S.ASSIGNED, _S.SIGNED, _S.REOPENED)
#: No reply yet, so that it can still be taken back or handled with another.
_UNANSWERED = (_S.SUBMITTED, _S.RETURNED, _S.ACCEPTED, _S.ASSIGNED, _S.SIGNED, _S.OBJECTED, _S.PAUSED, _S.DRAFTED)
#: With a department, whatever it is doing.
_ASSIGNED = (*_IN_HAND, _S.OBJECTED, _S.PAUSED, _S.DRAFTED)
TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.SUBMITTED, _M.ACCEPT, _S.ACCEPTED, "intake"),
    Transition(_S.SUBMITTED, _M.RETURN, _S.RETURNED, "intake"),
    Transition(_S.RETURNED, _M.COMPLETE, _S.SUBMITTED, "intake"),
    Transition(_S.SUBMITTED, _M.DECLINE, _S.DECLINED, "intake"),
    *(Transition(state, _M.MERGE, _S.MERGED, "intake") for state in _UNANSWERED),
    Transition(_S.MERGED, _M.UNMERGE, _S.SUBMITTED, "intake"),
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
    *(Transition(state, _M.PROGRESS, state, "routing") for state in (*_IN_HAND, _S.PAUSED, _S.DRAFTED)),
    *(Transition(state, _M.REPLY, _S.REPLIED, "routing") for state in (*_IN_HAND, _S.PAUSED)),
    *(Transition(state, _M.DRAFT, _S.DRAFTED, "routing") for state in (*_IN_HAND, _S.PAUSED, _S.DRAFTED)),
    Transition(_S.DRAFTED, _M.APPROVE, _S.REPLIED, "routing"),
    Transition(_S.DRAFTED, _M.AMEND, _S.SIGNED, "routing"),
    *(Transition(state, _M.MARK, state, "routing") for state in _ASSIGNED),
    *(Transition(state, _M.RAISE, state, "routing") for state in _ASSIGNED),
    *(Transition(state, _M.KEEP, state, "routing") for state in (*_ASSIGNED, _S.REPLIED, _S.CONCLUDED)),
    Transition(_S.REPLIED, _M.EVALUATE, _S.REPLIED, "intake"),
    Transition(_S.CONCLUDED, _M.EVALUATE, _S.CONCLUDED, "intake"),
    Transition(_S.REPLIED, _M.CONCLUDE, _S.CONCLUDED, "routing"),
    Transition(_S.REPLIED, _M.REOPEN, _S.REOPENED, "routing"),
    Transition(_S.CONCLUDED, _M.RECHECK, _S.CONCLUDED, "routing"),
    Transition(_S.CONCLUDED, _M.REOPEN, _S.REOPENED, "routing"),
)
_CO_IN_HAND = (_C.ASSIGNED, _C.SIGNED)
CO_TRANSITIONS: tuple[CoTransition, ...] = (
    CoTransition(_C.ASSIGNED, _M.SIGN, _C.SIGNED),
    *(CoTransition(state, _M.OBJECT, _C.OBJECTED) for state in _CO_IN_HAND),
    CoTransition(_C.OBJECTED, _M.UPHOLD, _C.RELEASED),
    CoTransition(_C.OBJECTED, _M.DENY, _C.ASSIGNED),
    *(CoTransition(state, _M.PROGRESS, state) for state in _CO_IN_HAND),
    *(CoTransition(state, _M.REPLY, _C.ADVISED) for state in _CO_IN_HAND),
    *(CoTransition(state, _M.RELEASE, _C.RELEASED) for state in (*_CO_IN_HAND, _C.OBJECTED)),
)
FIRST = State.SUBMITTED
#: In which states a department owes something, whatever its role.
WITH_DEPARTMENT = tuple(dict.fromkeys(str(state) for state in (*State, *CoState) if state.is_with_department))
_TABLE: Mapping[tuple[State, Move], Transition] = {(row.state, row.move): row for row in TRANSITIONS}
_CO_TABLE: Mapping[tuple[CoState, Move], CoTransition] = {(row.state, row.move): row for row in CO_TRANSITIONS}


def allowed_moves(state: State) -> tuple[Move, ...]:
    """The moves the table has for `state`, in table order."""
    return tuple(row.move for row in TRANSITIONS if row.state is state)


def allowed_co_moves(state: CoState) -> tuple[Move, ...]:
    """The moves that the assignment of a co-handler has in `state`, in table order."""
    return tuple(row.move for row in CO_TRANSITIONS if row.state is state)


def advance(state: State, move: Move) -> State:
    """The state after `move`; raises `Conflict` that names the allowed moves when the table has no such row."""
    row = _TABLE.get((state, move))
    if row is None:
        raise _impossible(move, "the opinion", state, allowed_moves(state))
    return row.to


def advance_co(state: CoState, move: Move) -> CoState:
    """The state of a co-handler's assignment after `move`; raises `Conflict` that names the allowed moves."""
    row = _CO_TABLE.get((state, move))
    if row is None:
        raise _impossible(move, "the assignment", state, allowed_co_moves(state))
    return row.to


def _impossible(move: Move, what: str, state: StrEnum, moves: tuple[Move, ...]) -> Conflict:
    allowed = ", ".join(moves) or "none, the case is closed"
    return Conflict(f"'{move}' is not possible while {what} is '{state}'. Allowed now: {allowed}.")
