"""A number is what is written in ASCII digits, and not more of them than are asked for."""

from __future__ import annotations

import pytest

from services.runtime.input.numbers import typed_number, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), ("123", 123), ("1234", None), ("", None), ("-1", None), ("1 ", None), ("٣", None), ("²", None)],
)
def test_a_number_is_read_from_digits_only(text: str, number: int | None) -> None:
    assert whole_number(text, 3) == number


@pytest.mark.parametrize(
    ("text", "read"),
    [("12", 12), ("１２", 12), ("many", "many"), ("-1", "-1"), ("²", "²"), ("", ""), ("9" * 9, 999_999_999), ("9" * 10, "9" * 10)],
)
def test_what_was_typed_is_a_number_or_left_to_its_field_to_refuse(text: str, read: int | str) -> None:
    assert typed_number(text) == read
