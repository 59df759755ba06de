"""The whole system by TLS with a private CA: https in front, amqps to a broker that somebody else runs."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pika
import pytest
import requests

from services.console.embedded.node import PrivateNode, free_broker_port
from services.console.embedded.starting.processes import free_port
from tests.authority import Authority, listener
from tests.conftest import stop_for_good
from tests.patience import patient
from tests.system.installation import Installation
from tests.system.place import eventually


@dataclass
class Site:
    """An installation, and whom to trust."""

    made: Installation
    authority: Authority

    def book(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.made.var / "huiying.env").read_text().splitlines())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("tls")
    authority, port = Authority(folder), free_port()
    web, broker = authority.issue("web", "127.0.0.1", days=25), authority.issue("broker", "127.0.0.1")
    node = PrivateNode(folder / "node", free_broker_port(), *listener(port, broker, authority.ca))
    made = Installation("catalogue.fast.yml")
    made.set(
        HUIYING_TLS_CERTIFICATE=web.certificate, HUIYING_TLS_KEY=web.key, HUIYING_TLS_CA=authority.ca,
        HUIYING_BROKER_URL=f"amqps://huiying:{node.password}@127.0.0.1:{port}/huiying", HUIYING_BROKER_CA=authority.ca,
        HUIYING_MANAGEMENT_URL=node.management_url,
    )  # fmt: skip
    try:
        node.start()
        made.run("up")
        yield Site(made, authority)
    finally:
        made.remove()
        stop_for_good(node)


def test_the_address_book_names_encrypted_addresses_and_whom_to_trust(site: Site) -> None:
    book, ca = site.book(), str(site.authority.ca)
    assert book["HUIYING_URL"].startswith("https://127.0.0.1:")
    assert book["HUIYING_BROKER_URL"].startswith("amqps://")
    assert "?" not in book["HUIYING_BROKER_URL"]
    assert (book["HUIYING_TLS_CA"], book["HUIYING_BROKER_CA"]) == (ca, ca)


def test_an_opinion_goes_by_tls_to_its_department(site: Site) -> None:
    book, ca = site.book(), site.authority.ca
    body = {"title": "自来水停了", "content": "家里停水三天，盼恢复供水。"}
    answer = requests.post(f"{book['HUIYING_URL']}/api/v1/opinions", json=body, timeout=60, verify=str(ca))
    assert answer.status_code == 201, answer.text
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    receipt = f"{book['HUIYING_URL']}{answer.json()['links']['receipt']}"
    eventually(lambda: requests.get(receipt, timeout=60, verify=str(ca)).json()["state"] in ("assigned", "handling"))

    parameters = patient(book["HUIYING_BROKER_URL"])
    parameters.ssl_options = pika.SSLOptions(ssl.create_default_context(cafile=ca), parameters.host)
    with pika.BlockingConnection(parameters) as connection:
        found = connection.channel().basic_get("metrics.events.dead")
    assert found[0] is None


def test_the_console_finds_its_way_with_the_address_book_alone(site: Site) -> None:
    with site.made.without("HUIYING_BROKER_URL", "HUIYING_BROKER_CA", "HUIYING_MANAGEMENT_URL", "HUIYING_TLS_CA"):
        assert '"total"' in site.made.run("statistics", "--json")
        site.made.run("ledger", "verify")
        printed = site.made.run("department", "credentials", "water-supply").strip()
    assert printed.startswith("amqps://department-water-supply:")
    assert str(site.authority.ca) not in printed


def test_the_doctor_finds_nothing_and_then_says_why_it_trusts_nobody(site: Site, tmp_path: Path) -> None:
    # No backup is known here, which is a warning.
    assert "证书 certificate" in site.made.run_until(1, "doctor")
    with site.made.without("HUIYING_TLS_CA", "HUIYING_BROKER_CA"):
        other = Authority(tmp_path, "another CA").ca
        site.made.set(HUIYING_TLS_CA=other, HUIYING_BROKER_CA=other)
        said = site.made.run("doctor", status=2)
    assert said.count("its certificate is not signed by a CA that is trusted here") >= 2
    assert "HUIYING_TLS_CA" in said
    assert "HUIYING_BROKER_CA" in said
