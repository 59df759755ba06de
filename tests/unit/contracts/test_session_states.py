"""The life of a session: where each move leads, what it is refused with, and that everything has a name."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict
from services.contracts.sessions import TRANSITIONS, SessionMove, SessionState, advance_session, allowed_moves


def test_a_session_goes_its_way_to_the_end() -> None:
    state, way = SessionState.PLANNED, []
    for move in ("announce", "hold", "minutes", "follow", "evaluate", "close"):
        state = advance_session(state, SessionMove(move))
        way.append(str(state))
    assert way == ["announced", "held", "minuted", "followed", "evaluated", "closed"]
    assert allowed_moves(state) == ()


def test_nothing_leads_on_from_the_end_alone() -> None:
    assert {state for state in SessionState if not allowed_moves(state)} == {SessionState.CANCELLED, SessionState.CLOSED}


def test_what_the_table_does_not_have_is_refused_with_what_it_has() -> None:
    with pytest.raises(Conflict, match=r"'hold' is not possible while the session is 'planned'. Allowed now: change, announce"):
        advance_session(SessionState.PLANNED, SessionMove.HOLD)


def test_only_what_took_place_or_is_announced_takes_questions() -> None:
    assert {state for state in SessionState if state.takes_questions} == {"announced", "held", "minuted"}


def test_every_move_leads_somewhere() -> None:
    assert {move for _, move in TRANSITIONS} == set(SessionMove)
