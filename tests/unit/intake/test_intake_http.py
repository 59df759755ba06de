"""Intake over HTTP: what is taken, what is refused and how clearly, and that the same request twice has one effect."""

import json

import pytest

from services.intake.domain.receipt.receipts import read_receipt, show_receipt
from services.intake.schemas.answers import Receipt, Submitted
from tests.unit.intake.harness import Routing
from tests.unit.intake.opinions import FORM

LONGEST = {"title": 120, "content": 20_000}


def problem(answer, status):
    """The problem document of a refused request."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    assert body["status"] == status
    assert body["detail"]
    return body


def test_title_and_content_are_enough(harness):
    answer = harness.post("/opinions", FORM)
    assert answer.status_code == 201
    body = answer.get_json()
    assert Submitted().validate(body) == {}
    assert body["state"] == "accepted"
    plain = read_receipt(body["receipt"])
    assert body["links"] == {"receipt": f"/api/v1/receipts/{plain}", "page": f"/receipts/{plain}"}
    shown = harness.client.get(body["links"]["receipt"]).get_json()
    assert (shown["receipt"], shown["title"], shown["state"]) == (body["receipt"], FORM["title"], "accepted")


def test_everything_of_the_contract_is_taken(harness):
    whole = FORM | {
        "channel": "station", "topic": "河道", "area": "town", "station": "central", "deputy": "代表甲", "visibility": "congress",
        "location": {"address": "东街桥", "latitude": 30.5, "longitude": 120.1}, "external_id": "x-1",
        "relay": ["选民甲", "代表甲"],
        "submitter": {"kind": "citizen", "name": "甲", "phone": "13900001111", "email": "a@example.org"},
    }  # fmt: skip
    answer = harness.post("/opinions", whole, "reviewer")
    assert answer.status_code == 201
    seen = harness.get(f"/opinions/{answer.get_json()['id']}", "reviewer").get_json()
    assert {name: seen[name] for name in whole} == whole | {"topic": "rivers"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": " \n　"}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"content": ""}, "content"),
        ({"content": "长" * 20_001}, "content"),
        ({"colour": "red"}, "colour"),
        ({"topic": "月球"}, "topic"),
        ({"area": "moon"}, "area"),
        ({"station": "base"}, "station"),
        ({"channel": "pigeon"}, "channel"),
        ({"visibility": "nobody"}, "visibility"),
        ({"location": {"latitude": 91}}, "location.latitude"),
        ({"location": {"longitude": "east"}}, "location.longitude"),
        ({"location": {"height": 3}}, "location.height"),
        ({"location": {"latitude": 30}}, "location.longitude"),
        ({"location": {"address": "东街", "longitude": 120, "latitude": None}}, "location.latitude"),
        ({"submitter": {"name": "甲"}}, "submitter.kind"),
        ({"submitter": {"kind": "ghost"}}, "submitter.kind"),
        ({"submitter": {"kind": "citizen", "email": "nowhere"}}, "submitter.email"),
        ({"submitter": {"kind": "citizen", "phone": "call me"}}, "submitter.phone"),
        ({"relay": "甲"}, "relay"),
        ({"relay": ["甲"] * 11}, "relay"),
        ({"external_id": "x" * 201}, "external_id"),
    ],
)
def test_a_field_that_is_not_right_is_named(harness, wrong, field):
    assert field in problem(harness.post("/opinions", FORM | wrong), 422)["errors"]
    assert harness.count() == 0


@pytest.mark.parametrize("field", ["title", "content"])
def test_a_missing_field_is_named_and_the_longest_text_is_taken(harness, field):
    assert field in problem(harness.post("/opinions", {name: text for name, text in FORM.items() if name != field}), 422)["errors"]
    assert harness.post("/opinions", FORM | {field: "长" * LONGEST[field]}).status_code == 201


def test_all_that_is_wrong_is_told_at_once(harness):
    assert set(problem(harness.post("/opinions", {"title": "", "colour": 1}), 422)["errors"]) == {"title", "content", "colour"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "not JSON"),
        (b'{"title": "t", "content": "c"', "not JSON"),
        (b"[]", "JSON object"),
        (b'"text"', "JSON object"),
        (b'{"title": "\xba\xd3"}', "UTF-8"),
        (rb'{"title": "a\u0000", "content": "c"}', "U+0000"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_why(harness, data, words):
    assert words in problem(harness.send("/opinions", data, "application/json"), 400)["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/csv", "application/xml", ""])
def test_another_content_type_is_told_which_one_is_taken(harness, content_type):
    answer = harness.send("/opinions", json.dumps(FORM).encode(), content_type)
    assert "application/json" in problem(answer, 415)["detail"]


def test_a_body_beyond_all_measure_is_refused(harness):
    problem(harness.post("/opinions", FORM | {"content": "x" * 1_000_001}), 413)


def test_a_query_where_none_is_taken_is_named(harness):
    assert "colour" in problem(harness.client.post("/api/v1/opinions?colour=red", json=FORM), 422)["errors"]


def test_the_same_request_with_the_same_key_has_one_effect_and_one_answer(harness):
    first, again = (harness.post("/opinions", FORM, Idempotency_Key="k-1" * 8) for _ in range(2))
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert (harness.count(), len(harness.said())) == (1, 2)
    assert harness.post("/opinions", FORM, Idempotency_Key="k-2" * 8).get_json() != first.get_json()


def test_the_same_key_with_another_body_is_refused(harness):
    harness.post("/opinions", FORM, Idempotency_Key="k-1" * 8)
    problem(harness.post("/opinions", FORM | {"title": "别的"}, Idempotency_Key="k-1" * 8), 409)
    assert harness.count() == 1


def test_a_refused_request_does_not_use_up_its_key(harness):
    problem(harness.post("/opinions", FORM | {"topic": "月球"}, Idempotency_Key="k-1" * 8), 422)
    assert harness.post("/opinions", FORM, Idempotency_Key="k-1" * 8).status_code == 201


def test_a_key_without_end_is_refused(harness):
    assert "Idempotency-Key" in problem(harness.post("/opinions", FORM, Idempotency_Key="k" * 201), 422)["errors"]


def test_the_same_external_id_gets_the_same_receipt_and_another_text_a_conflict(harness):
    first, again = (harness.post("/opinions", FORM | {"external_id": "x-1"}, "reviewer") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == first.get_json()
    problem(harness.post("/opinions", FORM | {"external_id": "x-1", "content": "别的"}, "reviewer"), 409)


@pytest.mark.slow
def test_the_holder_of_a_receipt_follows_the_case_and_rates_it(harness):
    taken = harness.submit(topic="rivers")
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.replied())
    path = f"/receipts/{show_receipt(taken.receipt).lower()}"
    shown = harness.get(path).get_json()
    assert Receipt().validate(shown) == {}
    assert (shown["state"], shown["department"], shown["may"], shown["evaluation"]) == ("replied", "water", ["evaluation"], None)
    assert (shown["reply"]["content"], shown["reply"]["outcome"]) == ("已修好。", "solved")
    assert shown["reply"]["evaluate_by"] == "2026-12-21T23:59:59+08:00"
    answer = harness.post(f"{path}/evaluation", {"result": "satisfied", "process": "basically_satisfied"})
    assert (answer.status_code, answer.get_json()["state"]) == (201, "replied")
    shown = harness.get(path).get_json()
    assert shown["may"] == ["revision"]
    assert (shown["evaluation"]["result"], shown["evaluation"]["process"]) == ("satisfied", "basically_satisfied")
    problem(harness.post(f"{path}/evaluation", {"result": "satisfied", "process": "basically_satisfied"}), 409)


def test_a_rating_with_a_key_may_be_sent_twice(harness):
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.replied())
    path = f"/receipts/{taken.receipt}/evaluation"
    answers = [harness.post(path, {"result": "satisfied"}, Idempotency_Key="k" * 22) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(harness.said(taken.id)) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "result"),
        ({"result": "fine"}, "result"),
        ({"result": "satisfied", "process": "?"}, "process"),
        ({"result": "satisfied", "stars": 5}, "stars"),
    ],
)
def test_a_rating_that_is_not_right_names_its_field(harness, body, field):
    assert field in problem(harness.post(f"/receipts/{harness.submit().receipt}/evaluation", body), 422)["errors"]


def test_a_rating_before_the_reply_is_a_conflict(harness):
    assert (
        "not possible"
        in problem(harness.post(f"/receipts/{harness.submit().receipt}/evaluation", {"result": "satisfied"}), 409)["detail"]
    )


@pytest.mark.parametrize("text", ["nonsense", "0" * 14, "00000-00000-0001", "%E6%B2%B3"])
def test_an_unknown_receipt_tells_nothing(harness, text):
    harness.submit()
    problem(harness.get(f"/receipts/{text}"), 404)
    problem(harness.post(f"/receipts/{text}/evaluation", {"result": "satisfied"}), 404)


def test_a_receipt_shows_nobody_s_name(harness):
    person = {"kind": "citizen", "name": "沈秀兰", "phone": "13900001111"}
    taken = harness.submit(submitter=person, relay=["网格员老周"])
    text = harness.get(f"/receipts/{taken.receipt}").text
    assert not any(secret in text for secret in ("沈秀兰", "13900001111", "网格员老周"))


@pytest.mark.parametrize(("key", "who", "statuses"), [
    ("", None, [201, 201]), ("   ", None, [201, 201]), ("7", None, [422, 422]), ("k" * 21, None, [422, 422]),
    ("7", "reviewer", [201, 201]), ("", "reviewer", [201, 201]),
])  # fmt: skip
def test_a_blank_key_is_none_and_a_short_one_needs_a_token(harness, key, who, statuses):
    answers = [harness.post("/opinions", FORM, who, Idempotency_Key=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == statuses
    receipts = {answer.get_json().get("receipt") for answer in answers}
    assert len(receipts) == (2 if statuses == [201, 201] and not key.strip() else 1)


def test_a_remembered_answer_is_nobody_elses(harness):
    """The same key and the same words from four callers: four cases, four receipts."""
    callers = (None, "reviewer", "admin", "water")
    first, again = (
        [harness.post("/opinions", FORM, who, Idempotency_Key="k" * 22).get_json() for who in callers] for _ in range(2)
    )
    assert len({answer["receipt"] for answer in first}) == len(callers)
    assert first == again
