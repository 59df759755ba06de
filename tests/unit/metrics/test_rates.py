"""Each published rate, its rounding and its 0/0; waiting times with those who still wait."""

import pytest

from services.metrics.domain.counts import COUNTS_BY_NAME
from services.metrics.domain.rates import PLAIN, RATES, Fraction, PublishedFraction, published_rates
from services.metrics.domain.waiting import published_times

COUNTS = {
    "submitted": 200, "assigned": 100, "signed": 90, "signed_in_time": 81, "sign_missed": 10, "replied": 80,
    "replied_in_time": 72, "overdue": 16, "concluded": 72, "concluded_solved": 9, "concluded_in_progress": 21,
    "concluded_planned": 22, "concluded_deferred": 20, "rated": 60, "reworked": 6,
    "result_satisfied": 40, "result_basically_satisfied": 15, "result_dissatisfied": 5,
    "process_satisfied": 20, "process_basically_satisfied": 5, "process_dissatisfied": 5,
    "first_result_satisfied": 30, "first_result_basically_satisfied": 12, "first_result_dissatisfied": 14,
    "first_process_satisfied": 18, "first_process_basically_satisfied": 3, "first_process_dissatisfied": 7,
    "promises_due": 9, "promises_due_kept": 7, "handed_out": 120, "objected": 15, "objections_upheld": 6, "objections_denied": 8,
    "relays": 20, "relays_in_time": 19, "relay_missed": 5, "takings": 31, "takings_in_time": 31, "take_missed": 1,
    "feedbacks": 24, "feedbacks_in_time": 18, "feedback_missed": 6,
}  # fmt: skip
EXPECTED = {
    ("sign_on_time", PLAIN): (81, 100, "81.00"),
    ("on_time", PLAIN): (72, 96, "75.00"),
    ("reply", PLAIN): (80, 100, "80.00"),
    ("conclusion", PLAIN): (72, 100, "72.00"),
    ("resolution", "strict"): (9, 72, "12.50"),
    ("resolution", "planned"): (52, 72, "72.22"),
    ("resolution", "collected"): (9, 200, "4.50"),
    ("satisfaction", "basic"): (55, 60, "91.67"),
    ("satisfaction", "strict"): (40, 60, "66.67"),
    ("satisfaction", "first"): (42, 56, "75.00"),
    ("process_satisfaction", "first"): (21, 28, "75.00"),
    ("process_satisfaction", "basic"): (25, 30, "83.33"),
    ("process_satisfaction", "strict"): (20, 30, "66.67"),
    ("participation", PLAIN): (60, 72, "83.33"),
    ("objection", PLAIN): (15, 120, "12.50"),
    ("objection_upheld", PLAIN): (6, 15, "40.00"),
    ("rework", PLAIN): (6, 72, "8.33"),
    ("relay_on_time", PLAIN): (19, 25, "76.00"),
    ("take_on_time", PLAIN): (31, 32, "96.88"),
    ("feedback_on_time", PLAIN): (18, 30, "60.00"),
    ("promise_kept", PLAIN): (7, 9, "77.78"),
}


def test_every_rate_of_the_table_has_an_expected_value():
    assert {(rate.name, rate.variant) for rate in RATES} == set(EXPECTED)


def test_every_count_of_a_formula_is_counted():
    assert {name for rate in RATES for name in (*rate.numerator, *rate.denominator)} <= set(COUNTS_BY_NAME)


@pytest.mark.parametrize(("name", "variant"), EXPECTED)
def test_a_rate_is_its_numerator_over_its_denominator(name, variant):
    numerator, denominator, value = EXPECTED[name, variant]
    assert published_rates(COUNTS)[name][variant] == PublishedFraction(numerator, denominator, value, f"{value}%")


def test_nothing_of_nothing_is_a_dash_and_no_number():
    every = [rate for variants in published_rates({}).values() for rate in variants.values()]
    assert len(every) == len(RATES)
    assert all(rate == PublishedFraction(0, 0, None, "—") for rate in every)


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (1, 800, "0.13%"), (3, 800, "0.38%"), (1, 3, "33.33%"), (2, 3, "66.67%"), (921, 951, "96.85%"), (89, 89, "100.00%"),
        (0, 7, "0.00%"), (84, 89, "94.38%"),
    ],
)  # fmt: skip
def test_rounding_is_half_up_to_two_decimals(numerator, denominator, text):
    assert Fraction(numerator, denominator).published().text == text


TIMES = [
    # (answered by days, waiting by days, median, p90)
    ({}, {}, "—", "—"),
    ({3: 1}, {}, "3", "3"),
    ({1: 5, 2: 4, 9: 1}, {}, "1", "2"),
    ({1: 5, 2: 3, 9: 2}, {}, "1", "9"),
    ({}, {4: 3}, ">4", ">4"),
    ({2: 1}, {8: 9}, ">8", ">8"),
    ({2: 2, 6: 2}, {4: 4}, "6", "6"),
    # Dropping the six who wait would make the median 1.
    ({1: 4}, {10: 6}, ">10", ">10"),
    # One who has waited as long as another needed for an answer was still there to be answered.
    ({5: 1}, {5: 1}, "5", ">5"),
]


@pytest.mark.parametrize(("answered", "waiting", "median", "p90"), TIMES)
def test_those_who_wait_are_counted_in_not_dropped(answered, waiting, median, p90):
    times = published_times(answered, waiting)
    assert (times.median.text, times.p90.text) == (median, p90)
    assert (times.answered, times.waiting) == (sum(answered.values()), sum(waiting.values()))
    assert [each.value for each in (times.median, times.p90)] == [int(t) if t.isdigit() else None for t in (median, p90)]
