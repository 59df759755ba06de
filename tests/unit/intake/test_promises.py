"""Promises of inclusion in the answers of intake, and the messages that a receipt opens."""

from __future__ import annotations

import json
import time
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest

from examples.python import verify_promise
from services.contracts.envelope import decode, encode
from services.contracts.ledger import MERGE_DELAY, subject_of
from services.intake.domain.receipt.messages import shows_heard
from services.intake.handlers.effects import EFFECTS
from services.intake.handlers.erasing import erase
from tests.unit.contracts.test_messages import EXAMPLES
from tests.unit.intake.harness import MIGRATIONS, SIGNER, IntakeHarness, Routing
from tests.unit.intake.opinions import FORM

#: Of what is heard.
READABLE = {
    "assignment.asked", "assignment.concluded", "assignment.extended", "assignment.marked", "assignment.objected",
    "assignment.paused", "assignment.progressed", "assignment.raised", "assignment.reassigned", "assignment.rechecked",
    "assignment.replied", "assignment.ruled", "assignment.signed", "card.issued", "promise.broken", "promise.kept", "promise.made",
}  # fmt: skip
KEY = {"Idempotency_Key": "0193a1b2-0000-7000-8000-000000000001"}


class NoSigner:
    """Signs nothing."""

    name, publics = SIGNER.name, SIGNER.publics

    def sign(self, text: bytes) -> bytes:
        raise AssertionError("a batch is not to wait for signatures")


def replied(harness: IntakeHarness, **fields: Any) -> Any:
    """An opinion with its reply."""
    taken = harness.submit(**fields)
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.signed(), routing.replied())
    return taken


def check(harness: IntakeHarness, promise: dict[str, Any], kind: str, opinion: str) -> None:
    """The promise is of the last message of this type, signed with a key that is published."""
    keys = harness.get("/keys").json["items"]
    assert verify_promise.signed_by(keys, promise["key"], verify_promise.promise_text(promise), promise["signature"])
    (*_, row) = [each for each in harness.outbox() if each["type"] == kind and each["subject"] == opinion]
    assert (promise["id"], promise["body"]) == (row["message_id"], sha256(row["body"]).hexdigest())
    assert promise["subject"] == subject_of(opinion)
    assert datetime.fromisoformat(promise["by"]) == (harness.clock.now() + MERGE_DELAY).replace(microsecond=0)


def test_the_answer_to_a_submission_promises_that_it_will_be_counted(harness):
    answer = harness.post("/opinions", FORM)
    check(harness, answer.json["promise"], "opinion.submitted", answer.json["id"])


def test_the_same_request_again_gets_the_same_promise(harness):
    first, second = (harness.post("/opinions", FORM, **KEY).json for _ in range(2))
    assert first == second
    assert harness.count() == 1


def test_the_answer_to_a_rating_and_to_its_revision_promises_it_too(harness):
    taken = replied(harness)
    for result in ("satisfied", "basically_satisfied"):
        answer = harness.post(f"/receipts/{taken.receipt}/evaluation", {"result": result})
        assert answer.status_code == 201, answer.text
        check(harness, answer.json["promise"], "opinion.evaluated", taken.id)


def test_without_a_key_nothing_is_promised(sqlite_database, clock):
    harness = IntakeHarness(sqlite_database("intake", MIGRATIONS), clock, signer=None)
    answer = harness.post("/opinions", FORM).json
    assert "promise" not in answer
    assert harness.get("/keys").json["items"] == []
    (item,) = harness.get(f"/receipts/{answer['receipt']}/messages").json["items"]
    assert item["promise"] is None


def test_a_batch_waits_for_no_signature_and_its_receipts_get_their_promises_later(sqlite_database, clock):
    harness = IntakeHarness(sqlite_database("intake", MIGRATIONS), clock, signer=NoSigner())
    lines = harness.batch("".join(json.dumps(FORM) + "\n" for _ in range(5)).encode(), "application/x-ndjson")
    assert [line["status"] for line in lines] == ["created"] * 5
    later = IntakeHarness(harness.database, clock)
    for line in lines:
        (item,) = later.get(f"/receipts/{line['receipt']}/messages").json["items"]
        check(later, item["promise"], "opinion.submitted", line["id"])


def messages(harness: IntakeHarness, receipt: str) -> list[Any]:
    """All messages that a receipt opens, checked against what left or came."""
    items: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = harness.get(f"/receipts/{receipt}/messages", limit="2", **cursor).json
        items += page["items"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    for item in items:
        event = decode(item["body"].encode())
        assert (item["id"], item["type"], item["subject"]) == (event.id, event.type, subject_of(event.subject))
        assert item["hash"] == item["promise"]["body"] == sha256(item["body"].encode()).hexdigest()
    return items


def kinds(harness: IntakeHarness, receipt: str) -> list[str]:
    return [item["type"] for item in messages(harness, receipt)]


def test_a_receipt_opens_the_messages_of_its_case_as_they_were_sent(harness):
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    told = [routing.created(), routing.signed(), routing.progressed(), routing.replied()]
    harness.consume(*told)
    harness.rate(taken.receipt)
    harness.consume(routing.concluded())
    items = messages(harness, taken.receipt)
    assert {item["type"] for item in items} == {
        "opinion.submitted", "assignment.signed", "assignment.progressed", "assignment.replied", "opinion.evaluated",
        "assignment.concluded",
    }  # fmt: skip
    own = {row["message_id"]: row["body"] for row in harness.outbox()} | {event.id: encode(event) for event in told}
    assert all(item["body"].encode() == own.get(item["id"], item["body"].encode()) for item in items)


def test_what_another_one_said_is_nobody_else_s(harness):
    answer = harness.post("/opinions", FORM | {"cosigners": [{"kind": "citizen", "name": "李四"}]}).json
    routing = Routing(answer["id"], harness.clock.now())
    harness.consume(routing.created(), routing.signed(), routing.replied())
    first, second = answer["receipt"], answer["cosigners"][0]
    harness.post(f"/receipts/{first}/evaluation", {"result": "dissatisfied", "comment": "只有我知道。"})
    assert "opinion.evaluated" in kinds(harness, first)
    assert "只有我知道" not in json.dumps(messages(harness, second), ensure_ascii=False)
    assert "opinion.evaluated" not in kinds(harness, second)


@pytest.mark.parametrize(("reason", "seen"), [(None, True), ("搬家了。", False)])
def test_why_somebody_withdrew_is_theirs(harness, reason, seen):
    answer = harness.post("/opinions", FORM | {"cosigners": [{"kind": "citizen", "name": "李四"}]}).json
    assert harness.post(f"/receipts/{answer['receipt']}/withdrawal", {"reason": reason} if reason else {}).status_code == 201
    assert "opinion.withdrawn" in kinds(harness, answer["receipt"])
    assert ("opinion.withdrawn" in kinds(harness, answer["cosigners"][0])) is seen


def test_who_was_merged_reads_what_became_of_the_case_and_no_other_submitter_s_words(harness):
    case, own = harness.submit(content="别人的话。", channel="meeting"), harness.submit(channel="meeting")
    harness.post(f"/opinions/{case.id}/accept", {"difficulty": "simple"}, "reviewer")
    assert harness.post(f"/opinions/{own.id}/merge", {"into": case.id}, "reviewer").status_code == 200
    routing = Routing(case.id, harness.clock.now())
    harness.consume(routing.created(), routing.signed(), routing.replied())
    for receipt in (case.receipt, own.receipt):
        harness.rate(receipt)
    found = messages(harness, own.receipt)
    assert sorted(item["type"] for item in found) == [
        "assignment.replied", "assignment.signed", "opinion.evaluated", "opinion.submitted",
    ]  # fmt: skip
    assert "别人的话" not in json.dumps(found, ensure_ascii=False)
    assert {item["id"] for item in found} & {item["id"] for item in messages(harness, case.receipt)} != set()


def test_what_is_erased_is_on_no_receipt(harness):
    taken = replied(harness)
    harness.do(lambda store: erase(store, taken.id, content=True))
    assert messages(harness, taken.receipt) == []


@pytest.mark.parametrize("receipt", ["nonsense", "2222222222222222"])
def test_without_a_receipt_there_are_none(harness, receipt):
    assert harness.get(f"/receipts/{receipt}/messages").status_code == 404


def test_a_message_is_readable_only_when_its_line_or_the_receipt_says_all_of_it(harness):
    readable = {
        message.TYPE
        for _, _, message in EXAMPLES
        if (row := EFFECTS.get(type(message)))
        and not row.internal
        and shows_heard(message, {name: value for name, value in row.facts(message).items() if value is not None})
    }
    assert readable == READABLE


def test_a_message_that_comes_again_when_nobody_remembers_it_is_kept_once(harness):
    taken = harness.submit()
    event = Routing(taken.id, harness.clock.now()).signed()
    harness.consume(event, event)
    assert kinds(harness, taken.receipt).count("assignment.signed") == 1


def test_a_signature_costs_no_more_than_a_moment():
    begun = time.process_time()
    for number in range(200):
        SIGNER.sign(b"%d" % number)
    # Plain Python took 16 ms for each.
    assert time.process_time() - begun < 0.4
