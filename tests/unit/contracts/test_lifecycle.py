from __future__ import annotations

import pytest

from services.contracts.errors import Conflict
from services.contracts.lifecycle import (
    CO_TRANSITIONS,
    FIRST,
    TRANSITIONS,
    CoState,
    Move,
    State,
    advance,
    advance_co,
    allowed_moves,
)

CLOSED = [state for state in State if state.is_closed]


def walk(*moves: Move) -> State:
    state = FIRST
    for move in moves:
        state = advance(state, move)
    return state


def test_an_opinion_can_go_all_the_way_round() -> None:
    assert walk(Move.ACCEPT, Move.ASSIGN, Move.SIGN, Move.PROGRESS, Move.REPLY, Move.EVALUATE, Move.CONCLUDE) is State.CONCLUDED


def test_a_department_may_reply_without_having_signed() -> None:
    assert walk(Move.ACCEPT, Move.ASSIGN, Move.REPLY) is State.REPLIED


def test_a_dissatisfied_submitter_sends_it_round_again() -> None:
    again = walk(Move.ACCEPT, Move.ASSIGN, Move.SIGN, Move.REPLY, Move.REOPEN)
    assert again is State.REOPENED
    assert advance(advance(again, Move.REPLY), Move.CONCLUDE) is State.CONCLUDED


@pytest.mark.parametrize("state", CLOSED)
def test_a_closed_case_stays_closed_unless_it_is_reopened_or_unmerged(state: State) -> None:
    possible = allowed_moves(state)
    assert {advance(state, move) for move in possible if move not in (Move.REOPEN, Move.UNMERGE)} <= {state}
    named = ", ".join(possible) or "none, the case is closed"
    for move in set(Move) - set(possible):
        with pytest.raises(Conflict, match=f"Allowed now: {named}"):
            advance(state, move)


def test_after_the_end_a_concluded_case_can_be_rated_again_rechecked_and_reopened() -> None:
    after = {state: set(allowed_moves(state)) for state in CLOSED if allowed_moves(state)}
    assert after == {
        State.CONCLUDED: {Move.EVALUATE, Move.KEEP, Move.RECHECK, Move.REOPEN}, State.MERGED: {Move.UNMERGE},
    }  # fmt: skip


@pytest.mark.parametrize("state", CoState)
def test_a_co_handler_s_move_is_possible_exactly_when_its_table_has_it(state: CoState) -> None:
    rows = {row.move: row.to for row in CO_TRANSITIONS if row.state is state}
    for move in Move:
        if move in rows:
            assert advance_co(state, move) is rows[move]
        else:
            with pytest.raises(Conflict, match=f"'{move}' is not possible while the assignment is '{state}'"):
                advance_co(state, move)
    assert state.is_closed == (not rows)


@pytest.mark.parametrize("state", State)
def test_a_move_is_possible_exactly_when_the_table_has_it(state: State) -> None:
    rows = {row.move: row.to for row in TRANSITIONS if row.state is state}
    for move in Move:
        if move in rows:
            assert advance(state, move) is rows[move]
        else:
            with pytest.raises(Conflict, match=f"'{move}' is not possible while the opinion is '{state}'"):
                advance(state, move)


def test_no_state_has_two_rows_for_one_move() -> None:
    assert len({(row.state, row.move) for row in TRANSITIONS}) == len(TRANSITIONS)


def test_one_service_owns_a_move_wherever_it_is_made() -> None:
    assert len({(row.move, row.owner) for row in TRANSITIONS}) == len({row.move for row in TRANSITIONS})
