from __future__ import annotations

from datetime import datetime

import pytest

from services.contracts.definitions import definitions
from services.contracts.messages.assignments import AssignmentMarked
from services.contracts.messages.commands import CommandAccepted
from services.contracts.messages.opinions import OpinionDeclined, OpinionSubmitted
from services.contracts.messages.registry import MESSAGES
from services.contracts.messages.supervision import ReminderSent
from services.contracts.messages.values import Message
from services.contracts.topology import (
    DEPARTMENTS,
    EVENTS,
    EXCHANGES,
    RETRIES,
    SERVICE_QUEUES,
    SERVICES,
    UNROUTED,
    dead_queue,
    department_queue,
    destinations,
    looked_after,
    queues,
    retry_exchange,
    watched,
)
from services.runtime.clock import ZONE


def test_an_event_is_routed_by_its_type_and_topic() -> None:
    assert destinations(OpinionSubmitted("web", "title", "lamp")) == ((EVENTS, "opinion.submitted.lamp"),)


def test_what_has_no_topic_is_routed_with_a_dash() -> None:
    assert destinations(OpinionDeclined("spam", "none")) == ((EVENTS, "opinion.declined.-"),)


def test_what_is_addressed_to_a_department_goes_into_its_queue_too() -> None:
    reminder = ReminderSent("a-1", "water", "first", "reply", datetime(2026, 12, 1, tzinfo=ZONE))
    assert destinations(reminder) == ((EVENTS, "reminder.sent.water"), (DEPARTMENTS, "department.water"))


@pytest.mark.parametrize("message", [shape for shape in MESSAGES if shape.ADDRESSED], ids=lambda shape: shape.TYPE)
def test_only_what_names_a_department_is_addressed(message: type[Message]) -> None:
    assert message.KEY == "department"
    assert {message.KEY, *message.TO} <= set(message.__struct_fields__)


def test_what_concerns_those_beside_the_lead_goes_to_each_of_them_once() -> None:
    marked = AssignmentMarked("a-1", "water", True, None, "。")
    found = destinations(marked, ("roads", "water", "roads"))
    assert found[1:] == ((DEPARTMENTS, "department.water"), (DEPARTMENTS, "department.roads"))


def test_the_answer_to_a_command_that_was_carried_out_goes_to_its_department_alone() -> None:
    assert destinations(CommandAccepted("c-1", "sign", "water", "done", "已办理")) == ((DEPARTMENTS, "department.water"),)


#: What routing's moves of a department, and what becomes of its case, are called on the wire.
OWN = {
    "assignment.joined", "assignment.parted", "assignment.detailed",
    "assignment.created", "assignment.signed", "assignment.progressed", "assignment.objected", "assignment.ruled",
    "assignment.reassigned", "assignment.asked", "assignment.extended", "assignment.paused", "assignment.resumed",
    "assignment.cancelled", "assignment.advised", "assignment.drafted", "assignment.amended", "assignment.replied",
    "assignment.reopened", "assignment.concluded", "assignment.marked", "assignment.raised", "assignment.rechecked",
    "promise.made", "promise.kept", "promise.broken", "reminder.sent", "card.issued", "supervision.raised",
    "supervision.scheduled", "supervision.resolved", "calendar.changed", "command.accepted", "command.rejected",
}  # fmt: skip


def test_a_department_hears_what_it_has_to_know_of_its_own_cases() -> None:
    addressed = {shape.TYPE for shape in MESSAGES if shape.ADDRESSED}
    # What a changed calendar moves comes in one message for all of a department's cases.
    assert addressed == OWN
    assert {shape.TYPE for shape in MESSAGES} - OWN - {"assignment.rescheduled"} == {
        shape.TYPE
        for shape in MESSAGES
        if shape.TYPE.startswith(("opinion.", "letter.", "ledger.", "duty.", "reminder.given", "code.", "deputy.", "digest."))
        or shape.__module__.endswith(".sessions")
    }


def test_every_department_has_a_queue_of_its_own_beside_the_services() -> None:
    names = [queue.name for queue in queues(["water", "roads"])]
    assert names == [*(queue.name for queue in SERVICE_QUEUES), "department.water", "department.roads"]
    assert dead_queue(department_queue("water")) == "department.water.dead"


def test_retries_wait_longer_and_longer_and_end() -> None:
    used = [retry_exchange(attempt) for attempt in range(1, 12)]
    assert used == ["huiying.retry.5s"] * 3 + ["huiying.retry.1m"] * 3 + ["huiying.retry.10m"] * 4 + [None]
    assert {delay.exchange for delay in RETRIES} <= set(EXCHANGES)


@pytest.mark.parametrize("queue", SERVICE_QUEUES, ids=lambda queue: queue.name)
def test_what_the_broker_gives_up_on_finds_its_dead_queue(queue):
    document = definitions((), {})
    (policy,) = [row for row in document["policies"] if row["name"] == queue.name]
    rules = policy["definition"]
    target = (rules["dead-letter-exchange"], rules["dead-letter-routing-key"])
    bound = [row["destination"] for row in document["bindings"] if (row["source"], row["routing_key"]) == target]
    assert bound == [dead_queue(queue.name)]
    assert rules["delivery-limit"] > 0
    assert (rules["overflow"], rules["dead-letter-strategy"]) == ("reject-publish", "at-least-once")


def test_somebody_watches_every_work_queue_and_only_one() -> None:
    seen = [name for service in SERVICES for name in watched(service, ["water", "roads"])]
    assert sorted(seen) == sorted(queue.name for queue in queues(["water", "roads"]))


def test_somebody_looks_after_every_dead_queue_and_only_one() -> None:
    dead = [name for service in SERVICES for name in looked_after(service, ["water", "roads"])]
    assert sorted(dead) == sorted([*(dead_queue(queue.name) for queue in queues(["water", "roads"])), UNROUTED])
