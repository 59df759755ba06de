"""The statistics as callers get them: what is counted, as of when, for whom, and what is refused."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from services.metrics.domain.counts import COUNTS, DIMENSIONS
from services.metrics.domain.rates import RATES
from services.metrics.schemas.statistics import StatisticsAnswer
from services.metrics.store.model import SETTLING
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.events import DAY, HOUR, START, Case, small_history, whole_history

GOLDEN = Path(__file__).parents[2] / "golden" / "metrics"


@pytest.mark.slow
def test_the_whole_story_reads_as_before(running, request):
    running.live(whole_history())
    answer = running.statistics(by="department")
    text = json.dumps(answer, ensure_ascii=False, indent=1) + "\n"
    golden = GOLDEN / "statistics.json"
    if request.config.getoption("--golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_answer_has_the_published_shape(running):
    running.live(small_history())
    answer = running.statistics(by="department,month")
    assert StatisticsAnswer().validate(answer) == {}
    assert list(answer["total"]["counts"]) == [count.name for count in COUNTS]
    assert [(row["name"], row["variant"]) for row in answer["legend"]["rates"]] == [(r.name, r.variant) for r in RATES]


def test_an_empty_store_has_dashes_and_no_groups(running):
    answer = running.statistics(by="department")
    assert answer["groups"] == []
    assert {rate["text"] for rates in answer["total"]["rates"].values() for rate in rates.values()} == {"—"}


def test_the_small_story_is_counted(running):
    running.live(small_history())
    counts = {name: number for name, number in running.statistics()["total"]["counts"].items() if number}
    assert counts == {
        "submitted": 9, "accepted": 8, "declined": 1, "returned": 1, "detailed": 1, "merged": 1, "withdrawn": 1, "handed_out": 9,
        "assigned": 6, "objected": 2, "objections_upheld": 1, "objections_denied": 1, "extended": 1,
        "signed": 5, "signed_in_time": 4, "sign_missed": 1,
        "replies": 4, "replied": 3, "replied_in_time": 2, "open": 3, "overdue": 3, "conclusions": 3, "concluded": 3,
        "concluded_solved": 1, "concluded_in_progress": 1, "concluded_planned": 1, "rated": 2, "reworked": 1, "result_satisfied": 1,
        "result_basically_satisfied": 1, "process_basically_satisfied": 1, "reminded": 3, "evaluations": 3, "reopened": 1,
        "reopened_dissatisfied": 1,
        "first_result_satisfied": 1, "first_result_dissatisfied": 1, "first_process_satisfied": 1,
        "first_process_basically_satisfied": 1, "red_cards": 1, "promised": 1, "promises_due": 1,
    }  # fmt: skip


def test_supporters_are_counted_once_and_not_again_when_they_move_with_a_merge(running):
    case = Case("o1").submitted().accepted().supported(1, department=None).assigned()
    running.live(case.supported(2).supported(1, "withdrawn").supported(4, "moved").events)
    by_department = {group["key"]["department"]: group["counts"] for group in running.statistics(by="department")["groups"]}
    counted = {name: (counts["supported"], counts["support_withdrawn"]) for name, counts in by_department.items()}
    assert counted == {None: (1, 0), "water": (1, 1)}


@pytest.mark.slow
@pytest.mark.parametrize("by", [*DIMENSIONS, "department,topic", "area,channel,station,month"])
def test_groups_add_up_to_the_total(running, by):
    running.live(whole_history())
    answer = running.statistics(by=by)
    assert answer["by"] == by.split(",")
    for name, number in answer["total"]["counts"].items():
        assert sum(group["counts"][name] for group in answer["groups"]) == number, name
    assert [list(group["key"]) for group in answer["groups"]] == [by.split(",")] * len(answer["groups"])


def test_what_is_not_known_yet_is_a_group_of_its_own(running):
    running.live(Case("o1", topic=None).submitted(area=None).events)
    assert [group["key"] for group in running.statistics(by="department,area")["groups"]] == [{"department": None, "area": None}]


@pytest.mark.slow
@pytest.mark.parametrize(
    "hours", [0, 1, 24, 25, 26, 49, 50, 72, 96, 97, 120, 193, 216, 241, 420, 433, 481, 700, 720, 816, 960, 75, 99, 145, 313]
)
def test_as_of_an_instant_is_what_was_known_then(running, sqlite_database, clock, tmp_path, hours):
    running.live(whole_history())
    moment = START + timedelta(hours=hours)
    asked = {"by": "channel,month", "as_of": moment.isoformat()}
    looking_back = running.statistics(**asked)
    then = running_on(sqlite_database("then", Path("services/metrics/migrations").resolve()), clock, tmp_path)
    then.live([event for event in whole_history() if event.time <= moment])
    clock.instant = moment
    assert looking_back == then.statistics(**asked)


def test_a_dissatisfied_evaluation_stands_until_the_next_one(running):
    case = Case("o1").submitted().accepted().assigned().later(DAY).replied().later(DAY).evaluated("dissatisfied")
    case.later(HOUR).reopened().later(HOUR)
    running.live(case.events)
    reopened = running.statistics(as_of=case.at.isoformat())["total"]
    assert reopened["rates"]["satisfaction"]["basic"]["text"] == "0.00%"
    assert reopened["rates"]["reply"]["plain"] == {"numerator": 0, "denominator": 1, "value": "0.00", "text": "0.00%"}
    running.live(case.replied().later(HOUR).evaluated().events)
    assert running.statistics()["total"]["rates"]["satisfaction"]["basic"]["text"] == "100.00%"


def test_an_unrated_opinion_never_counts_as_satisfied(running):
    running.live(Case("o1").submitted().accepted().assigned().replied().later(DAY).concluded(rated=False).events)
    rates = running.statistics()["total"]["rates"]
    assert (rates["satisfaction"]["basic"]["text"], rates["participation"]["plain"]["text"]) == ("—", "0.00%")


def test_an_overdue_open_assignment_counts_against_the_on_time_rate(running):
    for number in range(3):
        running.live(Case(f"o{number}").submitted().accepted().assigned().later(DAY).replied().events)
    running.live(Case("late").submitted().accepted().assigned(reply=7 * DAY).events)
    before = running.statistics(as_of=(START + 7 * DAY).isoformat())["total"]["rates"]["on_time"]["plain"]["text"]
    after = running.statistics(as_of=(START + 7 * DAY + timedelta(seconds=1)).isoformat())["total"]["rates"]["on_time"]["plain"]
    assert (before, after["text"]) == ("100.00%", "75.00%")


def overdue(running, at):
    """(open, overdue, of how many the rate in time is a share) as of an instant."""
    total = running.statistics(as_of=at.isoformat())["total"]
    return total["counts"]["open"], total["counts"]["overdue"], total["rates"]["on_time"]["plain"]["denominator"]


@pytest.mark.slow
def test_what_is_overdue_is_judged_by_the_deadline_in_force_then(running):
    case = Case("o1").submitted().accepted().assigned(reply=2 * DAY).later(3 * DAY)
    case.extended(4 * DAY).later(DAY).paused().later(5 * DAY).resumed(2 * DAY)
    running.live(case.events)
    days = {2: 0, 2.5: 1, 3: 0, 3.5: 0, 4: 0, 8: 0, 9: 0, 11: 0, 11.5: 1}
    assert {day: overdue(running, START + day * DAY) for day in days} == {day: (1, late, late) for day, late in days.items()}


@pytest.mark.parametrize("end", ["cancelled", "reassigned"])
def test_an_assignment_that_ended_is_neither_open_nor_overdue_nor_waited_for(running, end):
    case = Case("o1").submitted().accepted().assigned(sign=DAY, reply=2 * DAY).later(3 * DAY)
    getattr(case, end)()
    running.live(case.events)
    assert overdue(running, case.at - HOUR) == (1, 1, 1)
    assert overdue(running, case.at) == (0, 0, 0)
    before, after = (running.statistics(as_of=at.isoformat())["total"] for at in (case.at - HOUR, case.at))
    assert [total["counts"]["assigned"] for total in (before, after)] == [1, 0]
    assert [total["counts"]["sign_missed"] for total in (before, after)] == [1, 0]
    assert [total["times"]["reply"]["waiting"] for total in (before, after)] == [1, 0]
    assert after["counts"]["handed_out"] == 1


def test_objections_are_counted_by_assignment_and_by_who_objected(running):
    running.live(Case("o1").submitted().accepted().assigned().later(HOUR).objected().later(HOUR).handed_over().events)
    running.live(Case("o2").submitted().accepted().assigned().later(HOUR).objected().ruled(False).objected().events)
    running.live(Case("o3").submitted().accepted().assigned().events)
    rates = {group["key"]["department"]: group["rates"] for group in running.statistics(by="department")["groups"]}
    shares = {code: (own["objection"]["plain"]["text"], own["objection_upheld"]["plain"]["text"]) for code, own in rates.items()}
    assert shares == {"water": ("66.67%", "50.00%"), "petitions": ("0.00%", "—")}


PERIODS = [
    ({"from": "2026-11-02"}, 2),
    ({"from": "2026-11-03"}, 1),
    ({"to": "2026-11-02"}, 1),
    ({"to": "2026-11-01"}, 0),
    ({"to": "2026-11-02T09:00:00+08:00"}, 0),
    ({"to": "2026-11-02T09:00:01 08:00"}, 1),
    ({"from": "2026-11-02T01:00:00Z", "to": "2026-11-03"}, 2),
]


@pytest.mark.parametrize(("query", "number"), PERIODS)
def test_a_period_is_about_the_instant_of_submission(running, query, number):
    running.live(Case("o1").submitted().accepted().assigned().reminded().promised(DAY).events)
    running.live(Case("o2", at=START + DAY).submitted().accepted().assigned().reminded().promised(DAY).events)
    counts = running.statistics(**query)["total"]["counts"]
    assert {counts[name] for name in ("submitted", "accepted", "assigned", "reminded", "promised")} == {number}


REFUSED = [
    ({"by": "colour"}, "by"),
    ({"by": "department,"}, None),
    ({"from": "yesterday"}, "from"),
    ({"from": "2026-02-30"}, "from"),
    ({"from": "2026-11-02T09:00:00"}, "from"),
    ({"from": "0001-01-01"}, "from"),
    ({"to": "9999-12-31"}, "to"),
    ({"from": "2026-11-03", "to": "2026-11-02"}, "to"),
    ({"as_of": "2099-01-01"}, "as_of"),
    ({"as_of": "2026-12-12T09:02:00+08:00"}, "as_of"),
    ({"as_of": "2026-12-12T09:00:30+08:00"}, None),
    ({"as_of": "2026-12-12"}, None),
    ({"order": "rate"}, "order"),
]


@pytest.mark.slow
def test_history_counts_in_the_month_in_which_it_was_told_and_only_since_it_was_recorded(running, clock):
    told = START - 200 * DAY
    running.live(Case("h1").submitted("import", told=told).accepted(channel="import").events)
    groups = running.statistics(by="month")["groups"]
    assert [(group["key"]["month"], group["counts"]["submitted"]) for group in groups] == [(f"{told:%Y-%m}", 1)]
    period = {"from": f"{told:%Y-%m-%d}", "to": f"{told:%Y-%m-%d}"}
    assert running.statistics(**period)["total"]["counts"]["submitted"] == 1
    before = running.statistics(as_of=(START - DAY).isoformat(), **period)
    assert before["total"]["counts"]["submitted"] == 0


@pytest.mark.parametrize(("query", "field"), REFUSED)
def test_a_bad_query_is_refused_by_the_name_of_its_field(running, query, field):
    for path in ("/api/v1/statistics", "/statistics"):
        response = running.get(path, **query)
        # The page passes over what is not its own.
        passed_over = path == "/statistics" and field == "order"
        assert response.status_code == (422 if field and not passed_over else 200), response.text
        if field and path.startswith("/api"):
            assert list(response.json["errors"]) == [field]


@pytest.mark.slow
def test_more_groups_than_allowed_are_refused(running):
    for number in range(51):
        running.live(Case(f"o{number}", topic=f"t{number:02}").submitted().events)
    assert running.get("/api/v1/statistics", by="channel").status_code == 200
    response = running.get("/api/v1/statistics", by="topic")
    assert (response.status_code, list(response.json["errors"])) == (422, ["by"])


def test_the_answer_is_as_of_now_and_never_later(running, clock):
    newest = (clock.now() - SETTLING).isoformat()
    assert running.statistics()["as_of"] == newest == running.statistics(as_of="2026-12-12")["as_of"]
    assert running.statistics(as_of=clock.now().isoformat())["as_of"] == clock.now().isoformat()
