"""Questions that are asked by many: one answer, paid for once; those that take long have their turns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.contracts.errors import Unavailable
from services.metrics import __main__ as main
from services.metrics.domain.statistics import StatisticsRequest
from services.metrics.handlers import service as context
from services.metrics.handlers.statistics import COUNTED, SUMMED, statistics
from services.metrics.store.model import ReadModel
from services.runtime.shared import SharedAnswers
from tests.unit.metrics.conftest import Running
from tests.unit.metrics.events import DAY, START, Case, whole_history


@pytest.fixture
def sharing(running: Running) -> Running:
    """A service that keeps its answers."""
    running.service = replace(running.service, shared=SharedAnswers(60.0))
    return running


@pytest.mark.slow
def test_an_answer_as_of_now_is_kept_for_a_moment_and_one_of_the_past_for_good(sharing):
    asked: list[int] = []
    sharing.live(whole_history())
    past = StatisticsRequest(as_of=START + DAY)
    first = [statistics(sharing.service, each, asked.append) for each in (StatisticsRequest(), past)]
    sharing.consume(Case("more").submitted().events)
    assert [statistics(sharing.service, each, asked.append) for each in (StatisticsRequest(), past)] == first
    assert asked == [SUMMED, SUMMED]
    # Another question is another answer.
    assert statistics(sharing.service, StatisticsRequest(("channel",)), asked.append).total.counts["submitted"] == 15


@pytest.mark.slow
def test_what_has_to_be_counted_anew_costs_more_and_waits_for_its_turn(running, monkeypatch):
    running.live(whole_history())
    monkeypatch.setattr(context, "PATIENCE", 0.01)
    paid: list[int] = []
    both = StatisticsRequest(("department", "topic"))
    expected = statistics(running.service, both, paid.append)
    assert paid == [COUNTED]
    with running.service.turn():
        with pytest.raises(Unavailable):
            statistics(running.service, both)
        statistics(running.service, StatisticsRequest(("department",)), paid.append)
    assert paid == [COUNTED, SUMMED]
    assert statistics(running.service, both) == expected


@pytest.mark.slow
def test_a_scrape_and_a_question_stand_beside_what_takes_long(running, monkeypatch):
    running.live(whole_history())
    monkeypatch.setattr(context, "PATIENCE", 0.01)
    with running.service.turn():
        assert running.get("/api/v1/statistics", by="department,topic").status_code == 503
        assert running.get("/statistics", by="department").status_code == 200
        assert "huiying_assignments_open" in running.exposed()


@pytest.mark.slow
def test_a_final_answer_may_be_kept_by_others_and_is_packed_once(running):
    running.live(whole_history())
    final = running.get("/api/v1/statistics", as_of="2026-11-05")
    assert final.headers["Cache-Control"] == "public, max-age=86400"
    assert running.get("/api/v1/statistics").headers["Cache-Control"] == "no-store"
    packed = running.app.test_client().get("/api/v1/statistics?as_of=2026-11-05", headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")


def test_many_scrapes_count_once(sharing, monkeypatch):
    tallies: list[object] = []
    original = ReadModel.tally
    monkeypatch.setattr(ReadModel, "tally", lambda model, now: tallies.append(now) or original(model, now))
    (collector,) = main.collectors(sharing.service)
    for _ in range(3):
        assert list(collector.collect())
    assert len(tallies) == 1
