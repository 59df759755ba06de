"""The web process with a certificate: https and nothing else, nothing older than TLS 1.2, renewed without a restart."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from services.console.client.http import Client
from services.console.embedded.starting.processes import free_port
from services.console.settings import Addresses
from services.console.terminal import CommandFailed
from tests.authority import Authority, Pair

SCRIPT = """
import sys
from pathlib import Path
from services.runtime.tls import identity
from services.runtime.web.serving.server import WebServer
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'"%s"' % environ["wsgi.url_scheme"].encode()]
shown = identity(Path(sys.argv[2]), Path(sys.argv[3]))
WebServer(lambda: application, "127.0.0.1", int(sys.argv[1]), 4, shown).run()
"""


@dataclass
class Web:
    """A running web process."""

    url: str
    port: int
    authority: Authority
    shown: Pair

    def handshake(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as line:
            return context.wrap_socket(line, server_hostname="127.0.0.1")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    authority, port = Authority(tmp_path), free_port()
    shown = authority.issue("web", "127.0.0.1")
    arguments = [sys.executable, "-c", SCRIPT, str(port), str(shown.certificate), str(shown.key)]
    process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
    made = Web(f"https://127.0.0.1:{port}", port, authority, shown)
    end = time.monotonic() + 90
    try:
        while True:
            try:
                assert requests.get(made.url, timeout=60, verify=str(authority.ca)).json() == "https"
                break
            except requests.ConnectionError:
                assert time.monotonic() < end
                time.sleep(0.05)
        yield made
    finally:
        process.terminate()
        assert process.wait(90) == 0


def test_plain_http_gets_no_answer(web: Web) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{web.port}/", timeout=60)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_1])
def test_tls_is_spoken_from_1_2_on(web: Web, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context(cafile=web.authority.ca)
    # Else OpenSSL would not even ask for the old one.
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    if version >= ssl.TLSVersion.TLSv1_2:
        web.handshake(context).close()
    else:
        with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
            web.handshake(context)


def test_the_strictest_client_is_content(web: Web) -> None:
    context = ssl.create_default_context(cafile=web.authority.ca)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    web.handshake(context).close()


def test_a_renewed_certificate_counts_at_once(web):
    context = ssl.create_default_context(cafile=web.authority.ca)
    with web.handshake(context) as line:
        before = line.getpeercert()["serialNumber"]
    renewed = web.authority.issue("renewed", "127.0.0.1")
    shutil.copy(renewed.key, web.shown.key)
    shutil.copy(renewed.certificate, web.shown.certificate)
    with web.handshake(context) as line:
        assert line.getpeercert()["serialNumber"] != before


def test_the_console_trusts_the_ca_it_is_given_and_says_why_it_trusts_no_other(web: Web, tmp_path: Path) -> None:
    def ask(url: str, ca: Path | None) -> object:
        client = Client(Addresses(url, "amqp://127.0.0.1/huiying", None, None, str(ca) if ca else None))
        with client.session:
            return client.get("/anything", str)

    assert ask(web.url, web.authority.ca) == "https"
    for ca in (None, Authority(tmp_path / "other", "another CA").ca):
        with pytest.raises(CommandFailed, match="not signed by a CA that is trusted") as caught:
            ask(web.url, ca)
        assert "HUIYING_TLS_CA" in caught.value.advice
    with pytest.raises(CommandFailed, match="for another host name"):
        ask(web.url.replace("127.0.0.1", "localhost"), web.authority.ca)
