"""`updated` of an opinion: whatever changes it, another system that follows the list is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.contracts.lifecycle import State
from services.intake import handlers, store
from services.intake.store import opinions
from tests.unit.intake.desk import MORNING


def followed(desk, since):
    answer = desk.get("/opinions", "reviewer", updated_since=since.isoformat())
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_a_follower_is_told_what_changed_and_from_when_on_to_ask_again(desk):
    first, second = desk.submit(channel="campaign"), desk.submit(channel="campaign")
    desk.clock.instant = MORNING + timedelta(hours=1)
    desk.do(handlers.return_, first.id, "哪一段？")
    told = followed(desk, MORNING + timedelta(minutes=30))
    assert [(item["id"], item["state"], item["updated"]) for item in told["items"]] == [
        (first.id, "returned", desk.clock.now().isoformat())
    ]
    assert told["follow_from"] == (desk.clock.now() - timedelta(seconds=60)).isoformat()
    desk.clock.instant = MORNING + timedelta(hours=2)
    desk.do(handlers.decline, desk.catalogue, second.id, next(iter(desk.catalogue.decline_reasons)))
    assert [item["id"] for item in followed(desk, MORNING + timedelta(minutes=90))["items"]] == [second.id]
    assert [item["id"] for item in followed(desk, MORNING)["items"]] == [first.id, second.id]


def test_every_statement_that_changes_an_opinion_stamps_it(desk):
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_):
        if statement.upper().startswith("UPDATE OPINIONS"):
            statements.append(statement)

    sa.event.listen(desk.database.engine, "before_cursor_execute", note)
    taken = desk.submit(channel="campaign", topic="rivers")
    desk.do(handlers.return_, taken.id, "哪一段？")
    desk.do(handlers.add_details, taken.receipt, "桥东。")
    desk.do(handlers.accept, desk.catalogue, taken.id, {"topic": "rivers"})
    with desk.database.transaction() as work:
        intake = store.IntakeStore(work, desk.vault)
        intake.follow(taken.id, 3, {"state": State.SIGNED, "department": "water"})
        intake.move_followers(taken.id, "elsewhere")
        intake.change(taken.id, level="county")
        intake.forget_words(taken.id, "-", "-")
        intake.forget_persons(taken.id)
    sa.event.remove(desk.database.engine, "before_cursor_execute", note)
    assert len(statements) >= 8
    assert [each for each in statements if "updated=" not in each.replace(" ", "")] == []


def test_another_key_for_what_is_sealed_is_no_change(desk):
    taken = desk.submit(submitter={"kind": "citizen", "name": "甲"})
    desk.clock.instant = MORNING + timedelta(hours=1)
    with desk.database.transaction() as work:
        store.reseal(work, desk.vault, [taken.id])
        seen = work.execute(sa.select(opinions.c.updated).where(opinions.c.id == taken.id)).scalar_one()
    assert seen == MORNING


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "accepted,submitted"}, 2), ({"state": "submitted"}, 1), ({"to": "2026-11-22"}, 0), ({"sort": "submitted"}, 2),
        ({"from": "2026-11-23", "to": "2026-11-23"}, 2), ({"state": "", "topic": " "}, 2),
    ],
)  # fmt: skip
def test_lists_take_several_values_days_and_orders(desk, query, found):
    desk.submit(topic="rivers")
    desk.submit(channel="campaign")
    answer = desk.get("/opinions", "reviewer", **query)
    assert len(answer.get_json()["items"]) == found
