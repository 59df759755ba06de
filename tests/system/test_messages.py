"""What is on the wire is what the contract says: one CloudEvents 1.0 event a message, persistent, addressed, versioned."""

import re
from datetime import datetime, timedelta

import pytest

from services.runtime.clock import SystemClock
from tests.system.mailbox import CONTENT_TYPE
from tests.system.place import eventually

TOPIC, DEPARTMENT = "parks", "city-management"
ATTRIBUTES = ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "sequence", "data"]
OFFSET = re.compile(r"T\d\d:\d\d:\d\d(\.\d+)?\+08:00$")


@pytest.fixture
def letters(place, ear, mailbox):
    """Everything that is said about one opinion from submission to conclusion, events first, then the department's copies."""
    mail = mailbox(DEPARTMENT)
    submitted = place.submit(title="公园草坪干枯", content="请浇水。", topic=TOPIC, submitter={"kind": "citizen", "name": "沈秀兰"})
    assignment = mail.wait("assignment.created", subject=submitted["id"]).data["assignment"]
    mail.command(f"{DEPARTMENT}.sign", {"assignment": assignment})
    promise = {"what": "每周浇水两次", "due": (SystemClock().now() + timedelta(days=60)).isoformat()}
    mail.command(
        f"{DEPARTMENT}.reply", {"assignment": assignment, "content": "已列入计划。", "outcome": "planned", "promise": promise}
    )
    eventually(lambda: "evaluation" in place.receipt(submitted)["may"])
    place.post(f"/receipts/{submitted['receipt']}/evaluation", {"result": "satisfied"}, 201)
    # The two services say the last of it, each to whoever listens and to the department, in queues of their own.
    for listener in (ear, mail):
        for last in ("opinion.evaluated", "assignment.concluded"):
            listener.wait(last, subject=submitted["id"])
        listener.settle(0.5)

    def about(letter):
        return letter.event["subject"] == submitted["id"] and letter.type.split(".")[0] not in ("reminder", "card", "supervision")

    return ear.find(about), mail.find(about)


def test_the_story_of_an_opinion_is_told_in_order_by_the_service_whose_it_is(letters):
    heard, addressed = letters
    told = [(letter.event["source"], letter.event["sequence"], letter.type) for letter in heard]
    assert [line for line in told if line[0] == "/intake"] == [
        ("/intake", 1, "opinion.submitted"), ("/intake", 2, "opinion.accepted"), ("/intake", 3, "opinion.evaluated"),
    ]  # fmt: skip
    assert [line for line in told if line[0] == "/routing"] == [
        ("/routing", 1, "assignment.created"), ("/routing", 2, "assignment.signed"), ("/routing", 3, "assignment.replied"),
        ("/routing", 4, "promise.made"), ("/routing", 5, "assignment.concluded"),
    ]  # fmt: skip
    assert addressed[0].type == "assignment.created"
    assert sorted(letter.type for letter in addressed) == [
        "assignment.concluded", "assignment.created", "assignment.replied", "assignment.signed", "opinion.evaluated",
        "promise.made",
    ]  # fmt: skip


def test_every_message_is_a_cloud_event_of_the_contract(letters):
    for letter in (*letters[0], *letters[1]):
        event, properties = letter.event, letter.properties
        assert list(event) == ATTRIBUTES
        assert (event["specversion"], event["datacontenttype"]) == ("1.0", "application/json")
        assert event["dataschema"] == f"/schemas/{event['type']}/1"
        assert (properties.message_id, properties.delivery_mode, properties.content_type) == (event["id"], 2, CONTENT_TYPE)
        assert OFFSET.search(event["time"]), event["time"]
        assert datetime.fromisoformat(event["time"]).utcoffset() is not None


def test_every_routing_key_is_the_type_and_its_key(letters):
    heard, addressed = letters
    for letter in heard:
        key = TOPIC if letter.type.startswith("opinion.") else DEPARTMENT
        assert letter.routing_key == f"{letter.type}.{key}"
    assert {letter.routing_key for letter in addressed} == {f"department.{DEPARTMENT}"}


def test_the_department_s_copy_is_the_event_itself(letters):
    heard, addressed = letters
    events = {letter.message_id: letter.event for letter in heard}
    for copy in addressed:
        event = events[copy.message_id]
        if copy.type == "opinion.evaluated":
            # Told on by routing, without who rated and what they said to the office.
            assert (copy.event["id"], copy.event["subject"], copy.event["source"]) == (event["id"], event["subject"], "/routing")
            assert not {"rater", "comment"} & {name for name, value in copy.event["data"].items() if value is not None}
        else:
            assert copy.event == event


def test_an_assignment_says_all_that_a_department_needs(letters):
    data = letters[1][0].data
    assert set(data) >= {"assignment", "opinion", "department", "role", "deadlines", "why"}
    assert set(data["opinion"]) >= {"id", "title", "content", "topic", "area"}
    assert set(data["deadlines"]) >= {"sign", "object", "reply"}
    assert set(data["why"]) >= {"rule", "confidence"}
    assert all(OFFSET.search(instant) for instant in data["deadlines"].values())


def test_no_message_says_who_told_it(letters):
    assert not any("沈秀兰" in repr(letter.event) for letter in (*letters[0], *letters[1]))
