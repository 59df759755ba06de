"""What Prometheus reads: every series of the table, nothing else, and the same numbers after a restart."""

import math
from pathlib import Path

import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from services.contracts.catalogue import CHANNELS
from services.contracts.measures import PROCESS, PRODUCT
from services.metrics.series import ALL
from services.metrics.store import scraping
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.telling import COUNTY, DAY, HOUR, Case, whole_story

GOLDEN = Path(__file__).parents[2] / "golden" / "metrics"
RATIOS = {row.name for row in PRODUCT if row.name.endswith("_ratio")}
OWN = {row.name for row in PROCESS}


def families(text: str) -> dict:
    every = text_string_to_metric_families(text)
    named = {family.name + "_total" if family.type == "counter" else family.name: family for family in every}
    return {name: family for name, family in named.items() if name not in OWN}


def value(text: str, name: str, **labels: str) -> float:
    every = (sample for family in families(text).values() for sample in family.samples)
    (found,) = [sample.value for sample in every if sample.name == name and sample.labels == labels]
    return found


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
    running.hear(whole_story())
    text = running.series()
    golden = GOLDEN / "series.txt"
    if request.config.getoption("--golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_ratios_are_the_published_rates(running):
    running.hear(whole_story())
    text = running.exposed()
    groups = {group["key"]["department"]: group for group in running.statistics(by="department")["groups"]}
    groups[ALL] = running.statistics()["total"]
    compared = 0
    for code in (*COUNTY.departments, ALL):
        rates = groups[code]["rates"]
        expected = {
            **{("huiying_resolution_ratio", variant): rate for variant, rate in rates["resolution"].items()},
            **{("huiying_satisfaction_ratio", variant): rate for variant, rate in rates["satisfaction"].items()},
            **{("huiying_satisfaction_ratio", f"process_{v}"): rate for v, rate in rates["process_satisfaction"].items()},
        }
        for (name, variant), rate in expected.items():
            check(value(text, name, department=code, variant=variant), rate)
            compared += 1
        check(value(text, "huiying_on_time_ratio", department=code), rates["on_time"]["plain"])
    assert compared == 3 * 7


def check(ratio: float, rate: dict) -> None:
    if rate["denominator"]:
        assert ratio == rate["numerator"] / rate["denominator"]
    else:
        assert math.isnan(ratio)


def test_counters_survive_a_restart(running, clock, tmp_path):
    running.hear(whole_story())
    assert running_on(running.database, clock, tmp_path).series() == running.series()


def test_an_assignment_becomes_overdue_by_the_clock_alone(running, clock):
    case = Case("o1").submitted().accepted().assigned(reply=7 * DAY)
    running.hear(case.events)
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
        running.hear(step().events)
        text = running.exposed()
        seen.append([value(text, "huiying_assignments_open", department="water", overdue=late) for late in ("true", "false")])
    assert seen == [[0, 1], [1, 0], [0, 0]]


def test_a_department_that_left_the_catalogue_keeps_its_series(running):
    running.hear(Case("o1", "gone", None).submitted().accepted().assigned().later(HOUR).replied().events)
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


def test_a_scrape_reads_indexes_and_sorts_nothing(running):
    asked = []

    def note(connection, cursor, statement, values, context, many):
        if statement.startswith("SELECT"):
            asked.append((statement, values))

    with running.database.reading() as connection:
        sa.event.listen(connection, "before_cursor_execute", note)
        scraping.tally(connection, running.service.clock.now())
        driver = connection.connection.dbapi_connection
        plans = [row[3] for statement, values in asked for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    # A temporary tree for sorting would be one more line of the plan.
    assert len(plans) == len(asked) == 10
    assert all(" INDEX " in plan for plan in plans), plans
