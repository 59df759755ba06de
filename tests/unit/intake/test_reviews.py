"""审核: what waits and how long, and everything a reviewer can decide when letting it in, one by one and many at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from services.contracts.errors import Invalid
from services.contracts.lifecycle import State
from services.intake.domain.reviewing import Terms, terms_of
from services.intake.handlers.reviewing import return_
from services.intake.handlers.submitter import add_details
from services.intake.schemas.answers import BatchAccepted, ReviewPage
from services.runtime.clock import ZONE
from tests.unit.intake.harness import TOWN

FRIDAY, MONDAY = (datetime(2026, 11, day, 16, 0, tzinfo=ZONE) for day in (27, 30))
TERMS = {
    "topic": "河道", "level": "county", "difficulty": "simple", "department": "roads", "co_handlers": ["water", "petitions"],
    "handling": "separate", "key": True, "leader": "李镇长",
}  # fmt: skip


def waiting(harness, **query):
    answer = harness.get("/reviews", "reviewer", **query)
    assert answer.status_code == 200, answer.text
    assert ReviewPage().validate(answer.get_json()) == {}
    return answer.get_json()["items"]


def test_what_waits_comes_oldest_first_with_its_age_in_working_days_and_seconds(harness):
    harness.clock.instant = FRIDAY
    first = harness.submit(channel="campaign", topic="rivers")
    harness.submit()
    harness.clock.instant = FRIDAY + timedelta(hours=1)
    second = harness.submit(channel="open311")
    harness.clock.instant = MONDAY + timedelta(hours=1)
    items = waiting(harness)
    assert [item["id"] for item in items] == [first.id, second.id]
    assert [(item["waited_working_days"], item["waited_seconds"]) for item in items] == [(1, 73 * 3600), (1, 72 * 3600)]
    assert items[0]["waiting_since"] == FRIDAY.isoformat()


def test_the_deadline_is_the_review_s_and_it_is_said_when_it_has_passed(harness):
    harness.clock.instant = FRIDAY
    harness.submit(channel="campaign")
    (item,) = waiting(harness)
    assert (item["review_by"], item["overdue"]) == ("2026-11-30T23:59:59+08:00", False)
    harness.clock.instant = MONDAY.replace(hour=23, minute=59, second=59)
    assert waiting(harness)[0]["overdue"] is False
    harness.clock.instant += timedelta(seconds=1)
    assert waiting(harness)[0]["overdue"] is True


def test_who_was_asked_for_more_is_listed_apart_and_comes_back_with_a_new_age(harness):
    taken = harness.submit(channel="campaign")
    harness.clock.instant += timedelta(days=1)
    harness.do(return_, taken.id, "是哪座桥？")
    assert waiting(harness) == []
    harness.clock.instant += timedelta(days=2)
    (item,) = waiting(harness, state="returned")
    assert (item["state"], item["waited_seconds"], item["review_by"], item["overdue"]) == ("returned", 2 * 86400, None, False)
    harness.do(add_details, taken.receipt, "东街桥。")
    (item,) = waiting(harness)
    assert item["waited_seconds"] == 0
    assert waiting(harness, state="returned") == []


def test_the_list_comes_page_by_page(harness):
    made = [harness.submit(channel="campaign").id for _ in range(5)]
    first = harness.get("/reviews", "reviewer", limit=3).get_json()
    second = harness.get("/reviews", "reviewer", limit=3, cursor=first["next"]).get_json()
    assert [item["id"] for item in (*first["items"], *second["items"])] == sorted(made)
    assert second["next"] is None
    assert harness.get("/reviews", "reviewer", state="accepted").status_code == 422


def test_everything_the_reviewer_said_is_kept_said_and_shown(harness):
    taken = harness.submit(channel="campaign")
    assert harness.post(f"/opinions/{taken.id}/accept", TERMS, "reviewer").get_json() == {"id": taken.id, "state": "accepted"}
    said = harness.said(taken.id)[-1].data
    assert (said.decision, said.topic, said.opinion.topic, said.level, said.difficulty) == (
        "reviewer", "rivers", "rivers", "county", "simple",
    )  # fmt: skip
    assert (said.department, said.co_handlers, said.handling, said.key, said.leader) == (
        "roads", ("water", "petitions"), "separate", True, "李镇长",
    )  # fmt: skip
    shown = harness.get(f"/opinions/{taken.id}", "reviewer").get_json()
    names = ("topic", "level", "difficulty", "chosen", "co_handlers", "handling", "key", "leader")
    assert {name: shown[name] for name in names} == {
        "topic": "rivers", "level": "county", "difficulty": "simple", "chosen": "roads", "co_handlers": ["water", "petitions"],
        "handling": "separate", "key": True, "leader": "李镇长",
    }  # fmt: skip
    assert shown["timeline"][-1]["facts"] == {
        "topic": "rivers", "level": "county", "difficulty": "simple", "key": True, "leader": "李镇长",
    }  # fmt: skip
    receipt = harness.get(f"/receipts/{taken.receipt}").get_json()
    assert (receipt["level"], receipt["key"], receipt["leader"]) == ("county", True, "李镇长")


@pytest.mark.parametrize(
    ("terms", "field", "words"),
    [
        ({"topic": "月球"}, "topic", "月球"),
        ({"difficulty": "hard"}, "difficulty", "hard"),
        ({"department": "moon"}, "department", "moon"),
        ({"co_handlers": ["roads", "moon"]}, "co_handlers", "moon"),
        ({"co_handlers": ["roads", "roads"]}, "co_handlers", "twice"),
        ({"department": "roads", "co_handlers": ["roads"]}, "co_handlers", "leads the case already"),
        ({"topic": "rivers", "co_handlers": ["water"]}, "co_handlers", "leads the case already"),
        ({"level": "moon"}, "level", "Must be one of"),
        ({"handling": "alone"}, "handling", "Must be one of"),
        ({"key": "perhaps"}, "key", "boolean"),
        ({"leader": "长" * 121}, "leader", "characters"),
        ({"co_handlers": ["roads"] * 21}, "co_handlers", "Longer"),
        ({"colour": "red"}, "colour", "Unknown"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_their_field_and_nothing_changes(harness, terms, field, words):
    taken = harness.submit(channel="campaign", topic="lamps" if "topic" not in terms else None)
    for path, body in ((f"/opinions/{taken.id}/accept", terms), ("/opinions/accept", {**terms, "opinions": [taken.id]})):
        answer = harness.post(path, body, "reviewer")
        if answer.status_code == 200:
            (item,) = answer.get_json()["items"]
            assert (item["status"], words in item["detail"]) == ("refused", True)
            continue
        assert (answer.status_code, list(answer.get_json()["errors"])) == (422, [field])
        assert words in " ".join(answer.get_json()["errors"][field])
    assert (harness.row(taken.id)["state"], len(harness.said())) == ("submitted", 1)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(Invalid) as refused:
        terms_of(TOWN, Terms(topic="月球", difficulty="x", department="y", co_handlers=("z", "z")), None)
    assert set(refused.value.errors) == {"topic", "difficulty", "department", "co_handlers"}
    assert len(refused.value.errors["co_handlers"]) == 2


def test_who_leads_by_the_topic_the_opinion_has_cannot_be_beside_itself(harness):
    taken = harness.submit(channel="campaign", topic="lamps")
    terms, path = {"co_handlers": ["roads"]}, f"/opinions/{taken.id}/accept"
    assert harness.post(path, terms, "reviewer").status_code == 422
    assert harness.post(path, {**terms, "department": "water"}, "reviewer").status_code == 200


def test_many_are_let_in_with_one_command_and_each_is_answered(harness):
    good = [harness.submit(channel="campaign").id for _ in range(3)]
    accepted, returned = harness.submit().id, harness.submit(channel="campaign").id
    harness.do(return_, returned, "？")
    body = {"opinions": [good[0], accepted, "nothing", returned, good[1], good[0]], "department": "roads", "key": True}
    answer = harness.post("/opinions/accept", body, "reviewer")
    assert answer.status_code == 200
    assert BatchAccepted().validate(answer.get_json()) == {}
    items = answer.get_json()["items"]
    assert [(item["id"], item["status"]) for item in items] == [
        (good[0], "accepted"), (accepted, "refused"), ("nothing", "refused"), (returned, "refused"), (good[1], "accepted"),
        (good[0], "refused"),
    ]  # fmt: skip
    assert (items[0]["state"], "detail" in items[0]) == ("accepted", False)
    assert "no such opinion" in items[2]["detail"]
    assert "'accept' is not possible" in items[1]["detail"]
    assert [harness.row(each)["state"] for each in good] == ["accepted", "accepted", "submitted"]
    said = [event.data for event in harness.said() if event.type == "opinion.accepted" and event.data.decision == "reviewer"]
    assert [(each.department, each.key) for each in said] == [("roads", True)] * 2


def test_the_same_command_sent_twice_with_one_key_is_answered_alike(harness):
    body = {"opinions": [harness.submit(channel="campaign").id]}
    first, again = (harness.post("/opinions/accept", body, "reviewer", Idempotency_Key="k" * 22) for _ in range(2))
    assert first.get_json() == again.get_json()
    assert first.get_json()["items"][0]["status"] == "accepted"


@pytest.mark.parametrize("ids", [[], ["x"] * 501, [""], ["x" * 37], "x", None])
def test_a_batch_that_is_none_or_too_large_is_refused(harness, ids):
    answer = harness.post("/opinions/accept", {"opinions": ids}, "reviewer")
    assert answer.status_code == 422
    assert any(field.startswith("opinions") for field in answer.get_json()["errors"])


@pytest.mark.slow
def test_five_hundred_at_once(harness):
    made = [result.id for result in harness.submit_many(*({"channel": "campaign"} for _ in range(500)))]
    items = harness.post("/opinions/accept", {"opinions": made, "topic": "rivers"}, "reviewer").get_json()["items"]
    assert {item["status"] for item in items} == {"accepted"}
    assert {harness.row(each)["state"] for each in (made[0], made[-1])} == {State.ACCEPTED}
