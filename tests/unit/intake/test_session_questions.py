"""Questions of a session: opinions with a number, let in at once, answered on the spot or with a promise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contracts.messages.opinions import OpinionAccepted, OpinionSubmitted
from services.contracts.messages.sessions import QuestionAsked, SessionCancelled, SessionHeld
from services.contracts.messages.values import Outcome
from services.runtime.clock import new_id
from tests.unit.intake.opinions import MORNING
from tests.unit.intake.sessions import QUESTION, SESSION, ask, tell

LATER = (MORNING + timedelta(days=30)).isoformat()
ANSWER = {"content": "明天派人加固。", "outcome": "solved"}


def events(harness, shape):
    return [event.data for event in harness.said() if isinstance(event.data, shape)]


def test_a_question_becomes_an_opinion_of_the_session_with_the_next_number(harness):
    tell(harness)
    voter = {"kind": "citizen", "name": "标记甲", "phone": "13711110000"}
    answer = ask(harness, QUESTION | {"submitter": voter}, {"text": "路灯不亮。\n三号楼东侧。", "topic": "lamps", "area": "east"})
    assert answer.status_code == 201, answer.text
    body = answer.get_json()
    assert [each["number"] for each in body["questions"]] == [1, 2]
    assert [each["state"] for each in body["questions"]] == ["accepted", "accepted"]
    (third,) = ask(harness, QUESTION, who="reviewer").get_json()["questions"]
    assert third["number"] == 3
    submitted, asked = events(harness, OpinionSubmitted), events(harness, QuestionAsked)
    assert {(each.channel, each.session, each.session_kind, each.theme, each.station) for each in submitted} == {
        ("meeting", SESSION, "reception", "社区照明", "central")
    }
    assert [each.area for each in submitted] == ["town", "east", "town"]
    assert [each.title for each in submitted] == ["河堤外侧护栏松动，请加固。", "路灯不亮。", "河堤外侧护栏松动，请加固。"]
    assert [(each.number, each.summary, each.topic) for each in asked] == [
        (1, "河堤护栏松动", "rivers"), (2, None, "lamps"), (3, "河堤护栏松动", "rivers"),
    ]  # fmt: skip
    assert [event.type for event in harness.said(third["id"])] == ["opinion.submitted", "question.asked", "opinion.accepted"]
    assert [event.sequence for event in harness.said(third["id"])] == [1, 2, 3]
    assert {event.session for event in harness.said(third["id"])} == {SESSION}
    assert {each.session for each in events(harness, OpinionAccepted)} == {SESSION}
    assert not any("标记甲" in str(event.data) for event in harness.said())
    (letter,) = harness.letters()
    assert (letter.about, letter.receipt, letter.name) == ("received", body["questions"][0]["receipt"], "标记甲")


def test_the_receipt_shows_where_it_was_asked(harness):
    tell(harness)
    (taken,) = ask(harness, QUESTION | {"answer": ANSWER}).get_json()["questions"]
    line = next(line for line in harness.timeline(taken["id"]) if line["what"] == "question.asked")
    assert line["facts"]["session"] == "周二代表有约"
    assert (line["facts"]["question_number"], line["facts"]["spot"]) == (1, "answer")
    page = harness.client.get(taken["links"]["page"], headers={"Accept-Language": "zh"}).text
    assert "周二代表有约" in page
    assert "当场答复" in page


def test_what_was_said_on_the_spot_goes_to_the_department_with_the_opinion(harness):
    tell(harness)
    promise = {"what": "加固护栏", "who": "王工", "due": LATER}
    ask(
        harness,
        QUESTION | {"answer": ANSWER},
        QUESTION | {"promise": promise, "department": "roads"},
        QUESTION | {"answer": {"content": "列入计划。", "outcome": "planned"}, "promise": {"what": "改造", "difficulty": "simple"}},
        QUESTION,
    )
    solved, promised, planned, none = events(harness, OpinionAccepted)
    assert (solved.department, solved.answer.content, solved.answer.outcome, solved.answer.promise) == (
        "water", "明天派人加固。", Outcome.SOLVED, None,
    )  # fmt: skip
    assert (promised.department, promised.answer.content, promised.answer.outcome) == ("roads", "加固护栏", Outcome.IN_PROGRESS)
    assert (promised.answer.promise.who, promised.answer.promise.due.isoformat()) == ("王工", LATER)
    assert (planned.answer.outcome, planned.answer.promise.difficulty, planned.answer.promise.due) == (
        Outcome.PLANNED, "simple", None,
    )  # fmt: skip
    assert none.answer is None
    assert none.department is None


def test_sent_again_with_the_same_key_nothing_is_asked_twice_and_the_receipts_are_the_same(harness):
    tell(harness)
    key = {"Idempotency_Key": new_id()}
    first, again = (ask(harness, QUESTION, QUESTION, **key) for _ in range(2))
    assert first.get_json() == again.get_json()
    assert harness.count() == 2
    other = ask(harness, QUESTION, **key)
    assert other.status_code == 409


@pytest.mark.parametrize(("question", "field"), [
    ({"text": ""}, "questions.0.text"),
    ({"text": "x" * 20_001}, "questions.0.text"),
    ({}, "questions.0.text"),
    ({**QUESTION, "number": 4}, "questions.0.number"),
    ({**QUESTION, "topic": "moon"}, "questions.0.topic"),
    ({**QUESTION, "area": "moon"}, "questions.0.area"),
    ({**QUESTION, "department": "moon"}, "questions.0.department"),
    ({**QUESTION, "difficulty": "moon"}, "questions.0.difficulty"),
    ({**QUESTION, "summary": "x" * 201}, "questions.0.summary"),
    ({"text": "路灯不亮", "answer": ANSWER}, "questions.0.department"),
    ({**QUESTION, "answer": {"content": "在办", "outcome": "in_progress"}}, "questions.0.promise"),
    ({**QUESTION, "answer": ANSWER, "promise": {"what": "加固"}}, "questions.0.promise"),
    ({**QUESTION, "answer": {"content": "好"}}, "questions.0.answer.outcome"),
    ({**QUESTION, "promise": {"what": "加固", "due": "2020-01-01T00:00:00+08:00"}}, "questions.0.promise.due"),
    ({**QUESTION, "promise": {"what": "加固", "due": "2099-01-01T00:00:00+08:00"}}, "questions.0.promise.due"),
    ({**QUESTION, "promise": {"what": "加固", "due": "tomorrow"}}, "questions.0.promise.due"),
    ({**QUESTION, "promise": {"what": "加固", "difficulty": "moon"}}, "questions.0.promise.difficulty"),
    ({**QUESTION, "promise": {"what": "加固", "due": LATER, "difficulty": "simple"}}, "questions.0.promise.difficulty"),
    ({**QUESTION, "submitter": {"kind": "citizen", "phone": "1"}}, "questions.0.submitter.phone"),
])  # fmt: skip
def test_what_is_wrong_with_a_question_is_named_and_none_is_stored(harness, question, field):
    tell(harness)
    answer = ask(harness, question, QUESTION)
    assert answer.status_code == 422, answer.text
    assert field in answer.get_json()["errors"], answer.text
    assert harness.count() == 0
    assert ask(harness, QUESTION).get_json()["questions"][0]["number"] == 1


@pytest.mark.parametrize("questions", [[], [QUESTION] * 101, "none", None])
def test_a_list_has_one_to_a_hundred_questions(harness, questions):
    tell(harness)
    answer = harness.post(f"/sessions/{SESSION}/questions", {"questions": questions}, "reviewer")
    assert answer.status_code == 422
    assert "questions" in answer.get_json()["errors"]


@pytest.mark.parametrize(("who", "status"), [
    (None, 401), ("water", 403), ("scraper", 403), ("elsewhere", 404), ("at-central", 201), ("supervisor", 201), ("admin", 201),
])  # fmt: skip
def test_the_office_and_the_station_of_the_session_host_it(harness, who, status):
    tell(harness)
    assert ask(harness, QUESTION, who=who).status_code == status
    listed = harness.get(f"/sessions/{SESSION}/questions", who).status_code
    assert listed == (200 if status == 201 else status)


def test_questions_are_written_down_from_the_announcement_until_the_minutes(harness):
    assert ask(harness, QUESTION).status_code == 404
    tell(harness, sequence=1, state="planned")
    assert ask(harness, QUESTION).status_code == 409
    tell(harness, sequence=2)
    tell(harness, SessionHeld, 3, "held")
    assert ask(harness, QUESTION).status_code == 201
    tell(harness, SessionCancelled, 4, "cancelled")
    refused = ask(harness, QUESTION)
    assert refused.status_code == 409
    assert "cancelled" in refused.get_json()["detail"]


def test_an_older_message_of_a_session_changes_nothing(harness):
    tell(harness, sequence=5, theme="新主题")
    tell(harness, sequence=4, theme="旧主题", state="planned")
    ask(harness, QUESTION)
    assert events(harness, OpinionSubmitted)[0].theme == "新主题"


def test_the_list_of_questions_says_where_each_stands_and_names_nobody(harness):
    tell(harness)
    ask(harness, *[QUESTION | {"submitter": {"kind": "citizen", "name": "标记甲"}}] * 3)
    first = harness.get(f"/sessions/{SESSION}/questions", "at-central", limit=2)
    rows = first.get_json()
    assert [each["number"] for each in rows["items"]] == [1, 2]
    assert rows["items"][0]["state"] == "accepted"
    assert "receipt" not in rows["items"][0]
    assert "标记甲" not in first.text
    following = harness.get(f"/sessions/{SESSION}/questions", "at-central", limit=2, cursor=rows["next"]).get_json()
    assert [each["number"] for each in following["items"]] == [3]


@pytest.mark.parametrize(("question", "wrong"), [
    ({"summary": "请打13912345678"}, {"summary": ["leave out a mobile number"]}),
    ({"promise": {"what": "挪走浙C12345", "due": LATER}},
     {"promise.what": ["leave out a number plate"]}),
    ({"summary": "标记甲家没路灯", "submitter": {"kind": "citizen", "name": "标记甲"}},
     {"summary": ["leave out the name of who asked"]}),
])  # fmt: skip
def test_what_a_published_list_may_say_holds_nothing_of_a_person(harness, question, wrong):
    tell(harness)
    answer = ask(harness, QUESTION | question)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {f"questions.0.{name}": told for name, told in wrong.items()})


def test_what_a_host_wrote_for_lists_is_erased_with_the_text(harness):
    tell(harness)
    (taken,) = ask(harness, QUESTION).get_json()["questions"]
    assert harness.post(f"/opinions/{taken['id']}/erasure", {"content": True}, "admin").status_code == 200
    (shown,) = harness.client.get(f"/api/v1/sessions/{SESSION}/questions", headers={"Authorization": "Bearer admin"}).get_json()[
        "items"
    ]
    assert shown["summary"] is None
