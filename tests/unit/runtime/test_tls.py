from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from services.runtime.settings import SettingsInvalid
from services.runtime.tls import BrokerAddress, Identity, bare, context, identity, read_address, reason, trusting, with_user
from tests.authority import Authority

URL = "amqps://intake:secret@broker.example/huiying"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


def test_an_address_carries_its_trust(authority: Authority) -> None:
    shown = authority.issue("intake", client=True)
    whole = trusting("HUIYING_BROKER_URL", URL, authority.ca, shown.certificate, shown.key)
    assert read_address(whole) == BrokerAddress(
        URL, "broker.example", 5671, True, str(authority.ca), str(shown.certificate), str(shown.key)
    )
    assert bare(whole) == URL
    other = with_user(whole, "department-water", "p@ss/word", "/huiying")
    assert bare(other) == "amqps://department-water:p%40ss%2Fword@broker.example:5671/huiying"
    assert read_address(other).ca == str(authority.ca)


def test_without_a_ca_the_machines_own_list_counts() -> None:
    assert trusting("HUIYING_BROKER_URL", URL, None, None, None) == URL
    made = context(URL)
    assert made is not None
    assert (made.verify_mode, made.check_hostname, made.minimum_version) == (ssl.CERT_REQUIRED, True, ssl.TLSVersion.TLSv1_2)


def test_a_relative_file_is_meant_from_where_it_is_named(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(authority.ca.parent)
    assert read_address(trusting("HUIYING_BROKER_URL", URL, Path("ca.pem"), None, None)).ca == str(authority.ca)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("amqp://a:b@h/huiying", "h", 5672),
        ("amqps://a:b@h", "h", 5671),
        ("amqps://a:b@[::1]:7/x", "::1", 7),
        ("https://h", "h", 15671),
    ],
)
def test_the_port_follows_the_scheme(url: str, host: str, port: int) -> None:
    assert (read_address(url).host, read_address(url).port) == (host, port)
    assert context(url.replace("amqps", "amqp").replace("https", "http")) is None


@pytest.mark.parametrize(
    "url",
    [
        f"{URL}?verify=verify_none", f"{URL}?ssl_cert_reqs=none", f"{URL}?ssl_options={{}}", f"{URL}?certfile=/a.pem",
        "amqp://h/huiying?cacertfile=/ca.pem", "redis://h", "amqps://h:port",
    ],
)  # fmt: skip
def test_a_wish_that_would_be_ignored_or_would_not_verify_is_refused(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="HUIYING_BROKER_URL cannot be used"):
        trusting("HUIYING_BROKER_URL", url, None, None, None)


def test_a_ca_for_a_plain_address_is_refused_and_no_secret_is_told(authority: Authority) -> None:
    with pytest.raises(SettingsInvalid, match=r"HUIYING_BROKER_URL HUIYING_BROKER_CA .* write amqps://") as caught:
        trusting("HUIYING_BROKER_URL", URL.replace("amqps", "amqp"), authority.ca, None, None)
    assert "secret" not in str(caught.value)


def test_files_that_cannot_be_used_are_named(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    shown, other = authority.issue("one", client=True), authority.issue("two", client=True)
    for files in (
        (tmp_path / "missing.pem", None, None), (tmp_path / "empty.pem", None, None),
        (authority.ca, shown.certificate, other.key), (authority.ca, shown.certificate, None),
    ):  # fmt: skip
        with pytest.raises(SettingsInvalid, match="cannot be used"):
            trusting("HUIYING_BROKER_URL", URL, *files)


def test_an_identity_is_a_certificate_with_its_key(authority: Authority) -> None:
    shown, other = authority.issue("web", "127.0.0.1"), authority.issue("other", "127.0.0.1")
    assert identity(None, None) is None
    assert identity(shown.certificate, shown.key) == Identity(shown.certificate, shown.key)
    with pytest.raises(SettingsInvalid, match="HUIYING_TLS_KEY is not set"):
        identity(shown.certificate, None)
    with pytest.raises(SettingsInvalid, match="HUIYING_TLS_CERTIFICATE is not set"):
        identity(None, shown.key)
    with pytest.raises(SettingsInvalid, match="cannot be used"):
        identity(shown.certificate, other.key)


def test_what_went_wrong_is_found_however_deep_it_lies() -> None:
    plain = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    assert reason(OSError([ValueError(plain)])) == "it does not speak TLS at this port"
    assert reason(ConnectionError("StreamLostError: (\"SSLError(1, '[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] …')\",)")) == (
        "it asks for a certificate of ours: HUIYING_BROKER_CERTIFICATE and HUIYING_BROKER_KEY"
    )
    assert reason(ConnectionRefusedError(111, "Connection refused")) is None
