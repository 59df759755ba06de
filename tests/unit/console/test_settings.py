from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.console.doctor.findings import Severity, Subject
from services.console.doctor.machine import certificates
from services.console.embedded.front.certificate import expiry, name_for
from services.console.embedded.installation import Installation
from services.console.settings import ConsoleSettings, addresses, load_settings, read_address_book
from services.runtime.clock import SystemClock
from services.runtime.settings import SettingsInvalid
from tests.authority import Authority


def settings(var: Path, **given: Any) -> ConsoleSettings:
    return replace(ConsoleSettings(), var=var, **given)


def test_the_address_book_says_where_a_running_system_is(tmp_path: Path) -> None:
    Installation(tmp_path).write_address_book(
        {"URL": "http://127.0.0.1:8123", "BROKER_URL": "amqp://a:b@c:1/huiying", "ADMIN_TOKEN": "hy_x"}
    )
    place = addresses(settings(tmp_path))
    assert (place.url, place.broker_url, place.admin_token, place.management_url) == (
        "http://127.0.0.1:8123", "amqp://a:b@c:1/huiying", "hy_x", None,
    )  # fmt: skip


def test_the_environment_comes_before_the_address_book(tmp_path: Path) -> None:
    Installation(tmp_path).write_address_book({"URL": "http://127.0.0.1:8123", "ADMIN_TOKEN": "hy_x"})
    place = addresses(settings(tmp_path, url="https://huiying.example/", admin_token="hy_y"))
    assert (place.url, place.admin_token) == ("https://huiying.example", "hy_y")


def test_without_either_the_defaults_hold(tmp_path: Path) -> None:
    place = addresses(settings(tmp_path / "nothing", port=8200))
    assert place.url == "http://127.0.0.1:8200"
    assert place.admin_token is None


def test_the_address_book_is_for_its_owner_only(tmp_path: Path) -> None:
    path = Installation(tmp_path).write_address_book({"ADMIN_TOKEN": "hy_x"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_address_book(tmp_path) == {"ADMIN_TOKEN": "hy_x"}


def test_secrets_are_made_once_and_kept_for_their_owner_only(tmp_path: Path) -> None:
    first = Installation(tmp_path)
    password = first.password("intake")
    assert first.password("routing") != password
    again = Installation(tmp_path)
    assert again.password("intake") == password
    assert again.hashes(["intake"]) == first.hashes(["intake"])
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_new_password_replaces_the_old_one(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    old = installation.password("department-water")
    assert installation.knows("department-water")
    assert not installation.knows("department-roads")
    assert installation.new_password("department-water") != old
    assert Installation(tmp_path).password("department-water") == installation.password("department-water")


def test_the_address_book_keeps_the_trust_beside_the_address(tmp_path: Path) -> None:
    ca, url = Authority(tmp_path).ca, "amqps://a:b@c:5671/huiying"
    book = {"URL": "https://h:8000", "BROKER_URL": url, "BROKER_CA": str(ca), "TLS_CA": str(ca)}
    Installation(tmp_path).write_address_book(book | {"MANAGEMENT_URL": "https://a:b@c:15671"})
    place = addresses(settings(tmp_path))
    assert place.broker_url == f"{url}?cacertfile={ca}"
    assert place.management_url == f"https://a:b@c:15671?cacertfile={ca}"
    assert place.verify == str(ca)


def test_a_ca_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_TLS_CA", str(tmp_path / "missing.pem"))
    with pytest.raises(SettingsInvalid, match="HUIYING_TLS_CA"):
        load_settings()
    monkeypatch.delenv("HUIYING_TLS_CA")
    monkeypatch.setenv("HUIYING_BROKER_URL", "amqps://a:b@c/huiying")
    monkeypatch.setenv("HUIYING_BROKER_CA", str(tmp_path / "missing.pem"))
    with pytest.raises(SettingsInvalid, match=r"missing\.pem"):
        load_settings()


def test_the_origin_is_called_by_a_name_its_certificate_is_for(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    of_loopback = authority.issue("one", "127.0.0.1", "huiying.example").certificate
    of_a_name = authority.issue("two", "*.example", "huiying.example").certificate
    assert name_for(of_loopback, "127.0.0.1") == "127.0.0.1"
    assert name_for(of_a_name, "127.0.0.1") == "huiying.example"
    assert name_for(authority.issue("three").certificate, "127.0.0.1") == "127.0.0.1"
    assert timedelta(days=9) < expiry(of_a_name) - SystemClock().now() <= timedelta(days=10)


def test_the_doctor_says_when_the_certificate_ends(tmp_path: Path) -> None:
    def looked(**given: Any) -> list[tuple[Severity, str]]:
        own = settings(tmp_path, **given)
        return [(each.severity, each.found) for each in certificates(Subject(own, addresses(own)))]

    shown = Authority(tmp_path).issue("web", "127.0.0.1", days=10)
    assert looked(tls_certificate=shown.certificate, tls_key=shown.key) == [(Severity.WARNING, "good for 9 days")]
    ((severity, found),) = looked(tls_certificate=shown.certificate)
    assert (severity, "HUIYING_TLS_KEY" in found) == (Severity.CRITICAL, True)
    assert looked() == []
