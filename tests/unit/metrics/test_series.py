"""What Prometheus reads: every series of the table, nothing else, and the same numbers after a restart."""

import math
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from services.contracts.catalogue.model import CHANNELS
from services.contracts.measures import PROCESS, PRODUCT
from services.metrics.domain.counts import COUNTS_BY_NAME
from services.metrics.domain.history.promises import STATES
from services.metrics.series import ALL, RATIOS, SHARED
from services.metrics.store import changing
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.events import COUNTY, DAY, HOUR, Case, whole_history

GOLDEN = Path(__file__).parents[2] / "golden" / "metrics"
OWN = {row.name for row in PROCESS}
PAIRS = [(name, shared) for name, rows in SHARED.items() for shared in rows]


def families(text: str) -> dict[str, Any]:
    every = text_string_to_metric_families(text)
    named = {family.name + "_total" if family.type == "counter" else family.name: family for family in every}
    return {name: family for name, family in named.items() if name not in OWN and not name.startswith("process_")}


def value(text: str, name: str, **labels: str) -> float:
    every = (sample for family in families(text).values() for sample in family.samples)
    (found,) = [sample.value for sample in every if sample.name == name and sample.labels == labels]
    answer: float = found
    return answer


@pytest.mark.slow
def test_the_series_are_those_of_the_table(running):
    exposed = families(running.exposed())
    assert set(exposed) == {row.name for row in PRODUCT}
    for row in PRODUCT:
        family = exposed[row.name]
        assert (family.type, family.documentation) == (row.kind, row.help)
        assert {frozenset(sample.labels) - {"le"} for sample in family.samples} == {frozenset(row.labels)}


def test_every_department_has_its_series_from_the_first_scrape(running):
    for name, family in families(running.exposed()).items():
        numbers = [sample.value for sample in family.samples]
        assert all(math.isnan(number) if name in RATIOS else number == 0 for number in numbers), name
        if "department" in family.samples[0].labels:
            expected = set(COUNTY.departments) | ({ALL} if name in RATIOS else set())
            assert {sample.labels["department"] for sample in family.samples} == expected, name
        else:
            assert numbers
    submitted = families(running.exposed())["huiying_opinions_submitted_total"]
    assert {sample.labels["channel"] for sample in submitted.samples} == set(CHANNELS)


def test_the_whole_story_reads_as_before(running, request):
    running.consume(whole_history())
    text = running.series()
    golden = GOLDEN / "series.txt"
    if request.config.getoption("--golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_every_figure_of_the_series_is_one_of_the_statistics():
    assert {row.name for row in PRODUCT} == {name for name, shared in SHARED.items() if shared} | set(RATIOS)
    assert {name for _, shared in PAIRS for name in shared.counts} <= set(COUNTS_BY_NAME)


@pytest.mark.slow
@pytest.mark.parametrize(("measure", "shared"), PAIRS, ids=[f"{name} {','.join(each.labels.values())}" for name, each in PAIRS])
def test_a_shared_figure_is_the_same_in_both(running, measure, shared):
    running.live(whole_history())
    found: Counter[str] = Counter()
    for sample in (sample for family in families(running.exposed()).values() for sample in family.samples):
        if sample.name == measure + shared.suffix and all(
            sample.labels[name] in values.split(",") for name, values in shared.labels.items()
        ):
            found[sample.labels.get(shared.by)] += sample.value
    answer = running.statistics(by=shared.by)
    groups = answer["groups"] or [answer["total"] | {"key": {}}]
    counted = {group["key"].get(shared.by): sum(group["counts"][name] for name in shared.counts) for group in groups}
    assert sum(counted.values()) > 0
    assert {key: number for key, number in found.items() if number} == {key: number for key, number in counted.items() if number}


@pytest.mark.slow
@pytest.mark.parametrize("measure", RATIOS)
def test_a_ratio_is_the_published_rate(running, measure):
    running.live(whole_history())
    text = running.exposed()
    groups = {group["key"]["department"]: group for group in running.statistics(by="department")["groups"]}
    groups[ALL] = running.statistics()["total"]
    for code, (label, (name, variant)) in product((*COUNTY.departments, ALL), RATIOS[measure].items()):
        rate = groups[code]["rates"][name][variant]
        ratio = value(text, measure, department=code, **({"variant": label} if label else {}))
        if rate["denominator"]:
            assert ratio == rate["numerator"] / rate["denominator"]
        else:
            assert math.isnan(ratio)


def test_a_promise_that_was_kept_was_made_once_and_kept_once(running):
    cases = [Case(name).submitted().accepted().assigned().later(DAY).replied("planned").promised() for name in ("o1", "o2", "o3")]
    kept, broken, late = (case.later(HOUR) for case in cases)
    kept.kept(), broken.later(DAY).broken(), late.later(DAY).broken().later(DAY).kept(on_time=False)
    running.live([event for case in cases for event in case.events])
    text = running.exposed()
    states = {state: value(text, "huiying_promises_total", department="water", state=state) for state in STATES}
    assert states == {"made": 3, "kept": 1, "broken": 2, "kept_late": 1}


def test_a_counter_keeps_its_topic_when_the_topic_is_corrected(running):
    case = Case("o1").submitted().accepted().assigned()
    running.consume(case.events)
    before = running.exposed()
    case.objected()
    case.topic = "other"
    running.consume(case.handed_over().events)
    for text, moved in ((before, 0), (running.exposed(), 1)):
        assert value(text, "huiying_assignments_created_total", department="water", topic="rivers") == 1
        assert value(text, "huiying_assignments_created_total", department="petitions", topic="other") == moved


def test_counters_survive_a_restart(running, clock, tmp_path):
    running.consume(whole_history())
    assert running_on(running.database, clock, tmp_path).series() == running.series()


def test_an_assignment_becomes_overdue_by_the_clock_alone(running, clock):
    case = Case("o1").submitted().accepted().assigned(reply=7 * DAY)
    running.live(case.events)
    seen = []
    for moment in (case.at + 7 * DAY, case.at + 7 * DAY + HOUR):
        clock.instant = moment
        text = running.exposed()
        seen.append([value(text, "huiying_assignments_open", department="water", overdue=late) for late in ("true", "false")])
    assert seen == [[0, 1], [1, 0]]


def test_a_paused_assignment_is_open_and_not_overdue_and_one_that_ended_is_neither(running, clock):
    case = Case("o1").submitted().accepted().assigned(reply=DAY).later(HOUR).paused()
    clock.instant = case.at + 30 * DAY
    seen = []
    for step in (lambda: case, lambda: case.resumed(DAY), lambda: case.cancelled()):
        running.consume(step().events)
        text = running.exposed()
        seen.append([value(text, "huiying_assignments_open", department="water", overdue=late) for late in ("true", "false")])
    assert seen == [[0, 1], [1, 0], [0, 0]]


def test_a_department_that_left_the_catalogue_keeps_its_series(running):
    running.consume(Case("o1", "gone", None).submitted().accepted().assigned().later(HOUR).replied().events)
    text = running.exposed()
    assert value(text, "huiying_assignments_created_total", department="gone", topic="-") == 1
    assert value(text, "huiying_reply_seconds_bucket", department="gone", le="60.0") == 0
    assert value(text, "huiying_reply_seconds_bucket", department="gone", le="3600.0") == 1
    assert value(text, "huiying_reply_seconds_count", department="gone") == 1
    assert value(text, "huiying_reply_seconds_sum", department="gone") == 3600


def test_a_store_that_does_not_answer_leaves_the_process_its_own_series(running):
    with running.database.transaction() as work:
        work.connection.exec_driver_sql("DROP TABLE rounds")
    assert families(running.exposed()) == {}


@pytest.mark.slow
def test_a_scrape_reads_by_key_alone(running, monkeypatch):
    running.live(whole_history())
    monkeypatch.setattr(changing, "UNFOLDED", 5)
    running.consume(Case("another").submitted().events)
    asked = []

    def note(connection, cursor, statement, values, context, many):
        if statement.startswith("SELECT"):
            asked.append((statement, values))

    sa.event.listen(running.database.engine, "before_cursor_execute", note)
    running.service.model.tally(running.service.clock.now())
    with running.database.reading() as connection:
        driver = connection.connection.dbapi_connection
        plans = [row[3] for statement, values in asked for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    # The statements read the sums, what changed since, and how they stand.
    assert len(asked) == 13
    assert all("SEARCH" in plan or plan in ("SCALAR SUBQUERY 1", "SCAN standing") for plan in plans), plans
