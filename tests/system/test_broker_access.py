"""Who may do what at the broker: each user its own work, and everything else refused by the broker itself."""

import json
from urllib.parse import urlsplit
from uuid import uuid4

import pika
import pika.exceptions
import pytest
import requests

from tests.patience import patient
from tests.system.place import eventually

#: What the broker closes a channel with: not allowed, or a name that is not the user's.
REFUSALS = (403, 406)
OWN, OTHER = "gas", "post"


class User:
    """One broker user; `may` says whether the broker lets it do something."""

    def __init__(self, url):
        self.url = url

    def may(self, act):
        """Do something on a fresh channel; True when the broker lets it pass."""
        with pika.BlockingConnection(patient(self.url)) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            try:
                act(channel)
            except pika.exceptions.ChannelClosedByBroker as closed:
                if closed.reply_code not in REFUSALS:
                    raise
                return False
            except pika.exceptions.UnroutableError:
                return True
            return True


def read(queue):
    return lambda channel: channel.basic_get(queue)


def consume(queue):
    return lambda channel: channel.basic_consume(queue, lambda *_: None)


def publish(exchange, key, user=None):
    properties = pika.BasicProperties(message_id=str(uuid4()), user_id=user)
    return lambda channel: channel.basic_publish(exchange, key, b'{"data": {"assignment": "nothing"}}', properties, mandatory=True)


@pytest.fixture(scope="module")
def department(fast):
    return User(fast.run("department", "credentials", OWN).strip())


@pytest.fixture(scope="module")
def service(fast):
    """A service's own user, by its name."""
    place, secrets = urlsplit(fast.place().broker_url), json.loads((fast.var / "secrets.json").read_text())
    return lambda name: User(f"amqp://{name}:{secrets[f'broker.{name}']}@{place.hostname}:{place.port}/huiying")


ALLOWED = {
    "read its own queue": read(f"department.{OWN}"),
    "consume its own queue": consume(f"department.{OWN}"),
    "send a command": publish("huiying.commands", f"{OWN}.sign"),
    "send a command under its name": publish("huiying.commands", f"{OWN}.sign", f"department-{OWN}"),
}
REFUSED = {
    "read another's queue": read(f"department.{OTHER}"),
    "consume another's queue": consume(f"department.{OTHER}"),
    "read what the services hear": read("metrics.events"),
    "read all commands": consume("routing.commands"),
    "read its own dead letters": read(f"department.{OWN}.dead"),
    "read what nobody took": read("huiying.unrouted"),
    "empty another's queue": lambda channel: channel.queue_purge(f"department.{OTHER}"),
    "send a command as another": publish("huiying.commands", f"{OTHER}.sign"),
    "send a command in another's name": publish("huiying.commands", f"{OWN}.sign", f"department-{OTHER}"),
    "send a command as somebody whose name begins alike": publish("huiying.commands", f"{OWN}es.sign"),
    "send a command with more in its key": publish("huiying.commands", f"{OWN}.sign.{OTHER}"),
    "say an event": publish("huiying.events", f"assignment.created.{OWN}"),
    "write to a department": publish("huiying.departments", f"department.{OTHER}"),
    "write to its own queue": publish("huiying.departments", f"department.{OWN}"),
    "write a letter": publish("huiying.letters", "notify.letters"),
    "ask for a letter": publish("huiying.digests", "intake.events"),
    "send something back": publish("huiying.requeue", "routing.commands"),
    "send something to wait": publish("huiying.retry.5s", "routing.commands"),
    "park something": publish("huiying.dead", "routing.commands"),
    "write past the exchanges": publish("", f"department.{OTHER}"),
    "write to a foreign exchange": publish("amq.topic", "anything"),
    "bind its queue to everybody's events": lambda channel: channel.queue_bind(f"department.{OWN}", "huiying.events", "#"),
    "bind its queue to all commands": lambda channel: channel.queue_bind(f"department.{OWN}", "huiying.commands", "*.*"),
    "bind its queue to another's letters": lambda channel: channel.queue_bind(
        f"department.{OWN}", "huiying.departments", f"department.{OTHER}"
    ),
    "unbind another's queue": lambda channel: channel.queue_unbind(
        f"department.{OTHER}", "huiying.departments", f"department.{OTHER}"
    ),
    "declare a queue": lambda channel: channel.queue_declare("department.mine", durable=True),
    "declare a nameless queue": lambda channel: channel.queue_declare("", exclusive=True),
    "declare an exchange": lambda channel: channel.exchange_declare("mine"),
    "bind an exchange to everybody's events": lambda channel: channel.exchange_bind("amq.topic", "huiying.events", "#"),
    "delete its own queue": lambda channel: channel.queue_delete(f"department.{OWN}"),
    "delete another's queue": lambda channel: channel.queue_delete(f"department.{OTHER}"),
    "delete an exchange": lambda channel: channel.exchange_delete("huiying.events"),
}


@pytest.mark.parametrize("what", ALLOWED)
def test_a_department_may(department, what):
    assert department.may(ALLOWED[what])


@pytest.mark.parametrize("what", REFUSED)
def test_a_department_may_not(department, what):
    assert not department.may(REFUSED[what])


def test_a_department_cannot_smuggle_a_command_in_beside_its_own(department, place, mailbox):
    """Before RabbitMQ 4.0.4 the header CC goes around the check of the routing key; what it adds must lead nowhere."""
    mail, command = mailbox(OWN, OTHER), str(uuid4())
    properties = pika.BasicProperties(message_id=command, headers={"CC": [f"{OTHER}.sign"]})
    department.may(lambda channel: channel.basic_publish("huiying.commands", f"{OWN}.sign", b'{"data": {}}', properties))
    # Where the broker lets it pass, it is one command, of the department that sent it.
    department.may(publish("huiying.commands", f"{OWN}.sign"))
    mail.wait("command.rejected", department=OWN)
    mail.settle(1.0)
    assert mail.find(lambda letter: letter.queue == f"department.{OTHER}" and letter.data.get("command") == command) == []
    assert len(mail.find(lambda letter: letter.data.get("command") == command)) <= 1


def test_a_department_is_not_let_into_the_management_api(fast, department):
    book = dict(line.split("=", 1) for line in (fast.var / "huiying.env").read_text().splitlines())
    management, user = urlsplit(book["HUIYING_MANAGEMENT_URL"]), urlsplit(department.url)
    base = f"http://{management.hostname}:{management.port}/api"
    paths = (
        ("GET", "/whoami"),
        ("GET", "/queues/huiying"),
        ("GET", "/definitions"),
        ("POST", f"/queues/huiying/department.{OTHER}/get"),
        ("PUT", "/users/department-gas"),
        ("DELETE", f"/queues/huiying/department.{OTHER}"),
    )
    for method, path in paths:
        answer = requests.request(method, base + path, auth=(user.username, user.password), json={}, timeout=60)
        assert answer.status_code == 401, path
    assert requests.get(f"{base}/whoami", auth=(management.username, management.password), timeout=60).ok


def test_a_new_password_lets_in_and_the_old_one_does_not(fast):
    old = fast.run("department", "credentials", "telecom").strip()
    assert fast.run("department", "credentials", "telecom").strip() == old
    new = fast.run("department", "credentials", "telecom", "--rotate").strip()
    assert User(new).may(read("department.telecom"))
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        User(old).may(read("department.telecom"))


PUBLISHES = {
    "intake": ["opinion.submitted.-"],
    "routing": ["assignment.created.gas", "promise.made.gas"],
    "notify": ["reminder.sent.gas", "card.issued.gas", "supervision.raised.gas"],
    "metrics": ["ledger.headed.-"],
}
HEARS = {
    "intake": ["intake.events"], "routing": ["routing.events", "routing.commands"], "notify": ["notify.events", "notify.letters"],
    "metrics": ["metrics.events"],
}  # fmt: skip
WRITES = {
    "intake": {"huiying.letters"},
    "routing": {"huiying.departments"},
    "notify": {"huiying.departments", "huiying.digests"},
    "metrics": set(),
}
KEYS = {
    "huiying.letters": "nobody",
    "huiying.digests": "nobody",
    "huiying.departments": "department.nobody",
    "huiying.requeue": "nobody",
}


@pytest.mark.parametrize("name", PUBLISHES)
def test_a_service_says_what_is_its_to_say_and_nothing_else(service, name):
    user = service(name)
    # A key nobody hears would come back as unroutable, which is let through too; metrics hears everything, and an event that is
    # none of ours is parked there, so what is allowed is not tried with the others' words.
    for other, keys in PUBLISHES.items():
        if other != name:
            assert not any(user.may(publish("huiying.events", key)) for key in keys), other
    assert not user.may(publish("huiying.commands", "gas.sign"))
    assert {exchange for exchange, key in KEYS.items() if user.may(publish(exchange, key))} == WRITES[name]


@pytest.mark.parametrize("name", HEARS)
def test_a_service_hears_its_own_queues_and_nobody_else_s(service, name):
    user = service(name)
    everybody = [queue for queues in HEARS.values() for queue in queues]
    foreign = [*(queue for queue in everybody if queue not in HEARS[name]), "department.gas", "routing.events.dead"]
    assert not any(user.may(consume(queue)) for queue in foreign)
    assert all(user.may(consume(queue)) for queue in HEARS[name])


@pytest.mark.parametrize("name", HEARS)
def test_a_service_declares_and_deletes_nothing(service, name):
    user = service(name)
    assert not user.may(lambda channel: channel.queue_declare("", exclusive=True))
    assert not user.may(lambda channel: channel.queue_delete(HEARS[name][0]))
    assert not user.may(lambda channel: channel.queue_bind(HEARS[name][0], "huiying.commands", "#"))
    assert not user.may(lambda channel: channel.exchange_delete("huiying.events"))


def test_after_all_that_the_loop_still_turns(place, mailbox):
    mail = mailbox(OTHER)
    submitted = place.submit(title="包裹丢了", topic="parcels")
    assignment = mail.wait("assignment.created", subject=submitted["id"]).data["assignment"]
    mail.command(f"{OTHER}.sign", {"assignment": assignment})
    eventually(lambda: place.receipt(submitted)["state"] == "signed")
