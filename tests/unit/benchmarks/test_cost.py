"""`python -m benchmarks cost`: what is sent, how two checkouts are set side by side, and what is too expensive."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.cost import kept
from benchmarks.cost.figures import Cost, Measured, ratios
from benchmarks.cost.kept import Verdict, judge
from benchmarks.systems.running import Round
from benchmarks.systems.yardstick import Yardstick, piece
from benchmarks.traffic.job import Done
from benchmarks.traffic.opinions import SIZE, SUBJECTS, body_of
from benchmarks.traffic.sending import Sent


def made(seconds: float, yardstick: float = 0.01, **cpu: float) -> Measured:
    sent = [Sent(0.0, seconds, 201, f"opinion-{number}") for number in range(100)]
    done = Done(sent, 0.1)
    arrivals = {each.id: seconds + 1 for each in sent}
    return Measured(
        Round(done, 0.0, seconds, seconds + 1, seconds + 2, cpu, others=0.0, watched=1.0, doubled=0, arrivals=arrivals), yardstick
    )


def test_every_opinion_is_another_one_of_one_kilobyte() -> None:
    bodies = [body_of(number) for number in range(3 * len(SUBJECTS))]
    assert len(set(bodies)) == len(bodies)
    assert {SIZE - len(body) for body in bodies} <= {0, 1, 2}
    assert "submitter" not in json.loads(bodies[0])
    assert json.loads(body_of(0, contacts=True))["submitter"]["phone"] == "13900000000"


def test_the_cost_of_several_rounds_is_the_median_a_thousand() -> None:
    cost = Cost.of([made(1, web=0.2, broker=0.1), made(3, web=0.4, broker=0.1), made(2, web=0.3, broker=0.4)])
    assert cost.cpu == pytest.approx({"web": 3, "broker": 1, "total": 5})
    assert (cost.answered_rate, cost.arrived_rate, cost.rest) == pytest.approx((50, 100 / 3, 1))


def test_two_checkouts_are_compared_round_by_round_because_the_machine_changes() -> None:
    here = [made(1, web=0.1, new=0.1), made(1, web=0.3, new=0.1)]
    there = [made(1, web=0.2), made(1, web=0.6)]
    assert ratios(here, there) == pytest.approx({"web": 0.5, "total": (0.2 / 0.2 + 0.4 / 0.6) / 2})


@pytest.mark.parametrize(("slower", "good"), [(1.0, True), (1.14, True), (1.16, False), (0.5, True)])
@pytest.mark.parametrize("machine", [0.4, 1.0, 3.0])
def test_more_than_the_tolerance_is_too_much_on_a_machine_of_any_speed(
    tmp_path: Path, slower: float, good: bool, machine: float
) -> None:
    kept.write({"single": Cost.of([made(1, web=0.3, broker=0.1)])}, tmp_path / "cost.json")
    now = made(1, yardstick=0.01 * machine, web=0.3 * machine * slower, broker=0.1 * machine * slower)
    verdict = judge({"single": Cost.of([now])}, kept.read(tmp_path / "cost.json"))["single"]
    assert verdict.good is good
    assert verdict.ratio == pytest.approx(slower)
    assert verdict.now == pytest.approx({"web": 3 * slower, "broker": slower, "total": 4 * slower})


@pytest.mark.parametrize(("memory", "good"), [(200.0, True), (229.0, True), (231.0, False)])
def test_more_memory_than_the_tolerance_is_too_much(tmp_path: Path, memory: float, good: bool) -> None:
    kept.write({"single": Cost.of([replace(made(1, web=0.3), memory=200.0)])}, tmp_path / "cost.json")
    verdict = judge({"single": Cost.of([replace(made(1, web=0.3), memory=memory)])}, kept.read(tmp_path / "cost.json"))["single"]
    assert (verdict.is_cheap, verdict.is_small, verdict.good) == (True, good, good)


def test_one_slow_round_of_three_does_not_change_the_verdict() -> None:
    rounds = [made(1, web=0.3), made(1, web=0.9), made(1, yardstick=0.03, web=0.9)]
    assert Cost.of(rounds).cpu["total"] / Cost.of(rounds).yardstick == pytest.approx(3.0 / 0.01)


def test_a_process_that_is_new_counts_in_the_total() -> None:
    assert not Verdict({"web": 1.0, "cache": 0.2, "total": 1.2}, {"web": 1.0, "total": 1.0}).good


@pytest.mark.slow
def test_the_yardstick_takes_its_pieces_while_something_else_runs() -> None:
    assert piece() > 0
    with Yardstick() as yardstick:
        while not yardstick.tries:
            time.sleep(0.05)
    at, seconds = yardstick.tries[0]
    assert yardstick.between(at - 1, at) == seconds
