import json

import pytest

from benchmarks.queue_audit import QueueAudit


def assignment(opinion: str, role: str = "lead", kind: str = "assignment.created") -> bytes:
    return json.dumps({"id": "e", "type": kind, "data": {"role": role, "opinion": {"id": opinion}}}).encode()


@pytest.fixture
def audit() -> QueueAudit:
    made = QueueAudit()
    made.count("department.water", "m1", assignment("a"))
    made.count("department.water", "m1", assignment("a"))
    made.count("department.water", "m2", assignment("b"))
    made.count("department.roads", "m3", assignment("c"))
    made.count("department.water", "m4", assignment("c"))
    made.count("department.roads", "m5", assignment("a", role="co_handler"))
    made.count("department.roads", "m6", assignment("b", kind="reminder.sent"))
    return made


def test_second_copies_have_the_same_id_in_the_same_queue(audit: QueueAudit) -> None:
    assert audit.second_copies == 1


def test_an_opinion_counts_once_however_many_copies_there_are(audit: QueueAudit) -> None:
    assert audit.in_one_place({"a", "b", "missing"}) == 2


def test_an_opinion_in_two_lead_queues_is_found_and_does_not_count(audit: QueueAudit) -> None:
    assert audit.in_several() == ["c"]
    assert audit.in_one_place({"c"}) == 0


def test_what_is_not_a_lead_assignment_is_in_no_place(audit: QueueAudit) -> None:
    assert {opinion: len(queues) for opinion, queues in audit.places.items()} == {"a": 1, "b": 1, "c": 2}
