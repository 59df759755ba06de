"""What intake keeps is the same on both kinds of store: a case with everything in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from services.contracts.envelope import encode
from services.contracts.errors import Unavailable
from services.contracts.messages.values import CoOpinion, Outcome, Promise, ReplyItem
from services.intake.domain.attaching import MOST_PHOTOS
from services.intake.domain.reviewing import Terms
from services.intake.gateway.photos import read_photo
from services.intake.handlers.merging import merge
from services.intake.handlers.submitter import add_details
from services.intake.store.reading import find
from services.intake.store.writing import IntakeStore
from tests.integration.relaying import until
from tests.unit.intake.harness import DUE, MIGRATIONS, TOWN, WINDOW, IntakeHarness, Routing
from tests.unit.intake.opinions import FORM, change
from tests.unit.intake.pictures import photo
from tests.unit.intake.whole_case import MARKERS, live_through, open_case


def test_a_case_with_everything_in_it_stands_on_every_receipt(any_database, clock):
    harness = IntakeHarness(any_database("intake", MIGRATIONS), clock)
    case = open_case(harness, **MARKERS)
    live_through(harness, case)
    shown = [harness.get(f"/receipts/{receipt}").get_json() for receipt in (*case.receipts, case.follower)]
    assert [each["state"] for each in shown] == ["reassigned"] * 3 + ["merged"]
    for each in shown:
        assert [promise["state"] for promise in each["promises"]] == ["kept", "broken"]
        assert [item["outcome"] for item in each["reply"]["items"]] == ["in_progress", "solved"]
    seen = harness.get(f"/opinions/{case.id}", "petitions").get_json()
    assert (len(seen["cosigners"]), len(seen["evaluations"])) == (2, 5)
    assert [item["id"] for item in harness.get("/opinions", "petitions").get_json()["items"]] == [case.id]


def test_a_photo_is_the_same_bytes_on_both(any_database, clock):
    harness = IntakeHarness(any_database("intake", MIGRATIONS), clock)
    taken, raw = harness.submit(), photo()
    path = f"/receipts/{taken.receipt}/attachments"
    sent = [harness.client.post(f"/api/v1{path}", data=raw, content_type="image/jpeg") for _ in range(MOST_PHOTOS + 1)]
    assert [answer.status_code for answer in sent] == [201] * MOST_PHOTOS + [409]
    listed = harness.get(f"/receipts/{taken.receipt}").get_json()["attachments"]
    assert listed == [answer.get_json() for answer in sent[:-1]]
    assert {harness.get(f"{path}/{each['id']}").data for each in listed} == {read_photo(raw).content}


def test_two_at_once_do_not_become_one_too_many(any_database, clock):
    harness = IntakeHarness(any_database("intake", MIGRATIONS), clock)
    taken = harness.submit()

    def send(_):
        client, path = harness.app.test_client(), f"/api/v1/receipts/{taken.receipt}/attachments"
        # Only some are read at a time; the sweep goes on while there are more.
        while (status := client.post(path, data=photo(), content_type="image/jpeg").status_code) == 503:
            pass
        return status

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(send, range(12)))
    assert statuses == [201] * MOST_PHOTOS + [409] * 6


def test_a_photo_that_meets_the_answer_waits_and_finds_the_case_as_it_is_then(postgres_database, clock):
    """SQLite has one writer at a time: only there can a commit come in between."""
    harness = IntakeHarness(postgres_database("intake", MIGRATIONS), clock)
    taken = harness.submit()
    routing = Routing(taken.id, clock.now())
    harness.consume(routing.created(), routing.signed())
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"

    def send():
        path = f"/api/v1/opinions/{taken.id}/attachments"
        headers = {"Authorization": "Bearer water"}
        return harness.app.test_client().post(path, data=photo(), content_type="image/jpeg", headers=headers).status_code

    def waits():
        with harness.database.reading() as connection:
            return sent.done() or connection.execute(sa.text(waiting)).scalar_one() > 0

    with ThreadPoolExecutor(1) as pool:
        with harness.database.transaction() as work:
            change(work, taken.id, state="replied")
            work.flush()
            sent = pool.submit(send)
            until(waits)
        assert sent.result() == 409


@pytest.mark.parametrize("is_first", [True, False])
def test_who_adds_to_a_case_that_is_merged_at_this_moment_waits_for_its_turn(postgres_database, clock, is_first):
    """Whoever was merged came before the case, or after it: all lock in one order."""
    harness = IntakeHarness(postgres_database("intake", MIGRATIONS), clock)
    first, second, third = (harness.submit() for _ in range(3))
    follower, case = (first, second) if is_first else (second, first)
    harness.do(merge, TOWN, follower.id, case.id)

    def waiting(number):
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        with harness.database.reading() as connection:
            return connection.execute(sa.text(query)).scalar_one() >= number

    def add():
        with pytest.raises(Unavailable, match="merged at this moment"):
            harness.do(add_details, follower.receipt, "在东头。")

    with ThreadPoolExecutor(2) as pool:
        with harness.database.transaction() as work:
            IntakeStore(work, harness.vault).load(third.id)
            merged = pool.submit(harness.do, merge, TOWN, case.id, third.id)
            until(lambda: waiting(1))
            added = pool.submit(add)
            until(lambda: waiting(2))
        assert merged.result()[1] == third.id
        added.result()


def test_an_opinion_is_loaded_as_it_was_saved(any_database, clock):
    harness = IntakeHarness(any_database("intake", MIGRATIONS), clock)
    taken = harness.submit(
        channel="campaign", location={"address": "东街桥"}, topic="lamps", submitted_at="2026-11-20T08:00:00+08:00"
    )
    with harness.database.transaction() as work:
        store = IntakeStore(work, harness.vault)
        opinion = store.load(taken.id)
        opinion.accept(TOWN, Terms("rivers", "county", "simple", "roads", ("water",), "separate", True, "李镇长"), again=False)
        opinion.reply, opinion.outcome, opinion.evaluate_by = "已修好。", Outcome.SOLVED, WINDOW
        opinion.items = (ReplyItem("修堤", "已修", Outcome.SOLVED, Promise("装护栏", DUE, "老周")),)
        opinion.co_opinions, opinion.asked_sequence = (CoOpinion("water", "可以。"),), 4
        store.save(opinion)
        store.save(opinion)
    with harness.database.transaction() as work:
        assert IntakeStore(work, harness.vault).load(taken.id) == replace(opinion, now=work.now)
    with harness.database.reading() as connection:
        assert find(connection, taken.id) == replace(opinion, now=opinion.updated)
    assert [event.sequence for event in harness.said(taken.id)] == [1, 2]


def test_the_messages_of_a_case_are_the_same_bytes_on_both_and_kept_once(any_database, clock):
    harness = IntakeHarness(any_database("intake", MIGRATIONS), clock)
    form = FORM | {"channel": "hotline", "external_id": "x-1"}
    first, again = (harness.post("/opinions", form, "reviewer") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["promise"] == again.json["promise"]
    event = Routing(first.json["id"], clock.now()).signed()
    harness.consume(event, event)
    own, heard = harness.get(f"/receipts/{first.json['receipt']}/messages").json["items"]
    sent = {row["message_id"]: bytes(row["body"]) for row in harness.outbox()}
    assert (own["body"].encode(), heard["body"].encode()) == (sent[own["id"]], encode(event))
