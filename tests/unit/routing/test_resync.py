"""重新同步: a department that has lost what it knew gets all its open work again, and can tell the copies by their ids."""

import json
from dataclasses import replace

import pytest

from services.contracts.envelope import decode
from services.routing.handlers.resyncing import send_again
from services.routing.store.cases import RoutingStore
from tests.unit.routing.bureau import PLANNED, REPLY, TOWN, Bureau


def run(bureau, limit=200):
    """All steps of the periodic job."""
    steps = 0
    more = True
    while more:
        with bureau.database.transaction() as work:
            more = send_again(RoutingStore(work, bureau.catalogue), limit)
        steps += 1
        assert steps < 100
    return steps


def again(bureau, before):
    """What was sent to departments since, as (destination, message id, event)."""
    rows = bureau.sent()[before:]
    return [(json.loads(row["destinations"])[0][1], row["message_id"], decode(row["body"])) for row in rows]


def ask(bureau, way, department="water"):
    if way == "http":
        return bureau.post("/assignments/resync", {}, department).status_code
    bureau.command(f"{department}.resync", {})
    return bureau.answers()[-1].code


@pytest.mark.parametrize(("way", "word"), [("http", 202), ("amqp", "accepted")])
def test_all_open_work_of_the_department_comes_again_under_its_old_ids(bureau, way, word):
    first, second, third = (bureau.accept(opinion=f"o-{number}") for number in range(3))
    bureau.do(second, "sign")
    bureau.do(third, "reply", REPLY)
    other = bureau.accept("路上有坑", opinion="o-9")
    created = {event.subject: event.id for event in bureau.said() if event.type == "assignment.created"}
    assert bureau.row(other)["department"] == "petitions"
    assert ask(bureau, way) == word
    before = len(bureau.sent())
    run(bureau)
    sent = again(bureau, before)
    assert [(to, message_id) for to, message_id, _ in sent] == [("department.water", created[each]) for each in ("o-0", "o-1")]
    assert created == {"o-0": first, "o-1": second, "o-2": third, "o-9": other}
    assert [(event.data.state, event.data.deadlines["reply"]) for _, _, event in sent] == [
        (bureau.row(each)["state"], bureau.row(each)["reply_by"]) for each in (first, second)
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_much_work_goes_in_short_steps_and_each_piece_once(bureau, limit):
    ids = [bureau.accept(opinion=f"o-{number}") for number in range(6)]
    ask(bureau, "amqp")
    before = len(bureau.sent())
    run(bureau, limit)
    assert [message_id for _, message_id, _ in again(bureau, before)] == ids
    assert run(bureau, limit) == 1


def test_who_asks_again_meanwhile_gets_everything_from_the_beginning(bureau):
    ids = [bureau.accept(opinion=f"o-{number}") for number in range(3)]
    ask(bureau, "http")
    with bureau.database.transaction() as work:
        send_again(RoutingStore(work, bureau.catalogue), 2)
    ask(bureau, "http")
    before = len(bureau.sent())
    run(bureau)
    assert [message_id for _, message_id, _ in again(bureau, before)] == ids


def test_what_is_promised_and_not_kept_comes_again_too(bureau):
    assignment = bureau.accept(opinion="o-1")
    bureau.do(assignment, "reply", PLANNED)
    (made,) = [event for event in bureau.said() if event.type == "promise.made"]
    ask(bureau, "http")
    before = len(bureau.sent())
    run(bureau)
    ((to, message_id, event),) = again(bureau, before)
    assert (to, message_id, event.data) == ("department.water", made.id, made.data)


def test_those_beside_the_lead_get_their_part(bureau):
    bureau.let_in("o-1", co_handlers=("roads",))
    ask(bureau, "amqp", "roads")
    before = len(bureau.sent())
    run(bureau)
    ((to, _, event),) = again(bureau, before)
    assert (to, event.data.role, event.data.lead) == ("department.roads", "co_handler", "water")


def test_who_may_ask(bureau):
    assert bureau.post("/assignments/resync", {}, None).status_code == 401
    assert bureau.post("/assignments/resync", {}, "reviewer").status_code == 403
    assert bureau.post("/assignments/resync", {"department": "roads"}, "water").status_code == 403
    assert bureau.post("/assignments/resync", {}, "admin").status_code == 422
    assert bureau.post("/assignments/resync", {"department": "moon"}, "admin").status_code == 422
    bureau.accept()
    answer = bureau.post("/assignments/resync", {"department": "water"}, "admin")
    assert (answer.status_code, answer.get_json()) == (202, {"department": "water", "assignments": 1})
    bureau.command("water.resync", {"colour": "red"})
    assert bureau.answers()[-1].code == "invalid"
    bureau.command("water.resync", ["x"])
    assert bureau.answers()[-1].code == "invalid"


def test_work_that_is_not_open_any_more_when_its_turn_comes_is_left_out(bureau):
    assignment = bureau.accept(opinion="o-1")
    ask(bureau, "http")
    bureau.do(assignment, "reply", REPLY)
    before = len(bureau.sent())
    run(bureau)
    assert again(bureau, before) == []


@pytest.mark.parametrize(("way", "word"), [("http", 409), ("amqp", "conflict")])
def test_a_department_without_a_queue_is_told_so(bureau, way, word):
    alone = replace(TOWN, departments={**TOWN.departments, "water": replace(TOWN.departments["water"], queue=False)})
    unqueued = Bureau(bureau.database, bureau.clock, alone)
    unqueued.accept()
    assert ask(unqueued, way) == word
    assert "no queue" in unqueued.post("/assignments/resync", {}, "water").get_json()["detail"]
    before = len(unqueued.sent())
    run(unqueued)
    assert again(unqueued, before) == []
