"""`python -m benchmarks cost`: what is sent, and how two checkouts are set side by side."""

import json

import pytest

from benchmarks.checkout import Round
from benchmarks.cost import Cost, ratios
from benchmarks.traffic.job import Done
from benchmarks.traffic.opinions import SIZE, SUBJECTS, body_of
from benchmarks.traffic.sending import Sent


def made(seconds: float, **cpu: float) -> Round:
    sent = [Sent(0.0, seconds, 201, f"opinion-{number}") for number in range(100)]
    return Round(Done(sent, 0.1), answered=seconds, arrived=seconds + 1, rested=seconds + 2, cpu=cpu, doubled=0)


def test_every_opinion_is_another_one_of_one_kilobyte() -> None:
    bodies = [body_of(number) for number in range(3 * len(SUBJECTS))]
    assert len(set(bodies)) == len(bodies)
    assert {SIZE - len(body) for body in bodies} <= {0, 1, 2}
    assert "submitter" not in json.loads(bodies[0])
    assert json.loads(body_of(0, contacts=True))["submitter"]["phone"] == "13900000000"


def test_the_cost_of_several_rounds_is_the_median_a_thousand() -> None:
    cost = Cost.of([made(1, web=0.2, broker=0.1), made(3, web=0.4, broker=0.1), made(2, web=0.3, broker=0.4)])
    assert cost.cpu == pytest.approx({"web": 3, "broker": 1, "total": 5})
    assert (cost.answered, cost.arrived, cost.rested) == pytest.approx((50, 100 / 3, 1))


def test_two_checkouts_are_compared_round_by_round_because_the_machine_changes() -> None:
    here = [made(1, web=0.1, new=0.1), made(1, web=0.3, new=0.1)]
    there = [made(1, web=0.2), made(1, web=0.6)]
    assert ratios(here, there) == pytest.approx({"web": 0.5, "total": (0.2 / 0.2 + 0.4 / 0.6) / 2})
