"""Working days and deadlines, against an independent calendar of Chinese holidays and by their properties."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.time.durations import Duration, parse_duration
from services.contracts.time.worktime import LAST_PUBLISHED_YEAR, Calendar, Closure, OfficeHours, parse_spans

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar()
FIRST, LAST = date(2019, 1, 1), date(2026, 12, 31)
OTHER = holidays.country_holidays("CN", years=range(2019, 2027))

instants = st.datetimes(datetime(2005, 1, 1), datetime(2035, 1, 1), timezones=st.just(SHANGHAI))
day_durations = st.builds(Duration, st.integers(1, 80), st.sampled_from(["wd", "d", "mo"]))
working_day_counts = st.integers(1, 60)


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


def every_day() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def test_working_days_agree_with_another_calendar_on_every_day_of_eight_years():
    assert [day for day in every_day() if CALENDAR.is_working_day(day) != OTHER.is_working_day(day)] == []


@pytest.mark.parametrize("amount", [1, 3, 5, 7, 13, 15, 20])
def test_working_day_deadlines_agree_with_another_calendar_from_every_day(amount):
    working = [day for day in every_day() if OTHER.is_working_day(day)]
    position, compared = 0, 0
    for day in every_day():
        while position < len(working) and working[position] <= day:
            position += 1
        if position + amount > len(working):
            break
        due = CALENDAR.due(datetime(day.year, day.month, day.day, 11, tzinfo=SHANGHAI), Duration(amount, "wd"))
        assert (due.at.date(), due.provisional) == (working[position + amount - 1], False), day
        compared += 1
    assert compared > 2850


@pytest.mark.parametrize("amount", [1, 3, 6])
def test_month_deadlines_agree_with_another_calendar_from_every_day(amount):
    for day in every_day():
        due = CALENDAR.due(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI), Duration(amount, "mo"))
        assert due.at.date() == day + relativedelta(months=amount), day


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        ("2026-01-31 09:00", "1mo", "2026-02-28 23:59:59"),
        ("2024-01-31 09:00", "1mo", "2024-02-29 23:59:59"),
        ("2026-11-30 09:00", "3mo", "2027-02-28 23:59:59"),
        ("2026-09-30 17:00", "1wd", "2026-10-08 23:59:59"),
        ("2026-10-01 00:00", "2wd", "2026-10-09 23:59:59"),
        ("2026-10-09 23:59", "1wd", "2026-10-10 23:59:59"),
        ("2026-02-13 12:00", "2wd", "2026-02-24 23:59:59"),
        ("2026-02-13 12:00", "10d", "2026-02-23 23:59:59"),
        ("2026-02-13 23:59:50", "20s", "2026-02-14 00:00:10"),
        ("2026-02-13 12:00", "24h", "2026-02-14 12:00:00"),
    ],
)
def test_a_deadline_is_the_end_of_its_day_and_elapsed_time_is_plain(start, duration, due):
    assert CALENDAR.due(at(start), parse_duration(duration)).at == at(due)


def test_the_day_of_assignment_is_the_local_one():
    late_in_utc = datetime(2026, 11, 23, 17, tzinfo=UTC)  # Tuesday 01:00 in Shanghai
    assert CALENDAR.due(late_in_utc, parse_duration("1wd")).at == at("2026-11-25 23:59:59")


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.due(datetime(2026, 1, 1), parse_duration("1wd"))


def test_elapsed_time_survives_a_change_of_clocks():
    berlin = Calendar("Europe/Berlin")
    start = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert berlin.due(start, parse_duration("1h")).at - start.astimezone(UTC) == timedelta(hours=1)


def test_beyond_the_published_years_a_deadline_counts_weekdays_and_is_provisional():
    start = datetime(LAST_PUBLISHED_YEAR + 1, 10, 1, 9, tzinfo=SHANGHAI)
    due = CALENDAR.due(start, parse_duration("10wd"))
    assert due.provisional
    assert due.at.date() == start.date() + timedelta(days=14)
    assert not CALENDAR.due(start, parse_duration("3mo")).provisional
    crossing = CALENDAR.due(datetime(LAST_PUBLISHED_YEAR, 12, 30, 9, tzinfo=SHANGHAI), parse_duration("15wd"))
    assert crossing.provisional
    assert "未公布" in CALENDAR.explain_day(start.date())[1]


def test_a_closure_of_the_place_does_not_count():
    closed = Calendar(closures={date(2026, 11, 24): Closure("停电检修", "power works")})
    assert closed.due(at("2026-11-23 09:00"), parse_duration("1wd")).at == at("2026-11-25 23:59:59")
    assert closed.explain_day(date(2026, 11, 24)) == (False, "本地停止办公：停电检修", "closed here: power works")


@pytest.mark.parametrize(
    ("day", "counted", "zh", "en"),
    [
        ("2026-10-01", False, "国庆节放假", "holiday: National Day"),
        ("2026-10-10", True, "国庆节调休上班", "make-up working day for National Day"),
        ("2026-11-21", False, "星期六，周末", "Saturday, weekend"),
        ("2026-11-23", True, "星期一，工作日", "Monday, working day"),
    ],
)
def test_every_kind_of_day_is_explained_in_both_languages(day, counted, zh, en):
    assert CALENDAR.explain_day(date.fromisoformat(day)) == (counted, zh, en)


@pytest.mark.slow
@given(instants, working_day_counts)
def test_an_explanation_counts_exactly_the_working_days_up_to_the_deadline(start, amount):
    notes = CALENDAR.explain(start, Duration(amount, "wd"))
    assert sum(note.counted for note in notes) == amount
    assert notes[0].day == start.date() + timedelta(days=1)
    assert notes[-1].counted
    assert notes[-1].day == CALENDAR.due(start, Duration(amount, "wd")).at.date()


def test_month_and_elapsed_durations_are_explained_in_one_line():
    clamped = CALENDAR.explain(at("2026-01-31 09:00"), parse_duration("1mo"))
    assert [(note.day, note.zh) for note in clamped] == [(date(2026, 2, 28), "满 1 个月，当月无 31 日，取月末")]
    assert [note.en for note in CALENDAR.explain(at("2026-01-31 09:00"), parse_duration("24h"))] == ["24 hours of elapsed time"]


published = st.datetimes(datetime(2019, 1, 1), datetime(2026, 9, 1), timezones=st.just(SHANGHAI))


@given(published, working_day_counts)
def test_a_deadline_is_a_working_day_with_exactly_so_many_before_it_by_another_calendar(start, amount):
    due = CALENDAR.due(start, Duration(amount, "wd")).at
    between = [start.date() + timedelta(days=n) for n in range(1, (due.date() - start.date()).days + 1)]
    assert OTHER.is_working_day(due.date())
    assert sum(map(OTHER.is_working_day, between)) == amount
    assert (due.hour, due.minute, due.second) == (23, 59, 59)


@given(
    published, working_day_counts, st.timedeltas(timedelta(0), timedelta(days=40)), st.timedeltas(timedelta(0), timedelta(days=60))
)
def test_a_deadline_that_moves_by_what_was_paused_leaves_as_many_working_days_as_there_were(start, amount, until, length):
    due = CALENDAR.due(start, Duration(amount, "wd")).at
    paused = min(start + until, due)
    resumed = paused + length
    days = CALENDAR.working_days(paused.date(), resumed.date())
    moved = CALENDAR.due(due, Duration(days, "wd")).at if days else due
    used = CALENDAR.working_days(start.date(), paused.date())
    assert used + CALENDAR.working_days(resumed.date(), moved.date()) == amount
    assert CALENDAR.working_days(due.date(), moved.date()) == days


@given(instants, st.integers(1, 24))
def test_months_end_on_the_same_day_of_the_month_or_on_its_last(start, amount):
    due = CALENDAR.due(start, Duration(amount, "mo")).at
    assert (due.year * 12 + due.month) - (start.year * 12 + start.month) == amount
    assert due.day == start.day or (due.day < start.day and (due + timedelta(days=1)).day == 1)


@given(instants, st.integers(1, 80), st.sampled_from(["wd", "d", "mo"]))
def test_a_longer_duration_is_never_due_earlier(start, amount, unit):
    assert CALENDAR.due(start, Duration(amount, unit)).at < CALENDAR.due(start, Duration(amount + 1, unit)).at


@given(instants, st.integers(0, 86_399))
def test_the_time_of_day_does_not_change_a_deadline_in_days(start, second):
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    moved = midnight + timedelta(seconds=second)
    for duration in (Duration(5, "wd"), Duration(1, "mo"), Duration(10, "d")):
        assert CALENDAR.due(moved, duration) == CALENDAR.due(start, duration)


@given(instants, instants, day_durations)
def test_who_starts_later_is_never_due_earlier(one, other, duration):
    earlier, later = sorted([one, other])
    assert CALENDAR.due(earlier, duration).at <= CALENDAR.due(later, duration).at


@given(instants, working_day_counts)
def test_one_more_working_day_is_the_next_working_day(start, amount):
    shorter = CALENDAR.due(start, Duration(amount, "wd")).at
    longer = CALENDAR.due(start, Duration(amount + 1, "wd")).at
    assert CALENDAR.due(shorter, Duration(1, "wd")).at == longer


@given(instants, working_day_counts)
def test_before_and_after_undo_one_another_from_a_working_day(start, amount):
    deadline = CALENDAR.due(start, Duration(1, "wd")).at
    there = CALENDAR.before(deadline, Duration(amount, "wd"))
    assert CALENDAR.is_working_day(there.date())
    assert CALENDAR.due(there, Duration(amount, "wd")).at == deadline
    assert CALENDAR.after(there, Duration(amount, "wd")).date() == deadline.date()


def test_a_card_comes_at_the_start_of_its_day():
    friday = at("2026-11-27 23:59:59")
    assert CALENDAR.before(friday, parse_duration("1wd")) == at("2026-11-26 00:00")
    assert CALENDAR.after(friday, parse_duration("1wd")) == at("2026-11-30 00:00")
    assert CALENDAR.before(friday, parse_duration("2s")) == at("2026-11-27 23:59:57")


def test_half_time_is_the_middle_working_day_or_the_middle_instant():
    assert CALENDAR.half_way(at("2026-11-20 16:00"), at("2026-11-27 23:59:59")) == at("2026-11-25 00:00")
    assert CALENDAR.half_way(at("2026-11-23 09:00:00"), at("2026-11-23 09:00:12")) == at("2026-11-23 09:00:06")


@given(instants, day_durations)
def test_half_time_lies_between_start_and_deadline(start, duration):
    due = CALENDAR.due(start, duration).at
    assert start <= CALENDAR.half_way(start, due) <= due


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23 08:29:59", "2026-11-23 08:30"),
        ("2026-11-23 08:30", "2026-11-23 08:30"),
        ("2026-11-23 12:00", "2026-11-23 14:00"),
        ("2026-11-23 17:30", "2026-11-24 08:30"),
        ("2026-11-21 10:00", "2026-11-23 08:30"),
        ("2026-10-10 10:00", "2026-10-10 10:00"),
        ("2026-09-30 18:00", "2026-10-08 08:30"),
    ],
)
def test_reminders_wait_for_the_office_to_open(moment, opening):
    assert CALENDAR.next_opening(at(moment)) == at(opening)


@given(instants)
def test_an_opening_is_never_in_the_past_and_is_open(moment):
    opening = CALENDAR.next_opening(moment)
    assert opening >= moment
    assert CALENDAR.next_opening(opening) == opening


@given(instants)
def test_an_office_that_never_closes_delays_nothing(moment):
    always = Calendar(office_hours=OfficeHours(parse_spans(["00:00-24:00"]), every_day=True))
    assert always.next_opening(moment) == moment


@pytest.mark.parametrize(
    "spans", [[], ["8:30-12:00"], ["12:00-08:30"], ["08:30-12:00", "11:00-13:00"], ["08:61-12:00"], ["00:00-24:01"]]
)
def test_office_hours_that_do_not_run_forwards_are_refused(spans):
    with pytest.raises(ValueError, match=r"office hours|time of day"):
        parse_spans(spans)


def test_the_memory_of_a_calendar_gives_the_same_answer_again():
    start, duration = at("2026-11-23 09:00"), parse_duration("15wd")
    assert CALENDAR.due(start, duration) is CALENDAR.due(start + timedelta(hours=5), duration)
