"""Intake over HTTP: what is taken, what is refused and how clearly, and that the same request twice has one effect."""

import json

import pytest

from services.intake import domain, schemas
from tests.unit.intake.desk import FORM, Routing

LONGEST = {"title": 120, "content": 20_000}


def problem(answer, status):
    """The problem document of a refused request."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    body = answer.get_json()
    assert body["status"] == status
    assert body["detail"]
    return body


def test_title_and_content_are_enough(desk):
    answer = desk.post("/opinions", FORM)
    assert answer.status_code == 201
    body = answer.get_json()
    assert schemas.Submitted().validate(body) == {}
    assert body["state"] == "accepted"
    plain = domain.read_receipt(body["receipt"])
    assert body["links"] == {"receipt": f"/api/v1/receipts/{plain}", "page": f"/receipts/{plain}"}
    shown = desk.client.get(body["links"]["receipt"]).get_json()
    assert (shown["receipt"], shown["title"], shown["state"]) == (body["receipt"], FORM["title"], "accepted")


def test_everything_of_the_contract_is_taken(desk):
    whole = FORM | {
        "channel": "station", "topic": "河道", "area": "town", "station": "central", "deputy": "代表甲", "visibility": "congress",
        "location": {"address": "东街桥", "latitude": 30.5, "longitude": 120.1}, "external_id": "x-1",
        "relay": ["选民甲", "代表甲"],
        "submitter": {"kind": "citizen", "name": "甲", "phone": "13900001111", "email": "a@example.org"},
    }  # fmt: skip
    answer = desk.post("/opinions", whole, "reviewer")
    assert answer.status_code == 201
    seen = desk.get(f"/opinions/{answer.get_json()['id']}", "reviewer").get_json()
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
        ({"submitter": {"name": "甲"}}, "submitter.kind"),
        ({"submitter": {"kind": "ghost"}}, "submitter.kind"),
        ({"submitter": {"kind": "citizen", "email": "nowhere"}}, "submitter.email"),
        ({"submitter": {"kind": "citizen", "phone": "call me"}}, "submitter.phone"),
        ({"relay": "甲"}, "relay"),
        ({"relay": ["甲"] * 11}, "relay"),
        ({"external_id": "x" * 201}, "external_id"),
    ],
)
def test_a_field_that_is_not_right_is_named(desk, wrong, field):
    assert field in problem(desk.post("/opinions", FORM | wrong), 422)["errors"]
    assert desk.count() == 0


@pytest.mark.parametrize("field", ["title", "content"])
def test_a_missing_field_is_named_and_the_longest_text_is_taken(desk, field):
    assert field in problem(desk.post("/opinions", {name: text for name, text in FORM.items() if name != field}), 422)["errors"]
    assert desk.post("/opinions", FORM | {field: "长" * LONGEST[field]}).status_code == 201


def test_all_that_is_wrong_is_told_at_once(desk):
    assert set(problem(desk.post("/opinions", {"title": "", "colour": 1}), 422)["errors"]) == {"title", "content", "colour"}


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
def test_a_body_that_cannot_be_read_is_told_why(desk, data, words):
    assert words in problem(desk.send("/opinions", data, "application/json"), 400)["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/csv", "application/xml", ""])
def test_another_content_type_is_told_which_one_is_taken(desk, content_type):
    answer = desk.send("/opinions", json.dumps(FORM).encode(), content_type)
    assert "application/json" in problem(answer, 415)["detail"]


def test_a_body_beyond_all_measure_is_refused(desk):
    problem(desk.post("/opinions", FORM | {"content": "x" * 1_000_001}), 413)


def test_a_query_where_none_is_taken_is_named(desk):
    assert "colour" in problem(desk.client.post("/api/v1/opinions?colour=red", json=FORM), 422)["errors"]


def test_the_same_request_with_the_same_key_has_one_effect_and_one_answer(desk):
    first, again = (desk.post("/opinions", FORM, Idempotency_Key="k-1" * 8) for _ in range(2))
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert (desk.count(), len(desk.said())) == (1, 2)
    assert desk.post("/opinions", FORM, Idempotency_Key="k-2" * 8).get_json() != first.get_json()


def test_the_same_key_with_another_body_is_refused(desk):
    desk.post("/opinions", FORM, Idempotency_Key="k-1" * 8)
    problem(desk.post("/opinions", FORM | {"title": "别的"}, Idempotency_Key="k-1" * 8), 409)
    assert desk.count() == 1


def test_a_refused_request_does_not_use_up_its_key(desk):
    problem(desk.post("/opinions", FORM | {"topic": "月球"}, Idempotency_Key="k-1" * 8), 422)
    assert desk.post("/opinions", FORM, Idempotency_Key="k-1" * 8).status_code == 201


def test_a_key_without_end_is_refused(desk):
    assert "Idempotency-Key" in problem(desk.post("/opinions", FORM, Idempotency_Key="k" * 201), 422)["errors"]


def test_the_same_external_id_gets_the_same_receipt_and_another_text_a_conflict(desk):
    first, again = (desk.post("/opinions", FORM | {"external_id": "x-1"}, "reviewer") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == first.get_json()
    problem(desk.post("/opinions", FORM | {"external_id": "x-1", "content": "别的"}, "reviewer"), 409)


def test_the_holder_of_a_receipt_follows_the_case_and_rates_it(desk):
    taken = desk.submit(topic="rivers")
    routing = Routing(taken.id, desk.clock.now())
    desk.hear(routing.created(), routing.replied())
    path = f"/receipts/{domain.show_receipt(taken.receipt).lower()}"
    shown = desk.get(path).get_json()
    assert schemas.Receipt().validate(shown) == {}
    assert (shown["state"], shown["department"], shown["may"], shown["evaluation"]) == ("replied", "water", ["evaluation"], None)
    assert (shown["reply"]["content"], shown["reply"]["outcome"]) == ("已修好。", "solved")
    assert shown["reply"]["evaluate_by"] == "2026-12-21T23:59:59+08:00"
    answer = desk.post(f"{path}/evaluation", {"result": "satisfied", "process": "basically_satisfied"})
    assert (answer.status_code, answer.get_json()) == (201, {"state": "replied"})
    shown = desk.get(path).get_json()
    assert shown["may"] == ["revision"]
    assert (shown["evaluation"]["result"], shown["evaluation"]["process"]) == ("satisfied", "basically_satisfied")
    problem(desk.post(f"{path}/evaluation", {"result": "satisfied", "process": "basically_satisfied"}), 409)


def test_a_rating_with_a_key_may_be_sent_twice(desk):
    taken = desk.submit()
    routing = Routing(taken.id, desk.clock.now())
    desk.hear(routing.created(), routing.replied())
    path = f"/receipts/{taken.receipt}/evaluation"
    answers = [desk.post(path, {"result": "satisfied"}, Idempotency_Key="k" * 22) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(desk.said(taken.id)) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "result"),
        ({"result": "fine"}, "result"),
        ({"result": "satisfied", "process": "?"}, "process"),
        ({"result": "satisfied", "stars": 5}, "stars"),
    ],
)
def test_a_rating_that_is_not_right_names_its_field(desk, body, field):
    assert field in problem(desk.post(f"/receipts/{desk.submit().receipt}/evaluation", body), 422)["errors"]


def test_a_rating_before_the_reply_is_a_conflict(desk):
    assert (
        "not possible"
        in problem(desk.post(f"/receipts/{desk.submit().receipt}/evaluation", {"result": "satisfied"}), 409)["detail"]
    )


@pytest.mark.parametrize("text", ["nonsense", "0" * 14, "00000-00000-0001", "%E6%B2%B3"])
def test_an_unknown_receipt_tells_nothing(desk, text):
    desk.submit()
    problem(desk.get(f"/receipts/{text}"), 404)
    problem(desk.post(f"/receipts/{text}/evaluation", {"result": "satisfied"}), 404)


def test_a_receipt_shows_nobody_s_name(desk):
    person = {"kind": "citizen", "name": "沈秀兰", "phone": "13900001111"}
    taken = desk.submit(submitter=person, relay=["网格员老周"])
    text = desk.get(f"/receipts/{taken.receipt}").text
    assert not any(secret in text for secret in ("沈秀兰", "13900001111", "网格员老周"))


@pytest.mark.parametrize(("key", "who", "statuses"), [
    ("", None, [201, 201]), ("   ", None, [201, 201]), ("7", None, [422, 422]), ("k" * 21, None, [422, 422]),
    ("7", "reviewer", [201, 201]), ("", "reviewer", [201, 201]),
])  # fmt: skip
def test_a_blank_key_is_none_and_a_short_one_needs_a_token(desk, key, who, statuses):
    answers = [desk.post("/opinions", FORM, who, Idempotency_Key=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == statuses
    receipts = {answer.get_json().get("receipt") for answer in answers}
    assert len(receipts) == (2 if statuses == [201, 201] and not key.strip() else 1)


def test_a_remembered_answer_is_nobody_elses(desk):
    """The same key and the same words from four callers: four cases, four receipts."""
    callers = (None, "reviewer", "admin", "water")
    first, again = ([desk.post("/opinions", FORM, who, Idempotency_Key="k" * 22).get_json() for who in callers] for _ in range(2))
    assert len({answer["receipt"] for answer in first}) == len(callers)
    assert first == again
