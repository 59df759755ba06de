"""回头看: a sample of concluded cases that anybody can draw again, and what was found of each."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.messages.assignments import AssignmentRechecked, AssignmentReopened
from services.routing.domain.sampling import SAMPLE_SIZE, draw
from services.routing.schemas.following import LookbackCase, LookbackPage
from tests.unit.routing.bureau import REPLY, at

ids = st.lists(st.text(min_size=1, max_size=8), max_size=30)


@given(ids, st.integers(0, 40), st.text(max_size=8), st.randoms())
def test_a_draw_is_part_of_what_there_is_and_the_same_whatever_the_order(population, size, seed, random):
    drawn = draw(population, size, seed)
    assert len(drawn) == len(set(drawn)) == min(size, len(set(population)))
    assert set(drawn) <= set(population)
    random.shuffle(population)
    assert draw(population, size, seed) == drawn


@given(ids, st.integers(1, 20), st.text(max_size=8))
def test_a_larger_draw_begins_with_the_smaller_one(population, size, seed):
    assert draw(population, size + 1, seed)[:size] == draw(population, size, seed)


def test_every_case_is_as_likely_as_another():
    population = [f"a-{n}" for n in range(10)]
    counts = dict.fromkeys(population, 0)
    for seed in range(2000):
        for drawn in draw(population, 3, str(seed)):
            counts[drawn] += 1
    # 600 expected of each, with a standard deviation of 20.5.
    assert all(500 < count < 700 for count in counts.values())


@pytest.fixture
def concluded(bureau):
    """Twelve concluded cases of two departments, a day apart, and one that is not."""
    assignments = []
    for number in range(12):
        title, who = (("河堤塌了一段", "water"), ("路灯不亮", "roads"))[number % 2]
        assignment = bureau.accept(title)
        bureau.do(assignment, "reply", REPLY, who)
        bureau.evaluate(assignment)
        assignments.append(assignment)
        bureau.clock.instant += timedelta(days=1)
    bureau.accept()
    return assignments


def look_back(bureau, **body):
    answer = bureau.post("/lookbacks", body, "supervisor")
    assert answer.status_code == 201, answer.text
    assert LookbackCase().validate(answer.get_json()) == {}
    return answer.get_json()


def sample_of(lookback):
    return [item["assignment"] for item in lookback["items"]]


def check(bureau, lookback, assignment, held, note="已复查。", who="supervisor"):
    return bureau.post(f"/lookbacks/{lookback}/checks", {"assignment": assignment, "held": held, "note": note}, who)


def test_a_sample_is_drawn_from_all_concluded_cases_and_can_be_drawn_again(bureau, concluded):
    made = look_back(bureau, size=4)
    assert (made["population"], made["size"], made["sample"], made["drawn"]) == (sorted(concluded), 4, 4, True)
    assert sample_of(made) == draw(made["population"], made["size"], made["seed"])
    assert bureau.get(f"/lookbacks/{made['id']}", "reviewer").get_json() == made
    assert {item["state"] for item in made["items"]} == {"concluded"}


def test_two_draws_have_seeds_of_their_own(bureau, concluded):
    assert look_back(bureau)["seed"] != look_back(bureau)["seed"]


def test_without_a_size_ten_are_drawn_and_never_more_than_there_are(bureau, concluded):
    assert (look_back(bureau)["sample"], look_back(bureau, size=500)["sample"]) == (10, 12)


def test_a_draw_can_be_narrowed_to_a_department_and_a_period(bureau, concluded):
    since, until = at("2026-11-25T00:00"), at("2026-12-01T09:30")
    made = look_back(bureau, department="water", since=since.isoformat(), until=until.isoformat())
    assert sorted(sample_of(made)) == sorted(concluded[2:8:2])
    assert {item["department"] for item in made["items"]} == {"water"}


def test_a_sample_can_be_chosen(bureau, concluded):
    made = look_back(bureau, assignments=[concluded[5], concluded[2]])
    assert (sample_of(made), made["drawn"], made["seed"], made["size"]) == ([concluded[5], concluded[2]], False, None, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": 501}, "size"),
        ({"size": "four"}, "size"),
        ({"size": 2.5}, "size"),
        ({"assignments": []}, "assignments"),
        ({"assignments": ["a", "a"]}, "assignments"),
        ({"assignments": ["a"]}, "assignments"),
        ({"assignments": ["a"], "size": 2}, "size"),
        ({"assignments": ["a"], "department": "water"}, "department"),
        ({"department": "moon"}, "department"),
        ({"since": "2026-11-25T00:00:00+08:00", "until": "2026-11-25T00:00:00+08:00"}, "until"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-11-25T00:00:00"}, "since"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_sample_is_refused(bureau, concluded, body, field):
    answer = bureau.post("/lookbacks", body, "supervisor")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
    assert bureau.get("/lookbacks", "reviewer").get_json()["items"] == []


def test_what_is_not_concluded_cannot_be_chosen(bureau, concluded):
    waiting = bureau.accept(opinion="o-w")
    answer = bureau.post("/lookbacks", {"assignments": [concluded[0], waiting]}, "supervisor")
    assert answer.get_json()["errors"] == {"assignments": [f"not concluded: {waiting}"]}


def test_where_nothing_was_concluded_nothing_is_drawn(bureau):
    bureau.accept()
    assert bureau.post("/lookbacks", {}, "supervisor").status_code == 409


def test_a_population_beyond_what_can_be_kept_has_to_be_narrowed(bureau, concluded, monkeypatch):
    monkeypatch.setattr("services.routing.handlers.lookback.LARGEST_POPULATION", 11)
    answer = bureau.post("/lookbacks", {}, "supervisor")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["since"])
    assert look_back(bureau, department="water")["sample"] == 6


def test_what_has_held_stays_concluded(bureau, concluded):
    made = look_back(bureau, size=3)
    first = sample_of(made)[0]
    answer = check(bureau, made["id"], first, True)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "concluded")
    opinion = bureau.row(first)["opinion"]
    department = bureau.row(first)["department"]
    assert bureau.said(opinion)[-1].data == AssignmentRechecked(first, department, True, "已复查。")
    found = bureau.get(f"/lookbacks/{made['id']}", "admin").get_json()
    assert (found["checked"], found["held"], found["items"][0]["note"]) == (1, 1, "已复查。")


def test_what_has_not_held_is_done_again(bureau, concluded):
    made = look_back(bureau, assignments=[concluded[0]])
    assert check(bureau, made["id"], concluded[0], False, "又塌了。").get_json()["state"] == "reopened"
    row = bureau.row(concluded[0])
    rechecked, reopened = (event.data for event in bureau.said(row["opinion"])[-2:])
    assert rechecked == AssignmentRechecked(concluded[0], "water", False, "又塌了。")
    assert reopened == AssignmentReopened(concluded[0], "water", 2, {"reply": row["reply_by"]}, "又塌了。", "look_back")
    assert (row["state"], row["round"], row["concluded"]) == ("reopened", 2, None)


def test_a_case_is_checked_once_a_look_back_and_only_while_it_is_concluded(bureau, concluded):
    first, second = look_back(bureau, assignments=[concluded[0]]), look_back(bureau, assignments=[concluded[0]])
    check(bureau, first["id"], concluded[0], False)
    assert check(bureau, first["id"], concluded[0], True).status_code == 409
    refused = check(bureau, second["id"], concluded[0], True)
    assert (refused.status_code, "'recheck' is not possible" in refused.get_json()["detail"]) == (409, True)


def test_only_what_is_in_the_sample_is_checked(bureau, concluded):
    made = look_back(bureau, assignments=[concluded[0]])
    assert [
        check(bureau, "nothing", concluded[0], True).status_code,
        check(bureau, made["id"], concluded[1], True).status_code,
        check(bureau, made["id"], "nothing", True).status_code,
        bureau.get("/lookbacks/nothing", "reviewer").status_code,
    ] == [404] * 4


@pytest.mark.parametrize(
    ("change", "field"),
    [({"held": "maybe"}, "held"), ({"held": None}, "held"), ({"note": ""}, "note"), ({"note": None}, "note"), ({"by": "me"}, "by")],
)
def test_a_bad_check_is_refused(bureau, concluded, change, field):
    made = look_back(bureau, assignments=[concluded[0]])
    body = {"assignment": concluded[0], "held": True, "note": "。"} | change
    answer = bureau.post(f"/lookbacks/{made['id']}/checks", body, "supervisor")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])


def test_the_same_request_twice_draws_once(bureau, concluded):
    first, again = (bureau.post("/lookbacks", {"size": 3}, "supervisor", Idempotency_Key="k") for _ in range(2))
    assert first.get_json() == again.get_json()
    assert len(bureau.get("/lookbacks", "reviewer").get_json()["items"]) == 1


def test_look_backs_are_listed_newest_first_with_what_they_found(bureau, concluded):
    first, second = look_back(bureau, size=2), look_back(bureau, size=3)
    check(bureau, first["id"], sample_of(first)[0], True)
    check(bureau, first["id"], sample_of(first)[1], False)
    answer = bureau.get("/lookbacks", "reviewer", limit=1)
    assert LookbackPage().validate(answer.get_json()) == {}
    (newest,) = answer.get_json()["items"]
    (oldest,) = bureau.get("/lookbacks", "reviewer", limit=1, cursor=answer.get_json()["next"]).get_json()["items"]
    assert (newest["id"], newest["sample"], newest["checked"], newest["held"]) == (second["id"], 3, 0, 0)
    assert (oldest["id"], oldest["sample"], oldest["checked"], oldest["held"]) == (first["id"], 2, 2, 1)


def test_the_size_without_a_wish_is_the_one_that_is_documented():
    assert SAMPLE_SIZE == 10
