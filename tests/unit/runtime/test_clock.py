from datetime import datetime, timedelta
from uuid import UUID

from services.runtime.clock import ZONE, FixedClock, SystemClock, new_id


def test_the_system_clock_is_aware_and_local():
    now = SystemClock().now()
    assert now.tzinfo is ZONE
    assert now.utcoffset() == timedelta(hours=8)


def test_a_fixed_clock_stands_still_until_it_is_moved():
    clock = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=ZONE))
    assert clock.now() == clock.now()
    clock.instant += timedelta(days=1)
    assert clock.now().day == 24


def test_ids_are_version_7_and_sort_by_when_they_were_made(monkeypatch):
    moment = 1_795_000_000_000_000_000
    ids = []
    for step in range(50):
        monkeypatch.setattr("time.time_ns", lambda step=step: moment + step * 1_000_000)
        ids.append(new_id())
    assert ids == sorted(ids)
    assert len(set(ids)) == 50
    for text in ids:
        parsed = UUID(text)
        assert (parsed.version, parsed.variant) == (7, "specified in RFC 4122")
        assert str(parsed) == text
