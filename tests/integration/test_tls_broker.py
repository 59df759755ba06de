"""AMQP over TLS on RabbitMQ with a private CA: everything works that works without, and untrusted peers are refused."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import Client

from examples.python.department import Answers, DepartmentProgram
from services.console.client.amqp import connection
from services.console.doctor.checks import examine
from services.console.embedded.node import NodeFailed, PrivateNode, free_broker_port
from services.console.embedded.starting.processes import free_port
from services.console.settings import ConsoleSettings
from services.console.terminal import CommandFailed
from services.contracts.definitions import definitions
from services.contracts.topology import DEPARTMENTS as TO_DEPARTMENTS
from services.runtime.messaging import broker as broker_module
from services.runtime.messaging.broker import CONNECTION_ERRORS, Outgoing, RabbitPublisher
from services.runtime.messaging.probe import BrokerProbe, Distrusted
from services.runtime.process.health import status_application
from services.runtime.store.database import Database
from services.runtime.tls import context
from tests.authority import Authority, Pair, listener
from tests.conftest import DEPARTMENTS, absent, stop_for_good
from tests.integration.mortal import QUEUE, effects
from tests.integration.relaying import Running, publish, until, waiting
from tests.integration.test_dispatch_on_rabbit import had, keep, running
from tests.rabbit import Rabbit
from tests.stores import MakeDatabase

UNTRUSTED, ANOTHER_HOST, EXPIRED, NO_TLS = (
    "its certificate is not signed by a CA that is trusted here", "its certificate is for another host name",
    "its certificate has expired", "it does not speak TLS at this port",
)  # fmt: skip


@dataclass
class Site:
    """A node with a plain port for the tests' own hands and a TLS port, and two CAs of which it knows one."""

    node: PrivateNode
    port: int
    ours: Authority
    theirs: Authority
    expired_port: int

    def url(self, host: str = "127.0.0.1", port: int | None = None, ca: Path | None = None, shown: Pair | None = None) -> str:
        files = {"cacertfile": ca or self.ours.ca} | ({"certfile": shown.certificate, "keyfile": shown.key} if shown else {})
        return f"amqps://huiying:{self.node.password}@{host}:{port or self.port}/huiying?{urlencode(files)}"

    def refusals(self) -> dict[str, str]:
        """Addresses that nothing may connect to, by the reason."""
        return {
            UNTRUSTED: self.url(ca=self.theirs.ca), ANOTHER_HOST: self.url("localhost"),
            EXPIRED: self.url(port=self.expired_port), NO_TLS: self.url(port=self.node.port),
        }  # fmt: skip


@contextmanager
def expired_server(pair: Pair) -> Iterator[int]:
    """Shakes hands with a certificate whose time is over; returns its port."""
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(pair.certificate, pair.key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line = server.accept()[0]
                except OSError:
                    return
                line.settimeout(5)
                try:
                    shown.wrap_socket(line, server_side=True).close()
                except OSError:
                    line.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tls")
    ours, theirs = Authority(folder / "ours"), Authority(folder / "theirs")
    # For the address and not for the name, so that the name is one it is not for.
    server, port = ours.issue("broker", "127.0.0.1"), free_port()
    node = PrivateNode(folder / "node", free_broker_port(), *listener(port, server, ours.ca))
    try:
        with expired_server(ours.issue("late", "127.0.0.1", days=-1)) as expired_port:
            try:
                node.start(definitions(DEPARTMENTS, {}))
            except NodeFailed as error:
                absent(str(error))
            yield Site(node, port, ours, theirs, expired_port)
    finally:
        stop_for_good(node)


@pytest.fixture
def rabbit(site: Site) -> Iterator[Rabbit]:
    """The tests' own hands are on the plain port; what is under test connects by TLS."""
    made = Rabbit(site.node, DEPARTMENTS)
    made.url = site.url()
    yield made
    made.close()


@pytest.fixture
def database(sqlite_database: MakeDatabase) -> Database:
    made = sqlite_database()
    effects.metadata.create_all(made.engine)
    return made


def test_relay_and_dispatcher_work_over_tls(database: Database, rabbit: Rabbit) -> None:
    with Running(database.url.render_as_string(hide_password=False), rabbit.publisher), running(database, rabbit, keep):
        ids = [publish(database, f"o-{number}", "water", str(number)) for number in range(300)]
        until(lambda: waiting(database) == 0, 20)
        until(lambda: len(had(database)) == len(ids), 20)
    assert [json.loads(body)["id"] for body in had(database)] == ids


@pytest.mark.parametrize("size", [0, 16_384, 1_000_000])
def test_a_body_of_any_length_arrives_as_it_was(rabbit: Rabbit, size: int) -> None:
    body = os.urandom(size)
    publisher, consumer = rabbit.publisher(), rabbit.consumer(QUEUE)
    publisher.publish(Outgoing("one", TO_DEPARTMENTS, QUEUE, body))
    assert publisher.settle() == {}
    found = consumer.collect(1, 5.0)
    assert [one.body for one in found] == [body]
    consumer.acknowledge(found[0], through=False)
    publisher.idle()
    assert consumer.collect(1, 0.05) == []


def test_a_client_certificate_of_the_brokers_ca_is_taken_and_another_is_not(site: Site) -> None:
    good, bad = (authority.issue("intake", client=True) for authority in (site.ours, site.theirs))
    BrokerProbe(site.url(shown=good)).check()
    RabbitPublisher(site.url(shown=good), "test").close()
    with pytest.raises(Distrusted, match="our certificate"):
        BrokerProbe(site.url(shown=bad)).check()
    with pytest.raises(CONNECTION_ERRORS):
        RabbitPublisher(site.url(shown=bad), "test")


@pytest.mark.parametrize("reason", [UNTRUSTED, ANOTHER_HOST, EXPIRED, NO_TLS])
class TestRefusals:
    def test_the_services_do_not_connect(self, site: Site, reason: str) -> None:
        with pytest.raises(ssl.SSLError):
            RabbitPublisher(site.refusals()[reason], "test")

    def test_readyz_says_why(self, site: Site, reason: str) -> None:
        probe = BrokerProbe(site.refusals()[reason])
        with pytest.raises(Distrusted):
            probe.check()
        answer = Client(status_application("intake", {"broker": probe.check}, lambda: b"")).get("/readyz")
        assert (answer.status, answer.json) == ("503 SERVICE UNAVAILABLE", {"broker": reason})

    def test_the_console_says_why(self, site: Site, reason: str) -> None:
        with pytest.raises(CommandFailed, match=reason) as caught, connection(site.refusals()[reason], "test"):
            pass
        assert "HUIYING_BROKER_CA" in caught.value.advice
        assert site.node.password not in caught.value.message

    def test_the_doctor_says_why(self, site: Site, tmp_path: Path, reason: str) -> None:
        settings = replace(ConsoleSettings(), var=tmp_path, port=free_port(), broker_url=site.refusals()[reason])
        found = next(each for each in examine(settings) if "broker" in each.what)
        assert not found.good
        assert reason in found.found
        assert "HUIYING_BROKER_CA" in found.advice


def test_the_example_for_departments_trusts_whom_it_is_told_to(site: Site, rabbit: Rabbit) -> None:
    event = {
        "id": "e-1", "type": "reminder.sent", "subject": "o-1",
        "data": {"assignment": "a-1", "rung": "reminder", "deadline": "2026-12-01T00:00:00+08:00"},
    }  # fmt: skip
    publisher = rabbit.publisher()
    publisher.publish(Outgoing("e-1", TO_DEPARTMENTS, QUEUE, json.dumps(event).encode()))
    assert publisher.settle() == {}
    heard: list[str] = []
    url = site.url()
    department = DepartmentProgram(url.partition("?")[0], "water", Answers(), heard.append, context(url))

    def stop(text: str) -> None:
        heard.append(text)
        department.tasks += 1

    department.say = stop
    department.run(1)
    assert "reminder.sent" in heard[0]
    by_the_machine = DepartmentProgram(url.partition("?")[0], "water", Answers(), heard.append)
    assert by_the_machine.parameters.ssl_options.context.verify_mode is ssl.CERT_REQUIRED
    assert by_the_machine.parameters.ssl_options.context.check_hostname


def test_a_broker_that_does_not_read_is_given_up(site: Site, rabbit: Rabbit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "SEND_DEADLINE", 1)
    publisher, pid = rabbit.publisher(), site.node.pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        raised: list[BaseException] = []
        thread = threading.Thread(target=_catch, args=(lambda: _flood(publisher), raised))
        thread.start()
        thread.join(8)
        assert not thread.is_alive()
        assert isinstance(raised[0], CONNECTION_ERRORS)
    finally:
        os.kill(pid, signal.SIGCONT)


def _flood(publisher: Any) -> None:
    for number in range(2_000):
        publisher.publish(Outgoing(f"id-{number}", TO_DEPARTMENTS, QUEUE, bytes(100_000)))


def _catch(run: Callable[[], None], raised: list[BaseException]) -> None:
    try:
        run()
    except CONNECTION_ERRORS as error:
        raised.append(error)
