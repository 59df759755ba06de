"""A store from before the whole case goes on working: nothing is lost, and nobody may rate a second time what they rated once."""

import pytest
from tests.unit.intake.earlier_store import RECEIPTS, fill

from services.contracts.errors import Conflict
from services.intake import store
from tests.unit.intake.harness import IntakeHarness


@pytest.fixture
def harness(sqlite_database, clock, tmp_path):
    database = sqlite_database("intake")
    fill(database, tmp_path / "before")
    return IntakeHarness(database, clock)


def test_ratings_are_there_with_the_receipts_that_gave_them(harness):
    with harness.database.reading() as connection:
        rated, followed = store.ratings_of(connection, "rated"), store.ratings_of(connection, "followed")
    assert [(row["round"], row["asked"], row["result"], row["comment"], row["receipt"]) for row in rated] == [
        (1, 0, "dissatisfied", "不行。", RECEIPTS["rated"]), (2, 4, "satisfied", None, RECEIPTS["rated"]),
    ]  # fmt: skip
    assert [(row["receipt"], row["asked"]) for row in followed] == [(RECEIPTS["follower"], 3)]


def test_who_has_rated_may_think_again_and_who_has_not_may_rate(harness):
    def rate(name, result):
        try:
            harness.rate(RECEIPTS[name], result)
        except Conflict:
            return False
        return True

    def may(name):
        return rate(name, "satisfied"), rate(name, "dissatisfied")

    assert may("rated") == (False, True)
    assert may("follower") == (False, True)
    assert may("followed") == (True, True)
    assert [event.data.revision for event in harness.said()] == [True, True, False, True]


def test_departments_read_what_they_read_before(harness):
    assert [item["id"] for item in harness.get("/opinions", "water").get_json()["items"]] == ["rated", "followed"]
    assert harness.get("/opinions/rated", "water").get_json()["handlers"] == [
        {"department": "water", "role": "lead", "assignment": "a-1"}
    ]
    assert harness.get("/opinions/waits", "water").status_code == 404


def test_what_waits_is_in_the_reviewer_s_list_and_own_ratings_are_nobody_else_s(harness):
    (item,) = harness.get("/reviews", "reviewer").get_json()["items"]
    assert (item["id"], item["waiting_since"]) == ("waits", "1970-01-01T08:00:01+08:00")
    assert {(line["what"], line["audience"]) for line in harness.timeline("rated")} == {
        ("opinion.submitted", None), ("opinion.evaluated", RECEIPTS["rated"]),
    }  # fmt: skip
