"""Instants as people and spreadsheets write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.time.dates import read_instant

ZONE = ZoneInfo("Asia/Shanghai")
DAY, MORNING, LATE = (datetime(2026, 3, 5, hour, minute, tzinfo=ZONE) for hour, minute in ((0, 0), (8, 5), (15, 5)))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-05", DAY), ("2026/3/5", DAY), ("2026.3.5", DAY), ("2026年3月5日", DAY), ("２０２６年３月５日", DAY),
        ("20260305", DAY), ("46086", DAY),
        ("46086.336805555555", MORNING), ("2026-03-05 08:05", MORNING), ("2026/3/5 8:05", MORNING), ("202603050805", MORNING),
        ("2026-03-05T08:05:00", MORNING), ("2026-03-05T08:05:00+08:00", MORNING), ("2026-03-05T00:05:00Z", MORNING),
        ("2026年3月5日 8时5分", MORNING), ("2026年3月5日8点5分", MORNING), ("2026-03-05 08:05:00.123", MORNING),
        ("2026/3/5 下午 3:05", LATE), ("2026-03-05 3:05 PM", LATE), ("2026年3月5日 星期四 下午3:05", LATE),
        ("2026-03-05 上午8:05", MORNING),
    ],
)  # fmt: skip
def test_a_date_is_understood_in_each_of_its_forms(text, instant):
    found = read_instant(text, ZONE)
    assert found is not None
    assert found.replace(microsecond=0) == instant


@pytest.mark.parametrize(
    "text",
    ["昨天", "2026-02-30", "2026-13-01", "3/5/2026", "5", "123456", "99999", "2026", "", "2026-03-05 25:00", "2026-03-05 8", "-"],
)
def test_what_is_no_date_or_could_be_two_is_none(text):
    assert read_instant(text, ZONE) is None


@given(st.datetimes(datetime(1955, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001
def test_what_a_spreadsheet_counts_is_the_day_that_it_shows(moment):
    moment = moment.replace(microsecond=0)
    serial = (moment - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001
    assert read_instant(f"{serial:.10f}", ZONE) == moment.replace(tzinfo=ZONE)


@given(st.text(max_size=30))
def test_nothing_that_is_written_breaks_it(text):
    read_instant(text, ZONE)
