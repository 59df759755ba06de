"""What nobody could handle, as the person sees it who has to deal with it: what, why, how often, since when; and sent back."""

import json
import time
from datetime import UTC, datetime
from uuid import uuid4

import pika
import pytest

from tests.patience import patient
from tests.system.place import eventually

DEAD = "routing.commands.dead"
NOBODY = "unknown department 'moon'"


@pytest.fixture
def bench(fast):
    """The queue of parked commands, empty before and after."""

    def empty():
        with pika.BlockingConnection(patient(fast.place().broker_url)) as connection:
            connection.channel().queue_purge(DEAD)

    empty()
    yield fast
    empty()


def listed(installation, *arguments):
    return json.loads(installation.run("dead", *arguments, "--json"))


def await_dead_letter(mail):
    eventually(lambda: mail.channel.queue_declare(DEAD, passive=True).method.message_count == 1)


def dead_letter(mail, body, command):
    """Send something nobody can handle, for a department that is not there, and wait until it is parked."""
    mail.send("moon.sign", body, command)
    await_dead_letter(mail)


def test_a_parked_message_tells_what_failed_why_how_often_and_since_when(bench, place, mailbox):
    started, command = time.time() - 1, str(uuid4())  # noqa: TID251
    dead_letter(mailbox("gas"), b'["not an object"]', command)
    (found,) = listed(bench, "show", "routing.commands")
    assert (found["id"], found["reason"], found["attempts"]) == (command, NOBODY, 1)
    assert started - 1 <= datetime.fromisoformat(found["since"]).timestamp() <= time.time()  # noqa: TID251
    assert found["body"] == '["not an object"]'
    row = listed(bench, "list")[DEAD]
    assert row == {"messages": 1, "since": found["since"], "departments": ["moon"], "reasons": {NOBODY: 1}}
    assert (found["queue"], found["routing_key"], found["department"]) == ("routing.commands", "moon.sign", "moon")
    shown = bench.run("dead", "list") + bench.run("dead", "show", "routing.commands")
    assert shown.count(NOBODY) == 2


def test_the_metric_counts_what_is_parked(bench, place, mailbox):
    dead_letter(mailbox("gas"), b"{", str(uuid4()))

    def counted():
        series = place.series("/routing/metrics")
        return {dict(labels)["queue"]: value for (name, labels), value in series.items() if name == "huiying_dead_letters"}

    eventually(lambda: counted()[DEAD] == 1, 40)
    assert {"department.gas.dead", "routing.events.dead", "huiying.unrouted"} <= set(counted())


def test_a_replay_sends_each_message_back_once_as_what_it_was_and_may_be_repeated(bench, place, mailbox):
    mail = mailbox("gas")
    submitted = place.submit(title="请来看看", topic="gas-supply")
    assignment = mail.wait("assignment.created", subject=submitted["id"]).data["assignment"]
    command = str(uuid4())
    body = json.dumps({"id": command, "data": {"assignment": assignment}}).encode()
    dead_letters = pika.BasicProperties(
        message_id=command, headers={"x-attempt": 10, "x-error": "bad day", "x-routing-key": "gas.sign", "x-failed": 1_700_000_000}
    )
    # As a service parks what failed ten times, and once more after a replay whose end nobody saw.
    for _ in range(2):
        mail.channel.basic_publish("huiying.dead", "routing.commands", body, dead_letters)
        await_dead_letter(mail)
        assert listed(bench, "show", DEAD)[0]["attempts"] == 10
        assert listed(bench, "replay", "routing.commands", "--id", command) == {"queue": DEAD, "replayed": 1}
        eventually(lambda: place.receipt(submitted)["state"] == "signed")
    assert listed(bench, "replay", "routing.commands") == {"queue": DEAD, "replayed": 0}
    mail.settle(1.0)
    assert mail.find(lambda letter: letter.type == "command.rejected" and letter.data["command"] == command) == []
    assert [moment["what"] for moment in place.receipt(submitted)["timeline"]].count("assignment.signed") == 1


def test_what_the_broker_gave_up_tells_its_reason_and_goes_back_under_its_department(bench, place, mailbox):
    """A command on which the worker died again and again: the broker's own record of it is all there is."""
    mail = mailbox("gas")
    submitted = place.submit(title="请来看看", topic="gas-supply")
    assignment = mail.wait("assignment.created", subject=submitted["id"]).data["assignment"]
    command = str(uuid4())
    died = {
        "queue": "routing.commands", "reason": "delivery_limit", "count": 1, "exchange": "huiying.commands",
        "routing-keys": ["gas.sign"], "time": datetime.fromtimestamp(1_700_000_000, UTC),
    }  # fmt: skip
    # What its sender wrote into our headers must not count.
    forged = {"x-death": [died], "x-routing-key": "post.sign", "x-user-id": "department-post"}
    body = json.dumps({"id": command, "data": {"assignment": assignment}}).encode()
    mail.channel.basic_publish("huiying.dead", "routing.commands", body, pika.BasicProperties(message_id=command, headers=forged))
    await_dead_letter(mail)
    (found,) = listed(bench, "show", "routing.commands")
    assert (found["reason"], found["since"] is not None) == ("delivery_limit", True)
    assert listed(bench, "replay", "routing.commands")["replayed"] == 1
    eventually(lambda: place.receipt(submitted)["state"] == "signed")
