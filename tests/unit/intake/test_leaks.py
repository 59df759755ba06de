"""Who told it reaches those who may know and nobody else: marked persons, looked for everywhere intake can be heard or read."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.contracts.people.callers import STAFF
from services.contracts.topology import DEPARTMENTS, EVENTS, LETTERS
from services.intake.app.routes import ROUTES
from services.intake.domain.receipt.receipts import rater_of, show_receipt
from services.intake.domain.submission.submission import VISIBILITIES
from tests.unit.intake.whole_case import ADVISER, LEAD, MARKERS, SECRETS, SEPARATE, live_through, open_case

OFFICE, ON_THE_CASE = ("reviewer", "supervisor", "admin"), (ADVISER, SEPARATE)


@pytest.fixture(params=VISIBILITIES, scope="module")
def lived(open_harness, request):
    """(the desk, a case of marked persons that has been through everything, what was logged meanwhile)"""
    harness = open_harness()
    harness.keep_accounts()
    with capture_logs() as logged:
        case = open_case(harness, visibility=request.param, **MARKERS)
        live_through(harness, case)
    return harness, case, logged, request.param


def found(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def written(receipt: str) -> set[str]:
    return {receipt, show_receipt(receipt)}


def test_nothing_that_is_said_to_anybody_but_notify_names_a_person_or_a_receipt(lived):
    harness, case, _, _ = lived
    private = 0
    for row in harness.outbox():
        body, places = row["body"].decode(), json.loads(row["destinations"])
        if any(exchange in (EVENTS, DEPARTMENTS) for exchange, _ in places):
            assert found(body) == []
            assert not any(receipt in body for code in (*case.receipts, case.follower) for receipt in written(code))
        else:
            assert places == [[LETTERS, "notify.letters"]]
            private += 1
    assert private > 0


def test_what_is_said_to_notify_alone_can_only_be_read_with_the_key(lived):
    harness, _, _, _ = lived
    assert [found(row["body"].decode()) for row in harness.outbox() if found(row["body"].decode())] == []
    assert {letter.name for letter in harness.letters()} >= {"标记甲", "标记乙", "标记丙"}


def test_no_byte_of_the_store_names_a_person(lived):
    harness, _, _, _ = lived
    files = [path for path in Path(harness.database.url.database).parent.iterdir() if path.is_file()]
    assert {path.suffix for path in files} >= {".db", ".db-wal"}
    assert [(path.name, secret) for path in files for secret in SECRETS if secret.encode() in path.read_bytes()] == []


def test_every_person_who_can_be_reached_is_written_to_and_only_about_their_own_receipt(lived):
    harness, case, _, _ = lived
    reached = {(letter.receipt, letter.phone, letter.email) for letter in harness.letters()}
    first, second, third = case.receipts
    assert reached == {
        (show_receipt(first), "13700000001", "mark1@example.org"), (show_receipt(second), "13700000002", None),
        (show_receipt(third), None, "mark3@example.org"), (show_receipt(case.follower), "13700000003", None),
    }  # fmt: skip


@pytest.mark.slow
def test_no_page_and_no_receipt_names_a_person_or_the_receipt_of_another(lived):
    harness, case, _, _ = lived
    codes = (*case.receipts, case.follower)
    for path in ("/", "/receipts", "/receipts?receipt=nonsense"):
        assert found(harness.client.get(path).text) == []
    for code in codes:
        for path in (f"/receipts/{code}", f"/api/v1/receipts/{code}"):
            answer = harness.client.get(path)
            assert (answer.status_code, found(answer.text)) == (200, [])
            others = set().union(*(written(other) for other in codes if other != code))
            assert not any(other in answer.text for other in others), path


@pytest.mark.slow
def test_what_somebody_said_in_a_rating_is_on_no_other_receipt(lived):
    harness, case, _, _ = lived
    codes = (*case.receipts, case.follower)
    for number, code in enumerate(codes):
        for path in (f"/receipts/{code}", f"/api/v1/receipts/{code}"):
            text = harness.client.get(path).text
            assert not any(f"意见 {other}。" in text for other in range(len(codes)) if other != number)


@pytest.mark.parametrize("who", [*OFFICE, LEAD, *ON_THE_CASE])
def test_no_list_names_a_person_or_a_receipt(lived, who):
    harness, case, _, _ = lived
    for path in [route.path for route in ROUTES if route.method == "GET" and route.query is not None and "<" not in route.path]:
        for query in ({}, {"state": "returned"}) if path.endswith("reviews") else ({},):
            answer = harness.get(path.removeprefix("/api/v1"), who, **query)
            assert answer.status_code in (200, 403)
            assert found(answer.text) == []
            assert not any(code in answer.text for receipt in (*case.receipts, case.follower) for code in written(receipt))


@pytest.mark.parametrize("who", OFFICE)
def test_the_office_sees_everybody_and_no_receipt(lived, who):
    harness, case, _, _ = lived
    text = harness.get(f"/opinions/{case.id}", who).text
    assert found(text) == [secret for secret in SECRETS if secret != "13700000003"]
    assert not any(code in text for receipt in case.receipts for code in written(receipt))


@pytest.mark.parametrize("who", ON_THE_CASE)
def test_whoever_handles_the_case_sees_who_told_it_where_that_was_allowed(lived, who):
    harness, case, _, visibility = lived
    answer = harness.get(f"/opinions/{case.id}", who)
    assert answer.status_code == 200
    if visibility == "congress":
        assert found(answer.text) == []
        assert not set(MARKERS) & answer.get_json().keys()
    else:
        assert found(answer.text) == [secret for secret in SECRETS if secret != "13700000003"]


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_the_lead_sees_who_told_it_where_that_was_allowed_and_never_who_rated(harness, visibility):
    case = open_case(harness, visibility=visibility, **MARKERS)
    harness.consume(case.routing.replied())
    for receipt in case.receipts:
        harness.rate(receipt, "dissatisfied", None, "还不行。")
    answer = harness.get(f"/opinions/{case.id}", LEAD)
    assert found(answer.text) == ([] if visibility == "congress" else [secret for secret in SECRETS if secret != "13700000003"])
    assert len(answer.get_json()["evaluations"]) == 3
    assert len({json.dumps({**rated, "at": ""}) for rated in answer.get_json()["evaluations"]}) == 1
    assert not any(rater_of(receipt) in answer.text for receipt in case.receipts)


@pytest.mark.parametrize("who", [LEAD, "school"])
def test_who_has_it_no_longer_or_never_had_it_does_not_see_it(lived, who):
    harness, case, _, _ = lived
    assert harness.get(f"/opinions/{case.id}", who).status_code == 404
    assert case.id not in harness.get("/opinions", who).text


@pytest.mark.slow
def test_neither_logs_nor_measures_name_a_person(lived, caplog):
    harness, case, logged, _ = lived
    with caplog.at_level(logging.DEBUG), capture_logs() as more:
        for code in (*case.receipts, case.follower):
            harness.client.get(f"/receipts/{code}")
        harness.post("/opinions", {"title": "", "content": "c", **MARKERS})
        harness.get(f"/opinions/{case.id}", "admin")
    assert found(repr(logged) + repr(more) + caplog.text) == []
    assert found(harness.telemetry.expose().decode()) == []
    assert not any(code in harness.telemetry.expose().decode() for code in case.receipts)


def test_behind_the_congress_a_named_submitter_and_an_anonymous_one_look_the_same(harness):
    named, anonymous = open_case(harness, visibility="congress", **MARKERS), open_case(harness, visibility="congress")
    for who in (LEAD, *ON_THE_CASE):
        seen = [harness.get(f"/opinions/{case.id}", who).get_json() for case in (named, anonymous)]
        assert seen[0].keys() == seen[1].keys()
        assert [line["what"] for line in seen[0]["timeline"]] == [line["what"] for line in seen[1]["timeline"]]
    told = [[(event.type, event.sequence) for event in harness.said(case.id)] for case in (named, anonymous)]
    assert told[0] == told[1]
    assert [sequence for _, sequence in told[0]] == list(range(1, len(told[0]) + 1))


def test_every_role_that_works_here_was_looked_at():
    assert {role.value for role in STAFF} - {*OFFICE, "department", "head"} == set()
