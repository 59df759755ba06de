"""`updated` of an opinion: whatever changes it, another system that follows the list is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.contracts.lifecycle import State
from services.intake.domain.following import UNCHANGED, Handling
from services.intake.domain.reviewing import Terms
from services.intake.handlers.reviewing import accept, decline, return_
from services.intake.handlers.submitter import add_details
from services.intake.store.contacts import reseal
from services.intake.store.tables import opinions
from services.intake.store.writing import IntakeStore
from tests.unit.intake.opinions import MORNING


def followed(harness, since):
    answer = harness.get("/opinions", "reviewer", updated_since=since.isoformat())
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_a_follower_is_told_what_changed_and_from_when_on_to_ask_again(harness):
    first, second = harness.submit(channel="campaign"), harness.submit(channel="campaign")
    harness.clock.instant = MORNING + timedelta(hours=1)
    harness.do(return_, first.id, "哪一段？")
    told = followed(harness, MORNING + timedelta(minutes=30))
    assert [(item["id"], item["state"], item["updated"]) for item in told["items"]] == [
        (first.id, "returned", harness.clock.now().isoformat())
    ]
    assert told["follow_from"] == (harness.clock.now() - timedelta(seconds=60)).isoformat()
    harness.clock.instant = MORNING + timedelta(hours=2)
    harness.do(decline, harness.catalogue, second.id, next(iter(harness.catalogue.decline_reasons)))
    assert [item["id"] for item in followed(harness, MORNING + timedelta(minutes=90))["items"]] == [second.id]
    assert [item["id"] for item in followed(harness, MORNING)["items"]] == [first.id, second.id]


def test_every_statement_that_changes_an_opinion_stamps_it(harness):
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_):
        if statement.upper().startswith("UPDATE OPINIONS"):
            statements.append(statement)

    sa.event.listen(harness.database.engine, "before_cursor_execute", note)
    taken = harness.submit(channel="campaign", topic="rivers")
    harness.do(return_, taken.id, "哪一段？")
    harness.do(add_details, taken.receipt, "桥东。")
    harness.do(accept, harness.catalogue, taken.id, Terms(topic="rivers"))
    with harness.database.transaction() as work:
        intake = IntakeStore(work, harness.vault)
        intake.follow(taken.id, 3, Handling(State.SIGNED, "water", "a-1"), UNCHANGED)
        intake.move_followers(taken.id, "elsewhere")
        opinion = intake.load(taken.id)
        opinion.level = "county"
        intake.save(opinion)
        intake.forget_words(taken.id)
        intake.forget_persons(taken.id)
    sa.event.remove(harness.database.engine, "before_cursor_execute", note)
    assert len(statements) >= 8
    assert [each for each in statements if "updated=" not in each.replace(" ", "")] == []


def test_another_key_for_what_is_sealed_is_no_change(harness):
    taken = harness.submit(submitter={"kind": "citizen", "name": "甲"})
    harness.clock.instant = MORNING + timedelta(hours=1)
    with harness.database.transaction() as work:
        reseal(work, harness.vault, [taken.id])
        seen = work.execute(sa.select(opinions.c.updated).where(opinions.c.id == taken.id)).scalar_one()
    assert seen == MORNING


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "accepted,submitted"}, 2), ({"state": "submitted"}, 1), ({"to": "2026-11-22"}, 0), ({"sort": "submitted"}, 2),
        ({"from": "2026-11-23", "to": "2026-11-23"}, 2), ({"state": "", "topic": " "}, 2),
    ],
)  # fmt: skip
def test_lists_take_several_values_days_and_orders(harness, query, found):
    harness.submit(topic="rivers")
    harness.submit(channel="campaign")
    answer = harness.get("/opinions", "reviewer", **query)
    assert len(answer.get_json()["items"]) == found
