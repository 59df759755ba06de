"""What the branches of a case come to in the statistics: those who take part, promises, several raters, reopening, key cases."""

import pytest

from tests.unit.metrics.events import DAY, HOUR, START, Case


def total(running, at=None, **query):
    asked = {} if at is None else {"as_of": at.isoformat()}
    return running.statistics(**asked, **query)["total"]


def counts(running, *names, at=None):
    found = total(running, at)["counts"]
    return [found[name] for name in names]


def texts(running, at=None):
    return {name: rates["plain"]["text"] for name, rates in total(running, at)["rates"].items() if "plain" in rates}


def assigned(name="o1", **how):
    return Case(name).submitted().accepted().assigned(**how)


ROLES = (
    "assigned", "co_assigned", "advised", "advised_in_time", "co_released", "co_overdue", "separate_assigned",
    "separate_answered", "separate_answered_in_time", "separate_overdue",
)  # fmt: skip


def test_those_who_take_part_are_counted_apart(running):
    case = assigned(reply=20 * DAY).joined(due=2 * DAY).joined("separate", "roads", due=3 * DAY)
    running.live(case.later(4 * DAY).events)
    assert counts(running, *ROLES, at=case.at) == [1, 1, 0, 0, 0, 1, 1, 0, 0, 1]
    running.live(case.advised(on_time=False).later(HOUR).events)
    assert counts(running, *ROLES, at=case.at) == [1, 1, 1, 0, 0, 0, 1, 0, 0, 1]
    running.live(case.replied().released("answered", "separate").events)
    assert counts(running, *ROLES, at=case.at) == [1, 1, 1, 0, 0, 0, 1, 0, 0, 0]


def test_the_rates_are_the_leads_alone(running):
    alone = assigned(contact=DAY).later(HOUR).signed().later(DAY).replied().later(DAY).evaluated().concluded()
    running.live(alone.events)
    before = total(running)["rates"]
    running.live(alone.joined().later(HOUR).co_signed().later(10 * DAY).advised(on_time=False).joined("separate").events)
    assert total(running)["rates"] == before


@pytest.mark.parametrize(("why", "left"), [("answered", [1, 1]), ("reassigned", [0, 0]), ("withdrawn", [0, 0])])
def test_a_co_handler_whose_opinion_was_not_waited_for_stays_one(running, why, left):
    running.live(assigned().joined().later(HOUR).replied().released(why).events)
    assert counts(running, "co_assigned", "co_released") == left


def test_the_first_contact_counts_and_one_that_is_late_or_missing_too(running):
    twice = assigned("o1", contact=DAY).later(HOUR).contacted().later(3 * DAY).contacted("visit", False)
    late = assigned("o2", contact=DAY).later(3 * DAY).contacted("meeting", False)
    never = assigned("o3", contact=DAY).later(HOUR).contacted(None)
    running.live([event for case in (twice, late, never) for event in case.events])
    assert counts(running, "contacted", "contacted_in_time", "contact_missed") == [2, 1, 1]
    assert counts(running, "contacted", "contacted_in_time", "contact_missed", at=START + 2 * DAY) == [1, 1, 2]


MARKS = [(0, [1, 0]), (1, [1, 1]), (2, [0, 1]), (3, [0, 0]), (4, [1, 0]), (5, [0, 0])]


@pytest.mark.parametrize(("day", "expected"), MARKS)
def test_a_case_is_on_the_key_list_and_led_from_when_to_when_it_was_said(running, day, expected):
    case = assigned(key=True).later(DAY).marked(True, "l").later(DAY).marked(False, "l").later(DAY).marked(False, None)
    running.live(case.later(DAY).marked(True, None).later(DAY).cancelled().events)
    assert counts(running, "key", "led", at=START + day * DAY) == expected


def test_a_key_case_stays_one_with_the_next_department(running):
    case = assigned(key=True, leader="l").later(HOUR).objected().later(HOUR)
    case.ruled().reassigned()
    case.department, case.letter = "petitions", "b"
    running.live(case.assigned(key=True, leader="l").events)
    groups = {group["key"]["department"]: group["counts"] for group in running.statistics(by="department")["groups"]}
    assert {code: (own["key"], own["led"]) for code, own in groups.items()} == {"petitions": (1, 1), "water": (0, 0)}


@pytest.mark.slow
def test_cases_can_be_grouped_by_level_which_is_the_one_they_were_raised_to(running):
    running.live(assigned("o1", level="town").later(DAY).raised("county").later(DAY).raised("city").events)
    running.live(assigned("o2", level="town").events)
    running.live(assigned("o3").events)
    groups = {group["key"]["level"]: group["counts"] for group in running.statistics(by="level")["groups"]}
    assert {level: (own["submitted"], own["assigned"], own["raised"]) for level, own in groups.items()} == {
        "city": (1, 1, 2), "town": (1, 1, 0), None: (1, 1, 0),
    }  # fmt: skip
    assert "市级" in running.get("/statistics", by="level").text


CONCLUDED = ("open", "concluded", "concluded_solved", "rated", "reopened")


@pytest.mark.parametrize("cause", ["dissatisfied", "promise", "look_back"])
def test_a_case_reopened_after_its_conclusion_is_open_again_from_then_on(running, cause):
    case = assigned().later(DAY).replied().later(DAY).evaluated().concluded().later(DAY).reopened(cause=cause)
    running.live(case.events)
    assert counts(running, *CONCLUDED, at=case.at - HOUR) == [0, 1, 1, 1, 0]
    assert counts(running, *CONCLUDED, f"reopened_{cause}", at=case.at) == [1, 0, 0, 0, 1, 1]
    running.live(case.later(DAY).replied("planned").concluded("planned", rated=False).events)
    assert counts(running, *CONCLUDED, "reworked") == [0, 1, 0, 0, 1, 1]


def test_a_rating_that_comes_after_the_conclusion_counts_as_one(running):
    case = assigned().replied().later(DAY).concluded(rated=False).later(DAY).evaluated()
    running.live(case.events)
    assert (texts(running, case.at - HOUR)["participation"], texts(running)["participation"]) == ("0.00%", "100.00%")


def test_a_look_back_counts_as_often_as_it_is_made(running):
    case = assigned().replied().later(DAY).concluded().later(DAY).rechecked().later(DAY).rechecked(False)
    running.live(case.events)
    assert counts(running, "rechecked", "rechecked_held") == [2, 1]
    assert counts(running, "rechecked", "rechecked_held", at=case.at - HOUR) == [1, 1]


PROMISES = ("promised", "promises_kept", "promises_kept_late", "promises_broken", "promises_due", "promises_due_kept")


def test_a_promise_is_judged_when_it_is_due(running):
    case = (
        assigned().replied("planned").promised(4 * DAY, "a").promised(4 * DAY, "b").promised(4 * DAY, "c").promised(40 * DAY, "d")
    )
    case.later(2 * DAY).kept(True, "a").later(3 * DAY).broken("b").broken("c").later(DAY).kept(False, "b").kept(True, "d")
    running.live(case.events)
    assert counts(running, *PROMISES, at=START + DAY) == [4, 0, 0, 0, 0, 0]
    assert counts(running, *PROMISES, at=START + 2 * DAY) == [4, 1, 0, 0, 0, 0]
    assert counts(running, *PROMISES, at=START + 5 * DAY) == [4, 1, 0, 2, 3, 1]
    assert counts(running, *PROMISES, at=case.at) == [4, 2, 1, 2, 3, 1]
    assert [texts(running, START + day * DAY)["promise_kept"] for day in (1, 5)] == ["—", "33.33%"]


def standing(running, at=None):
    found = total(running, at)["counts"]
    return {name: number for name, number in found.items() if number and name.startswith(("result_", "process_"))}


def test_the_lowest_of_the_latest_ratings_of_a_round_stands(running):
    case = assigned().replied().later(HOUR).evaluated("satisfied", "satisfied", "r1").later(HOUR)
    case.evaluated("dissatisfied", None, "r2").later(HOUR).evaluated("basically_satisfied", "basically_satisfied", "r2", True)
    running.live(case.events)
    assert [standing(running, START + hours * HOUR) for hours in (0, 1, 2, 3)] == [
        {},
        {"result_satisfied": 1, "process_satisfied": 1},
        {"result_dissatisfied": 1, "process_satisfied": 1},
        {"result_basically_satisfied": 1, "process_basically_satisfied": 1},
    ]
    assert counts(running, "evaluations") == [3]


def test_the_rating_of_the_next_round_takes_the_place_of_all_before(running):
    case = assigned().replied().later(HOUR).evaluated(rater="r1").evaluated("dissatisfied", rater="r2").reopened()
    case.later(HOUR).replied().later(HOUR).evaluated("basically_satisfied", rater="r1")
    running.live(case.events)
    assert standing(running, START + HOUR) == standing(running, case.at - HOUR) == {"result_dissatisfied": 1}
    assert standing(running) == {"result_basically_satisfied": 1}
    assert counts(running, "evaluations") == [3]


def solved(number, outcome="solved", **how):
    case = assigned(f"o{number}", **how).later(HOUR).signed().later(DAY).replied(outcome).later(DAY)
    return case.evaluated().concluded(outcome)


def told(running, number, of, otherwise):
    cases = [solved(each, "solved" if each < number else otherwise) for each in range(of)]
    running.live([event for case in cases for event in case.events])


#: Published by the seeds: place, opinions, of them solved, what the others are, rate, its variant, its value.
PUBLISHED = [
    ("长安镇", 951, 921, "in_progress", "resolution", "strict", "96.85%"),
    ("吴兴", 444, 444, "in_progress", "resolution", "strict", "100.00%"),
    ("乐清", 395, 262, "planned", "resolution", "strict", "66.33%"),
    ("濠江", 398, 384, "planned", "resolution", "collected", "96.48%"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("place", "opinions", "number", "otherwise", "rate", "variant", "text"), PUBLISHED)
def test_the_figures_that_places_publish_come_out(running, place, opinions, number, otherwise, rate, variant, text):
    told(running, number, opinions, otherwise)
    found = total(running)["rates"]
    assert found[rate][variant] == {"numerator": number, "denominator": opinions, "value": text[:-1], "text": text}
    assert found["on_time"]["plain"]["text"] == "100.00%"


@pytest.mark.slow
def test_a_year_with_a_key_list_comes_out(running):
    cases = [assigned(f"o{number}", key=number < 56, leader="l" if number % 18 == 0 else None) for number in range(395)]
    running.live([event for case in cases for event in case.events])
    assert counts(running, "assigned", "key", "led") == [395, 56, 22]
