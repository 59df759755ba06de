from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from services.contracts.commands import VERBS, Progress, Reply, Sign
from services.contracts.lifecycle import Move
from services.contracts.messages.values import Outcome, Promise
from services.runtime.clock import ZONE


def test_every_verb_is_a_move_of_the_life_cycle() -> None:
    assert set(VERBS) <= {move.value for move in Move}


def test_a_reply_carries_its_promise() -> None:
    given = {"content": "修好", "outcome": "planned", "promise": {"what": "换灯", "due": "2027-03-31T23:59:59+08:00"}}
    promise = Promise("换灯", datetime(2027, 3, 31, 23, 59, 59, tzinfo=ZONE))
    assert msgspec.convert(given, Reply) == Reply("修好", Outcome.PLANNED, promise)


def test_an_outcome_may_be_left_out_because_a_co_handler_has_none() -> None:
    assert msgspec.convert({"content": "同意"}, Reply) == Reply("同意", None)


def test_a_promise_may_be_left_out() -> None:
    assert msgspec.convert({"content": "修好了", "outcome": "solved"}, Reply) == Reply("修好了", Outcome.SOLVED)
    assert msgspec.convert({}, Sign) == Sign()
    assert msgspec.convert({"content": "在办"}, Progress) == Progress("在办")


@pytest.mark.parametrize(("verb", "given"), [
    ("sign", {"content": "x"}), ("progress", {}), ("reply", {"outcome": "solved"}),
    ("reply", {"content": "x", "outcome": "perfect"}),
    ("reply", {"content": "x", "outcome": "planned", "promise": {"what": "y"}}),
    ("reply", {"content": "x", "outcome": "planned", "promise": {"what": "y", "due": "2027-03-31"}}),
    ("reply", {"content": "x", "outcome": "planned", "promise": {"what": "y", "due": "2027-03-31T00:00:00"}}),
])  # fmt: skip
def test_what_is_missing_or_unknown_is_refused(verb: str, given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, VERBS[verb])
