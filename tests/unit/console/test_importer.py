import json

import pytest

from services.console.client.importer import Tally, reasons
from services.console.client.queue_audit import Census


def assignment(opinion: str, role: str = "lead", kind: str = "assignment.created") -> bytes:
    return json.dumps({"type": kind, "data": {"role": role, "opinion": {"id": opinion}}}).encode()


def test_answers_are_counted_and_lines_lead_back_to_the_file() -> None:
    tally = Tally(rows=4)
    tally.answer({"line": 2, "status": "created", "id": "a"}, 502)
    tally.answer({"line": 3, "status": "exists", "id": "b"}, 503)
    tally.answer({"line": 4, "status": "refused", "errors": {"title": ["too long"], "x": ["unknown", "odd"]}}, 504)
    assert (tally.created, tally.known, tally.opinions) == (1, 1, {"a", "b"})
    assert [(line, reasons(errors)) for line, errors in tally.refused] == [(504, "title: too long; x: unknown odd")]


def test_the_rate_is_taken_from_when_the_last_one_was_seen_to_arrive() -> None:
    tally = Tally(rows=1, seconds_whole=5.0)
    assert tally.seconds == 5.0
    tally.seconds_arrived = 4.0
    assert tally.seconds == 4.0


@pytest.fixture
def census() -> Census:
    made = Census()
    made.count("department.water", "m1", assignment("a"))
    made.count("department.water", "m1", assignment("a"))
    made.count("department.water", "m2", assignment("b"))
    made.count("department.roads", "m3", assignment("c"))
    made.count("department.water", "m4", assignment("c"))
    made.count("department.roads", "m5", assignment("a", role="co_handler"))
    made.count("department.roads", "m6", assignment("b", kind="reminder.sent"))
    return made


def test_second_copies_have_the_same_id_in_the_same_queue(census: Census) -> None:
    assert census.second_copies == 1


def test_an_opinion_counts_once_however_many_copies_there_are(census: Census) -> None:
    assert census.in_one_place({"a", "b", "missing"}) == 2


def test_an_opinion_in_two_lead_queues_is_found_and_does_not_count(census: Census) -> None:
    assert census.in_several() == ["c"]
    assert census.in_one_place({"c"}) == 0


def test_what_is_not_a_lead_assignment_is_counted_apart(census: Census) -> None:
    assert census.others == 2
