"""Durations as the catalogue writes them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.time.durations import LONGEST, UNITS, Duration, parse_duration


@given(st.integers(1, LONGEST), st.sampled_from(sorted(UNITS)))
def test_what_is_printed_is_what_was_read(amount, unit):
    written = f"{amount}{unit}"
    assert str(parse_duration(written)) == written
    assert parse_duration(written) == Duration(amount, unit)


@pytest.mark.parametrize(
    "written",
    ["", "5", "wd", "5 wd", "5WD", "-5wd", "+5wd", "0wd", "1.5h", "5w", "10000s", "5wd ", "٥wd", "5wd3h", "1e3s", "9999999999d"],
)
def test_anything_else_is_refused(written):
    with pytest.raises(ValueError, match="duration"):
        parse_duration(written)


def test_the_reason_says_what_was_read_and_what_was_expected():
    with pytest.raises(ValueError, match=r"'5 weeks'.*wd, mo, d, h, m, s.*5wd"):
        parse_duration("5 weeks")


def test_an_unknown_unit_cannot_be_built():
    with pytest.raises(ValueError, match="unknown unit 'y'"):
        Duration(1, "y")


@pytest.mark.parametrize(
    ("written", "elapsed"),
    [
        ("24h", timedelta(hours=24)),
        ("30m", timedelta(minutes=30)),
        ("20s", timedelta(seconds=20)),
        ("5wd", None),
        ("3mo", None),
        ("10d", None),
    ],
)
def test_only_hours_minutes_and_seconds_are_elapsed_time(written, elapsed):
    assert parse_duration(written).elapsed == elapsed


def test_a_duration_reads_in_both_languages():
    assert (parse_duration("5wd").zh, parse_duration("5wd").en) == ("5 个工作日", "5 working days")
    assert (parse_duration("1mo").zh, parse_duration("1mo").en) == ("1 个月", "1 month")
