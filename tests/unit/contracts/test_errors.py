from __future__ import annotations

import pytest

from services.contracts.errors import STATUSES, HuiyingError, Invalid, Poison, Refusal, Retry, status_of


def test_a_refusal_says_what_to_do_next_and_names_fields() -> None:
    error = Invalid("Correct the fields.", {"title": ("too long", "too loud")})
    assert (error.detail, str(error)) == ("Correct the fields.", "Correct the fields.")
    assert error.errors == {"title": ["too long", "too loud"]}


def test_a_refusal_needs_no_fields() -> None:
    assert Invalid("No.").errors == {}


@pytest.mark.parametrize("kind", STATUSES, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_status(kind: type[Refusal]) -> None:
    assert status_of(kind("No.")) is STATUSES[kind]


def test_another_try_and_a_dead_letter_are_no_refusals() -> None:
    for kind in (Retry, Poison):
        assert issubclass(kind, HuiyingError)
        assert not issubclass(kind, Refusal)
